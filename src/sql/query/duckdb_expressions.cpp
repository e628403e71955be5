// Expressions, for DuckDB: its own words where they mean the same, calls of our evaluator elsewhere.
#include "sql/functions/catalog.hpp"
#include "sql/query/duckdb_text.hpp"
#include "sql/values/array.hpp"
#include "sql/values/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql::query {

using Kind = Expression::Kind;

namespace duckdb {

std::string identifier(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + '"';
}

std::string column_name(std::size_t column) { return fmt::format("c{}", column + 1); }

std::string column_names(std::size_t count) {
    std::string text = "(";
    for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? ", " : "") + column_name(i);
    return text + ")";
}

std::string type_name(Type type, NumericForm form) {
    if (is_array(type)) return type_name(element_type(type), form) + "[]";
    switch (type) {
        case Type::boolean: return "BOOLEAN";
        case Type::integer: return "INTEGER";
        case Type::bigint: return "BIGINT";
        case Type::double_precision: return "DOUBLE";
        case Type::numeric: return fmt::format("DECIMAL(38,{})", form.scale);
        case Type::text: return "VARCHAR";
        case Type::timestamptz: return "TIMESTAMPTZ";
        case Type::timestamp: return "TIMESTAMP";
        case Type::date: return "DATE";
        case Type::interval: return "INTERVAL";
        case Type::uuid: return "UUID";
        case Type::jsonb:
        case Type::json_scalar: break;
    }
    return "JSON";
}

// ['a', NULL]
std::string text_list(std::string_view array) {
    std::string text;
    ArrayReader reader(array);
    for (Element element; reader.next(element);)
        text += (text.empty() ? "" : ", ") + (element ? quoted_string(*element) : "NULL");
    return "[" + text + "]";
}

std::string literal(const Expression& literal, NumericForm form) {
    struct Writer {
        Type type;
        NumericForm form;
        [[nodiscard]] std::string cast(std::string_view text) const {
            return fmt::format("CAST({} AS {})", text, type_name(type, form));
        }
        std::string operator()(std::monostate) const { return cast("NULL"); }
        std::string operator()(bool value) const { return value ? "true" : "false"; }
        std::string operator()(std::int64_t value) const {
            const std::string number = fmt::format("CAST('{}' AS BIGINT)", value);
            switch (type) {
                case Type::timestamptz: return fmt::format("make_timestamptz({})", number);
                case Type::timestamp: return fmt::format("make_timestamp({})", number);
                case Type::date: return fmt::format("CAST(make_timestamp({}) AS DATE)", number);
                default: return cast(fmt::format("'{}'", value));
            }
        }
        std::string operator()(double value) const {
            char buffer[kDoubleTextMax];
            return cast(quoted_string({buffer, write_double(buffer, value)}));
        }
        std::string operator()(const Decimal& value) const { return cast(quoted_string(value.to_text())); }
        std::string operator()(const Interval& value) const {
            return fmt::format(
                "(to_months(CAST({} AS INTEGER)) + to_days(CAST({} AS INTEGER)) + "
                "to_microseconds(CAST('{}' AS BIGINT)))",
                value.months, value.days, value.micros);
        }
        std::string operator()(const Uuid& value) const { return cast(quoted_string(sf::to_string(value))); }
        std::string operator()(const std::string& value) const {
            if (type == kTextArray) return cast(text_list(value));
            return type == Type::text ? quoted_string(value) : cast(quoted_string(value));
        }
    };
    return std::visit(Writer{literal.type, form}, literal.literal);
}

}  // namespace duckdb

namespace {

// Types whose values DuckDB compares as PostgreSQL does. Decimals of two scales it would bring to one that may be too
// small for both.
bool compares_alike(Type type) {
    switch (type) {
        case Type::boolean:
        case Type::integer:
        case Type::bigint:
        case Type::double_precision:
        case Type::text:
        case Type::timestamptz:
        case Type::timestamp:
        case Type::date:
        case Type::uuid: return true;
        default: return false;
    }
}

bool is_comparison(const Function& function) {
    constexpr std::array<std::string_view, 6> kSymbols = {"=", "<>", "<", "<=", ">", ">="};
    return function.style == Function::Style::infix && std::ranges::find(kSymbols, function.name) != kSymbols.end();
}

bool is_connective(const Function& function) {
    return &function == &kAnd || &function == &kOr || &function == &kNot || &function == &kIsNull ||
           &function == &kIsNotNull || &function == &kIsTrue || &function == &kIsNotTrue || &function == &kIsFalse ||
           &function == &kIsNotFalse;
}

// Casts that can't fail and that DuckDB makes alike.
bool is_widening(const Expression& call) {
    if (call.function->style != Function::Style::cast) return false;
    const Type from = call.arguments[0]->type;
    return (from == Type::integer && (call.type == Type::bigint || call.type == Type::double_precision)) ||
           (from == Type::bigint && call.type == Type::double_precision);
}

// LIKE with patterns of which both have the same idea.
bool is_plain_like(const Expression& call) {
    if (call.function->name != "LIKE" && call.function->name != "NOT LIKE") return false;
    const auto* const pattern = std::get_if<std::string>(&call.arguments[1]->literal);
    return is_literal(*call.arguments[1]) && pattern != nullptr && pattern->find_first_of("_\\") == std::string::npos;
}

// The inputs of an expression, by their texts, become those of a function: its arguments from 0.
class Arguments {
public:
    ExpressionPtr replace(const ExpressionPtr& expression) {
        switch (expression->kind) {
            case Kind::input:
            case Kind::aggregate: return argument(expression);
            case Kind::json_field:
                return make_json_field(expression->path, expression->location, argument(expression->arguments[0]));
            case Kind::call: {
                std::vector<ExpressionPtr> replaced;
                for (const ExpressionPtr& each : expression->arguments) replaced.push_back(replace(each));
                return with_arguments(*expression, std::move(replaced));
            }
            default: return expression;
        }
    }
    [[nodiscard]] const std::vector<ExpressionPtr>& all() const { return arguments_; }

private:
    ExpressionPtr argument(const ExpressionPtr& leaf) {
        const auto found =
            std::ranges::find_if(arguments_, [&](const ExpressionPtr& each) { return each->text == leaf->text; });
        const auto index = static_cast<std::size_t>(found - arguments_.begin());
        if (found == arguments_.end()) arguments_.push_back(leaf);
        return make_input(index, leaf->type, leaf->text);
    }

    std::vector<ExpressionPtr> arguments_;
};

}  // namespace

NumericForm DuckDbText::form_of(const Expression& expression) const {
    static const std::vector<AggregateCall> kNone;
    return expression.type == Type::numeric
               ? numeric_form(expression, *plan_.leaves, aggregates_ == nullptr ? kNone : *aggregates_)
               : NumericForm{};
}

std::string DuckDbText::list(std::span<const ExpressionPtr> expressions, std::string_view between) {
    std::string text;
    for (const ExpressionPtr& expression : expressions) {
        if (!text.empty()) text += between;
        text += value(expression);
    }
    return text;
}

std::string DuckDbText::value(const ExpressionPtr& expression) {
    return is_native(*expression) ? native(*expression) : evaluated(expression);
}

std::string DuckDbText::value_as(const ExpressionPtr& expression, NumericForm form) {
    if (expression->type != Type::numeric || form_of(*expression).scale == form.scale) return value(expression);
    return fmt::format("CAST({} AS {})", value(expression), duckdb::type_name(Type::numeric, form));
}

// Where NULL is as good as false: the parts of AND stand alone, and DuckDB takes them to where the rows come from.
std::string DuckDbText::condition(const ExpressionPtr& expression) {
    if (expression->kind != Kind::call || expression->function != &kAnd) return value(expression);
    std::string text;
    for (const ExpressionPtr& part : expression->arguments) text += (text.empty() ? "(" : " AND ") + condition(part);
    return text + ")";
}

bool DuckDbText::is_native(const Expression& expression) const {
    switch (expression.kind) {
        case Kind::literal: return !is_array(expression.type) || expression.type == kTextArray;
        case Kind::input:
        case Kind::aggregate: return true;
        case Kind::json_field: return expression.path.empty();
        case Kind::call: break;
        default: return false;
    }
    const Function& function = *expression.function;
    for (const ExpressionPtr& argument : expression.arguments) {
        if (!is_native(*argument)) return false;
    }
    if (is_connective(function) || is_widening(expression) || is_plain_like(expression)) return true;
    if (is_comparison(function) || &function == &kIn || &function == &kDistinctFrom || &function == &kNotDistinctFrom)
        return compares_alike(expression.arguments[0]->type);
    return (&function == &kCoalesce || &function == &kCase) && compares_alike(expression.type);
}

std::string DuckDbText::native(const Expression& expression) {
    switch (expression.kind) {
        case Kind::literal: return duckdb::literal(expression, form_of(expression));
        case Kind::aggregate: return aggregate((*aggregates_)[expression.index], "");
        case Kind::json_field: return native(*expression.arguments[0]);
        case Kind::input: return leaf((*plan_.leaves)[expression.index], expression.type);
        default: return native_call(expression);
    }
}

std::string DuckDbText::native_call(const Expression& call) {
    const Function& function = *call.function;
    const auto argument = [&](std::size_t index) { return value(call.arguments[index]); };
    if (&function == &kIn) {
        std::string members;
        for (const ExpressionPtr& member : call.members)
            members += (members.empty() ? "" : ", ") + duckdb::literal(*member, {});
        return fmt::format("({} IN ({}))", argument(0), members);
    }
    if (&function == &kCoalesce) return fmt::format("coalesce({})", list(call.arguments, ", "));
    if (&function == &kCase) {
        std::string text = "CASE";
        for (std::size_t i = 0; i + 1 < call.arguments.size(); i += 2)
            text += fmt::format(" WHEN {} THEN {}", argument(i), argument(i + 1));
        return fmt::format("{} ELSE {} END", text, value(call.arguments.back()));
    }
    if (function.style == Function::Style::cast)
        return fmt::format("CAST({} AS {})", argument(0), duckdb::type_name(call.type, {}));
    // DuckDB reads NOT (a = b) as a <> b, which is no key of GROUP BY where a = b is one.
    const Expression& only = *call.arguments[0];
    if (&function == &kNot && only.kind == Kind::input && (*plan_.leaves)[only.index].kind == Leaf::Kind::group_key)
        return fmt::format("({} = false)", argument(0));
    if (function.style == Function::Style::prefix) return fmt::format("({} {})", function.name, argument(0));
    if (function.style == Function::Style::postfix) return fmt::format("({} {})", argument(0), function.name);
    return fmt::format("({})", list(call.arguments, fmt::format(" {} ", function.name)));
}

std::string DuckDbText::evaluated(const ExpressionPtr& expression) {
    return evaluated(expression, evaluator_name(expression->type, form_of(*expression).scale));
}

std::string DuckDbText::evaluated(const ExpressionPtr& expression, std::string_view function) {
    Arguments arguments;
    ExpressionPtr over_arguments = arguments.replace(expression);
    std::string written;
    for (const ExpressionPtr& argument : arguments.all()) written += ", " + value(argument);
    // GROUP BY and the outputs find each other by their texts, so what is the same must be written the same.
    const auto [found, is_new] =
        evaluated_.try_emplace(fmt::format("{}\n{}", expression->text, written), text_.expressions.size());
    if (is_new) text_.expressions.push_back(std::move(over_arguments));
    return fmt::format("{}({}{})", function, found->second, written);
}

}  // namespace sf::sql::query
