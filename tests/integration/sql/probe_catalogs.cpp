#include "probe_catalogs.hpp"

#include "engine/aggregate.hpp"
#include "probe_input.hpp"

namespace sf::probe {
namespace {

std::vector<std::string> elements_in(const std::map<std::string, std::string>& request, const std::string& name) {
    const auto found = request.find(name);
    return found == request.end() ? std::vector<std::string>{} : elements_of(found->second);
}

sql::UserFunctionPtr function_of(const std::string& statement, const sql::FunctionCatalog& others) {
    auto read = sql::read_function(statement);
    if (!read) give_up(read.error().text());
    const auto checked = sql::check_function(**read, engine::aggregate_catalog(), others);
    if (!checked) give_up(checked.error().text());
    return *read;
}

sql::ReferenceTablePtr table_of(const std::string& json) {
    auto members = members_of(json);
    auto definition = sql::plan_table(text_of(members["sql"]));
    if (!definition) give_up(definition.error().text());
    std::vector<sql::ReferenceTable::Cell> cells;
    for (const std::string& cell : elements_of(members["cells"])) {
        if (cell == "null") cells.emplace_back();
        else cells.emplace_back(text_of(cell));
    }
    auto table = sql::ReferenceTable::from_text(std::move(*definition), "1", cells);
    if (!table) give_up(table.error().text());
    return *table;
}

}  // namespace

sql::ReferenceTablePtr Tables::table(std::string_view name) const {
    const auto found = tables_.find(name);
    return found == tables_.end() ? nullptr : found->second;
}

std::vector<sql::ReferenceTablePtr> Tables::all() const {
    std::vector<sql::ReferenceTablePtr> tables;
    for (const auto& [name, table] : tables_) tables.push_back(table);
    return tables;
}

Catalogs catalogs_of(const std::map<std::string, std::string>& request) {
    Catalogs catalogs;
    for (const std::string& statement : elements_in(request, "functions"))
        catalogs.functions.add(function_of(text_of(statement), catalogs.functions));
    for (const std::string& table : elements_in(request, "tables")) catalogs.tables.add(table_of(table));
    return catalogs;
}

}  // namespace sf::probe
