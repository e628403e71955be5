// ARRAY[...], array[i], array[from:to], value <operator> ANY (array), ALL (array).
#include "sql/functions/array_elements.hpp"
#include "sql/functions/membership.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/values/array.hpp"

#include <fmt/format.h>

#include <limits>

namespace sf::sql {
namespace {

// Names of operators as they are in the catalog: those of LIKE are written in symbols, too.
std::string_view operator_of(std::string_view symbol) {
    if (symbol == "~~") return "LIKE";
    if (symbol == "!~~") return "NOT LIKE";
    if (symbol == "~~*") return "ILIKE";
    if (symbol == "!~~*") return "NOT ILIKE";
    return symbol;
}

// The elements of a literal array as literals.
std::vector<ExpressionPtr> literal_elements(const Expression& array) {
    const Type type = element_type(array.type);
    std::vector<ExpressionPtr> elements;
    ArrayReader reader(std::get<std::string>(array.literal));
    for (Element element; reader.next(element);) {
        LiteralValue value;
        if (element) {
            switch (type) {
                case Type::boolean: value = element_as<std::uint8_t>(*element) != 0; break;
                case Type::double_precision: value = element_as<double>(*element); break;
                case Type::numeric: value = element_as<Decimal>(*element); break;
                case Type::interval: value = element_as<Interval>(*element); break;
                case Type::uuid: value = element_as<Uuid>(*element); break;
                case Type::integer:
                case Type::bigint:
                case Type::timestamptz:
                case Type::timestamp:
                case Type::date: value = element_as<std::int64_t>(*element); break;
                default: value = std::string(*element); break;
            }
        }
        elements.push_back(make_literal(type, std::move(value), array.location));
    }
    return elements;
}

bool has_elements(const Expression& array) {
    const std::string* const value = std::get_if<std::string>(&array.literal);
    return is_literal(array) && value != nullptr && !value->empty();
}

}  // namespace

// `element` is the type that a cast asks for.
Result<Operand> ExpressionBinder::bind_array(const PgQuery__AArrayExpr& array, std::optional<Type> element,
                                             const Clause& clause) {
    const int location = array.location;
    SF_ASSIGN(const Operands operands, bind_all({array.elements, array.n_elements}, clause));
    if (operands.empty() && !element)
        return refuse(location, "the type of an empty array is not known", "write ARRAY[]::text[]");
    Type type = element.value_or(Type::text);
    if (!element) {
        SF_ASSIGN(type, builder_.common_type(operands, "ARRAY"));
        if (type == Type::json_scalar)
            return refuse(location, "the elements of the array have no known type", "cast one: data.x::text");
    }
    if (is_array(type)) return refuse(location, "arrays of more than one dimension are not supported");
    std::vector<ExpressionPtr> elements;
    for (const Operand& operand : operands) {
        SF_ASSIGN(ExpressionPtr value,
                  element ? builder_.cast(operand, type, operand.location) : builder_.implicit(operand, type));
        elements.push_back(std::move(value));
    }
    SF_ASSIGN(ExpressionPtr call, builder_.call(kArray, array_type(type), std::move(elements), location));
    return typed(std::move(call), location);
}

Result<ExpressionPtr> ExpressionBinder::bind_index(const PgQuery__Node& node, const Clause& clause) {
    SF_ASSIGN(const Operand index, bind(node, clause));
    if (!index.unknown && !index.is_number_typed())
        return refuse(location_of(node),
                      fmt::format("the place of an element must be an integer, not {}", index.type_name()));
    return builder_.cast(index, Type::integer, index.location);
}

Result<Operand> ExpressionBinder::bind_subscript(const PgQuery__AIndirection& access, const Clause& clause) {
    const int location = location_of(*access.arg);
    SF_ASSIGN(Operand value, bind(*access.arg, clause));
    for (std::size_t i = 0; i < access.n_indirection; ++i) {
        if (access.indirection[i]->node_case != PG_QUERY__NODE__NODE_A_INDICES || !is_array(value.type()))
            return refuse(location, "this form of access is not supported",
                          "array[1] reads an element of an array; data.a.b or data->'a'->'b' read fields");
        const PgQuery__AIndices& indices = *access.indirection[i]->a_indices;
        if (indices.is_slice == 0) {
            SF_ASSIGN(ExpressionPtr index, bind_index(*indices.uidx, clause));
            SF_ASSIGN(value.expression, builder_.call(kElementAt, element_type(value.type()),
                                                      {value.expression, std::move(index)}, location));
            continue;
        }
        if (i + 1 < access.n_indirection) return refuse(location, "slices of slices are not supported");
        ExpressionPtr lower = make_literal(Type::integer, std::int64_t{1});
        ExpressionPtr upper = make_literal(Type::integer, std::int64_t{std::numeric_limits<std::int32_t>::max()});
        if (indices.lidx != nullptr) {
            SF_ASSIGN(lower, bind_index(*indices.lidx, clause));
        }
        if (indices.uidx != nullptr) {
            SF_ASSIGN(upper, bind_index(*indices.uidx, clause));
        }
        SF_ASSIGN(value.expression, builder_.call(kSlice, value.type(),
                                                  {value.expression, std::move(lower), std::move(upper)}, location));
    }
    return typed(std::move(value.expression), location);
}

Result<Operand> ExpressionBinder::bind_quantified(const PgQuery__AExpr& operation, const Clause& clause) {
    const int location = operation.location;
    const bool all = operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL;
    const std::string_view symbol = operator_of(string_of(*operation.name[operation.n_name - 1]));
    SF_ASSIGN(const Operand value, bind(*operation.lexpr, clause));
    SF_ASSIGN(Operand array, bind(*operation.rexpr, clause));
    if (array.unknown) {
        const bool open = value.unknown || value.is(Type::json_scalar) || is_array(value.type());
        SF_ASSIGN(array.expression, builder_.implicit(array, array_type(open ? Type::text : value.type())));
        array.unknown = false;
    }
    if (!is_array(array.type()))
        return refuse(location_of(*operation.rexpr),
                      fmt::format("{} needs an array, not {}", all ? "ALL" : "ANY", array.type_name()),
                      "ANY (ARRAY['a', 'b']), ANY (tags)");
    if (has_elements(*array.expression)) return compare_with_each(symbol, value, *array.expression, all, location);
    const bool is_tags = array.expression->kind == Expression::Kind::column;
    if (is_tags && symbol == "=" && !all && is_literal(*value.expression) && !is_null_literal(*value.expression) &&
        value.type() == Type::text) {
        SF_ASSIGN(ExpressionPtr call, builder_.call(kHasTag, {array.expression, value.expression}, location));
        return typed(std::move(call), location);
    }
    const Operand element = typed(make_input(1, element_type(array.type()), "element"), location);
    SF_ASSIGN(const Operand compared, bind_infix(symbol, value, element, location));
    const Expression& call = *compared.expression;
    if (call.type != Type::boolean || call.kind != Expression::Kind::call || call.arguments.size() != 2)
        return refuse(location, fmt::format("{} gives no boolean", symbol), "ANY and ALL take comparisons");
    SF_ASSIGN(ExpressionPtr elements, builder_.implicit(array, array_type(call.arguments[1]->type)));
    ExpressionPtr comparison = with_arguments(
        call, {make_input(0, call.arguments[0]->type, "value"), make_input(1, call.arguments[1]->type, "element")});
    SF_ASSIGN(ExpressionPtr made,
              builder_.folded(make_quantified(all ? Quantifier::all : Quantifier::any, std::move(comparison),
                                              call.arguments[0], std::move(elements), location)));
    return typed(std::move(made), location);
}

// With each element of a literal array: a set where that is all the same.
Result<Operand> ExpressionBinder::compare_with_each(std::string_view symbol, const Operand& value,
                                                    const Expression& array, bool all, int location) const {
    const std::vector<ExpressionPtr> elements = literal_elements(array);
    if (elements.size() > 1 && symbol == (all ? "<>" : "=")) {
        std::array operands = {value, typed(elements[0], location)};
        auto type = builder_.common_type(operands, "ANY");
        if (!type) return fail(std::move(type.error()));
        SF_ASSIGN(ExpressionPtr subject, builder_.implicit(value, *type));
        std::vector<ExpressionPtr> values;
        for (const ExpressionPtr& element : elements) {
            SF_ASSIGN(ExpressionPtr converted, builder_.implicit(typed(element, location), *type));
            values.push_back(std::move(converted));
        }
        auto set = make_literal_set(*type, values);
        SF_ASSIGN(ExpressionPtr made,
                  builder_.folded(make_membership(std::move(subject), values, std::move(set), location)));
        const Operand membership = typed(std::move(made), location);
        return all ? negate(membership, location) : Result<Operand>(membership);
    }
    Operands parts;
    for (const ExpressionPtr& element : elements) {
        SF_ASSIGN(Operand part, bind_infix(symbol, value, typed(element, location), location));
        if (!part.is(Type::boolean))
            return refuse(location, fmt::format("{} gives no boolean", symbol), "ANY and ALL take comparisons");
        parts.push_back(std::move(part));
    }
    return parts.size() == 1 ? Result<Operand>(parts[0]) : connect(all ? kAnd : kOr, std::move(parts), location);
}

}  // namespace sf::sql
