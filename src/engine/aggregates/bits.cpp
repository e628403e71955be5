// bit_and, bit_or and bit_xor of whole numbers.
#include "engine/aggregates/kinds.hpp"
#include "engine/flat_states.hpp"

namespace sf::engine {
namespace {

enum class BitOperation : std::uint8_t { conjunction, disjunction, exclusive };

template <BitOperation kOperation>
struct Bits {
    struct State {
        std::int64_t value = 0;
        std::uint64_t any = 0;

        void add(std::int64_t other) {
            if (any == 0) value = other;
            else if constexpr (kOperation == BitOperation::conjunction) value &= other;
            else if constexpr (kOperation == BitOperation::disjunction) value |= other;
            else value ^= other;
            any = 1;
        }
    };
    sql::Type type = sql::Type::bigint;

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        const std::int64_t* values = arguments[0]->integers.data();
        for_each_value(*arguments[0], rows, cells,
                       [&](std::uint32_t row, std::uint32_t cell) { states[cell].add(values[row]); });
    }
    static void merge(State& into, const State& from) {
        if (from.any != 0) into.add(from.value);
    }
    void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) const {
        out.reset(type, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (states[cells[i]].any == 0) out.set_null(i, cells.size());
            else out.integers[i] = states[cells[i]].value;
        }
    }
};

template <BitOperation kOperation>
AggregateKind bit_kind(std::string_view name, Distinct distinct) {
    return {
        .name = name,
        .distinct = distinct,
        .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
            if (use.arguments.size() != 1) return std::nullopt;
            const sql::Type type = use.arguments[0];
            if (type != sql::Type::integer && type != sql::Type::bigint) return std::nullopt;
            return sql::AggregateSignature{.arguments = {type}, .result = type};
        },
        .make =
            [](const sql::AggregateCall& call) {
                return std::make_unique<FlatStates<Bits<kOperation>>>(Bits<kOperation>{call.signature.arguments[0]});
            },
        .takes = "it takes one integer or bigint; a cast may help: data.flags::integer"};
}

}  // namespace

AggregateKinds bit_kinds() {
    return {bit_kind<BitOperation::conjunction>("bit_and", Distinct::ignored),
            bit_kind<BitOperation::disjunction>("bit_or", Distinct::ignored),
            bit_kind<BitOperation::exclusive>("bit_xor", Distinct::over_values)};
}

}  // namespace sf::engine
