// FROM, for DuckDB. All relations call their columns c1, c2, ...: names of people may come twice, or mean something
// else there.
#include "sql/query/duckdb_text.hpp"

#include "sql/functions/catalog.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sf::sql::query {

using Kind = Expression::Kind;

std::string DuckDbText::relation(const Relation& relation) {
    std::string text = own_rows(relation);
    std::size_t columns = relation.columns.size();
    for (const RelationPtr& hosted : relation.hosted) {
        columns += hosted->columns.size();
        text = fmt::format("(SELECT *, {} FROM {}) AS {}{}", elements(*hosted), text, relation.name,
                           duckdb::column_names(columns));
    }
    return text;
}

std::string DuckDbText::own_rows(const Relation& relation) {
    const std::string named = fmt::format(" AS {}{}", relation.name, duckdb::column_names(relation.columns.size()));
    switch (relation.kind) {
        case Relation::Kind::table: return duckdb::identifier(relation.table) + named;
        case Relation::Kind::with: return relation.table + named;
        case Relation::Kind::query: {
            std::vector<NumericForm> forms;
            for (const Attribute& column : relation.columns) forms.push_back(column.numeric);
            return fmt::format("{}({}){}", relation.lateral ? "LATERAL " : "", query(*relation.query, forms), named);
        }
        case Relation::Kind::window: {
            const bool session = relation.window.kind == Window::Kind::session;
            return fmt::format("({}){}", session ? session_rows(relation) : window_rows(relation), named);
        }
        case Relation::Kind::series: return fmt::format("({}){}", series(relation), named);
        case Relation::Kind::unnest: return fmt::format("LATERAL (SELECT {}){}", elements(relation), named);
        case Relation::Kind::join: break;
    }
    return join(relation);
}

// Those of several arrays go side by side, with NULL behind the end of the shorter ones.
std::string DuckDbText::elements(const Relation& relation) {
    std::vector<std::string> arrays;
    for (const ExpressionPtr& argument : relation.arguments) arrays.push_back(value(argument));
    std::string columns;
    for (const std::string& array : arrays) {
        if (!columns.empty()) columns += ", ";
        columns += relation.keeps_rows ? fmt::format("unnest(CASE WHEN greatest(len({})) > 0 THEN {} ELSE [NULL] END)",
                                                     fmt::join(arrays, "), len("), array)
                                       : fmt::format("unnest({})", array);
    }
    return columns;
}

// Each row once for each window that it is in: those that begin at or before its time, and end after it.
std::string DuckDbText::window_rows(const Relation& relation) {
    const std::size_t count = relation.query->columns.size();
    const Window& window = relation.window;
    const std::int64_t size = window.size.count();
    const std::int64_t slide = window.slide.count();
    std::vector<NumericForm> forms;
    std::string columns;
    for (std::size_t i = 0; i < count; ++i) {
        forms.push_back(relation.columns[i].numeric);
        columns += duckdb::column_name(i) + ", ";
    }
    const std::string micros = fmt::format("epoch_us({})", duckdb::column_name(relation.time_column));
    // The remainder of a negative number is negative, so it is made positive first.
    const std::string newest =
        fmt::format("SELECT *, {0} AS t, {0} - (({0} - {1}) % {2} + {2}) % {2} AS s FROM ({3}) AS q{4}", micros,
                    window.offset.count(), slide, query(*relation.query, forms), duckdb::column_names(count));
    if (window.kind != Window::Kind::hop)
        return fmt::format("SELECT {}make_timestamptz(s), make_timestamptz(s + {}) FROM ({}) AS n WHERE t IS NOT NULL",
                           columns, size, newest);
    return fmt::format(
        "SELECT {0}make_timestamptz(s - k.range * {1}), make_timestamptz(s - k.range * {1} + {2}) FROM ({3}) AS n, "
        "range({4}) AS k WHERE s - k.range * {1} + {2} > t",
        columns, slide, size, newest, (size + slide - 1) / slide);
}

// Gaps and islands: a row that is more than the gap behind the one before it of its keys begins a session. Inside, the
// rows have the name of the relation, so that keys and WHERE are written as they are outside.
// Rows of one time have one sum, whichever of them was found to begin a session.
std::string DuckDbText::session_rows(const Relation& relation) {
    const std::size_t count = relation.query->columns.size();
    const std::int64_t gap = relation.window.size.count();
    std::vector<NumericForm> forms;
    std::string columns;
    for (std::size_t i = 0; i < count; ++i) {
        forms.push_back(relation.columns[i].numeric);
        columns += duckdb::column_name(i) + ", ";
    }
    std::string keys, names;
    for (std::size_t i = 0; i < relation.keys.size(); ++i) {
        keys += fmt::format(", {} AS k{}", value(relation.keys[i]), i);
        names += fmt::format("{}k{}", i == 0 ? "PARTITION BY " : ", ", i);
    }
    const std::string time = fmt::format("{}.{}", relation.name, duckdb::column_name(relation.time_column));
    std::string rows =
        fmt::format("SELECT {0}.*, epoch_us({1}) AS t{2} FROM ({3}) AS {0}{4} WHERE {1} IS NOT NULL", relation.name,
                    time, keys, query(*relation.query, forms), duckdb::column_names(count));
    if (relation.where != nullptr) rows += " AND " + condition(relation.where);
    const std::string cut = fmt::format(
        "SELECT *, CASE WHEN t - lag(t) OVER ({0} ORDER BY t) <= {1} THEN 0 ELSE 1 END AS apart FROM ({2}) AS a", names,
        gap, rows);
    const std::string islands =
        fmt::format("SELECT *, sum(apart) OVER ({} ORDER BY t) AS island FROM ({}) AS b", names, cut);
    const std::string own = names.empty() ? "PARTITION BY island" : names + ", island";
    return fmt::format(
        "SELECT {0}make_timestamptz(min(t) OVER ({1})), make_timestamptz(max(t) OVER ({1}) + {2}) FROM ({3}) AS d",
        columns, own, gap, islands);
}

std::string DuckDbText::series(const Relation& relation) {
    return fmt::format("SELECT CAST(generate_series AS {}) FROM generate_series({})",
                       duckdb::type_name(relation.columns[0].type, {}), list(relation.arguments, ", "));
}

std::string DuckDbText::join(const Relation& relation) {
    if (relation.right->host != nullptr) return this->relation(*relation.left);
    constexpr std::array<std::string_view, 5> kWords = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"};
    const bool conditional = relation.condition != nullptr && !is_true_literal(*relation.condition);
    const std::string words =
        fmt::format("({} {} ", this->relation(*relation.left), kWords[static_cast<std::size_t>(relation.join)]);
    // DuckDB takes comparisons of the two sides alone as conditions of a lateral LEFT JOIN; inside they may be any.
    if (relation.join == Relation::Join::left && relation.right->lateral && conditional)
        return fmt::format("{}LATERAL (SELECT * FROM {} WHERE {}) AS {}{} ON true)", words,
                           this->relation(*relation.right), condition(relation.condition), relation.right->name,
                           duckdb::column_names(relation.right->columns.size()));
    std::string text = words + this->relation(*relation.right);
    if (relation.condition != nullptr) text += " ON " + join_condition(*relation.condition);
    return text + ")";
}

// Comparisons stand by themselves, so that DuckDB can join by hashing, whatever their sides are.
std::string DuckDbText::join_condition(const Expression& condition) {
    if (condition.kind == Kind::call && condition.function == &kAnd) {
        std::string text;
        for (const ExpressionPtr& part : condition.arguments)
            text += (text.empty() ? "(" : " AND ") + join_condition(*part);
        return text + ")";
    }
    const bool comparison =
        condition.kind == Kind::call && condition.arguments.size() == 2 &&
        condition.function->style == Function::Style::infix &&
        (condition.function->name == "=" || condition.function->name == "<" || condition.function->name == "<=" ||
         condition.function->name == ">" || condition.function->name == ">=");
    const ExpressionPtr shared = std::make_shared<Expression>(condition);
    if (!comparison) return value(shared);
    const Type type = condition.arguments[0]->type;
    if (type == Type::jsonb || type == Type::interval || is_array(type)) return value(shared);
    const NumericForm form = joined_form(form_of(*condition.arguments[0]), form_of(*condition.arguments[1]));
    return fmt::format("({} {} {})", value_as(condition.arguments[0], form), condition.function->name,
                       value_as(condition.arguments[1], form));
}

}  // namespace sf::sql::query
