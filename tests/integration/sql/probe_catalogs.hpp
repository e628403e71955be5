// The functions and reference tables that statements of a probe may name.
#pragma once

#include "sql/tables/reference_table.hpp"
#include "sql/user_function.hpp"

#include <map>
#include <string>
#include <vector>

namespace sf::probe {

class Tables final : public sql::TableCatalog {
public:
    void add(sql::ReferenceTablePtr table) { tables_[table->definition().name] = std::move(table); }

    [[nodiscard]] sql::ReferenceTablePtr table(std::string_view name) const override;
    [[nodiscard]] std::vector<std::string> table_names() const override { return {}; }

    [[nodiscard]] std::vector<sql::ReferenceTablePtr> all() const;

private:
    std::map<std::string, sql::ReferenceTablePtr, std::less<>> tables_;
};

struct Catalogs {
    sql::NamedFunctions functions;
    Tables tables;
};

/// Those of a request with the members
///     "functions": ["CREATE FUNCTION f(...) ...", ...],
///     "tables": [{"sql": "CREATE TABLE t (...)", "cells": ["a", null, ...]}, ...]
/// Either may be missing. Cells are row after row.
[[nodiscard]] Catalogs catalogs_of(const std::map<std::string, std::string>& request);

}  // namespace sf::probe
