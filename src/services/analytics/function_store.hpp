// The functions in SQL that exist, kept as documents. A view keeps the text of those that it was made with: another
// definition is its own only when it is made again.
#pragma once

#include "base/time.hpp"
#include "database/document_store.hpp"
#include "sql/user_function.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::analytics {

/// A function as it is kept.
struct FunctionRecord {
    sql::UserFunctionPtr function;
    Timestamp created_at;  // Of this definition.
};

/// Not thread-safe; calls that change something block until it is durable.
class FunctionStore final : public sql::FunctionCatalog {
public:
    explicit FunctionStore(database::DocumentStore& documents) : documents_(documents) {}

    [[nodiscard]] Result<> load();

    [[nodiscard]] const std::map<std::string, FunctionRecord, std::less<>>& functions() const { return functions_; }

    /// In place of the one of its name, if there is one.
    [[nodiscard]] Result<> put(sql::UserFunctionPtr function, Timestamp now);
    [[nodiscard]] Result<> remove(std::string_view name);

    [[nodiscard]] sql::UserFunctionPtr function(std::string_view name) const override;
    [[nodiscard]] std::vector<std::string> function_names() const override;

private:
    database::DocumentStore& documents_;
    std::map<std::string, FunctionRecord, std::less<>> functions_;
};

/// The functions that some statements make, before those of another catalog.
class StatedFunctions final : public sql::FunctionCatalog {
public:
    explicit StatedFunctions(const sql::FunctionCatalog& others = sql::no_functions()) : others_(others) {}

    /// Errors are those of the statement that can't be read.
    [[nodiscard]] Result<> read(std::span<const std::string> statements);
    void add(sql::UserFunctionPtr function);

    [[nodiscard]] sql::UserFunctionPtr function(std::string_view name) const override;
    [[nodiscard]] std::vector<std::string> function_names() const override;

private:
    const sql::FunctionCatalog& others_;
    std::map<std::string, sql::UserFunctionPtr, std::less<>> functions_;
};

/// Notes which functions are asked for, those that bodies call included.
class AskedFunctions final : public sql::FunctionCatalog {
public:
    explicit AskedFunctions(const sql::FunctionCatalog& catalog) : catalog_(catalog) {}

    [[nodiscard]] sql::UserFunctionPtr function(std::string_view name) const override;
    [[nodiscard]] std::vector<std::string> function_names() const override { return catalog_.function_names(); }

    [[nodiscard]] bool has(std::string_view name) const { return asked_.contains(name); }

    /// Their statements, in the order of their names.
    [[nodiscard]] std::vector<std::string> statements() const;

private:
    const sql::FunctionCatalog& catalog_;
    mutable std::map<std::string, sql::UserFunctionPtr, std::less<>> asked_;
};

}  // namespace sf::analytics
