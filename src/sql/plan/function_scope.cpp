#include "sql/plan/function_scope.hpp"

#include "base/nearest_name.hpp"

#include <fmt/format.h>

namespace sf::sql {

ExpressionPtr FunctionScope::find(std::string_view name) const {
    for (std::size_t i = 0; i < values_.size(); ++i) {
        if (!name.empty() && function_.parameters[i].name == name) return values_[i];
    }
    return nullptr;
}

bool FunctionScope::has_column(std::string_view name) const { return find(name) != nullptr; }

Result<ExpressionPtr> FunctionScope::column(const PgQuery__ColumnRef& reference) const {
    if (is_star(reference))
        return fail(builder_.error(reference.location, "* is not supported here",
                                   "name the parameters; count(*) counts events"));
    std::size_t first = 0;
    const std::string_view qualifier = string_of(*reference.fields[0]);
    if (reference.n_fields > 1 && qualifier == function_.name && find(qualifier) == nullptr) first = 1;
    const std::string_view name = string_of(*reference.fields[first]);
    ExpressionPtr value = find(name);
    if (value == nullptr) {
        std::vector<std::string_view> known;
        for (const FunctionParameter& parameter : function_.parameters) {
            if (!parameter.name.empty()) known.push_back(parameter.name);
        }
        const auto meant = nearest_name(name, known);
        return fail(builder_.error(reference.location,
                                   fmt::format("function \"{}\" has no parameter \"{}\"", function_.name, name),
                                   meant ? fmt::format("is it \"{}\"?", *meant)
                                         : "the body sees its parameters alone: columns are what calls give to them"));
    }
    if (reference.n_fields > first + 1)
        return fail(builder_.error(reference.location, fmt::format("{} has no fields", name),
                                   value->type == Type::jsonb ? "->> reads them" : "only data has"));
    return value;
}

Result<ExpressionPtr> FunctionScope::parameter(int number, int) const {
    if (number >= 1 && static_cast<std::size_t>(number) <= values_.size())
        return values_[static_cast<std::size_t>(number) - 1];
    return fail(ErrorCode::invalid_input, fmt::format("function \"{}\" has no parameter ${}", function_.name, number),
                "", values_.empty() ? "it has none" : fmt::format("they are $1 to ${}", values_.size()));
}

Result<std::vector<NamedColumn>> FunctionScope::star(const PgQuery__ColumnRef& reference) const {
    return fail(builder_.error(reference.location, "* is not supported here", "name the parameters"));
}

}  // namespace sf::sql
