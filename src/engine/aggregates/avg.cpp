// avg(x): numeric of integers and numerics, with the digits that PostgreSQL's division gives; double precision of
// doubles.
#include "engine/aggregates/kinds.hpp"
#include "engine/aggregates/totals.hpp"
#include "engine/flat_states.hpp"

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
                const auto quotient = sql::divide(sum_of(state), sql::Decimal::from_integer(state.count));
                if (quotient) out.decimals[i] = *quotient;
                else out.set_failed(i, cells.size());
            }
        }
    }

private:
    static sql::Decimal sum_of(const IntegerTotal& total) { return {total.sum, 0}; }
    static sql::Decimal sum_of(const DecimalTotal& total) { return total.sum; }
};

}  // namespace

AggregateKind avg_kind() {
    return {.name = "avg",
            .signature = [](std::span<const sql::Type> types) -> std::optional<sql::AggregateSignature> {
                if (types.size() != 1 || !sql::is_number(as_number(types[0]))) return std::nullopt;
                const sql::Type type = as_number(types[0]);
                const bool exact = type != sql::Type::double_precision;
                return sql::AggregateSignature{.arguments = {type}, .result = exact ? sql::Type::numeric : type};
            },
            .make = [](const sql::AggregateCall& call) -> std::unique_ptr<AggregateStates> {
                switch (call.signature.arguments[0]) {
                    case sql::Type::double_precision: return std::make_unique<FlatStates<Avg<DoubleTotal>>>();
                    case sql::Type::numeric: return std::make_unique<FlatStates<Avg<DecimalTotal>>>();
                    default: return std::make_unique<FlatStates<Avg<IntegerTotal>>>();
                }
            },
            .takes = "avg takes one number"};
}

}  // namespace sf::engine
