// -> ->> #> #>> ? : the steps are literals, so that all fields that views need are known before an event comes.
#include "sql/plan/expression_binder.hpp"
#include "sql/values/array.hpp"
#include "sql/values/number_text.hpp"

#include <fmt/format.h>

namespace sf::sql {
namespace {

// The elements of '{a,0,"b c"}'. Nothing for anything else, or for NULL among them.
std::optional<std::vector<std::string>> array_elements(std::string_view text) {
    std::string array;
    if (!read_array(array, kTextArray, text)) return std::nullopt;
    std::vector<std::string> elements;
    ArrayReader reader(array);
    for (Element element; reader.next(element);) {
        if (!element) return std::nullopt;
        elements.emplace_back(*element);
    }
    return elements;
}

bool is_plain_path(const Expression& value) { return value.kind == Expression::Kind::json_field; }

ExpressionPtr with_key(const Expression& field, std::string key, int location) {
    std::vector<std::string> path = field.path;
    path.push_back(std::move(key));
    return make_json_field(std::move(path), location);
}

}  // namespace

Result<Operand> ExpressionBinder::bind_json(std::string_view symbol, const Operand& left, const PgQuery__Node& right,
                                            int location, const Clause& clause) {
    if (!left.is(Type::jsonb)) {
        const bool field = left.is(Type::json_scalar);
        return refuse(location, fmt::format("{} needs jsonb on its left, not {}", symbol, left.type_name()),
                      field ? "data.a is a plain value; data->'a' is the jsonb" : "");
    }
    ExpressionPtr value = left.expression;
    if (symbol == "#>" || symbol == "#>>") {
        std::optional<std::vector<std::string>> steps;
        if (right.node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR) {
            steps.emplace();
            for (std::size_t i = 0; i < right.a_array_expr->n_elements; ++i) {
                SF_ASSIGN(const Operand element, bind(*right.a_array_expr->elements[i], clause));
                const std::string* const text = std::get_if<std::string>(&element.expression->literal);
                if (text == nullptr || element.type() != Type::text)
                    return refuse(location_of(right), "the steps of a path must be literal texts");
                steps->push_back(*text);
            }
        } else {
            SF_ASSIGN(const Operand path, bind(right, clause));
            const std::string* const text =
                path.unknown ? std::get_if<std::string>(&path.expression->literal) : nullptr;
            if (text != nullptr) steps = array_elements(*text);
        }
        if (!steps)
            return refuse(location_of(right), fmt::format("{} needs a literal path", symbol),
                          "write data #> '{a,b}' or data->'a'->'b'");
        for (std::string& step : *steps) {
            if (is_plain_path(*value) && !read_integer(step)) {
                value = with_key(*value, std::move(step), location);
            } else {
                SF_ASSIGN(value, builder_.call(kJsonPathStep,
                                               {value, make_literal(Type::text, std::move(step), location)}, location));
            }
        }
    } else {
        SF_ASSIGN(const Operand step, bind(right, clause));
        const std::string* const key = std::get_if<std::string>(&step.expression->literal);
        const bool text = key != nullptr && step.type() == Type::text;
        const bool index = is_literal(*step.expression) && step.is(Type::integer) && !is_null_literal(*step.expression);
        if (!text && !(index && symbol != "?"))
            return refuse(location_of(right),
                          fmt::format("{} needs a literal {}", symbol, symbol == "?" ? "text" : "text or number"),
                          "brackets may be missing: (data->>'a') || 'b'");
        if (symbol == "?") {
            SF_ASSIGN(ExpressionPtr call,
                      builder_.call(*operators_named("?", 2)[0], {value, step.expression}, location));
            return typed(std::move(call), location);
        }
        if (text && is_plain_path(*value)) {
            value = with_key(*value, *key, location);
        } else {
            SF_ASSIGN(value, builder_.call(kJsonStep, {value, step.expression}, location));
        }
    }
    if (symbol.ends_with(">>")) {
        SF_ASSIGN(value, builder_.call(kJsonText, {value}, location));
    }
    return typed(std::move(value), location);
}

}  // namespace sf::sql
