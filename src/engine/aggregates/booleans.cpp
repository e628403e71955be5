// bool_and (in the SQL standard: every) and bool_or.
#include "engine/aggregates/kinds.hpp"
#include "engine/flat_states.hpp"

namespace sf::engine {
namespace {

enum class Connective : std::uint8_t { all, any };

struct Booleans {
    struct State {
        std::uint8_t seen[2] = {0, 0};  // 1 where there was a false, a true.
    };
    Connective connective = Connective::all;

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        const std::uint8_t* values = arguments[0]->booleans.data();
        for_each_value(*arguments[0], rows, cells,
                       [&](std::uint32_t row, std::uint32_t cell) { states[cell].seen[values[row] != 0 ? 1 : 0] = 1; });
    }
    static void merge(State& into, const State& from) {
        into.seen[0] |= from.seen[0];
        into.seen[1] |= from.seen[1];
    }
    void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) const {
        out.reset(sql::Type::boolean, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const auto& seen = states[cells[i]].seen;
            if (seen[0] == 0 && seen[1] == 0) out.set_null(i, cells.size());
            else out.booleans[i] = connective == Connective::all ? seen[0] == 0 : seen[1] != 0;
        }
    }
};

AggregateKind boolean_kind(std::string_view name, Connective connective) {
    return {
        .name = name,
        .distinct = Distinct::ignored,
        .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
            if (use.arguments.size() != 1) return std::nullopt;
            const sql::Type type = use.arguments[0];
            if (type != sql::Type::boolean && type != sql::Type::json_scalar) return std::nullopt;
            return sql::AggregateSignature{.arguments = {sql::Type::boolean}, .result = sql::Type::boolean};
        },
        .make = [connective](
                    const sql::AggregateCall&) { return std::make_unique<FlatStates<Booleans>>(Booleans{connective}); },
        .takes = "it takes one boolean, such as a comparison"};
}

}  // namespace

AggregateKinds boolean_kinds() {
    return {boolean_kind("bool_and", Connective::all), boolean_kind("every", Connective::all),
            boolean_kind("bool_or", Connective::any)};
}

}  // namespace sf::engine
