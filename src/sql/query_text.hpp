// Ad-hoc SQL: PostgreSQL's SELECT, through the same front end as views, to a text that DuckDB runs. What DuckDB does as
// PostgreSQL does is said in DuckDB's words; everything else is a call of a function that runs our own expressions over
// DuckDB's columns, so that a query and a view agree by construction.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "sql/aggregate_catalog.hpp"
#include "sql/expression.hpp"
#include "sql/user_function.hpp"
#include "sql/view_plan.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

struct RelationColumn {
    std::string name;
    Type type = Type::text;
    std::optional<int> scale = std::nullopt;  // Of numeric, where all values have the same.
};

/// The tables that a query may read.
class RelationCatalog {
public:
    virtual ~RelationCatalog() = default;

    /// Null where there is no such table. Names are as the grammar gives them: in lower case unless quoted.
    [[nodiscard]] virtual const std::vector<RelationColumn>* find(std::string_view table) const = 0;
    [[nodiscard]] virtual std::vector<std::string> names() const = 0;
};

struct QueryText {
    struct Column {
        std::string name;
        Type type = Type::text;
        bool open_scale = false;  // Of numeric: zeros at the end mean nothing.
        bool as_text = false;     // Of numeric: it comes as its text, with all its digits.
    };
    /// Calls functions "streamflow_eval_<type>(number, ...)": expressions[number] over the other arguments.
    std::string text;
    std::vector<Column> columns;
    std::vector<ExpressionPtr> expressions;
    /// Calls aggregates "streamflow_agg_<type>(number, ...)": aggregates[number % kAggregatesMax] over the other
    /// arguments.
    std::vector<AggregateCall> aggregates;
};

/// A query has fewer aggregates, for its text is bounded (syntax/statement.hpp).
inline constexpr std::int64_t kAggregatesMax = 65'536;
inline constexpr std::size_t kAggregateArgumentsMax = 8;

/// Of the elements of numeric[].
inline constexpr int kArrayScale = 16;

/// How a function that evaluates expressions of a type is called; a numeric comes as DECIMAL(38, scale).
[[nodiscard]] std::string evaluator_name(Type type, int scale);

/// How an aggregate with results of a type is called.
[[nodiscard]] std::string aggregator_name(Type type);
inline constexpr std::string_view kNumericTextAggregator = "streamflow_agg_numeric_text";

/// Evaluates to the text of a numeric.
inline constexpr std::string_view kNumericTextEvaluator = "streamflow_eval_numeric_text";

/// Exactly one SELECT, VALUES, TABLE or set operation, with WITH. `now` is what now() gives; `number` tells the query
/// from others that run: divided by kAggregatesMax, numbers of its aggregates are it. Errors are `invalid_input`, with
/// place and way out as those of plan_view().
[[nodiscard]] Result<QueryText> query_for_duckdb(std::string_view sql, const RelationCatalog& tables,
                                                 const AggregateCatalog& aggregates, Timestamp now,
                                                 const FunctionCatalog& functions = no_functions(),
                                                 std::int64_t number = 0);

}  // namespace sf::sql
