// What a view means: the typed result of planning CREATE MATERIALIZED VIEW. The engine runs it; nothing of the SQL text
// is looked at again.
#pragma once

#include "base/time.hpp"
#include "sql/aggregate_catalog.hpp"
#include "sql/expression.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

/// The longest Duration stands for 'infinity'.
inline constexpr Duration kForever = Duration::max();

enum class TimeColumn : std::uint8_t {
    timestamp,    // Event time.
    received_at,  // Processing time.
};

struct Window {
    enum class Kind : std::uint8_t { none, tumble, hop, session };  // none: a running total.
    Kind kind = Kind::none;
    TimeColumn time = TimeColumn::timestamp;
    Duration size{};    // Positive, whole microseconds. Of session: the gap.
    Duration slide{};   // Of tumble and session: the size. At most the size.
    Duration offset{};  // 0 <= offset < slide. Windows start at offset + k * slide.
};

struct Emission {
    enum class Kind : std::uint8_t { on_close, every, on_change };
    Kind kind = Kind::every;
    Duration interval = std::chrono::seconds{1};  // Of `every`.
};

/// WITH (...)
struct ViewOptions {
    Emission emit;                                        // emit = 'on close' | 'every 1 s' | 'on change'
    Duration lateness = std::chrono::minutes{1};          // lateness = '1 min' | 'infinity'
    Duration out_of_orderness = std::chrono::seconds{5};  // out_of_orderness = '5 s'
    std::uint64_t keys_max =
        1'000'000;                // keys_max = 1000000: groups of the view; events of more are left out, and counted.
    std::uint64_t state_max = 0;  // state_max = '256 MiB', in bytes: beyond it no group is added; 0: no such limit.
    Duration ttl{};  // ttl = '30 days': of running totals: how long a group stays without an event; 0: for good.
};

/// A GROUP BY column that is no bound of the window.
struct KeyColumn {
    std::string name;          // Of the output column that shows it; of its own text where none does.
    ExpressionPtr expression;  // Over events.
};

struct AggregateCall {
    AggregateSignature signature;
    std::vector<ExpressionPtr> arguments;  // Over events: those of the signature, the keys of ORDER BY, and where rows
                                           // are to have an order the columns that give it.
    std::vector<ConstantValue> constants;
    std::vector<SortDirection> order;  // Of the keys of ORDER BY.
    bool within_group = false;         // They stand in WITHIN GROUP.
    ExpressionPtr filter;              // Over events, boolean; may be null.

    /// How many columns give the order of rows: behind all other arguments.
    [[nodiscard]] std::size_t row_order_columns() const {
        return arguments.size() - signature.arguments.size() - order.size();
    }

    /// Calls with the same text share their state.
    [[nodiscard]] std::string text() const;
};

struct SortKey {
    ExpressionPtr expression;  // Over a group's inputs.
    bool descending = false;
    bool nulls_first = false;
};

/// row_number() OVER (PARTITION BY ... ORDER BY ...), rank() and dense_rank(): the place of a group among those of its
/// window that have the same partition. Groups that ORDER BY leaves equal are numbered by their keys.
struct Ranking {
    enum class Kind : std::uint8_t { row_number, rank, dense_rank };
    Kind kind = Kind::row_number;
    std::vector<ExpressionPtr> partition;  // Over a group's inputs; the window's bounds are left out.
    std::vector<SortKey> order;
    std::int64_t limit = INT64_MAX;  // Rows of a greater rank are not shown, whatever else `shown` says.

    [[nodiscard]] std::string text() const;
};

/// A column of the view, in the order of the SELECT list.
struct OutputColumn {
    enum class Kind : std::uint8_t { key, window_start, window_end, value };
    std::string name;
    Type type = Type::bigint;
    Kind kind = Kind::value;
    std::size_t key = 0;       // Which key column, for Kind::key.
    ExpressionPtr expression;  // Over a group's inputs: the keys, then window_start, window_end, the aggregates, the
                               // rankings.
};

/// The view that a view reads, in the place of events: one row for each that it has in a window that is over.
struct ViewSource {
    enum class Part : std::uint8_t { keys, values, window_start, window_end };  // Of a row as it is stored.
    struct Column {
        std::string name;
        Type type = Type::bigint;
        Part part = Part::values;
        std::string member = {};  // Of the JSON of keys or values.
    };
    std::string view;
    Window window;  // Of that view: TUMBLE or HOP.
    std::vector<Column> columns;
    bool by_end = false;  // The time of a row, which windows over it go by, is its window_end; else window_start.
};

struct ViewPlan {
    std::string name;
    std::optional<ViewSource> over;  // Nothing: events. Then what is said of events below is said of its rows.
    Window window;
    ViewOptions options;
    ExpressionPtr where;  // Over events, boolean; may be null.
    std::vector<KeyColumn> keys;
    std::vector<AggregateCall> aggregates;  // Each text once.
    ExpressionPtr having;                   // Over a group's inputs but the rankings, boolean; may be null.
    std::vector<Ranking> rankings;          // Of the groups that HAVING lets through; each text once.
    ExpressionPtr shown;  // Over a group's inputs, boolean; may be null: which ranked groups are rows.
    bool ranks_events = false;  // Each group is an event, by its id, and stays as it is.
    std::vector<OutputColumn> outputs;

    /// A view without groups: each event that `where` selects is a row, final at once. Its key is the event's id, and
    /// outputs are expressions over events.
    bool of_events = false;

    /// Of a view over a UNION ALL: the same view over each SELECT of it but the first, which this is over. They differ
    /// in what is over events: `where`, the keys' expressions, arguments and filters of aggregates.
    std::vector<ViewPlan> branches;

    /// Whether a row that was given can stop being one before its window is final.
    [[nodiscard]] bool may_take_rows_back() const {
        return window.kind == Window::Kind::session || having != nullptr || shown != nullptr;
    }

    [[nodiscard]] std::size_t input_window_start() const { return keys.size(); }
    [[nodiscard]] std::size_t input_window_end() const { return keys.size() + 1; }
    [[nodiscard]] std::size_t input_aggregate(std::size_t index) const { return keys.size() + 2 + index; }
    [[nodiscard]] std::size_t input_ranking(std::size_t index) const {
        return input_aggregate(aggregates.size()) + index;
    }
};

}  // namespace sf::sql
