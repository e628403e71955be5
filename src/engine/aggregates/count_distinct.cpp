// count(DISTINCT x), exact, up to a limit of values a group.
#include "engine/aggregates/kinds.hpp"
#include "engine/boxed_states.hpp"
#include "engine/value_bytes.hpp"
#include "engine/value_set.hpp"

#include <string_view>

namespace sf::engine {
namespace {

constexpr std::size_t kValuesMax =
    1'000'000;  // A group; above, the result is NULL: approx_count_distinct has no such limit.

struct CountDistinct {
    struct Box {
        ValueSet values;
        bool overflow = false;

        void offer(std::string_view value) {
            if (overflow) return;
            values.insert(value);
            check();
        }
        void check() {
            overflow |= values.size() > kValuesMax;
            if (overflow) values.clear();
        }
        void merge(const Box& other) {
            overflow |= other.overflow;
            if (!overflow) values.merge(other.values);
            check();
        }
        [[nodiscard]] std::size_t bytes() const { return values.bytes(); }
        void save(ByteWriter& writer) const {
            writer.put<std::uint8_t>(overflow);
            values.save(writer);
        }
        void load(ByteReader& reader) {
            overflow = reader.get<std::uint8_t>() != 0;
            values.load(reader);
        }
    };

    static void add(Box& box, const sql::Column& column, std::uint32_t row) {
        if (is_word(column.type)) {
            const std::uint64_t word = word_of(column, row);
            box.offer({reinterpret_cast<const char*>(&word), sizeof word});
        } else if (column.type == sql::Type::text) {
            box.offer(column.text(row));
        } else {
            box.offer(bytes_of(column, row));
        }
    }
    static void results(const std::vector<std::unique_ptr<Box>>& boxes, std::span<const std::uint32_t> cells,
                        OwnedColumn& out) {
        out.reset(sql::Type::bigint, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const Box* box = boxes[cells[i]].get();
            if (box == nullptr) continue;
            if (box->overflow) out.set_failed(i, cells.size());
            else out.integers[i] = static_cast<std::int64_t>(box->values.size());
        }
    }
};

}  // namespace

AggregateKind count_distinct_kind() {
    return {.name = "count",
            .distinct = Distinct::itself,
            .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
                if (use.arguments.size() != 1 || use.arguments[0] == sql::Type::jsonb) return std::nullopt;
                return sql::AggregateSignature{.arguments = {use.arguments[0]}, .result = sql::Type::bigint};
            },
            .make = [](const sql::AggregateCall&) { return std::make_unique<BoxedStates<CountDistinct>>(); },
            .takes = "count(DISTINCT x) takes one argument; of JSON take a field as text: data->>'field'"};
}

}  // namespace sf::engine
