// first(x) and last(x): the value of the earliest and of the latest event that has one, by the event's own time and
// then its id, so that they depend on the events alone and not on the order in which they came.
#include "engine/aggregates/kinds.hpp"
#include "engine/boxed_states.hpp"
#include "engine/flat_states.hpp"
#include "engine/typed_values.hpp"
#include "sql/values/array.hpp"

#include <compare>

namespace sf::engine {
namespace {

/// When an event happened.
struct Moment {
    std::int64_t time = 0;
    Uuid id;

    friend auto operator<=>(const Moment&, const Moment&) = default;
};

// Behind the value.
Moment moment_of(std::span<const sql::Column* const> arguments, std::uint32_t row) {
    return {arguments[1]->integers[row], arguments[2]->uuids[row]};
}

template <bool kLast>
bool replaces(const Moment& candidate, const Moment& held) {
    return kLast ? held < candidate : candidate < held;
}

template <class Value, bool kLast>
struct Outermost {
    struct State {
        Value value{};
        Moment moment;
        std::uint64_t any = 0;

        [[nodiscard]] bool plausible() const { return is_plausible(value); }
    };
    sql::Type type = sql::Type::bigint;

    static void fold(State* states, std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                     std::span<const sql::Column* const> arguments) {
        const Value* values = values_of<Value>(*arguments[0]);
        for_each_value(*arguments[0], rows, cells, [&](std::uint32_t row, std::uint32_t cell) {
            offer(states[cell], {values[row], moment_of(arguments, row), 1});
        });
    }
    static void merge(State& into, const State& from) {
        if (from.any != 0) offer(into, from);
    }
    void results(std::span<const State> states, std::span<const std::uint32_t> cells, OwnedColumn& out) const {
        out.reset(type, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (states[cells[i]].any == 0) out.set_null(i, cells.size());
            else values_of<Value>(out)[i] = states[cells[i]].value;
        }
    }

private:
    static void offer(State& state, const State& candidate) {
        if (state.any == 0 || replaces<kLast>(candidate.moment, state.moment)) state = candidate;
    }
};

template <bool kLast>
struct OutermostText {
    struct Box {
        std::string value;
        Moment moment;
        bool any = false;

        void offer(std::string_view text, const Moment& candidate) {
            if (any && !replaces<kLast>(candidate, moment)) return;
            value = text;
            moment = candidate;
            any = true;
        }
        void merge(const Box& other) { offer(other.value, other.moment); }
        [[nodiscard]] std::size_t bytes() const { return value.capacity(); }
        void save(ByteWriter& writer) const {
            writer.put_text(value);
            writer.put(moment);
        }
        void load(ByteReader& reader) {
            value = reader.get_text();
            moment = reader.get<Moment>();
            any = true;
        }
    };
    sql::Type type = sql::Type::text;

    static void add(Box& box, std::span<const sql::Column* const> arguments, std::uint32_t row) {
        box.offer(arguments[0]->text(row), moment_of(arguments, row));
    }
    void results(const std::vector<std::unique_ptr<Box>>& boxes, std::span<const std::uint32_t> cells,
                 OwnedColumn& out) const {
        out.reset(type, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const Box* box = boxes[cells[i]].get();
            if (box == nullptr) out.set_null(i, cells.size());
            else if (sql::is_array(type) && !sql::is_array_value(type, box->value)) out.set_failed(i, cells.size());
            else out.texts[i] = box->value;
        }
    }
};

template <class Value, bool kLast>
std::unique_ptr<AggregateStates> flat(sql::Type type) {
    using Kind = Outermost<Value, kLast>;
    return std::make_unique<FlatStates<Kind>>(Kind{type});
}

template <bool kLast>
std::unique_ptr<AggregateStates> outermost_states(sql::Type type) {
    switch (type) {
        case sql::Type::boolean: return flat<std::uint8_t, kLast>(type);
        case sql::Type::integer:
        case sql::Type::bigint:
        case sql::Type::timestamp:
        case sql::Type::date:
        case sql::Type::timestamptz: return flat<std::int64_t, kLast>(type);
        case sql::Type::double_precision: return flat<double, kLast>(type);
        case sql::Type::numeric: return flat<sql::Decimal, kLast>(type);
        case sql::Type::interval: return flat<sql::Interval, kLast>(type);
        case sql::Type::uuid: return flat<Uuid, kLast>(type);
        default: return std::make_unique<BoxedStates<OutermostText<kLast>>>(OutermostText<kLast>{type});
    }
}

template <bool kLast>
AggregateKind outermost_kind(std::string_view name) {
    return {.name = name,
            .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
                if (use.arguments.size() != 1) return std::nullopt;
                const sql::Type type = use.arguments[0];
                return sql::AggregateSignature{.arguments = {type}, .row_order = sql::RowOrder::needed, .result = type};
            },
            .make = [](const sql::AggregateCall& call) { return outermost_states<kLast>(call.signature.result); },
            .takes = "it takes one argument of any type"};
}

}  // namespace

AggregateKinds first_last_kinds() { return {outermost_kind<false>("first"), outermost_kind<true>("last")}; }

}  // namespace sf::engine
