// percentile_cont, percentile_disc and mode: exact, over all values of a group, up to a limit.
#include "engine/aggregates/kinds.hpp"
#include "engine/boxed_states.hpp"
#include "engine/sort_key.hpp"
#include "engine/typed_values.hpp"
#include "engine/value_order.hpp"
#include "sql/values/array.hpp"
#include "sql/values/interval_scaling.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sf::engine {
namespace {

// A group; beyond, the result is NULL: approx_quantile has no such limits.
constexpr std::size_t kOrderedValuesMax = 1'000'000;
constexpr std::size_t kOrderedTextBytesMax = 16u << 20;

struct AskedOrder {
    enum class Form : std::uint8_t { continuous, discrete, mode };
    Form form = Form::discrete;
    std::vector<double> fractions;  // One of mode, which has none.
    bool list = false;              // The result is an array of a value for each.
    bool descending = false;
    sql::Type type = sql::Type::bigint;  // Of a value.
};

// Of two neighbours: the value that lies this part of the way from one to the other.
std::optional<double> between(double from, double to, double part) { return from + part * (to - from); }
std::optional<sql::Interval> between(const sql::Interval& from, const sql::Interval& to, double part) {
    const auto minus = [](auto a, auto b, auto& result) { return !__builtin_sub_overflow(a, b, &result); };
    const auto plus = [](auto a, auto b, auto& result) { return !__builtin_add_overflow(a, b, &result); };
    sql::Interval way;
    if (!minus(to.months, from.months, way.months) || !minus(to.days, from.days, way.days) ||
        !minus(to.micros, from.micros, way.micros))
        return std::nullopt;
    const auto step = sql::multiply(way, part);
    sql::Interval value;
    if (!step || !plus(from.months, step->months, value.months) || !plus(from.days, step->days, value.days) ||
        !plus(from.micros, step->micros, value.micros))
        return std::nullopt;
    return value;
}
template <class Value>
std::optional<Value> between(const Value& from, const Value&, double) {
    return from;  // percentile_cont takes doubles and intervals alone.
}

// `Value` is that of a column, or a std::string for texts.
template <class Value>
struct Ordered {
    static constexpr bool kText = std::is_same_v<Value, std::string>;

    struct Box {
        std::vector<Value> values;
        std::size_t text_bytes = 0;
        bool overflow = false;

        void add(Value value) {
            if (overflow) return;
            if constexpr (kText) text_bytes += value.size();
            values.push_back(std::move(value));
            check();
        }
        void merge(const Box& other) {
            overflow |= other.overflow;
            if (!overflow) values.insert(values.end(), other.values.begin(), other.values.end());
            text_bytes += other.text_bytes;
            check();
        }
        void check() {
            overflow |= values.size() > kOrderedValuesMax || text_bytes > kOrderedTextBytesMax;
            if (!overflow) return;
            values = {};
            text_bytes = 0;
        }
        [[nodiscard]] std::size_t bytes() const { return values.capacity() * sizeof(Value) + text_bytes; }
        void save(ByteWriter& writer) const {
            writer.put<std::uint8_t>(overflow ? 1 : 0);
            if constexpr (kText) {
                writer.put<std::uint64_t>(values.size());
                for (const std::string& value : values) writer.put_text(value);
            } else {
                writer.put_array(std::span<const Value>(values));
            }
        }
        void load(ByteReader& reader) {
            overflow = reader.get<std::uint8_t>() != 0;
            if constexpr (kText) {
                for (std::size_t left = reader.get_count(8); left > 0; --left) add(std::string(reader.get_text()));
            } else {
                values = reader.get_array<Value>();
                if (std::ranges::all_of(values, is_plausible<Value>)) return;
                reader.fail();
                values.clear();
            }
        }
    };
    AskedOrder asked;

    static void add(Box& box, const sql::Column& column, std::uint32_t row) {
        if constexpr (kText) box.add(std::string(column.text(row)));
        else box.add(values_of<Value>(column)[row]);
    }
    void results(const std::vector<std::unique_ptr<Box>>& boxes, std::span<const std::uint32_t> cells,
                 OwnedColumn& out) const {
        out.reset(asked.list ? sql::array_type(asked.type) : asked.type, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const Box* box = boxes[cells[i]].get();
            const bool none = box == nullptr || (box->values.empty() && !box->overflow);
            if (none) out.set_null(i, cells.size());
            else if (box->overflow || !give(box->values, i, out)) out.set_failed(i, cells.size());
        }
    }

private:
    static bool is_less(const Value& a, const Value& b) { return less(a, b); }

    // False: it can't be said.
    bool give(std::vector<Value> values, std::size_t row, OwnedColumn& out) const {
        std::string array;
        for (const double fraction : asked.fractions) {
            std::optional<Value> value = result_of(values, fraction);
            if (!value) return false;
            if (asked.list) append_to(array, *value);
            else if constexpr (kText) out.texts[row] = out.keep(std::move(*value));
            else values_of<Value>(out)[row] = *value;
        }
        if (asked.list) out.texts[row] = out.keep(std::move(array));
        return true;
    }

    static void append_to(std::string& array, const Value& value) {
        sql::ElementBytes room;
        if constexpr (kText) sql::append_element(array, value);
        else sql::append_element(array, sql::bytes_of_element(value, room));
    }

    [[nodiscard]] std::optional<Value> result_of(std::vector<Value>& values, double fraction) const {
        if (asked.form == AskedOrder::Form::mode) return mode_of(values);
        const auto count = static_cast<double>(values.size());
        if (asked.form == AskedOrder::Form::discrete)
            return value_at(values, static_cast<std::size_t>(std::max(std::ceil(fraction * count), 1.0)) - 1);
        const double place = fraction * (count - 1);
        const auto lower = static_cast<std::size_t>(std::floor(place));
        const auto upper = static_cast<std::size_t>(std::ceil(place));
        const Value from = value_at(values, lower);
        if (lower == upper) return from;
        return between(from, value_at(values, upper), place - std::floor(place));
    }

    // In the order that is asked for; moves the values.
    [[nodiscard]] Value value_at(std::vector<Value>& values, std::size_t place) const {
        if (asked.descending) place = values.size() - 1 - place;
        const auto at = values.begin() + static_cast<std::ptrdiff_t>(place);
        std::nth_element(values.begin(), at, values.end(), is_less);
        return *at;
    }

    // Of several values that are equally frequent the first.
    [[nodiscard]] Value mode_of(std::vector<Value>& values) const {
        std::ranges::sort(values, is_less);
        std::size_t best = 0, best_count = 0;
        for (std::size_t begin = 0, end = 0; begin < values.size(); begin = end) {
            while (end < values.size() && same_value(values[begin], values[end])) ++end;
            const bool better = asked.descending ? end - begin >= best_count : end - begin > best_count;
            if (!better) continue;
            best = begin;
            best_count = end - begin;
        }
        return values[best];
    }
};

template <class Value>
std::unique_ptr<AggregateStates> ordered(const AskedOrder& asked) {
    return std::make_unique<BoxedStates<Ordered<Value>>>(Ordered<Value>{asked});
}

std::unique_ptr<AggregateStates> ordered_states(AskedOrder::Form form, const sql::AggregateCall& call) {
    AskedOrder asked{
        .form = form, .fractions = {0}, .descending = call.order[0].descending, .type = call.signature.order[0]};
    if (!call.constants.empty()) {
        const auto* const list = std::get_if<std::vector<double>>(&call.constants[0]);
        asked.list = list != nullptr;
        asked.fractions = asked.list ? *list : std::vector{std::get<double>(call.constants[0])};
    }
    switch (asked.type) {
        case sql::Type::boolean: return ordered<std::uint8_t>(asked);
        case sql::Type::double_precision: return ordered<double>(asked);
        case sql::Type::numeric: return ordered<sql::Decimal>(asked);
        case sql::Type::interval: return ordered<sql::Interval>(asked);
        case sql::Type::uuid: return ordered<Uuid>(asked);
        case sql::Type::text: return ordered<std::string>(asked);
        default: return ordered<std::int64_t>(asked);
    }
}

std::optional<sql::Type> ordered_type(AskedOrder::Form form, sql::Type written) {
    const sql::Type type = as_number(written);
    if (form != AskedOrder::Form::continuous) return is_sortable(type) ? std::optional(type) : std::nullopt;
    if (sql::is_number(type)) return sql::Type::double_precision;
    return type == sql::Type::interval ? std::optional(type) : std::nullopt;
}

AggregateKind ordered_kind(std::string_view name, AskedOrder::Form form, std::string_view takes) {
    return {.name = name,
            .order_by = OrderBy::within_group,
            .signature = [form](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
                const bool is_mode = form == AskedOrder::Form::mode;
                if (use.order.size() != 1 || use.arguments.size() != (is_mode ? 0 : 1)) return std::nullopt;
                const auto type = ordered_type(form, use.order[0]);
                if (!type) return std::nullopt;
                sql::AggregateSignature signature{.order = {*type}, .result = *type};
                if (is_mode) return signature;
                const bool list = sql::is_array(use.arguments[0]);
                signature.constants = {{.name = "fraction", .greatest = 1}};
                if (list) {
                    signature.constants[0].kind = sql::ConstantRule::Kind::numbers;
                    signature.result = sql::array_type(*type);
                }
                return signature;
            },
            .make = [form](const sql::AggregateCall& call) { return ordered_states(form, call); },
            .takes = takes};
}

}  // namespace

AggregateKinds percentile_kinds() {
    return {ordered_kind("percentile_cont", AskedOrder::Form::continuous,
                         "percentile_cont(0.95) WITHIN GROUP (ORDER BY x), where x is a number or an interval; also of "
                         "ARRAY[0.5, 0.95]"),
            ordered_kind("percentile_disc", AskedOrder::Form::discrete,
                         "percentile_disc(0.95) WITHIN GROUP (ORDER BY x); also of ARRAY[0.5, 0.95]"),
            ordered_kind("mode", AskedOrder::Form::mode, "mode() WITHIN GROUP (ORDER BY x)")};
}

}  // namespace sf::engine
