// The inside of an expression: what the planner builds and the evaluators walk. Private to sql; others see
// expression.hpp.
#pragma once

#include "base/uuid.hpp"
#include "sql/decimal.hpp"
#include "sql/expression.hpp"
#include "sql/interval.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sf::sql {

struct Function;  // functions/function.hpp

/// A column of `events`, as it stands in the batch.
enum class EventColumn : std::uint8_t {
    id,
    type,
    source,
    timestamp,
    received_at,
    severity,
    user_id,
    correlation_id,
    tags,
    data,
};

/// NULL is std::monostate. integers and times are int64; text, jsonb and json_scalar are strings.
using LiteralValue = std::variant<std::monostate, bool, std::int64_t, double, Decimal, Interval, Uuid, std::string>;

/// What a function makes once of its literal arguments: a compiled pattern, a set.
struct Prepared {
    virtual ~Prepared() = default;
};

struct Expression {
    enum class Kind : std::uint8_t {
        literal,
        column,        // Of an event.
        json_field,    // jsonb: the value at a path of keys in `data`, or in the input that is its only argument.
        call,          // A function or operator.
        input,         // Of RowEvaluator.
        view_column,   // Of a row of the view that is read; an input of the evaluator of such rows.
        aggregate,     // Of the plan. This and the next ones only while planning; then they become inputs.
        ranking,       // Of the plan.
        union_column,  // Of a UNION ALL; in the plan of a branch it is what that has there.
        window_start,
        window_end,
    };

    Kind kind = Kind::literal;
    Type type = Type::bigint;
    std::string text;         // Canonical.
    int location = -1;        // The byte of the statement where it was first written; -1 where unknown.
    std::uint32_t depth = 1;  // Of calls in one another.

    LiteralValue literal;
    EventColumn column = EventColumn::id;
    std::vector<std::string> path;
    std::size_t index = 0;  // Of the input, aggregate, ranking or column.

    const Function* function = nullptr;
    std::vector<ExpressionPtr> arguments;
    std::shared_ptr<const Prepared> prepared;  // Shared by copies of the call in other plans.
    std::vector<ExpressionPtr> members;        // Of IN: the literals that `prepared` holds.
};

[[nodiscard]] ExpressionPtr make_literal(Type type, LiteralValue value, int location = -1);
[[nodiscard]] ExpressionPtr make_column(EventColumn column, Type type, std::string_view name, int location);
[[nodiscard]] ExpressionPtr make_json_field(std::vector<std::string> path, int location, ExpressionPtr base = nullptr);
[[nodiscard]] ExpressionPtr make_window_bound(Expression::Kind kind, int location);
[[nodiscard]] ExpressionPtr make_aggregate(std::size_t index, Type type, std::string text, int location);

/// Column number `index` of the view that is read.
[[nodiscard]] ExpressionPtr make_view_column(std::size_t index, Type type, std::string_view name, int location);

[[nodiscard]] ExpressionPtr make_union_column(std::size_t index, Type type, std::string text);

[[nodiscard]] ExpressionPtr make_ranking(std::size_t index, std::string text, int location);

/// Input number `index`, which people read as `text`.
[[nodiscard]] ExpressionPtr make_input(std::size_t index, Type type, std::string text);

/// `arguments` have the types that the function takes. `type` is its result's where the function leaves that open.
[[nodiscard]] ExpressionPtr make_call(const Function& function, Type type, std::vector<ExpressionPtr> arguments,
                                      std::shared_ptr<const Prepared> prepared, int location);

/// The same expression, named at another place of the statement: a column of a subquery.
[[nodiscard]] ExpressionPtr at_location(const ExpressionPtr& expression, int location);

/// A call that is written as `text`, which says all that its value depends on.
[[nodiscard]] ExpressionPtr make_named_call(const Function& function, Type type, std::string text,
                                            std::vector<ExpressionPtr> arguments,
                                            std::shared_ptr<const Prepared> prepared, int location);

/// value IN (literals): the literals are only looked at for the text, `set` holds them.
[[nodiscard]] ExpressionPtr make_membership(ExpressionPtr value, std::span<const ExpressionPtr> literals,
                                            std::shared_ptr<const Prepared> set, int location);

/// The same call with other arguments of the same types: inputs instead of what they stand for.
[[nodiscard]] ExpressionPtr with_arguments(const Expression& call, std::vector<ExpressionPtr> arguments);

[[nodiscard]] inline bool is_literal(const Expression& expression) {
    return expression.kind == Expression::Kind::literal;
}
[[nodiscard]] inline bool is_null_literal(const Expression& expression) {
    return is_literal(expression) && std::holds_alternative<std::monostate>(expression.literal);
}

/// Whether it is window_start or window_end, and the first of them in it; null if there is none.
[[nodiscard]] bool is_bound(const Expression& expression);
[[nodiscard]] const Expression* bound_in(const Expression& expression);

/// "data.path.\"userId\"": how a path of keys is written.
[[nodiscard]] std::string field_text(const std::vector<std::string>& path, std::string_view base = "data");

/// An identifier as it must be written: in double quotes where it would not be read back as itself.
[[nodiscard]] std::string quoted_identifier(std::string_view name);

/// 'it''s'
[[nodiscard]] std::string quoted_string(std::string_view text);

}  // namespace sf::sql
