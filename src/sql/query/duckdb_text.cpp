#include "sql/query/duckdb_text.hpp"

#include "sql/query/query_planner.hpp"
#include "sql/syntax/statement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sf::sql::query {
namespace {

std::vector<NumericForm> forms_of(const Query& query) {
    std::vector<NumericForm> forms;
    for (const Attribute& column : query.columns) forms.push_back(column.numeric);
    return forms;
}

std::string quoted_list(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
}

}  // namespace

Result<QueryText> DuckDbText::write() {
    const Query& query = *plan_.query;
    const auto* const select = std::get_if<Select>(&query.body);
    for (std::size_t i = 0; i < query.columns.size(); ++i) {
        const Attribute& column = query.columns[i];
        QueryText::Column shown{.name = column.name, .type = column.type};
        shown.open_scale = column.type == array_type(Type::numeric);
        if (column.type == Type::numeric && !column.numeric.exact) {
            // Where nothing compares the values any more they can have all their digits.
            const bool free = select != nullptr && !select->distinct && select->distinct_on.empty();
            shown.as_text = free && has_numeric_text(*select->outputs[i].expression, *select);
            shown.open_scale = !shown.as_text;
        }
        text_.columns.push_back(std::move(shown));
    }
    text_.text = this->query(query, forms_of(query));
    if (problem_) return fail(std::move(*problem_));
    return std::move(text_);
}

void DuckDbText::cannot(std::string message, std::string hint) {
    if (!problem_) problem_ = Error{ErrorCode::invalid_input, std::move(message), {}, std::move(hint)};
}

std::string DuckDbText::query(const Query& query, std::span<const NumericForm> forms) {
    std::string text = with_queries(query);
    const std::string by_form = sort_keys_of_outputs(query);
    if (by_form.empty()) text += body(query, forms);
    else
        text += fmt::format("SELECT * FROM ({}) AS o{} ORDER BY {}", body(query, forms),
                            duckdb::column_names(query.columns.size()), by_form);
    if (query.limit) text += fmt::format(" LIMIT {}", *query.limit);
    if (query.offset) text += fmt::format(" OFFSET {}", *query.offset);
    return text;
}

std::string DuckDbText::body(const Query& query, std::span<const NumericForm> forms) {
    if (const auto* const only = std::get_if<Select>(&query.body)) return select(query, *only, forms);
    if (const auto* const rows = std::get_if<Values>(&query.body))
        return values(query, *rows, forms) + sort_keys(query.order, nullptr);
    const auto& operation = std::get<SetOperation>(query.body);
    std::string_view word = "UNION";
    if (operation.kind == SetOperation::Kind::intersect) word = "INTERSECT";
    if (operation.kind == SetOperation::Kind::except) word = "EXCEPT";
    return fmt::format("({}) {}{} ({}){}", this->query(*operation.left, forms), word, operation.all ? " ALL" : "",
                       this->query(*operation.right, forms), sort_keys(query.order, nullptr));
}

std::string DuckDbText::with_queries(const Query& query) {
    std::string text;
    for (const WithQuery& with : query.with) {
        const std::string_view kept = !with.materialized   ? ""
                                      : *with.materialized ? "MATERIALIZED "
                                                           : "NOT MATERIALIZED ";
        text += fmt::format("{}{}{} AS {}({})", text.empty() ? (query.recursive ? "WITH RECURSIVE " : "WITH ") : ", ",
                            with.name, duckdb::column_names(with.query->columns.size()), kept,
                            this->query(*with.query, forms_of(*with.query)));
    }
    return text.empty() ? text : text + " ";
}

std::string DuckDbText::select(const Query& query, const Select& select, std::span<const NumericForm> forms) {
    const auto* const around = std::exchange(aggregates_, &select.aggregates);
    std::string text = "SELECT ";
    if (select.distinct) text += "DISTINCT ";
    if (!select.distinct_on.empty()) text += fmt::format("DISTINCT ON ({}) ", list(select.distinct_on, ", "));
    for (std::size_t i = 0; i < select.outputs.size(); ++i) {
        const ExpressionPtr& expression = select.outputs[i].expression;
        const bool top = &query == plan_.query.get() && text_.columns[i].as_text;
        text += fmt::format("{}{} AS {}", i > 0 ? ", " : "",
                            top ? numeric_text(expression) : value_as(expression, forms[i]), duckdb::column_name(i));
    }
    for (std::size_t i = 0; i < select.from.size(); ++i) {
        if (select.from[i]->host == nullptr) text += (i == 0 ? " FROM " : ", ") + relation(*select.from[i]);
    }
    if (select.where != nullptr) text += " WHERE " + condition(select.where);
    text += group_by(select);
    if (select.having != nullptr) text += " HAVING " + condition(select.having);
    text += sort_keys(query.order, &select);
    aggregates_ = around;
    return text;
}

std::string DuckDbText::group_by(const Select& select) {
    std::vector<std::string> parts;
    for (const Grouping& each : select.grouping) parts.push_back(grouping(select, each));
    return parts.empty() ? "" : " GROUP BY " + quoted_list(parts);
}

std::string DuckDbText::grouping(const Select& select, const Grouping& grouping) {
    if (grouping.kind == Grouping::Kind::keys) {
        std::vector<ExpressionPtr> keys;
        for (const std::size_t key : grouping.keys) keys.push_back(select.keys[key]);
        return keys.size() == 1 ? value(keys[0]) : fmt::format("({})", list(keys, ", "));
    }
    std::vector<std::string> parts;
    for (const Grouping& part : grouping.parts) parts.push_back(this->grouping(select, part));
    const std::string_view word = grouping.kind == Grouping::Kind::rollup ? "ROLLUP"
                                  : grouping.kind == Grouping::Kind::cube ? "CUBE"
                                                                          : "GROUPING SETS";
    return fmt::format("{} ({})", word, quoted_list(parts));
}

// `select` is null behind a set operation, where only outputs can be meant.
std::string DuckDbText::sort_keys(std::span<const SortKey> keys, const Select* select) {
    std::string text;
    for (const SortKey& key : keys) {
        text += text.empty() ? " ORDER BY " : ", ";
        const bool top = select != nullptr && std::get_if<Select>(&plan_.query->body) == select;
        if (key.output && !(top && text_.columns[*key.output].as_text)) text += std::to_string(*key.output + 1);
        else text += value(key.output ? select->outputs[*key.output].expression : key.expression);
        text += fmt::format(" {} NULLS {}", key.descending ? "DESC" : "ASC", key.nulls_first ? "FIRST" : "LAST");
    }
    return text;
}

// Of outputs that databases can't order by themselves: they get names first, and then an expression is what sorts them.
// Empty where there are none.
std::string DuckDbText::sort_keys_of_outputs(const Query& query) {
    const auto by_form = [&](const SortKey& key) {
        return key.output && sorts_by_form(query.columns[*key.output].type);
    };
    if (std::ranges::none_of(query.order, by_form)) return "";
    std::string text;
    for (const SortKey& key : query.order) {
        std::string column = "o." + duckdb::column_name(*key.output);
        if (by_form(key)) {
            const ExpressionPtr form = order_form(make_input(0, query.columns[*key.output].type, "value"));
            text_.expressions.push_back(form);
            column = fmt::format("{}({}, {})", evaluator_name(form->type, 0), text_.expressions.size() - 1, column);
        }
        text += fmt::format("{}{} {} NULLS {}", text.empty() ? "" : ", ", column, key.descending ? "DESC" : "ASC",
                            key.nulls_first ? "FIRST" : "LAST");
    }
    return text;
}

std::string DuckDbText::values(const Query& query, const Values& values, std::span<const NumericForm> forms) {
    static_cast<void>(query);
    std::string text = "VALUES ";
    for (std::size_t i = 0; i < values.rows.size(); ++i) {
        text += i > 0 ? ", (" : "(";
        for (std::size_t k = 0; k < values.rows[i].size(); ++k)
            text += (k > 0 ? ", " : "") + value_as(values.rows[i][k], forms[k]);
        text += ")";
    }
    return text;
}

}  // namespace sf::sql::query

namespace sf::sql {

namespace {

std::string type_suffix(Type type, int scale) {
    if (is_array(type)) return type_suffix(element_type(type), kArrayScale) + "_array";
    switch (type) {
        case Type::boolean: return "boolean";
        case Type::integer: return "integer";
        case Type::bigint: return "bigint";
        case Type::double_precision: return "double";
        case Type::numeric: return fmt::format("numeric_{}", scale);
        case Type::text: return "text";
        case Type::timestamptz: return "timestamptz";
        case Type::timestamp: return "timestamp";
        case Type::date: return "date";
        case Type::interval: return "interval";
        case Type::uuid: return "uuid";
        case Type::jsonb:
        case Type::json_scalar: break;
    }
    return "json";
}

}  // namespace

std::string evaluator_name(Type type, int scale) { return "streamflow_eval_" + type_suffix(type, scale); }
std::string aggregator_name(Type type) { return "streamflow_agg_" + type_suffix(type, kArrayScale); }

Result<QueryText> query_for_duckdb(std::string_view sql, const RelationCatalog& tables,
                                   const AggregateCatalog& aggregates, Timestamp now, const FunctionCatalog& functions,
                                   std::int64_t number) {
    SF_ASSIGN(const Statement statement, Statement::parse(sql));
    const Builder builder(statement);
    const PgQuery__Node& root = statement.root();
    if (root.node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return fail(builder.error(0, "only SELECT is allowed: queries are read-only",
                                  "a query is one SELECT; it may begin with SELECT, WITH, VALUES, TABLE or a bracket"));
    query::QueryContext context{.builder = builder,
                                .aggregates = aggregates,
                                .tables = tables,
                                .functions = {.catalog = functions},
                                .now = now};
    query::QueryPlan plan;
    SF_ASSIGN(plan.query, query::QueryPlanner(context, nullptr, nullptr).plan(*root.select_stmt));
    plan.leaves = context.leaves;
    return query::DuckDbText(plan, number).write();
}

}  // namespace sf::sql
