// A small table that does not stream: campaigns, prices, countries. Views look rows of it up by key, for every event.
#pragma once

#include "base/result.hpp"
#include "sql/column.hpp"
#include "sql/expression.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

inline constexpr std::size_t kTableRowsMax = 1'000'000;
inline constexpr std::size_t kTableBytesMax = 16u << 20;  // Of the cells as text.
inline constexpr std::size_t kTableColumnsMax = 100;

struct TableColumn {
    std::string name;
    Type type = Type::text;
    bool not_null = false;
};

/// What CREATE TABLE says.
struct TableDefinition {
    std::string name;
    std::vector<TableColumn> columns;
    std::vector<std::size_t> key;  // Columns that tell rows apart, none of them NULL; empty for VALUES in a statement.

    [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
};

/// Immutable; any thread.
class ReferenceTable {
public:
    /// A cell as text, as CSV has it; nothing is NULL.
    using Cell = std::optional<std::string>;

    /// `cells` are row after row. `version` tells this content from others of the same name. `invalid_input` where a
    /// cell is not of its column's type, a key is NULL or there twice: the message has the row, from 1 on.
    [[nodiscard]] static Result<std::shared_ptr<const ReferenceTable>> from_text(TableDefinition definition,
                                                                                 std::string version,
                                                                                 std::span<const Cell> cells);

    /// `literals` are row after row, of the columns' types.
    [[nodiscard]] static std::shared_ptr<const ReferenceTable> from_literals(TableDefinition definition,
                                                                             std::string version,
                                                                             std::span<const ExpressionPtr> literals);

    ~ReferenceTable();
    ReferenceTable(const ReferenceTable&) = delete;
    ReferenceTable& operator=(const ReferenceTable&) = delete;
    ReferenceTable(ReferenceTable&&) = delete;
    ReferenceTable& operator=(ReferenceTable&&) = delete;

    [[nodiscard]] const TableDefinition& definition() const { return definition_; }
    [[nodiscard]] const std::string& version() const { return version_; }
    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] const Column& column(std::size_t index) const { return columns_[index]; }
    [[nodiscard]] std::size_t bytes() const;

private:
    class Values;

    ReferenceTable(TableDefinition definition, std::string version, std::size_t rows);

    const TableDefinition definition_;
    const std::string version_;
    const std::size_t rows_;
    std::unique_ptr<Values> values_;
    std::vector<Column> columns_;
};

using ReferenceTablePtr = std::shared_ptr<const ReferenceTable>;  // Shared by the plans that look rows up.

/// The reference tables that a statement may name.
class TableCatalog {
public:
    virtual ~TableCatalog() = default;

    /// Null where there is none of this name.
    [[nodiscard]] virtual ReferenceTablePtr table(std::string_view name) const = 0;
    [[nodiscard]] virtual std::vector<std::string> table_names() const = 0;
};

/// A catalog that is empty.
[[nodiscard]] const TableCatalog& no_tables();

/// Plans CREATE TABLE name (column type [NOT NULL] ..., PRIMARY KEY (column, ...)). Errors as those of plan_view().
[[nodiscard]] Result<TableDefinition> plan_table(std::string_view sql);

}  // namespace sf::sql
