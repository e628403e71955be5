// variance, stddev and their forms: numeric of integers and numerics, with PostgreSQL's digits; double precision of
// doubles.
#include "engine/aggregates/kinds.hpp"
#include "engine/aggregates/moments.hpp"
#include "engine/flat_states.hpp"

namespace sf::engine {
namespace {

// What is asked of the moments.
struct Asked {
    Spread spread = Spread::sample;
    bool root = false;  // A standard deviation.

    [[nodiscard]] std::int64_t values_min() const { return spread == Spread::sample ? 2 : 1; }
};

struct ExactVariance {
    using State = ExactMoments;
    Asked asked;

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        const sql::Column& column = *arguments[0];
        if (column.type == sql::Type::numeric) {
            for_each_value(column, rows, cells,
                           [&](std::uint32_t row, std::uint32_t cell) { states[cell].add(column.decimals[row]); });
        } else {
            for_each_value(column, rows, cells, [&](std::uint32_t row, std::uint32_t cell) {
                states[cell].add(sql::Decimal::from_integer(column.integers[row]));
            });
        }
    }
    static void merge(State& into, const State& from) { into.merge(from); }
    void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) const {
        out.reset(sql::Type::numeric, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const State& state = states[cells[i]];
            if (state.count < asked.values_min()) {
                out.set_null(i, cells.size());
                continue;
            }
            const auto value = asked.root ? standard_deviation(state, asked.spread) : variance(state, asked.spread);
            if (value) out.decimals[i] = *value;
            else out.set_failed(i, cells.size());
        }
    }
};

struct DoubleVariance {
    using State = DoubleMoments;
    Asked asked;

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        const double* values = arguments[0]->doubles.data();
        for_each_value(*arguments[0], rows, cells,
                       [&](std::uint32_t row, std::uint32_t cell) { states[cell].add(values[row]); });
    }
    static void merge(State& into, const State& from) { into.merge(from); }
    void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) const {
        out.reset(sql::Type::double_precision, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const State& state = states[cells[i]];
            if (state.count < asked.values_min()) {
                out.set_null(i, cells.size());
            } else if (state.infinite != 0) {
                out.doubles[i] = std::numeric_limits<double>::quiet_NaN();
            } else if (!std::isfinite(state.sum) || !std::isfinite(state.squares)) {
                out.set_failed(i, cells.size());  // Beyond the range of double precision.
            } else {
                const auto count = static_cast<double>(state.count);
                const double variance = state.squares / (asked.spread == Spread::sample ? count - 1 : count);
                out.doubles[i] = asked.root ? std::sqrt(variance) : variance;
            }
        }
    }
};

AggregateKind kind_of(std::string_view name, Asked asked) {
    return {.name = name,
            .distinct = Distinct::over_values,
            .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
                if (use.arguments.size() != 1 || !sql::is_number(as_number(use.arguments[0]))) return std::nullopt;
                const sql::Type type = as_number(use.arguments[0]);
                const bool exact = type != sql::Type::double_precision;
                return sql::AggregateSignature{.arguments = {type}, .result = exact ? sql::Type::numeric : type};
            },
            .make = [asked](const sql::AggregateCall& call) -> std::unique_ptr<AggregateStates> {
                if (call.signature.arguments[0] == sql::Type::double_precision)
                    return std::make_unique<FlatStates<DoubleVariance>>(DoubleVariance{asked});
                return std::make_unique<FlatStates<ExactVariance>>(ExactVariance{asked});
            },
            .takes = "it takes one number"};
}

}  // namespace

AggregateKinds variance_kinds() {
    return {
        kind_of("variance", {Spread::sample, false}),    kind_of("var_samp", {Spread::sample, false}),
        kind_of("var_pop", {Spread::population, false}), kind_of("stddev", {Spread::sample, true}),
        kind_of("stddev_samp", {Spread::sample, true}),  kind_of("stddev_pop", {Spread::population, true}),
    };
}

}  // namespace sf::engine
