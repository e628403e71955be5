#include "sql/plan/join.hpp"

#include "sql/evaluator.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/lookup.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/plan/no_aggregates.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

constexpr std::string_view kJoinForm = "write FROM events AS e JOIN campaigns AS c ON c.ad_id = e.data.ad_id";

// One `table.column = expression over events`.
struct JoinKey {
    std::size_t column = 0;
    Operand value;
    int location = -1;
};

class JoinPlanner {
public:
    JoinPlanner(const Builder& builder, const PgQuery__JoinExpr& join, std::unique_ptr<Scope> events,
                const ReferenceTablePtr& table, std::string alias, FunctionCalls& functions)
        : builder_(builder),
          join_(join),
          events_(std::move(events)),
          table_(table),
          alias_(std::move(alias)),
          functions_(functions) {}

    Result<Join> plan() {
        const bool left = join_.jointype == PG_QUERY__JOIN_TYPE__JOIN_LEFT;
        const int location = join_.quals != nullptr ? location_of(*join_.quals) : -1;
        if (join_.is_natural != 0 || (!left && join_.jointype != PG_QUERY__JOIN_TYPE__JOIN_INNER))
            return refuse(location, "only JOIN and LEFT JOIN with ON or USING are supported", std::string(kJoinForm));
        if (join_.alias != nullptr)
            return refuse(location, "an alias of a join is not supported", std::string(kJoinForm));
        for (std::size_t i = 0; i < join_.n_using_clause; ++i) SF_TRY(add_using(string_of(*join_.using_clause[i])));
        if (join_.quals != nullptr) SF_TRY(add_conditions(*join_.quals));
        if (keys_.empty()) return refuse(location, "a join needs the key of the table", std::string(kJoinForm));
        SF_TRY(check_key(location));
        SF_ASSIGN(const ExpressionPtr row, lookup(location));
        std::vector<NamedColumn> columns;
        for (std::size_t i = 0; i < table_->definition().columns.size(); ++i)
            columns.push_back({table_->definition().columns[i].name, make_table_value(table_, i, row, location)});
        Join made;
        if (!left) {
            SF_ASSIGN(made.condition, builder_.call(kIsNotNull, {row}, location));
        }
        made.scope = std::make_unique<JoinScope>(builder_, std::move(events_), alias_,
                                                 DerivedScope(builder_, alias_, std::move(columns)));
        return made;
    }

private:
    [[nodiscard]] std::unexpected<Error> refuse(int location, std::string message, std::string hint = {}) const {
        return fail(builder_.error(location, std::move(message), std::move(hint)));
    }

    // The column of the table that a node names alone; nothing for anything else.
    [[nodiscard]] std::optional<std::size_t> table_column(const PgQuery__Node& node) const {
        if (node.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) return std::nullopt;
        const PgQuery__ColumnRef& reference = *node.column_ref;
        if (reference.n_fields == 2 && string_of(*reference.fields[0]) == alias_)
            return table_->definition().column(last_name(reference));
        if (reference.n_fields != 1 || events_->has_column(last_name(reference))) return std::nullopt;
        return table_->definition().column(last_name(reference));
    }

    Result<> add_conditions(const PgQuery__Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_BOOL_EXPR &&
            node.bool_expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) {
            for (std::size_t i = 0; i < node.bool_expr->n_args; ++i) SF_TRY(add_conditions(*node.bool_expr->args[i]));
            return {};
        }
        const int location = location_of(node);
        const bool equality = node.node_case == PG_QUERY__NODE__NODE_A_EXPR &&
                              node.a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP && node.a_expr->lexpr != nullptr &&
                              string_of(*node.a_expr->name[0]) == "=";
        if (!equality)
            return refuse(location, "ON takes equalities with columns of the table, joined by AND",
                          "other conditions belong into WHERE");
        const auto left = table_column(*node.a_expr->lexpr);
        const auto right = table_column(*node.a_expr->rexpr);
        if (left.has_value() == right.has_value())
            return refuse(location, fmt::format("one side must be a column of {}, the other one not", alias_),
                          std::string(kJoinForm));
        return add_key(left ? *left : *right, left ? *node.a_expr->rexpr : *node.a_expr->lexpr, location);
    }

    Result<> add_using(std::string_view name) {
        const auto column = table_->definition().column(name);
        if (!column) return refuse(-1, fmt::format("{} has no column \"{}\"", alias_, name));
        if (!events_->has_column(name))
            return refuse(-1, fmt::format("events have no column \"{}\"", name),
                          fmt::format("write ON {}.{} = data.{}", alias_, name, name));
        // A reference of its own: USING names columns, it has none.
        PgQuery__String text = PG_QUERY__STRING__INIT;
        std::string copy(name);
        text.sval = copy.data();
        PgQuery__Node field = PG_QUERY__NODE__INIT;
        field.node_case = PG_QUERY__NODE__NODE_STRING;
        field.string = &text;
        PgQuery__Node* fields[] = {&field};
        PgQuery__ColumnRef reference = PG_QUERY__COLUMN_REF__INIT;
        reference.n_fields = 1;
        reference.fields = fields;
        reference.location = -1;
        SF_ASSIGN(ExpressionPtr value, events_->column(reference));
        keys_.push_back({*column, {std::move(value), false, -1}, -1});
        return {};
    }

    Result<> add_key(std::size_t column, const PgQuery__Node& node, int location) {
        const NoAggregates none;
        std::vector<AggregateCall> calls;
        ExpressionBinder binder(builder_, *events_, none, calls);
        binder.call_functions(functions_);
        SF_ASSIGN(Operand value, binder.bind(node, {"ON"}));
        if (value.location < 0) value.location = location;
        keys_.push_back({column, std::move(value), location});
        return {};
    }

    // Stored tables are asked for by their whole key, so no event finds two rows; VALUES are looked through for that.
    Result<> check_key(int location) const {
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            for (std::size_t k = i + 1; k < keys_.size(); ++k) {
                if (keys_[i].column == keys_[k].column)
                    return refuse(keys_[k].location, fmt::format("\"{}\" is compared twice",
                                                                 table_->definition().columns[keys_[k].column].name));
            }
        }
        const std::vector<std::size_t>& key = table_->definition().key;
        if (key.empty()) return {};
        const bool whole = key.size() == keys_.size() && std::ranges::all_of(keys_, [&](const JoinKey& each) {
                               return std::ranges::find(key, each.column) != key.end();
                           });
        if (whole) return {};
        std::string names;
        for (const std::size_t column : key)
            names += (names.empty() ? "" : ", ") + quoted_identifier(table_->definition().columns[column].name);
        return refuse(location, fmt::format("{} is joined by its key and nothing else", alias_),
                      fmt::format("its PRIMARY KEY is ({})", names));
    }

    Result<ExpressionPtr> lookup(int location) const {
        std::vector<ExpressionPtr> values;
        std::vector<ExpressionPtr> casts;  // Of the table's columns, to the types of the comparisons.
        std::vector<Column> columns;
        std::string text;
        for (const JoinKey& key : keys_) {
            const TableColumn& column = table_->definition().columns[key.column];
            const Operand input{make_input(columns.size(), column.type, quoted_identifier(column.name)), false,
                                key.location};
            const std::array operands = {input, key.value};
            SF_ASSIGN(const Type type, builder_.common_type(operands, "a comparison"));
            if (type == Type::jsonb || is_array(type))
                return refuse(key.location, fmt::format("a table can't be joined by {}", to_string(type)),
                              "join by a plain value: text, a number, a time");
            SF_ASSIGN(ExpressionPtr cast, builder_.implicit(input, type));
            SF_ASSIGN(ExpressionPtr value, builder_.implicit(key.value, type));
            columns.push_back(table_->column(key.column));
            text += (text.empty() ? "" : ", ") + cast->text;
            casts.push_back(std::move(cast));
            values.push_back(std::move(value));
        }
        RowEvaluator evaluator(casts);
        evaluator.begin(columns, table_->rows());
        std::vector<const Column*> compared;
        for (std::size_t i = 0; i < casts.size(); ++i) compared.push_back(&evaluator.column(i));
        RowLookup made = make_row_lookup(table_, compared, text, std::move(values), location);
        if (made.repeated)
            return refuse(location, fmt::format("row {} of {} has the key of another one", *made.repeated + 1, alias_),
                          "an event is joined with one row at most");
        return std::move(made.row);
    }

    const Builder& builder_;
    const PgQuery__JoinExpr& join_;
    std::unique_ptr<Scope> events_;
    const ReferenceTablePtr& table_;
    const std::string alias_;
    FunctionCalls& functions_;
    std::vector<JoinKey> keys_;
};

}  // namespace

Result<Join> join_table(const Builder& builder, const PgQuery__JoinExpr& join, std::unique_ptr<Scope> events,
                        const ReferenceTablePtr& table, std::string alias, FunctionCalls& functions) {
    return JoinPlanner(builder, join, std::move(events), table, std::move(alias), functions).plan();
}

}  // namespace sf::sql
