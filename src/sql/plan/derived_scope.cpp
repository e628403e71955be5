#include "sql/plan/derived_scope.hpp"

#include "base/nearest_name.hpp"
#include "sql/plan/dotted_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sf::sql {
const NamedColumn* DerivedScope::find(std::string_view name) const {
    const auto found = std::ranges::find(columns_, name, &NamedColumn::name);
    return found == columns_.end() ? nullptr : &*found;
}

bool DerivedScope::has_column(std::string_view name) const { return find(name) != nullptr; }

// Without the table's.
Result<std::vector<std::string>> DerivedScope::names_of(const PgQuery__ColumnRef& reference) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < reference.n_fields; ++i) names.emplace_back(string_of(*reference.fields[i]));
    if (is_star(reference))
        return fail(
            builder_.error(reference.location, "* is not supported here", "name the columns; count(*) counts rows"));
    if (names.size() > 1 && names[0] == table_ && (find(table_) == nullptr || find(names[1]) != nullptr))
        names.erase(names.begin());
    return names;
}

Result<ExpressionPtr> DerivedScope::column(const PgQuery__ColumnRef& reference) const {
    SF_ASSIGN(std::vector<std::string> names, names_of(reference));
    const NamedColumn* const found = find(names[0]);
    if (found == nullptr) {
        std::vector<std::string_view> known;
        for (const NamedColumn& column : columns_) known.push_back(column.name);
        const auto meant = nearest_name(names[0], known);
        if (names.size() > 1)
            return fail(builder_.error(reference.location, fmt::format("there is no table \"{}\" here", names[0]),
                                       fmt::format("the table is called \"{}\"", table_)));
        return fail(builder_.error(
            reference.location, fmt::format("there is no column \"{}\" in {}", names[0], table_),
            meant ? fmt::format("is it \"{}\"?", *meant) : fmt::format("its columns are {}", fmt::join(known, ", "))));
    }
    const Expression& expression = *found->expression;
    if (names.size() == 1) return at_location(found->expression, reference.location);
    if (expression.kind != Expression::Kind::json_field)
        return fail(builder_.error(reference.location, fmt::format("{} has no fields", names[0]),
                                   expression.type == Type::jsonb ? "->> reads them" : "only data has"));
    SF_TRY(check_capitals(builder_, reference.location, names.size()));
    std::vector<std::string> path = expression.path;
    path.insert(path.end(), names.begin() + 1, names.end());
    return make_plain_field(std::move(path), reference.location);
}

Result<std::vector<NamedColumn>> DerivedScope::star(const PgQuery__ColumnRef& reference) const {
    if (reference.n_fields > 1 && string_of(*reference.fields[0]) != table_)
        return fail(builder_.error(reference.location,
                                   fmt::format("there is no table \"{}\" here", string_of(*reference.fields[0])),
                                   fmt::format("the table is called \"{}\"", table_)));
    std::vector<NamedColumn> columns = columns_;
    for (NamedColumn& column : columns) column.expression = at_location(column.expression, reference.location);
    return columns;
}

}  // namespace sf::sql
