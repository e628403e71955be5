#include "sql/expression.hpp"

#include "base/assert.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/values/array.hpp"
#include "sql/values/number_text.hpp"
#include "sql/values/time_text.hpp"

#include <algorithm>

namespace sf::sql {
namespace {

std::string value_text(const LiteralValue& value, Type type) {
    struct Writer {
        Type type;
        std::string operator()(std::monostate) const { return "NULL"; }
        std::string operator()(bool value) const { return value ? "true" : "false"; }
        std::string operator()(std::int64_t value) const {
            std::string text;
            if (type == Type::timestamptz) append_time(text, value);
            else if (type == Type::timestamp) append_plain_time(text, value);
            else if (type == Type::date) append_date(text, value);
            else return std::to_string(value);
            return quoted_string(text);
        }
        std::string operator()(double value) const {
            char buffer[kDoubleTextMax];
            return {buffer, write_double(buffer, value)};
        }
        std::string operator()(const Decimal& value) const { return value.to_text(); }
        std::string operator()(const Interval& value) const {
            std::string text;
            append_interval(text, value);
            return quoted_string(text);
        }
        std::string operator()(const Uuid& value) const { return quoted_string(sf::to_string(value)); }
        std::string operator()(const std::string& value) const {
            if (!is_array(type)) return quoted_string(value);
            std::string text;
            append_array_text(text, type, value);
            return quoted_string(text);
        }
    };
    return std::visit(Writer{type}, value);
}

// Whether a literal written like this is read back with its type.
bool shows_its_type(const Expression& literal) {
    if (std::holds_alternative<std::monostate>(literal.literal)) return false;
    return literal.type == Type::boolean || literal.type == Type::integer || literal.type == Type::text;
}

bool is_plain_identifier(std::string_view name) {
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::string list_text(std::span<const ExpressionPtr> arguments) {
    std::string text;
    for (const ExpressionPtr& argument : arguments) {
        if (!text.empty()) text += ", ";
        text += argument->text;
    }
    return text;
}

std::string case_text(std::span<const ExpressionPtr> arguments) {
    std::string text = "CASE";
    for (std::size_t i = 0; i + 1 < arguments.size(); i += 2)
        text += " WHEN " + arguments[i]->text + " THEN " + arguments[i + 1]->text;
    return text + " ELSE " + arguments.back()->text + " END";
}

// How a step of #> is written: as the array that it stands in where it would be taken for one.
std::string path_step_text(const Expression& step) {
    const std::string& name = std::get<std::string>(step.literal);
    if (name.find_first_of("{}\"\\,") == std::string::npos) return step.text;
    std::string element = "{\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') element += '\\';
        element += c;
    }
    return quoted_string(element + "\"}");
}

// What a json_field is a field of.
std::string base_text(const Expression& field) { return field.arguments.empty() ? "data" : field.arguments[0]->text; }

// data->'a'->>'b'
std::string json_text_text(const Expression& value) {
    if (value.kind == Expression::Kind::json_field && !value.path.empty()) {
        std::string text = base_text(value);
        for (std::size_t i = 0; i < value.path.size(); ++i)
            text += (i + 1 == value.path.size() ? "->>" : "->") + quoted_string(value.path[i]);
        return text;
    }
    if (value.function == &kJsonStep) return value.arguments[0]->text + "->>" + value.arguments[1]->text;
    if (value.function == &kJsonPathStep) return value.arguments[0]->text + "#>>" + path_step_text(*value.arguments[1]);
    return value.text + "#>>'{}'";
}

// Casts bind tighter than all operators; those that stand without brackets of their own get some.
std::string cast_text(const Expression& value, Type type) {
    const bool arrow = value.function == &kJsonText || value.function == &kJsonStep || value.function == &kJsonPathStep;
    return (arrow ? "(" + value.text + ")" : value.text) + "::" + std::string(to_string(type));
}

std::string call_text(const Function& function, Type type, std::span<const ExpressionPtr> arguments) {
    if (&function == &kCase) return case_text(arguments);
    if (&function == &kJsonText) return json_text_text(*arguments[0]);
    if (&function == &kHasTag) return "(" + arguments[1]->text + " = ANY(" + arguments[0]->text + "))";
    if (&function == &kArray) return "ARRAY[" + list_text(arguments) + "]";
    if (&function == &kElementAt) return "(" + arguments[0]->text + ")[" + arguments[1]->text + "]";
    if (&function == &kSlice)
        return "(" + arguments[0]->text + ")[" + arguments[1]->text + ":" + arguments[2]->text + "]";
    if (&function == &kJsonStep) return arguments[0]->text + "->" + arguments[1]->text;
    if (&function == &kJsonPathStep) return arguments[0]->text + "#>" + path_step_text(*arguments[1]);
    switch (function.style) {
        case Function::Style::infix: {
            std::string text = "(";
            for (std::size_t i = 0; i < arguments.size(); ++i) {
                if (i > 0) text.append(" ").append(function.name).append(" ");
                text += arguments[i]->text;
            }
            return text + ")";
        }
        case Function::Style::prefix: return "(" + std::string(function.name) + " " + arguments[0]->text + ")";
        case Function::Style::postfix: return "(" + arguments[0]->text + " " + std::string(function.name) + ")";
        case Function::Style::cast: return cast_text(*arguments[0], type);
        case Function::Style::field: return field_text(arguments[0]->path, base_text(*arguments[0]));
        case Function::Style::call: break;
    }
    return std::string(function.name) + "(" + list_text(arguments) + ")";
}

std::shared_ptr<Expression> make(Expression::Kind kind, Type type, std::string text, int location) {
    auto expression = std::make_shared<Expression>();
    expression->kind = kind;
    expression->type = type;
    expression->text = std::move(text);
    expression->location = location;
    return expression;
}

}  // namespace

const std::string& canonical_text(const Expression& expression) { return expression.text; }
Type type_of(const Expression& expression) { return expression.type; }
int input_of(const Expression& expression) {
    return expression.kind == Expression::Kind::input ? static_cast<int>(expression.index) : -1;
}

std::vector<Type> input_types(const Expression& expression) {
    std::vector<Type> types;
    std::vector<const Expression*> rest = {&expression};
    while (!rest.empty()) {
        const Expression* const next = rest.back();
        rest.pop_back();
        for (const ExpressionPtr& argument : next->arguments) rest.push_back(argument.get());
        if (next->kind != Expression::Kind::input) continue;
        if (next->index >= types.size()) types.resize(next->index + 1);
        types[next->index] = next->type;
    }
    return types;
}

bool is_bound(const Expression& expression) {
    return expression.kind == Expression::Kind::window_start || expression.kind == Expression::Kind::window_end;
}

const Expression* bound_in(const Expression& expression) {
    if (is_bound(expression)) return &expression;
    for (const ExpressionPtr& argument : expression.arguments) {
        if (const Expression* const bound = bound_in(*argument)) return bound;
    }
    return nullptr;
}

std::string quoted_identifier(std::string_view name) {
    if (is_plain_identifier(name)) return std::string(name);
    std::string text = "\"";
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + '"';
}

std::string quoted_string(std::string_view content) {
    std::string text = "'";
    for (const char c : content) text.append(c == '\'' ? 2 : 1, c);
    return text + '\'';
}

std::string field_text(const std::vector<std::string>& path, std::string_view base) {
    std::string text(base);
    for (const std::string& name : path) text += '.' + quoted_identifier(name);
    return text;
}

ExpressionPtr make_literal(Type type, LiteralValue value, int location) {
    auto literal = make(Expression::Kind::literal, type, value_text(value, type), location);
    literal->literal = std::move(value);
    if (!shows_its_type(*literal))
        literal->text += "::" + std::string(type == Type::json_scalar ? "json_scalar" : to_string(type));
    return literal;
}

ExpressionPtr make_column(EventColumn column, Type type, std::string_view name, int location) {
    auto expression = make(Expression::Kind::column, type, std::string(name), location);
    expression->column = column;
    return expression;
}

ExpressionPtr make_json_field(std::vector<std::string> path, int location, ExpressionPtr base) {
    std::string text = base == nullptr ? "data" : base->text;
    for (const std::string& name : path) text += "->" + quoted_string(name);
    auto expression = make(Expression::Kind::json_field, Type::jsonb, std::move(text), location);
    expression->path = std::move(path);
    if (base != nullptr) expression->arguments = {std::move(base)};
    return expression;
}

ExpressionPtr make_window_bound(Expression::Kind kind, int location) {
    return make(kind, Type::timestamptz, kind == Expression::Kind::window_start ? "window_start" : "window_end",
                location);
}

ExpressionPtr make_aggregate(std::size_t index, Type type, std::string text, int location) {
    auto expression = make(Expression::Kind::aggregate, type, std::move(text), location);
    expression->index = index;
    return expression;
}

ExpressionPtr make_view_column(std::size_t index, Type type, std::string_view name, int location) {
    auto expression = make(Expression::Kind::view_column, type, quoted_identifier(name), location);
    expression->index = index;
    return expression;
}

ExpressionPtr make_union_column(std::size_t index, Type type, std::string text) {
    auto expression = make(Expression::Kind::union_column, type, std::move(text), -1);
    expression->index = index;
    return expression;
}

ExpressionPtr make_ranking(std::size_t index, std::string text, int location) {
    auto expression = make(Expression::Kind::ranking, Type::bigint, std::move(text), location);
    expression->index = index;
    return expression;
}

ExpressionPtr make_input(std::size_t index, Type type, std::string text) {
    auto expression = make(Expression::Kind::input, type, std::move(text), -1);
    expression->index = index;
    return expression;
}

ExpressionPtr make_call(const Function& function, Type type, std::vector<ExpressionPtr> arguments,
                        std::shared_ptr<const Prepared> prepared, int location) {
    std::string text = call_text(function, type, arguments);
    return make_named_call(function, type, std::move(text), std::move(arguments), std::move(prepared), location);
}

ExpressionPtr make_named_call(const Function& function, Type type, std::string text,
                              std::vector<ExpressionPtr> arguments, std::shared_ptr<const Prepared> prepared,
                              int location) {
    auto call = make(Expression::Kind::call, type, std::move(text), location);
    call->function = &function;
    for (const ExpressionPtr& argument : arguments) call->depth = std::max(call->depth, argument->depth + 1);
    call->arguments = std::move(arguments);
    call->prepared = std::move(prepared);
    return call;
}

ExpressionPtr make_membership(ExpressionPtr value, std::span<const ExpressionPtr> literals,
                              std::shared_ptr<const Prepared> set, int location) {
    std::string text = "(" + value->text + " IN (" + list_text(literals) + "))";
    auto call = std::make_shared<Expression>(
        *make_named_call(kIn, Type::boolean, std::move(text), {std::move(value)}, std::move(set), location));
    call->members.assign(literals.begin(), literals.end());
    return call;
}

ExpressionPtr at_location(const ExpressionPtr& expression, int location) {
    auto copy = std::make_shared<Expression>(*expression);
    copy->location = location;
    return copy;
}

ExpressionPtr with_arguments(const Expression& call, std::vector<ExpressionPtr> arguments) {
    SF_ASSERT(call.kind == Expression::Kind::call && arguments.size() == call.arguments.size());
    auto copy = std::make_shared<Expression>(call);
    copy->arguments = std::move(arguments);
    return copy;
}

}  // namespace sf::sql
