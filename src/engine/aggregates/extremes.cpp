// min(x) and max(x) of numbers, times, intervals and texts. Floating point as PostgreSQL orders it: NaN is greater than
// everything.
#include "engine/aggregates/kinds.hpp"
#include "engine/boxed_states.hpp"
#include "engine/flat_states.hpp"
#include "engine/typed_values.hpp"
#include "engine/value_order.hpp"

namespace sf::engine {
namespace {

template <class Value, bool kGreatest>
struct Extreme {
    struct State {
        Value value{};
        std::uint64_t any = 0;

        [[nodiscard]] bool plausible() const { return is_plausible(value); }
    };
    sql::Type type = sql::Type::bigint;

    static void offer(State& state, const Value& value) {
        const bool better = kGreatest ? less(state.value, value) : less(value, state.value);
        if (state.any == 0 || better) state = {value, 1};
    }
    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        const Value* all = values_of<Value>(*arguments[0]);
        for_each_value(*arguments[0], rows, cells,
                       [&](std::uint32_t row, std::uint32_t cell) { offer(states[cell], all[row]); });
    }
    static void merge(State& into, const State& from) {
        if (from.any != 0) offer(into, from.value);
    }
    void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) const {
        out.reset(type, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const State& state = states[cells[i]];
            if (state.any == 0) out.set_null(i, cells.size());
            else values_of<Value>(out)[i] = state.value;
        }
    }
};

// Texts compare by their bytes: PostgreSQL's C collation.
template <bool kGreatest>
struct ExtremeText {
    struct Box {
        std::string value;
        bool any = false;

        void offer(std::string_view text) {
            if (any && (kGreatest ? text <= value : text >= value)) return;
            value = text;
            any = true;
        }
        void merge(const Box& other) { offer(other.value); }
        [[nodiscard]] std::size_t bytes() const { return value.capacity(); }
        void save(ByteWriter& writer) const { writer.put_text(value); }
        void load(ByteReader& reader) {
            value = reader.get_text();
            any = true;
        }
    };

    static void add(Box& box, const sql::Column& column, std::uint32_t row) { box.offer(column.text(row)); }
    static void results(const std::vector<std::unique_ptr<Box>>& boxes, std::span<const std::uint32_t> cells,
                        OwnedColumn& out) {
        out.reset(sql::Type::text, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (boxes[cells[i]]) out.texts[i] = boxes[cells[i]]->value;
            else out.set_null(i, cells.size());
        }
    }
};

template <bool kGreatest>
AggregateKind extreme_kind(std::string_view name, std::string_view takes) {
    return {
        .name = name,
        .distinct = Distinct::ignored,
        .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
            if (use.arguments.size() != 1) return std::nullopt;
            const sql::Type type = as_number(use.arguments[0]);
            const bool ordered = sql::is_number(type) || type == sql::Type::text || type == sql::Type::timestamptz ||
                                 type == sql::Type::timestamp || type == sql::Type::date || type == sql::Type::interval;
            if (!ordered) return std::nullopt;
            return sql::AggregateSignature{.arguments = {type}, .result = type};
        },
        .make = [](const sql::AggregateCall& call) -> std::unique_ptr<AggregateStates> {
            const sql::Type type = call.signature.arguments[0];
            switch (type) {
                case sql::Type::text: return std::make_unique<BoxedStates<ExtremeText<kGreatest>>>();
                case sql::Type::double_precision:
                    return std::make_unique<FlatStates<Extreme<double, kGreatest>>>(Extreme<double, kGreatest>{type});
                case sql::Type::numeric:
                    return std::make_unique<FlatStates<Extreme<sql::Decimal, kGreatest>>>(
                        Extreme<sql::Decimal, kGreatest>{type});
                case sql::Type::interval:
                    return std::make_unique<FlatStates<Extreme<sql::Interval, kGreatest>>>(
                        Extreme<sql::Interval, kGreatest>{type});
                default:
                    return std::make_unique<FlatStates<Extreme<std::int64_t, kGreatest>>>(
                        Extreme<std::int64_t, kGreatest>{type});
            }
        },
        .takes = takes};
}

}  // namespace

AggregateKind min_kind() { return extreme_kind<false>("min", "min takes one number, time, interval or text"); }
AggregateKind max_kind() { return extreme_kind<true>("max", "max takes one number, time, interval or text"); }

}  // namespace sf::engine
