#include "sql/plan/builder.hpp"

#include "sql/evaluator.hpp"
#include "sql/functions/array_elements.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

constexpr std::size_t kTextMax =
    64u
    << 10;  // Of an expression: BETWEEN, CASE and subqueries repeat operands, so texts can grow beyond the statement.

// Columns of subqueries stand for expressions, so a tree can be deeper than what is written in one place.
constexpr std::uint32_t kCallDepthMax = 1'000;

// From the narrowest: each fits into those after it.
int width(Type type) {
    switch (type) {
        case Type::integer: return 1;
        case Type::bigint: return 2;
        case Type::numeric: return 3;
        case Type::double_precision: return 4;
        default: return 0;
    }
}

bool is_time(Type type) { return type == Type::date || type == Type::timestamp || type == Type::timestamptz; }

int time_width(Type type) { return type == Type::date ? 1 : type == Type::timestamp ? 2 : 3; }

// The type on the way where there is no direct cast.
std::optional<Type> between(Type from, Type to) {
    if (from == Type::json_scalar) {
        if (to == Type::integer || to == Type::bigint || to == Type::numeric) return Type::double_precision;
        if (is_time(to) || to == Type::interval || to == Type::uuid || is_array(to)) return Type::text;
    }
    return std::nullopt;
}

LiteralValue value_of(const Column& column) {
    if (!column.is_valid(0)) return std::monostate{};
    switch (column.type) {
        case Type::boolean: return column.booleans[0] != 0;
        case Type::integer:
        case Type::bigint:
        case Type::timestamptz:
        case Type::timestamp:
        case Type::date: return column.integers[0];
        case Type::double_precision: return column.doubles[0];
        case Type::numeric: return column.decimals[0];
        case Type::interval: return column.intervals[0];
        case Type::uuid: return column.uuids[0];
        case Type::text:
        case Type::jsonb:
        case Type::json_scalar: break;
    }
    return std::string(column.text(0));
}

}  // namespace

bool converts_implicitly(Type from, Type to) {
    if (from == to) return true;
    if (is_array(from) && is_array(to)) return converts_implicitly(element_type(from), element_type(to));
    if (from == Type::json_scalar) return to == Type::double_precision || to == Type::text || to == Type::boolean;
    if (is_time(from) && is_time(to)) return time_width(from) < time_width(to);
    return width(from) > 0 && width(from) < width(to);
}

bool converts_by_assignment(Type from, Type to) {
    if (converts_implicitly(from, to) || to == Type::text) return true;
    if (is_array(from) && is_array(to)) return converts_by_assignment(element_type(from), element_type(to));
    return (width(from) > 0 && width(to) > 0) || (is_time(from) && is_time(to));
}

Result<ExpressionPtr> Builder::call(const Function& function, std::vector<ExpressionPtr> arguments,
                                    int location) const {
    return call(function, function.result, std::move(arguments), location);
}

Result<ExpressionPtr> Builder::call(const Function& function, Type result, std::vector<ExpressionPtr> arguments,
                                    int location) const {
    std::shared_ptr<const Prepared> prepared;
    if (function.prepare != nullptr) {
        auto made = function.prepare(arguments);
        if (!made) return fail(error(location, std::move(made.error().message), std::move(made.error().hint)));
        prepared = std::move(*made);
    }
    SF_TRY(check_size(arguments, location));
    return folded(make_call(function, result, std::move(arguments), std::move(prepared), location));
}

Result<ExpressionPtr> Builder::named_call(const Expression& call, std::string text,
                                          std::vector<ExpressionPtr> arguments) const {
    SF_TRY(check_size(arguments, call.location));
    return make_named_call(*call.function, call.type, std::move(text), std::move(arguments), call.prepared,
                           call.location);
}

Result<> Builder::check_size(std::span<const ExpressionPtr> arguments, int location) const {
    std::size_t size = 0;
    for (const ExpressionPtr& argument : arguments) size += argument->text.size();
    if (size > kTextMax)
        return fail(error(location, "the expression becomes too large",
                          "BETWEEN, CASE and columns of subqueries stand for their operand several times"));
    for (const ExpressionPtr& argument : arguments) {
        if (argument->depth >= kCallDepthMax)
            return fail(error(location, fmt::format("calls are nested deeper than {}", kCallDepthMax),
                              "a column of a subquery counts as deep as the expression that it stands for"));
    }
    return {};
}

Result<ExpressionPtr> Builder::folded(ExpressionPtr call) const {
    const bool literals =
        std::ranges::all_of(call->arguments, [](const ExpressionPtr& argument) { return is_literal(*argument); });
    return literals ? computed(call) : call;
}

Result<ExpressionPtr> Builder::computed(const ExpressionPtr& call) const {
    RowEvaluator evaluator({call});
    evaluator.begin({}, 1);
    const Column& column = evaluator.column(0);
    if (!column.failed.empty() && column.failed[0] != 0)
        return fail(error(call->location, "this always fails",
                          "a division by zero, a value out of range, or a text that can't be cast"));
    return make_literal(call->type, value_of(column), call->location);
}

Result<ExpressionPtr> Builder::read_literal(const Operand& literal, Type type) const {
    if (is_null_literal(*literal.expression)) return make_literal(type, std::monostate{}, literal.location);
    if (type == Type::text) return literal.expression;
    const Function* const function = cast_function(Type::text, type);
    if (function == nullptr)
        return fail(error(literal.location, fmt::format("a literal can't be {}", to_string(type))));
    auto made = call(*function, {literal.expression}, literal.location);
    if (!made) {
        return fail(error(literal.location, fmt::format("invalid input syntax for type {}: \"{}\"", to_string(type),
                                                        std::get<std::string>(literal.expression->literal))));
    }
    return made;
}

Result<ExpressionPtr> Builder::cast(const Operand& operand, Type type, int location) const {
    if (operand.unknown) return read_literal(operand, type);
    const Type from = operand.type();
    if (from == type) return operand.expression;
    if (is_array(from) && is_array(type)) {
        const Operand element{make_input(0, element_type(from), "element"), false, operand.location};
        SF_ASSIGN(ExpressionPtr cast_of_element, cast(element, element_type(type), location));
        return folded(make_array_cast(operand.expression, std::move(cast_of_element), location));
    }
    if (const Function* const function = cast_function(from, type))
        return call(*function, {operand.expression}, location);
    if (const auto middle = between(from, type)) {
        SF_ASSIGN(const ExpressionPtr half, cast(operand, *middle, location));
        return cast({half, false, operand.location}, type, location);
    }
    std::string hint;
    if (from == Type::json_scalar) hint = "data->'field' is the jsonb value";
    else if (from == Type::jsonb) hint = "->> instead of -> gives text, which can be cast";
    return fail(
        error(location, fmt::format("can't cast {} to {}", operand.type_name(), to_string(type)), std::move(hint)));
}

Result<ExpressionPtr> Builder::implicit(const Operand& operand, Type type) const {
    if (!operand.unknown && !converts_implicitly(operand.type(), type)) {
        return fail(error(operand.location, fmt::format("expected {}, not {}", to_string(type), operand.type_name()),
                          fmt::format("cast it: ::{}", to_string(type))));
    }
    return cast(operand, type, operand.location);
}

Result<ExpressionPtr> Builder::assigned(const Operand& operand, Type type, std::string_view what) const {
    if (!operand.unknown && !converts_by_assignment(operand.type(), type))
        return fail(error(operand.location, fmt::format("{} is {}, not {}", what, operand.type_name(), to_string(type)),
                          fmt::format("cast it: ::{}", to_string(type))));
    return cast(operand, type, operand.location);
}

Result<ExpressionPtr> Builder::boolean(const Operand& operand, std::string_view place) const {
    if (!operand.unknown && !converts_implicitly(operand.type(), Type::boolean))
        return fail(error(operand.location, fmt::format("{} must be boolean, not {}", place, operand.type_name())));
    return implicit(operand, Type::boolean);
}

Result<Type> Builder::common_type(std::span<const Operand> operands, std::string_view place) const {
    std::optional<Type> type;
    const Operand* scalar = nullptr;
    bool text_literal = false;
    for (const Operand& operand : operands) {
        if (operand.unknown) {
            text_literal = text_literal || !operand.is_null();
        } else if (operand.type() == Type::json_scalar) {
            if (scalar == nullptr) scalar = &operand;
        } else if (!type || converts_implicitly(*type, operand.type())) {
            type = operand.type();
        } else if (!converts_implicitly(operand.type(), *type)) {
            return fail(error(operand.location,
                              fmt::format("{} can't be both {} and {}", place, to_string(*type), operand.type_name())));
        }
    }
    if (scalar == nullptr) return type.value_or(Type::text);
    if (!type) return text_literal ? Type::text : Type::json_scalar;
    if (is_number(*type)) return Type::double_precision;
    if (*type == Type::text || *type == Type::boolean) return *type;
    return fail(
        error(scalar->location, fmt::format("{} can't be both {} and {}", place, to_string(*type), scalar->type_name()),
              *type == Type::jsonb ? "data->'field' is jsonb"
                                   : fmt::format("cast it: {}::{}", scalar->expression->text, to_string(*type))));
}

}  // namespace sf::sql
