// count(*) and count(x).
#include "engine/aggregates/kinds.hpp"
#include "engine/flat_states.hpp"

namespace sf::engine {
namespace {

struct Count {
    using State = std::int64_t;

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        if (arguments.empty() || arguments[0]->valid.empty()) {
            for (const std::uint32_t cell : cells) ++states[cell];
            return;
        }
        const std::uint8_t* valid = arguments[0]->valid.data();
        for (std::size_t i = 0; i < rows.size(); ++i) states[cells[i]] += valid[rows[i]];
    }
    static void merge(State& into, State from) { into += from; }
    static void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) {
        out.reset(sql::Type::bigint, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) out.integers[i] = states[cells[i]];
    }
};

}  // namespace

AggregateKind count_kind() {
    return {.name = "count",
            .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
                if (use.arguments.size() > 1) return std::nullopt;
                return sql::AggregateSignature{.arguments = {use.arguments.begin(), use.arguments.end()},
                                               .result = sql::Type::bigint};
            },
            .make = [](const sql::AggregateCall&) { return std::make_unique<FlatStates<Count>>(); },
            .takes = "count takes * or one argument"};
}

}  // namespace sf::engine
