// Of pairs (y, x) of numbers: covar_*, corr and the least-squares line of regr_*. A pair with a NULL is no pair.
#include "engine/aggregates/kinds.hpp"
#include "engine/flat_states.hpp"

#include <cmath>
#include <limits>

namespace sf::engine {
namespace {

// As DoubleMoments, for two variables and their products.
struct PairMoments {
    std::int64_t count = 0;
    double sum_x = 0, sum_y = 0;
    double xx = 0, yy = 0, xy = 0;                 // Sums of products of distances from the mean.
    std::uint32_t infinite_x = 0, infinite_y = 0;  // 1: NaN or an infinity is among the values.

    void add(double y, double x) {
        infinite_x |= std::isfinite(x) ? 0 : 1;
        infinite_y |= std::isfinite(y) ? 0 : 1;
        sum_x += x;
        sum_y += y;
        if (++count == 1) return;
        const auto n = static_cast<double>(count);
        add_products(x * n - sum_x, y * n - sum_y, 1 / (n * (n - 1)));
    }
    void merge(const PairMoments& other) {
        if (other.count == 0) return;
        if (count > 0) {
            const auto ours = static_cast<double>(count);
            const auto theirs = static_cast<double>(other.count);
            add_products(sum_x / ours - other.sum_x / theirs, sum_y / ours - other.sum_y / theirs,
                         ours * theirs / (ours + theirs));
        }
        xx += other.xx;
        yy += other.yy;
        xy += other.xy;
        sum_x += other.sum_x;
        sum_y += other.sum_y;
        count += other.count;
        infinite_x |= other.infinite_x;
        infinite_y |= other.infinite_y;
    }

    /// Whether finite values led beyond the range of double precision: an error in PostgreSQL.
    [[nodiscard]] bool overflow() const {
        const bool x_fits = infinite_x != 0 || (std::isfinite(sum_x) && std::isfinite(xx));
        const bool y_fits = infinite_y != 0 || (std::isfinite(sum_y) && std::isfinite(yy));
        return !x_fits || !y_fits || (infinite_x == 0 && infinite_y == 0 && !std::isfinite(xy));
    }

    /// An infinity has no distance from a mean.
    [[nodiscard]] PairMoments settled() const {
        constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
        PairMoments result = *this;
        if (infinite_x != 0) result.xx = result.xy = kNan;
        if (infinite_y != 0) result.yy = result.xy = kNan;
        return result;
    }

private:
    void add_products(double x, double y, double weight) {
        xx += x * x * weight;
        yy += y * y * weight;
        xy += x * y * weight;
    }
};

using Moments = PairMoments;
using Answer = std::optional<double>;
using Formula = Answer (*)(const Moments& m, double n);  // Of one pair at least.

Answer slope(const Moments& m, double) { return m.xx == 0 ? Answer() : m.xy / m.xx; }
Answer intercept(const Moments& m, double n) { return m.xx == 0 ? Answer() : (m.sum_y - m.sum_x * m.xy / m.xx) / n; }
Answer correlation(const Moments& m, double) {
    return m.xx == 0 || m.yy == 0 ? Answer() : m.xy / std::sqrt(m.xx * m.yy);
}
Answer determination(const Moments& m, double) {
    if (m.xx == 0) return std::nullopt;
    return m.yy == 0 ? 1.0 : (m.xy * m.xy) / (m.xx * m.yy);
}
Answer sample_covariance(const Moments& m, double n) { return n < 2 ? Answer() : m.xy / (n - 1); }

struct Regression {
    using State = PairMoments;
    Formula formula = nullptr;  // Null: the number of pairs.

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        const sql::Column& y = *arguments[0];
        const sql::Column& x = *arguments[1];
        for_each_value(y, rows, cells, [&](std::uint32_t row, std::uint32_t cell) {
            if (x.is_valid(row)) states[cell].add(y.doubles[row], x.doubles[row]);
        });
    }
    static void merge(State& into, const State& from) { into.merge(from); }
    void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) const {
        out.reset(formula == nullptr ? sql::Type::bigint : sql::Type::double_precision, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const State& state = states[cells[i]];
            if (formula != nullptr) give(state, i, cells.size(), out);
            else out.integers[i] = state.count;
        }
    }

private:
    void give(const State& state, std::size_t row, std::size_t rows, OwnedColumn& out) const {
        if (state.overflow()) return out.set_failed(row, rows);
        const Answer answer = state.count == 0 ? Answer() : formula(state.settled(), static_cast<double>(state.count));
        if (answer) out.doubles[row] = *answer;
        else out.set_null(row, rows);
    }
};

AggregateKind regression_kind(std::string_view name, Formula formula) {
    return {.name = name,
            .signature = [formula](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
                constexpr sql::Type kDouble = sql::Type::double_precision;
                if (use.arguments.size() != 2 || !sql::is_number(as_number(use.arguments[0])) ||
                    !sql::is_number(as_number(use.arguments[1])))
                    return std::nullopt;
                return sql::AggregateSignature{.arguments = {kDouble, kDouble},
                                               .result = formula == nullptr ? sql::Type::bigint : kDouble};
            },
            .make =
                [formula](const sql::AggregateCall&) {
                    return std::make_unique<FlatStates<Regression>>(Regression{formula});
                },
            .takes = "it takes two numbers, first the dependent one: (y, x)"};
}

}  // namespace

AggregateKinds regression_kinds() {
    return {
        regression_kind("covar_pop", [](const Moments& m, double n) { return Answer(m.xy / n); }),
        regression_kind("covar_samp", sample_covariance),
        regression_kind("corr", correlation),
        regression_kind("regr_count", nullptr),
        regression_kind("regr_avgx", [](const Moments& m, double n) { return Answer(m.sum_x / n); }),
        regression_kind("regr_avgy", [](const Moments& m, double n) { return Answer(m.sum_y / n); }),
        regression_kind("regr_sxx", [](const Moments& m, double) { return Answer(m.xx); }),
        regression_kind("regr_syy", [](const Moments& m, double) { return Answer(m.yy); }),
        regression_kind("regr_sxy", [](const Moments& m, double) { return Answer(m.xy); }),
        regression_kind("regr_slope", slope),
        regression_kind("regr_intercept", intercept),
        regression_kind("regr_r2", determination),
    };
}

}  // namespace sf::engine
