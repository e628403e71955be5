// count(DISTINCT x), exact, up to a limit of values a group.
#include "engine/aggregates/kinds.hpp"
#include "engine/key_codes.hpp"
#include "engine/value_set.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace sf::engine {
namespace {

constexpr std::size_t kValuesMax =
    1'000'000;  // A group; above, the result is NULL: approx_count_distinct has no such limit.

// Of a pane's cell.
struct DistinctValues {
    ValueSet values;
    bool overflow = false;

    void check() {
        overflow |= values.size() > kValuesMax;
        if (overflow) values.clear();
    }
};

// Tells which pairs of a cell and a value are new. One thread.
class NewPairs {
public:
    void begin(std::size_t pairs, std::size_t cells, std::size_t values) {
        values_ = values;
        by_bit_ = cells * values <= kBitsMax;
        if (by_bit_) bits_.assign(cells * values / 64 + 1, 0);
        else table_.assign(std::bit_ceil(pairs * 2), {});
    }
    [[nodiscard]] bool add(std::uint32_t cell, std::uint32_t value) {
        if (by_bit_) {
            const std::size_t at = cell * values_ + value;
            const std::uint64_t bit = std::uint64_t{1} << (at % 64);
            return (std::exchange(bits_[at / 64], bits_[at / 64] | bit) & bit) == 0;
        }
        const std::uint64_t pair = (std::uint64_t{cell} << 32 | value) + 1;
        const std::size_t mask = table_.size() - 1;
        std::size_t at = ((pair * 0x9E3779B97F4A7C15ULL) >> 32) & mask;
        for (; table_[at] != 0; at = (at + 1) & mask) {
            if (table_[at] == pair) return false;
        }
        table_[at] = pair;
        return true;
    }

private:
    static constexpr std::size_t kBitsMax = 1u << 18;

    std::size_t values_ = 0;
    bool by_bit_ = false;
    std::vector<std::uint64_t> bits_;   // By cell and value,
    std::vector<std::uint64_t> table_;  // or by hash; 0 is free.
};

// Of a record the numbers of each cell's values; of panes sets of them.
class CountDistinct final : public AggregateStates {
public:
    [[nodiscard]] std::unique_ptr<AggregateStates> fresh() const override { return std::make_unique<CountDistinct>(); }
    [[nodiscard]] std::unique_ptr<AggregateStates> clone() const override {
        auto copy = std::make_unique<CountDistinct>();
        copy->record_ = record_;
        copy->sets_.reserve(sets_.size());
        for (const auto& set : sets_) copy->sets_.push_back(set ? std::make_unique<DistinctValues>(*set) : nullptr);
        return copy;
    }
    void resize(std::size_t cells) override { sets_.resize(cells); }

    void fold(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
              std::span<const sql::Column* const> arguments) override {
        std::vector<std::uint32_t> rows_here, cells_here;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!arguments[0]->is_valid(rows[i])) continue;
            rows_here.push_back(rows[i]);
            cells_here.push_back(cells[i]);
        }
        if (rows_here.empty()) return;
        KeyCodes codes;
        codes.number(arguments.first(1), rows_here);
        fold_numbers(codes.codes(), cells_here, codes.keys());
        settle();
    }
    [[nodiscard]] bool takes_numbers() const override { return true; }
    void fold_numbers(std::span<const std::uint32_t> numbers, std::span<const std::uint32_t> cells,
                      const std::shared_ptr<const KeyBlock>& values) override {
        settle();
        static thread_local NewPairs pairs;
        static thread_local std::vector<std::uint32_t> kept;
        pairs.begin(numbers.size(), sets_.size(), values->ends.size());
        kept.clear();
        record_ = {.values = values, .begins = std::vector<std::uint32_t>(sets_.size() + 1), .numbers = {}};
        for (std::uint32_t i = 0; i < numbers.size(); ++i) {
            if (!pairs.add(cells[i], numbers[i])) continue;
            kept.push_back(i);
            ++record_.begins[cells[i] + 1];
        }
        std::partial_sum(record_.begins.begin(), record_.begins.end(), record_.begins.begin());
        record_.numbers.resize(kept.size());
        // Each begin moves to its end, which is where the next one was.
        for (const std::uint32_t i : kept) record_.numbers[record_.begins[cells[i]]++] = numbers[i];
        std::shift_right(record_.begins.begin(), record_.begins.end(), 1);
        record_.begins[0] = 0;
        if (std::ranges::any_of(sets_, [](const auto& set) { return set != nullptr; })) settle();
    }

    void merge(const AggregateStates& other, std::span<const std::uint32_t> from,
               std::span<const std::uint32_t> to) override {
        settle();
        const auto& theirs = static_cast<const CountDistinct&>(other);
        for (std::size_t i = 0; i < from.size(); ++i) {
            if (theirs.record_.values) add(to[i], theirs.record_, from[i]);
            else if (theirs.sets_[from[i]]) add(to[i], *theirs.sets_[from[i]]);
        }
    }

    void results(std::span<const std::uint32_t> cells, OwnedColumn& out) const override {
        SF_ASSERT(!record_.values);
        out.reset(sql::Type::bigint, cells.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const DistinctValues* const set = sets_[cells[i]].get();
            if (set == nullptr) continue;
            if (set->overflow) out.set_failed(i, cells.size());
            else out.integers[i] = static_cast<std::int64_t>(set->values.size());
        }
    }

    [[nodiscard]] std::size_t bytes() const override {
        std::size_t bytes = sets_.capacity() * sizeof(sets_[0]);
        for (const auto& set : sets_) {
            if (set) bytes += sizeof(DistinctValues) + set->values.bytes();
        }
        return bytes;
    }
    void save(ByteWriter& writer) const override {
        SF_ASSERT(!record_.values);
        writer.put<std::uint64_t>(sets_.size());
        for (const auto& set : sets_) {
            writer.put<std::uint8_t>(set ? 1 : 0);
            if (!set) continue;
            writer.put<std::uint8_t>(set->overflow);
            set->values.save(writer);
        }
    }
    void load(ByteReader& reader) override {
        record_ = {};
        sets_.clear();
        sets_.resize(reader.get_count(1));
        for (auto& set : sets_) {
            if (reader.get<std::uint8_t>() == 0) continue;
            set = std::make_unique<DistinctValues>();
            set->overflow = reader.get<std::uint8_t>() != 0;
            set->values.load(reader);
        }
    }

private:
    struct OfRecord {
        std::shared_ptr<const KeyBlock> values;  // None: it has been no record.
        std::vector<std::uint32_t> begins;       // By cell, and one more.
        std::vector<std::uint32_t> numbers;      // Of values: of a cell each number once, though a value may have two.

        [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t cell) const {
            return std::span(numbers).subspan(begins[cell], begins[cell + 1] - begins[cell]);
        }
    };

    DistinctValues& set_of(std::uint32_t cell) {
        if (!sets_[cell]) sets_[cell] = std::make_unique<DistinctValues>();
        return *sets_[cell];
    }
    void add(std::uint32_t cell, const OfRecord& record, std::uint32_t from) {
        const std::span<const std::uint32_t> numbers = record.of(from);
        if (numbers.empty()) return;
        DistinctValues& set = set_of(cell);
        if (set.overflow) return;
        set.values.insert(*record.values, numbers);
        set.check();
    }
    void add(std::uint32_t cell, const DistinctValues& other) {
        DistinctValues& set = set_of(cell);
        set.overflow |= other.overflow;
        if (!set.overflow) set.values.merge(other.values);
        set.check();
    }
    // What is of a record becomes sets.
    void settle() {
        if (!record_.values) return;
        const OfRecord record = std::exchange(record_, {});
        for (std::uint32_t cell = 0; cell + 1 < record.begins.size(); ++cell) add(cell, record, cell);
    }

    OfRecord record_;
    std::vector<std::unique_ptr<DistinctValues>> sets_;  // By cell; null: no value yet.
};

}  // namespace

AggregateKind count_distinct_kind() {
    return {.name = "count",
            .distinct = Distinct::itself,
            .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
                if (use.arguments.size() != 1 || use.arguments[0] == sql::Type::jsonb) return std::nullopt;
                return sql::AggregateSignature{.arguments = {use.arguments[0]}, .result = sql::Type::bigint};
            },
            .make = [](const sql::AggregateCall&) { return std::make_unique<CountDistinct>(); },
            .takes = "count(DISTINCT x) takes one argument; of JSON take a field as text: data->>'field'"};
}

}  // namespace sf::engine
