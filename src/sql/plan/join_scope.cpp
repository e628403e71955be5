#include "sql/plan/join_scope.hpp"

#include <fmt/format.h>

#include <iterator>

namespace sf::sql {

bool JoinScope::has_column(std::string_view name) const { return events_->has_column(name) || table_.has_column(name); }

bool JoinScope::names_table(const PgQuery__ColumnRef& reference) const {
    return reference.n_fields > 1 && string_of(*reference.fields[0]) == table_name_;
}

Result<ExpressionPtr> JoinScope::column(const PgQuery__ColumnRef& reference) const {
    if (names_table(reference)) return table_.column(reference);
    const std::string_view name = string_of(*reference.fields[0]);
    if (reference.n_fields > 1 || !table_.has_column(name)) return events_->column(reference);
    if (events_->has_column(name))
        return fail(
            builder_.error(reference.location, fmt::format("\"{}\" is a column of events and of {}", name, table_name_),
                           fmt::format("write {}.{}, or the same with the name of the other", table_name_, name)));
    return table_.column(reference);
}

Result<std::vector<NamedColumn>> JoinScope::star(const PgQuery__ColumnRef& reference) const {
    if (names_table(reference)) return table_.star(reference);
    SF_ASSIGN(std::vector<NamedColumn> columns, events_->star(reference));
    if (reference.n_fields > 1) return columns;
    SF_ASSIGN(std::vector<NamedColumn> more, table_.star(reference));
    std::ranges::move(more, std::back_inserter(columns));
    return columns;
}

}  // namespace sf::sql
