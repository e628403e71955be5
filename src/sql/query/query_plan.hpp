// What a query means: relations, typed expressions over their columns, and what is done with them. A text for a
// database is written from it (duckdb_text.hpp). Private to sql; others see sql/query_text.hpp.
#pragma once

#include "sql/expression_tree.hpp"
#include "sql/view_plan.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sf::sql::query {

struct Query;
using QueryPtr = std::shared_ptr<Query>;  // Shared by the places that read it: a WITH query and its uses.
struct Relation;
using RelationPtr = std::shared_ptr<Relation>;  // Shared by the FROM that has it and the leaves that are its columns.

/// How many digits of a numeric stand behind the point where it passes from one part of a query to another: databases
/// want to know, and in PostgreSQL each value has its own number of them.
struct NumericForm {
    static constexpr int kScaleOpen = 16;
    int scale = kScaleOpen;
    bool exact = false;  // All values have this scale. Else it is the most that is kept.
};

struct Attribute {
    std::string name;
    Type type = Type::text;
    NumericForm numeric;
};

/// The columns with the time and the id of the event that a row is: what sorts the rows. first() and last() need it.
struct EventColumns {
    std::size_t time = 0;
    std::size_t id = 0;
};

/// A bound of a window's frame; `offset` of those that have one.
struct FrameBound {
    enum class Kind : std::uint8_t { unbounded_preceding, preceding, current_row, following, unbounded_following };
    Kind kind = Kind::unbounded_preceding;
    ExpressionPtr offset;
};

struct SortKey {
    ExpressionPtr expression;           // Null where it is an output:
    std::optional<std::size_t> output;  // its place, from 0.
    bool descending = false;
    bool nulls_first = false;
};

/// f(...) OVER (...)
struct WindowCall {
    std::string function;  // Of those that are windows' own, as the database calls it; empty for an aggregate.
    std::vector<ExpressionPtr> arguments;
    AggregateCall aggregate;
    std::vector<ExpressionPtr> partition;
    std::vector<SortKey> order;
    enum class Mode : std::uint8_t { none, rows, range, groups };
    Mode mode = Mode::none;
    FrameBound from, to;
    enum class Exclude : std::uint8_t { none, current_row, group, ties };
    Exclude exclude = Exclude::none;
};

/// What stands behind an expression of Kind::input, which has its number.
struct Leaf {
    enum class Kind : std::uint8_t {
        column,           // Of a relation.
        group_key,        // An expression that GROUP BY has, too.
        window,           // A call of a window function.
        scalar_subquery,  // (SELECT ...)
        exists,           // EXISTS (SELECT ...)
        quantified,       // x = ANY (SELECT ...), x < ALL (SELECT ...)
        grouping,         // GROUPING(a, b)
    };
    Kind kind = Kind::column;
    const void* owner = nullptr;  // The SELECT whose rows it depends on.
    NumericForm numeric;
    RelationPtr relation;
    std::size_t column = 0;
    ExpressionPtr expression;  // The key, or what stands left of ANY.
    std::string symbol;        // "=", "<>", "<", ...
    bool all = false;
    QueryPtr query;
    WindowCall window;
    std::vector<ExpressionPtr> keys;  // Of GROUPING.
};
using LeafTable = std::deque<Leaf>;  // References stay valid.

struct Relation {
    enum class Kind : std::uint8_t { table, window, query, with, series, unnest, join };
    enum class Join : std::uint8_t { inner, left, right, full, cross };

    Kind kind = Kind::table;
    std::string name;                // As the text calls it: "r1".
    std::string table;               // table: its name; with: what the text calls the query.
    std::vector<Attribute> columns;  // Of all but joins.
    std::optional<EventColumns> events;
    QueryPtr query;  // query, window: what is read.
    bool lateral = false;
    Window window;                         // window:
    std::size_t time_column = 0;           // which column of the query its times are;
    std::vector<ExpressionPtr> keys;       // of sessions, whose they are,
    ExpressionPtr where;                   // and which rows are in some.
    std::vector<ExpressionPtr> arguments;  // series, unnest.
    // unnest, where it reads one relation alone: stands in the rows of that one, its columns behind those.
    const Relation* host = nullptr;
    std::size_t host_column = 0;      // The first of them.
    bool keeps_rows = false;          // A row without elements stays, with NULL for them.
    std::vector<RelationPtr> hosted;  // What stands in the rows of this one.
    Join join = Join::inner;
    RelationPtr left, right;
    ExpressionPtr condition;  // Null of a cross join.
};

struct Output {
    std::string name;
    ExpressionPtr expression;
    bool unknown = false;  // A literal that takes its type from what it meets.
    int location = -1;
};

/// A part of GROUP BY.
struct Grouping {
    enum class Kind : std::uint8_t { keys, rollup, cube, sets };
    Kind kind = Kind::keys;
    std::vector<std::size_t> keys;  // Into Select::keys.
    std::vector<Grouping> parts;    // Of the others.
};

struct Select {
    std::vector<RelationPtr> from;
    ExpressionPtr where;
    bool grouped = false;
    std::vector<ExpressionPtr> keys;
    std::vector<Grouping> grouping;
    std::vector<AggregateCall> aggregates;
    ExpressionPtr having;
    std::vector<Output> outputs;
    bool distinct = false;
    std::vector<ExpressionPtr> distinct_on;
};

struct SetOperation {
    enum class Kind : std::uint8_t { unite, intersect, except };
    Kind kind = Kind::unite;
    bool all = false;
    QueryPtr left, right;
};

struct Values {
    std::vector<std::vector<ExpressionPtr>> rows;
};

struct WithQuery {
    std::string name;  // As the text calls it.
    QueryPtr query;
    std::optional<bool> materialized;
};

struct Query {
    std::vector<WithQuery> with;
    bool recursive = false;
    std::variant<Select, SetOperation, Values> body;
    std::vector<Attribute> columns;
    std::optional<EventColumns> events;  // Where each row is an event.
    std::vector<SortKey> order;
    std::optional<std::int64_t> limit;
    std::optional<std::int64_t> offset;
};

struct QueryPlan {
    QueryPtr query;
    std::shared_ptr<LeafTable> leaves;
};

/// How the numerics that an expression gives are kept.
[[nodiscard]] NumericForm numeric_form(const Expression& expression, const LeafTable& leaves,
                                       const std::vector<AggregateCall>& aggregates);

/// One form for values that come together in a column.
[[nodiscard]] NumericForm joined_form(NumericForm a, NumericForm b);

[[nodiscard]] inline bool is_true_literal(const Expression& expression) {
    const auto* const value = std::get_if<bool>(&expression.literal);
    return is_literal(expression) && value != nullptr && *value;
}

}  // namespace sf::sql::query
