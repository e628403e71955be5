// From nodes of the grammar to typed expressions: names are found, types settled, everything else refused with its
// place.
#pragma once

#include "sql/aggregate_catalog.hpp"
#include "sql/plan/builder.hpp"
#include "sql/plan/function_calls.hpp"
#include "sql/plan/operand.hpp"
#include "sql/plan/scope.hpp"
#include "sql/view_plan.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sf::sql {

/// Where an expression stands, and what may be in it.
struct Clause {
    std::string_view name;           // "WHERE": for errors.
    bool aggregates = false;         // Calls of aggregates become Kind::aggregate.
    bool window_bounds = false;      // window_start and window_end are allowed.
    bool window_functions = false;   // Of queries: f() OVER (...).
    bool nested_aggregates = false;  // Of those: an aggregate over a window may have aggregates in its arguments.
    bool rankings = false;           // Calls of row_number() and the like become Kind::ranking.
};

class ExpressionBinder {
public:
    static constexpr std::size_t kDepthMax = 200;

    /// Everything outlives the binder. Calls of aggregates are added to `calls`, each once.
    ExpressionBinder(const Builder& builder, const Scope& scope, const AggregateCatalog& aggregates,
                     std::vector<AggregateCall>& calls)
        : builder_(builder), scope_(scope), aggregates_(aggregates), calls_(calls) {}

    /// Calls of row_number() and the like are added to `rankings`, each once; without this they are refused.
    void rank_into(std::vector<Ranking>& rankings) { rankings_ = &rankings; }

    /// Functions that were written in SQL; without this there are none.
    void call_functions(FunctionCalls& functions) { functions_ = &functions; }

    /// Whether the name is a function's, an aggregate's or a rank's that everybody has, or one that is refused.
    [[nodiscard]] static bool is_built_in(std::string_view name, const AggregateCatalog& aggregates);

    /// Whether the body of a function is an expression of the type that it returns.
    [[nodiscard]] Result<> check_body(const UserFunction& function, const PgQuery__Node& body);

    [[nodiscard]] Result<Operand> bind(const PgQuery__Node& node, const Clause& clause);

    /// A literal without a type becomes text.
    [[nodiscard]] Result<ExpressionPtr> bind_typed(const PgQuery__Node& node, const Clause& clause);
    [[nodiscard]] Result<ExpressionPtr> bind_boolean(const PgQuery__Node& node, const Clause& clause);

    [[nodiscard]] Result<Operand> compare(std::string_view symbol, const Operand& left, const Operand& right,
                                          int location) const;

private:
    using Operands = std::vector<Operand>;

    [[nodiscard]] Result<Operand> bind_inner(const PgQuery__Node& node, const Clause& clause);
    [[nodiscard]] Result<Operands> bind_all(std::span<PgQuery__Node* const> nodes, const Clause& clause);

    // expression_binder.cpp
    [[nodiscard]] Result<Operand> bind_column(const PgQuery__ColumnRef& column, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_parameter(const PgQuery__ParamRef& parameter, const Clause& clause);
    [[nodiscard]] Result<Operand> allowed(ExpressionPtr named, int location, const Clause& clause) const;
    [[nodiscard]] Result<Operand> bind_literal(const PgQuery__AConst& literal) const;
    [[nodiscard]] Result<Operand> bind_cast(const PgQuery__TypeCast& cast, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_connective(const PgQuery__BoolExpr& connective, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_null_test(const PgQuery__NullTest& test, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_boolean_test(const PgQuery__BooleanTest& test, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_case(const PgQuery__CaseExpr& choice, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_same_type(const Function& function, std::span<PgQuery__Node* const> nodes,
                                                 int location, const Clause& clause);

    // operator_binder.cpp
    [[nodiscard]] Result<Operand> bind_operation(const PgQuery__AExpr& operation, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_prefix(std::string_view symbol, const Operand& operand, int location) const;
    [[nodiscard]] Result<Operand> bind_infix(std::string_view symbol, const Operand& left, const Operand& right,
                                             int location) const;
    [[nodiscard]] Result<Operand> settle_pair(Operand& left, Operand& right, std::string_view symbol,
                                              int location) const;
    [[nodiscard]] Result<Operand> bind_distinct(const PgQuery__AExpr& operation, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_nullif(const PgQuery__AExpr& operation, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_in(const PgQuery__AExpr& operation, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_like(const PgQuery__AExpr& operation, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_similar(const PgQuery__AExpr& operation, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_between(const PgQuery__AExpr& operation, const Clause& clause);
    [[nodiscard]] Result<Operand> connect(const Function& connective, std::vector<Operand> operands,
                                          int location) const;
    [[nodiscard]] Result<Operand> negate(const Operand& operand, int location) const;

    // array_binder.cpp
    [[nodiscard]] Result<Operand> bind_array(const PgQuery__AArrayExpr& array, std::optional<Type> element,
                                             const Clause& clause);
    [[nodiscard]] Result<Operand> bind_subscript(const PgQuery__AIndirection& access, const Clause& clause);
    [[nodiscard]] Result<ExpressionPtr> bind_index(const PgQuery__Node& node, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_quantified(const PgQuery__AExpr& operation, const Clause& clause);
    [[nodiscard]] Result<Operand> compare_with_each(std::string_view symbol, const Operand& value,
                                                    const Expression& array, bool all, int location) const;

    // json_binder.cpp
    [[nodiscard]] Result<Operand> bind_json(std::string_view symbol, const Operand& left, const PgQuery__Node& right,
                                            int location, const Clause& clause);
    [[nodiscard]] Result<Operand> follow_step(std::string_view symbol, const Operand& value, const Operand& step,
                                              int location) const;
    [[nodiscard]] Result<Operand> follow_path(std::string_view symbol, const Operand& value, Operand path,
                                              int location) const;

    // call_binder.cpp
    [[nodiscard]] Result<Operand> bind_call(const PgQuery__FuncCall& call, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_function(std::string_view name, const PgQuery__FuncCall& call,
                                                const Clause& clause);
    [[nodiscard]] Result<Operand> bind_variadic(const Function& function, const PgQuery__FuncCall& call,
                                                const Clause& clause);
    [[nodiscard]] Result<ExpressionPtr> bind_bytes(const PgQuery__Node& node, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_of_bytes(std::string_view name, const PgQuery__FuncCall& call,
                                                const Clause& clause);
    [[nodiscard]] Result<Operand> bind_make_interval(const PgQuery__FuncCall& call, const Clause& clause);
    [[nodiscard]] Result<Operand> bind_extract_path(std::string_view name, const PgQuery__FuncCall& call,
                                                    const Clause& clause);

    // user_call_binder.cpp
    [[nodiscard]] Result<Operand> bind_user_function(const UserFunction& function, const PgQuery__FuncCall& call,
                                                     const Clause& clause);
    [[nodiscard]] Result<ExpressionPtr> bind_body(const UserFunction& function, const PgQuery__Node& body,
                                                  const std::vector<ExpressionPtr>& values, const Clause& clause);

    [[nodiscard]] std::unexpected<Error> refuse_circle(std::string_view name, int location) const;

    // aggregate_binder.cpp
    [[nodiscard]] Result<Operand> bind_aggregate(std::string_view name, const PgQuery__FuncCall& call,
                                                 const Clause& clause);
    [[nodiscard]] Result<> read_aggregate_order(const PgQuery__FuncCall& call, AggregateCall& aggregate,
                                                Operands& keys);
    [[nodiscard]] Result<> settle_aggregate_order(const PgQuery__FuncCall& call, const Operands& keys,
                                                  AggregateCall& aggregate) const;
    [[nodiscard]] Result<ConstantValue> aggregate_constant(const ConstantRule& rule, const Operand& operand) const;

    // ranking_binder.cpp
    [[nodiscard]] Result<Operand> bind_ranking(std::string_view name, const PgQuery__FuncCall& call,
                                               const Clause& clause);
    [[nodiscard]] Result<SortKey> bind_sort_key(const PgQuery__SortBy& sort, const Clause& clause);

    [[nodiscard]] Operand typed(ExpressionPtr expression, int location) const {
        return {std::move(expression), false, location};
    }
    [[nodiscard]] std::unexpected<Error> refuse(int location, std::string message, std::string hint = {}) const {
        return fail(builder_.error(location, std::move(message), std::move(hint)));
    }

    const Builder& builder_;
    const Scope& scope_;
    const AggregateCatalog& aggregates_;
    std::vector<AggregateCall>& calls_;
    std::vector<Ranking>* rankings_ = nullptr;
    FunctionCalls* functions_ = nullptr;
    bool placeholders_ = false;  // Inputs are parameters that a call will have literals for, maybe.
    std::size_t depth_ = 0;
};

/// The byte where a node begins, as far as it says.
[[nodiscard]] int location_of(const PgQuery__Node& node);

}  // namespace sf::sql
