#include "engine/event_groups.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace sf::engine {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::uint32_t kStep = 8;

std::uint64_t word_at(std::span<const std::uint8_t> flags, std::uint32_t row) {
    std::uint64_t word;
    std::memcpy(&word, flags.data() + row, sizeof word);
    return word;
}

void count_up(std::vector<std::uint32_t>& numbers, std::size_t count) {
    const std::size_t before = numbers.size();
    numbers.resize(count);
    if (before < count)
        std::iota(numbers.begin() + static_cast<std::ptrdiff_t>(before), numbers.end(),
                  static_cast<std::uint32_t>(before));
}

}  // namespace

std::span<const sql::Column* const> BatchKeys::columns(sql::EventEvaluator& evaluator) {
    columns_.clear();
    for (const Slot slot : keys_) columns_.push_back(&evaluator.column(slot));
    return columns_;
}

const KeyCodes& BatchKeys::of_all(sql::EventEvaluator& evaluator, std::size_t batch_size) {
    if (std::exchange(known_, true)) return codes_;
    count_up(rows_, batch_size);
    codes_.number(columns(evaluator), rows_);
    return codes_;
}

void EventGroups::assign(sql::EventEvaluator& evaluator, BatchKeys& keys, bool shared, std::size_t batch_size) {
    failed_ = 0;
    block_.reset();
    select(evaluator, batch_size);
    if (rows_.empty()) return;
    const std::span<const sql::Column* const> columns = keys.columns(evaluator);
    for (const sql::Column* column : columns) {
        if (column->failed.empty()) continue;
        for (const std::uint32_t row : rows_) failed_ += column->failed[row];
    }
    if (shared && where_) return take_groups_of(keys.of_all(evaluator, batch_size));
    const KeyCodes* codes = &own_;
    if (shared) codes = &keys.of_all(evaluator, batch_size);
    else own_.number(columns, rows_);
    groups_ = codes->codes();
    block_ = codes->keys();
    count_up(each_, block_->ends.size());
    key_of_ = each_;
}

// Groups are numbered in the order in which they come, as if there were no other rows.
void EventGroups::take_groups_of(const KeyCodes& all) {
    block_ = all.keys();
    const std::uint32_t* const codes = all.codes().data();
    group_of_key_.assign(block_->ends.size(), kNone);
    own_key_of_.clear();
    own_groups_.resize(rows_.size());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const std::uint32_t code = codes[rows_[i]];
        std::uint32_t& group = group_of_key_[code];
        if (group == kNone) {
            group = static_cast<std::uint32_t>(own_key_of_.size());
            own_key_of_.push_back(code);
        }
        own_groups_[i] = group;
    }
    groups_ = own_groups_;
    key_of_ = own_key_of_;
}

// Most filters leave most events out, so eight rows at a time are looked at first.
void EventGroups::select(sql::EventEvaluator& evaluator, std::size_t batch_size) {
    if (!where_) {
        count_up(own_rows_, std::max(batch_size, own_rows_.size()));
        rows_ = std::span(own_rows_).first(batch_size);
        return;
    }
    const sql::Column& where = evaluator.column(*where_);
    if (own_rows_.size() < batch_size + kStep) own_rows_.resize(batch_size + kStep);
    std::uint32_t* const out = own_rows_.data();
    std::size_t count = 0;
    const auto take = [&](std::uint32_t begin, std::uint32_t end) {
        for (std::uint32_t row = begin; row < end; ++row) {
            out[count] = row;
            count += static_cast<std::size_t>(where.booleans[row] & (where.valid.empty() ? 1 : where.valid[row]));
        }
    };
    std::uint32_t row = 0;
    for (; row + kStep <= batch_size; row += kStep) {
        if (word_at(where.booleans, row) != 0 && (where.valid.empty() || word_at(where.valid, row) != 0))
            take(row, row + kStep);
    }
    take(row, static_cast<std::uint32_t>(batch_size));
    rows_ = std::span(own_rows_).first(count);
    for (const std::uint8_t failed : where.failed) failed_ += failed;
}

}  // namespace sf::engine
