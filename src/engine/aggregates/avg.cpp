// avg(x): numeric of integers and numerics, with the digits that PostgreSQL's division gives; double precision of
// doubles, interval of intervals.
#include "engine/aggregates/kinds.hpp"
#include "engine/aggregates/totals.hpp"
#include "engine/flat_states.hpp"
#include "sql/values/interval_scaling.hpp"

namespace sf::engine {
namespace {

template <class Total>
struct Avg {
    using State = Total;

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        fold_totals(states, rows, cells, *arguments[0]);
    }
    static void merge(State& into, const State& from) { into.merge(from); }
    static void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) {
        constexpr bool kDouble = std::is_same_v<Total, DoubleTotal>;
        out.reset(kDouble ? sql::Type::double_precision : sql::Type::numeric, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const State& state = states[cells[i]];
            if (state.count == 0) {
                out.set_null(i, cells.size());
            } else if constexpr (kDouble) {
                out.doubles[i] = state.value() / static_cast<double>(state.count);
            } else {
                const auto sum = sum_of(state);
                const auto quotient = sum ? sql::divide(*sum, sql::Decimal::from_integer(state.count)) : std::nullopt;
                if (quotient) out.decimals[i] = *quotient;
                else out.set_failed(i, cells.size());
            }
        }
    }

private:
    static std::optional<sql::Decimal> sum_of(const IntegerTotal& total) { return sql::Decimal{total.sum, 0}; }
    static std::optional<sql::Decimal> sum_of(const DecimalTotal& total) {
        return total.overflow != 0 ? std::nullopt : std::optional(total.sum);
    }
};

struct AvgOfIntervals {
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
            if (state.count == 0) {
                out.set_null(i, cells.size());
                continue;
            }
            const auto sum = state.sum();
            const auto mean = sum ? sql::divide(*sum, static_cast<double>(state.count)) : std::nullopt;
            if (mean) out.intervals[i] = *mean;
            else out.set_failed(i, cells.size());
        }
    }
};

}  // namespace

AggregateKind avg_kind() {
    return {.name = "avg",
            .distinct = Distinct::over_values,
            .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
                if (use.arguments.size() != 1) return std::nullopt;
                const sql::Type type = as_number(use.arguments[0]);
                if (!sql::is_number(type) && type != sql::Type::interval) return std::nullopt;
                const bool same = type == sql::Type::double_precision || type == sql::Type::interval;
                return sql::AggregateSignature{.arguments = {type}, .result = same ? type : sql::Type::numeric};
            },
            .make = [](const sql::AggregateCall& call) -> std::unique_ptr<AggregateStates> {
                switch (call.signature.arguments[0]) {
                    case sql::Type::double_precision: return std::make_unique<FlatStates<Avg<DoubleTotal>>>();
                    case sql::Type::numeric: return std::make_unique<FlatStates<Avg<DecimalTotal>>>();
                    case sql::Type::interval: return std::make_unique<FlatStates<AvgOfIntervals>>();
                    default: return std::make_unique<FlatStates<Avg<IntegerTotal>>>();
                }
            },
            .takes = "avg takes one number or interval"};
}

}  // namespace sf::engine
