// count(DISTINCT x), exact, up to a limit of values a group.
#include "base/hash.hpp"
#include "engine/aggregates/kinds.hpp"
#include "engine/boxed_states.hpp"
#include "engine/value_bytes.hpp"

#include <unordered_set>

namespace sf::engine {
namespace {

constexpr std::size_t kValuesMax =
    1'000'000;  // A group; above, the result is NULL: approx_count_distinct has no such limit.

struct CountDistinct {
    // Values of 8 bytes stand in `numbers`; all others in `texts`. A call has values of one type, so one of them is
    // empty.
    struct Box {
        std::unordered_set<std::uint64_t> numbers;
        std::unordered_set<std::string> texts;
        std::size_t text_bytes = 0;
        bool overflow = false;

        void offer(std::uint64_t number) {
            if (!overflow) numbers.insert(number);
            check();
        }
        void offer(std::string text) {
            if (overflow) return;
            const std::size_t size = text.size();
            if (texts.insert(std::move(text)).second) text_bytes += size;
            check();
        }
        void check() {
            if (numbers.size() + texts.size() <= kValuesMax) return;
            overflow = true;
            numbers = {};
            texts = {};
            text_bytes = 0;
        }
        void merge(const Box& other) {
            overflow |= other.overflow;
            for (const std::uint64_t number : other.numbers) offer(number);
            for (const std::string& text : other.texts) offer(text);
            if (overflow) check_overflow();
        }
        void check_overflow() {
            numbers = {};
            texts = {};
            text_bytes = 0;
        }
        [[nodiscard]] std::size_t bytes() const { return numbers.size() * 24 + texts.size() * 64 + text_bytes; }
        void save(ByteWriter& writer) const {
            writer.put<std::uint8_t>(overflow);
            writer.put<std::uint64_t>(numbers.size());
            for (const std::uint64_t number : numbers) writer.put(number);
            writer.put<std::uint64_t>(texts.size());
            for (const std::string& text : texts) writer.put_text(text);
        }
        void load(ByteReader& reader) {
            overflow = reader.get<std::uint8_t>() != 0;
            for (std::size_t left = reader.get_count(8); left > 0; --left) numbers.insert(reader.get<std::uint64_t>());
            for (std::size_t left = reader.get_count(8); left > 0; --left) offer(std::string(reader.get_text()));
        }
    };

    static void add(Box& box, const sql::Column& column, std::uint32_t row) {
        if (is_word(column.type)) box.offer(word_of(column, row));
        else box.offer(bytes_of(column, row));
    }
    static void results(const std::vector<std::unique_ptr<Box>>& boxes, std::span<const std::uint32_t> cells,
                        OwnedColumn& out) {
        out.reset(sql::Type::bigint, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const Box* box = boxes[cells[i]].get();
            if (box == nullptr) continue;
            if (box->overflow) out.set_failed(i, cells.size());
            else out.integers[i] = static_cast<std::int64_t>(box->numbers.size() + box->texts.size());
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
