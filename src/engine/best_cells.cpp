#include "engine/best_cells.hpp"

#include "engine/group_key.hpp"
#include "engine/sort_key.hpp"
#include "engine/value_bytes.hpp"

#include <algorithm>
#include <numeric>

namespace sf::engine {
namespace {

constexpr std::uint64_t kBehindAll = UINT64_MAX;
constexpr std::uint64_t kLimitMax = 128;  // Beyond it, to find the best in each record costs more than it saves.

// The first eight bytes of the sort key. Where they are equal, the order of the two is not known.
std::uint64_t head_of(std::string& key, const sql::Column& column, std::size_t row, sql::SortDirection direction) {
    key.clear();
    append_sort_key(key, column, row, direction);
    std::uint64_t head = 0;
    for (std::size_t i = 1; i < 9; ++i) head = head << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
    return head;
}

// NULL is first or last; a value may share the number with it.
void read_order(const sql::Column& column, std::span<const std::uint32_t> rows, sql::SortDirection direction,
                std::vector<std::uint64_t>& order) {
    order.resize(rows.size());
    if (!column.integers.empty()) {
        const std::uint64_t flip = (direction.descending ? kBehindAll : 0) ^ (1ULL << 63);
        const std::int64_t* const values = column.integers.data();
        for (std::size_t i = 0; i < rows.size(); ++i) order[i] = static_cast<std::uint64_t>(values[rows[i]]) ^ flip;
    } else {
        std::string key;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (column.is_valid(rows[i])) order[i] = head_of(key, column, rows[i], direction);
        }
    }
    if (column.valid.empty()) return;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (column.valid[rows[i]] == 0) order[i] = direction.nulls_first ? 0 : kBehindAll;
    }
}

}  // namespace

BestCells::BestCells(CellRules rules, BestEvents best, std::vector<Slot> keys, sql::EventEvaluator& evaluator)
    : EventCells(rules), best_(std::move(best)), keys_(std::move(keys)), evaluator_(evaluator), places_(rules) {}

void BestCells::assign(const EventGroups& groups, const BatchTimes& times) {
    places_.assign(groups, times);
    columns_.clear();
    failed_ = 0;
    for (std::size_t k = 0; k < keys_.size(); ++k) {
        columns_.push_back(&evaluator_.column(keys_[k]));
        if (columns_[k]->failed.empty() || std::ranges::find(best_.partition, k) != best_.partition.end()) continue;
        for (const std::uint32_t row : groups.rows()) failed_ += columns_[k]->failed[row];
    }
    const CellBlock& places = *places_.block();
    choose(places_.rows(), places_.cells(), places.key.size());
    write_chosen();
    const bool some_left_out = own_rows_.size() < places_.rows().size();
    if (some_left_out && best_.limit > 1 && some_twice()) {
        // An event that is here twice is one, but was counted as two.
        own_rows_.assign(places_.rows().begin(), places_.rows().end());
        chosen_places_.assign(places_.cells().begin(), places_.cells().end());
        write_chosen();
    }
    auto block = std::make_shared<CellBlock>();
    block->keys = std::move(block_keys_);
    own_cells_.resize(own_rows_.size());
    std::iota(own_cells_.begin(), own_cells_.end(), 0u);
    block->key = own_cells_;
    for (const std::uint32_t place : chosen_places_) block->pane.push_back(places.pane[place]);
    if (!places.closed_until.empty()) {
        for (const std::uint32_t place : chosen_places_) block->closed_until.push_back(places.closed_until[place]);
    }
    block->late = places.late;
    block->events = places.events;
    block->events_late = places.events_late;
    rows_ = own_rows_;
    cells_ = own_cells_;
    block_ = std::move(block);
}

// Into own_rows_ and chosen_places_.
void BestCells::choose(std::span<const std::uint32_t> rows, std::span<const std::uint32_t> places, std::size_t count) {
    if (best_.limit > kLimitMax || count * best_.limit >= rows.size()) {
        own_rows_.assign(rows.begin(), rows.end());
        chosen_places_.assign(places.begin(), places.end());
        return;
    }
    own_rows_.resize(rows.size());
    chosen_places_.resize(rows.size());
    read_order(*columns_[best_.order], rows, best_.direction, order_);
    find_bounds(places, count);
    const std::uint64_t* const bounds = bounds_.data() + (best_.limit - 1);
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        own_rows_[chosen] = rows[i];
        chosen_places_[chosen] = places[i];
        chosen += order_[i] <= bounds[places[i] * best_.limit] ? 1 : 0;
    }
    own_rows_.resize(chosen);
    chosen_places_.resize(chosen);
}

// Of each place the so many least numbers, rising: of dense_rank() different ones.
void BestCells::find_bounds(std::span<const std::uint32_t> places, std::size_t count) {
    bounds_.assign(count * best_.limit, kBehindAll);
    if (best_.limit == 1) {
        for (std::size_t i = 0; i < places.size(); ++i) bounds_[places[i]] = std::min(bounds_[places[i]], order_[i]);
        return;
    }
    const bool different = best_.kind == sql::Ranking::Kind::dense_rank;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const std::span bounds = std::span(bounds_).subspan(places[i] * best_.limit, best_.limit);
        if (order_[i] >= bounds.back()) continue;
        const auto at = std::ranges::lower_bound(bounds, order_[i]);
        if (different && *at == order_[i]) continue;
        std::move_backward(at, bounds.end() - 1, bounds.end());
        *at = order_[i];
    }
}

void BestCells::write_chosen() {
    auto keys = std::make_shared<KeyBlock>();
    keys->ends.resize(own_rows_.size());
    write_keys(columns_, own_rows_, keys->bytes, keys->ends);
    keys->hashes.reserve(own_rows_.size());
    for (std::size_t i = 0; i < own_rows_.size(); ++i) keys->hashes.push_back(hash_of_key(keys->key(i)));
    block_keys_ = std::move(keys);
}

bool BestCells::some_twice() const {
    std::vector<std::uint64_t> hashes = block_keys_->hashes;
    std::ranges::sort(hashes);
    return std::ranges::adjacent_find(hashes) != hashes.end();
}

}  // namespace sf::engine
