// sum(x) with PostgreSQL's result types: bigint of integers, numeric of bigints and numerics, double precision of
// doubles, interval of intervals.
#include "engine/aggregates/kinds.hpp"
#include "engine/aggregates/totals.hpp"
#include "engine/flat_states.hpp"

namespace sf::engine {
namespace {

struct SumOfIntegers {
    using State = IntegerTotal;
    sql::Type result = sql::Type::bigint;

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        fold_totals(states, rows, cells, *arguments[0]);
    }
    static void merge(State& into, const State& from) { into.merge(from); }
    void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) const {
        out.reset(result, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const State& state = states[cells[i]];
            if (state.count == 0) out.set_null(i, cells.size());
            else if (result == sql::Type::bigint) out.integers[i] = static_cast<std::int64_t>(state.sum);
            else out.decimals[i] = {state.sum, 0};
        }
    }
};

struct SumOfDoubles {
    using State = DoubleTotal;

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        fold_totals(states, rows, cells, *arguments[0]);
    }
    static void merge(State& into, const State& from) { into.merge(from); }
    static void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) {
        out.reset(sql::Type::double_precision, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const State& state = states[cells[i]];
            if (state.count == 0) out.set_null(i, cells.size());
            else out.doubles[i] = state.value();
        }
    }
};

struct SumOfDecimals {
    using State = DecimalTotal;

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        fold_totals(states, rows, cells, *arguments[0]);
    }
    static void merge(State& into, const State& from) { into.merge(from); }
    static void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) {
        out.reset(sql::Type::numeric, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const State& state = states[cells[i]];
            if (state.overflow != 0) out.set_failed(i, cells.size());
            else if (state.count == 0) out.set_null(i, cells.size());
            else out.decimals[i] = state.sum;
        }
    }
};

struct SumOfIntervals {
    using State = IntervalTotal;

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        fold_totals(states, rows, cells, *arguments[0]);
    }
    static void merge(State& into, const State& from) { into.merge(from); }
    static void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) {
        out.reset(sql::Type::interval, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const State& state = states[cells[i]];
            const auto sum = state.sum();
            if (state.count == 0) out.set_null(i, cells.size());
            else if (sum) out.intervals[i] = *sum;
            else out.set_failed(i, cells.size());
        }
    }
};

}  // namespace

AggregateKind sum_kind() {
    return {.name = "sum",
            .distinct = Distinct::over_values,
            .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
                if (use.arguments.size() != 1) return std::nullopt;
                const sql::Type type = as_number(use.arguments[0]);
                if (!sql::is_number(type) && type != sql::Type::interval) return std::nullopt;
                const sql::Type result = type == sql::Type::integer  ? sql::Type::bigint
                                         : type == sql::Type::bigint ? sql::Type::numeric
                                                                     : type;
                return sql::AggregateSignature{.arguments = {type}, .result = result};
            },
            .make = [](const sql::AggregateCall& call) -> std::unique_ptr<AggregateStates> {
                switch (call.signature.arguments[0]) {
                    case sql::Type::double_precision: return std::make_unique<FlatStates<SumOfDoubles>>();
                    case sql::Type::numeric: return std::make_unique<FlatStates<SumOfDecimals>>();
                    case sql::Type::interval: return std::make_unique<FlatStates<SumOfIntervals>>();
                    default: return std::make_unique<FlatStates<SumOfIntegers>>(SumOfIntegers{call.signature.result});
                }
            },
            .takes = "sum takes one number or interval"};
}

}  // namespace sf::engine
