// -> ->> #> #>>. Steps that are literals make fields of data, which are all known before an event comes and found in
// one walk; others are followed event by event.
#include "sql/plan/expression_binder.hpp"
#include "sql/values/array.hpp"
#include "sql/values/number_text.hpp"

#include <fmt/format.h>

namespace sf::sql {
namespace {

// The steps of a literal path; nothing where one is NULL.
std::optional<std::vector<std::string>> literal_steps(const Expression& path) {
    const std::string* const array = std::get_if<std::string>(&path.literal);
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> steps;
    ArrayReader reader(*array);
    for (Element step; reader.next(step);) {
        if (!step) return std::nullopt;
        steps.emplace_back(*step);
    }
    return steps;
}

bool is_plain_path(const Expression& value) { return value.kind == Expression::Kind::json_field; }

ExpressionPtr with_key(const Expression& field, std::string key, int location) {
    std::vector<std::string> path = field.path;
    path.push_back(std::move(key));
    return make_json_field(std::move(path), location, field.arguments.empty() ? nullptr : field.arguments[0]);
}

}  // namespace

Result<Operand> ExpressionBinder::bind_json(std::string_view symbol, const Operand& left, const PgQuery__Node& right,
                                            int location, const Clause& clause) {
    if (!left.is(Type::jsonb)) {
        const bool field = left.is(Type::json_scalar);
        return refuse(location, fmt::format("{} needs jsonb on its left, not {}", symbol, left.type_name()),
                      field ? "data.a is a plain value; data->'a' is the jsonb" : "");
    }
    SF_ASSIGN(Operand step, bind(right, clause));
    if (step.location < 0) step.location = location_of(right);
    return symbol.starts_with('#') ? follow_path(symbol, left, std::move(step), location)
                                   : follow_step(symbol, left, step, location);
}

// -> and ->>. A literal key of a field is a deeper field.
Result<Operand> ExpressionBinder::follow_step(std::string_view symbol, const Operand& left, const Operand& step,
                                              int location) const {
    const bool index = step.is(Type::integer);
    if (!index && !step.unknown && !step.is(Type::text) && !step.is(Type::json_scalar))
        return refuse(step.location, fmt::format("{} takes a text or an integer, not {}", symbol, step.type_name()),
                      "brackets may be missing: (data->>'a') || 'b'");
    SF_ASSIGN(ExpressionPtr key, builder_.implicit(step, index ? Type::integer : Type::text));
    const std::string* const literal = std::get_if<std::string>(&key->literal);
    ExpressionPtr value = left.expression;
    if (literal != nullptr && is_plain_path(*value)) {
        value = with_key(*value, *literal, location);
    } else {
        SF_ASSIGN(value, builder_.call(kJsonStep, {value, std::move(key)}, location));
    }
    if (symbol.ends_with(">>")) {
        SF_ASSIGN(value, builder_.call(kJsonText, {value}, location));
    }
    return typed(std::move(value), location);
}

// #> and #>>. Literal keys that are no numbers are deeper fields; numbers may be keys or indexes.
Result<Operand> ExpressionBinder::follow_path(std::string_view symbol, const Operand& left, Operand path,
                                              int location) const {
    if (!path.unknown && path.type() != kTextArray)
        return refuse(path.location, fmt::format("{} needs a path, not {}", symbol, path.type_name()),
                      "write data #> '{a,b}' or data->'a'->'b'");
    auto array = builder_.implicit(path, kTextArray);
    if (!array) {
        array.error().hint = "write data #> '{a,b}' or data->'a'->'b'";
        return fail(std::move(array.error()));
    }
    ExpressionPtr value = left.expression;
    if (auto steps = literal_steps(**array)) {
        for (std::string& step : *steps) {
            if (is_plain_path(*value) && !read_integer(step)) {
                value = with_key(*value, std::move(step), location);
            } else {
                SF_ASSIGN(value, builder_.call(kJsonPathStep,
                                               {value, make_literal(Type::text, std::move(step), location)}, location));
            }
        }
    } else {
        SF_ASSIGN(value, builder_.call(kJsonPath, {value, std::move(*array)}, location));
    }
    if (symbol.ends_with(">>")) {
        SF_ASSIGN(value, builder_.call(kJsonText, {value}, location));
    }
    return typed(std::move(value), location);
}

}  // namespace sf::sql
