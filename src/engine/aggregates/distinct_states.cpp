#include "engine/aggregates/distinct_states.hpp"

#include "engine/flat_states.hpp"
#include "engine/sort_key.hpp"
#include "engine/stored_value.hpp"

namespace sf::engine {

// Of values that are equal and look different (1.5 and 1.50) the one with the greatest bytes stays: the same one,
// whatever came first.
void DistinctStates::Set::add(std::string_view key, std::string_view value) {
    if (overflow) return;
    const auto at = values.lower_bound(key);
    if (at != values.end() && at->first == key) {
        if (at->second < value) at->second = value;
        return;
    }
    values.emplace_hint(at, key, value);
    bytes += key.size() + value.size();
    check();
}

void DistinctStates::Set::check() {
    overflow |= values.size() > kDistinctValuesMax;
    if (!overflow) return;
    values.clear();
    bytes = 0;
}

void DistinctStates::Set::merge(const Set& other) {
    overflow |= other.overflow;
    for (const auto& [key, value] : other.values) add(key, value);
    check();
}

std::unique_ptr<AggregateStates> DistinctStates::fresh() const {
    return std::make_unique<DistinctStates>(type_, aggregate_->fresh());
}

std::unique_ptr<AggregateStates> DistinctStates::clone() const {
    auto copy = std::make_unique<DistinctStates>(type_, aggregate_->fresh());
    copy->sets_ = sets_;
    return copy;
}

void DistinctStates::fold(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> cells,
                          std::span<const sql::Column* const> arguments) {
    for_each_value(*arguments[0], rows, cells, [&](std::uint32_t row, std::uint32_t cell) {
        key_.clear();
        value_.clear();
        append_sort_key(key_, *arguments[0], row);
        append_value(value_, *arguments[0], row);
        sets_[cell].add(key_, value_);
    });
}

void DistinctStates::merge(const AggregateStates& other, std::span<const std::uint32_t> from,
                           std::span<const std::uint32_t> to) {
    const auto& theirs = static_cast<const DistinctStates&>(other).sets_;
    for (std::size_t i = 0; i < from.size(); ++i) sets_[to[i]].merge(theirs[from[i]]);
}

// The values in their order, so that a sum of doubles is the same however they came.
void DistinctStates::results(std::span<const std::uint32_t> cells, OwnedColumn& out) const {
    std::vector<std::uint32_t> rows, row_cells;
    std::vector<std::string_view> values;
    std::vector<std::uint8_t> failed(cells.size(), 0);
    for (std::uint32_t i = 0; i < cells.size(); ++i) {
        const Set& set = sets_[cells[i]];
        failed[i] = set.overflow ? 1 : 0;
        for (const auto& [key, value] : set.values) {
            rows.push_back(static_cast<std::uint32_t>(values.size()));
            row_cells.push_back(i);
            values.push_back(value);
        }
    }
    OwnedColumn column;
    column.reset(type_, values.size());
    for (std::size_t row = 0; row < values.size(); ++row) {
        if (!read_value(column, row, values[row])) failed[row_cells[row]] = 1;  // Only a damaged checkpoint has these.
    }
    const auto states = aggregate_->fresh();
    states->resize(cells.size());
    const sql::Column view = column.view(values.size());
    const sql::Column* const argument = &view;
    states->fold(rows, row_cells, std::span(&argument, 1));
    std::vector<std::uint32_t> all(cells.size());
    for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    states->results(all, out);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (failed[i] != 0) out.set_failed(i, cells.size());
    }
}

std::size_t DistinctStates::bytes() const {
    constexpr std::size_t kNode = 32 + 2 * sizeof(std::string);  // Of a map; the strings below 16 bytes lie in it.
    std::size_t bytes = sets_.capacity() * sizeof(Set);
    for (const Set& set : sets_) bytes += set.values.size() * kNode + set.bytes;
    return bytes;
}

void DistinctStates::save(ByteWriter& writer) const {
    writer.put<std::uint64_t>(sets_.size());
    for (const Set& set : sets_) {
        writer.put<std::uint8_t>(set.overflow ? 1 : 0);
        writer.put<std::uint64_t>(set.values.size());
        for (const auto& [key, value] : set.values) {
            writer.put_text(key);
            writer.put_text(value);
        }
    }
}

void DistinctStates::load(ByteReader& reader) {
    constexpr std::size_t kSetBytes = 9;
    constexpr std::size_t kValueBytes = 16;
    sets_.clear();
    sets_.resize(reader.get_count(kSetBytes));
    for (Set& set : sets_) {
        const bool overflow = reader.get<std::uint8_t>() != 0;
        for (std::size_t left = reader.get_count(kValueBytes); left > 0; --left) {
            const std::string_view key = reader.get_text();
            set.add(key, reader.get_text());
        }
        set.overflow |= overflow;
    }
}

}  // namespace sf::engine
