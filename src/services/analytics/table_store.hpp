// The reference tables that exist, kept as documents. New rows of a table hold from a place in the log on: what is read
// again from before it, after a crash, meets the rows of that time. So results stay a function of the log.
#pragma once

#include "base/time.hpp"
#include "database/document_store.hpp"
#include "engine/view.hpp"
#include "sql/tables/reference_table.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sf::analytics {

/// A content of a table.
struct TableContent {
    std::uint64_t number = 0;  // Rises with each change of any table.
    std::map<engine::Partition, engine::Offset> starts;
    Timestamp loaded_at;
    sql::ReferenceTablePtr table;
};

/// A table as it is kept; its contents in the order of their numbers, the last one holds now.
struct TableRecord {
    std::string name;
    std::string sql;  // As it was written.
    sql::TableDefinition definition;
    std::vector<TableContent> contents;  // The first one is without rows.
};

/// Not thread-safe; calls that change something block until it is durable.
class TableStore {
public:
    explicit TableStore(database::DocumentStore& documents) : documents_(documents) {}

    [[nodiscard]] Result<> load();

    [[nodiscard]] const std::map<std::string, TableRecord, std::less<>>& tables() const { return tables_; }

    /// Makes an empty table. `conflict` if there is one of that name.
    [[nodiscard]] Result<const TableRecord*> create(const std::string& sql, Timestamp now);

    /// The rows of a CSV text whose first line names columns; those that it does not name are NULL.
    [[nodiscard]] Result<TableContent> read_csv(std::string_view name, std::string csv, Timestamp now);

    /// They hold from `content.starts` on.
    [[nodiscard]] Result<> put(std::string_view name, TableContent content, const std::string& csv);

    /// Forgets contents that no record at or after `floor` meets: those whose successors hold from there on.
    [[nodiscard]] Result<> forget_before(const std::map<engine::Partition, engine::Offset>& floor);
    [[nodiscard]] Result<> drop(std::string_view name);

    /// The tables as they were when the content of this number came, with it.
    class AsOf final : public sql::TableCatalog {
    public:
        AsOf(const TableStore& store, std::uint64_t number) : store_(store), number_(number) {}
        [[nodiscard]] sql::ReferenceTablePtr table(std::string_view name) const override;
        [[nodiscard]] std::vector<std::string> table_names() const override;

    private:
        const TableStore& store_;
        std::uint64_t number_;
    };
    [[nodiscard]] AsOf now() const { return {*this, UINT64_MAX}; }

private:
    database::DocumentStore& documents_;
    std::map<std::string, TableRecord, std::less<>> tables_;
    std::uint64_t last_number_ = 0;
};

}  // namespace sf::analytics
