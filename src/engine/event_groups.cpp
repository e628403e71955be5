#include "engine/event_groups.hpp"

#include "engine/group_key.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace sf::engine {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::size_t kLookedAt = 1024;  // Rows of a batch that say whether its groups are worth telling apart.
static_assert(models::kBatchEventsMax < UINT16_MAX, "a group's number and one more fit into a slot of the table");

void add_group(KeyBlock& block, std::uint64_t hash) {
    block.ends.push_back(static_cast<std::uint32_t>(block.bytes.size()));
    block.hashes.push_back(hash);
}

}  // namespace

void EventGroups::assign(sql::EventEvaluator& evaluator, std::size_t batch_size) {
    failed_ = 0;
    block_.reset();
    select(evaluator, batch_size);
    if (rows_.empty()) return;
    std::vector<const sql::Column*> columns;
    for (const Slot slot : keys_) columns.push_back(&evaluator.column(slot));
    for (const sql::Column* column : columns) {
        if (column->failed.empty()) continue;
        for (const std::uint32_t row : rows_) failed_ += column->failed[row];
    }
    groups_.resize(rows_.size());
    auto block = std::make_shared<KeyBlock>();
    block->bytes.reserve(key_bytes_ + key_bytes_ / 8);
    block->ends.reserve(groups_of_last_ + groups_of_last_ / 8);
    block->hashes.reserve(groups_of_last_ + groups_of_last_ / 8);
    if (columns.empty()) {
        std::ranges::fill(groups_, 0u);
        add_group(*block, hash_of_key({}));
    } else if (columns.size() == 1 && columns[0]->is_dictionary() && columns[0]->valid.empty()) {
        group_by_words(*columns[0], *block);
    } else {
        group_by_keys(columns, *block);
    }
    key_bytes_ = block->bytes.size();
    groups_of_last_ = block->ends.size();
    block_ = std::move(block);
}

void EventGroups::select(sql::EventEvaluator& evaluator, std::size_t batch_size) {
    if (!where_) {
        if (rows_.size() != batch_size) {
            rows_.resize(batch_size);
            std::iota(rows_.begin(), rows_.end(), 0u);
        }
        return;
    }
    const sql::Column& where = evaluator.column(*where_);
    rows_.resize(batch_size);
    std::size_t count = 0;
    const std::uint8_t* holds = where.booleans.data();
    if (where.valid.empty()) {
        for (std::uint32_t row = 0; row < batch_size; ++row) {
            rows_[count] = row;
            count += holds[row];
        }
    } else {
        const std::uint8_t* valid = where.valid.data();
        for (std::uint32_t row = 0; row < batch_size; ++row) {
            rows_[count] = row;
            count += static_cast<std::size_t>(holds[row] & valid[row]);
        }
    }
    rows_.resize(count);
    for (const std::uint8_t failed : where.failed) failed_ += failed;
}

// The words of a column are few: each gets its group once, and a row's group is looked up by its code.
void EventGroups::group_by_words(const sql::Column& column, KeyBlock& block) {
    group_of_word_.assign(column.words.size(), kNone);
    const std::uint16_t* codes = column.codes.data();
    const sql::Column* columns = &column;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        std::uint32_t& group = group_of_word_[codes[rows_[i]]];
        if (group == kNone) [[unlikely]] {
            group = static_cast<std::uint32_t>(block.ends.size());
            const std::size_t begin = block.bytes.size();
            append_key(block.bytes, std::span(&columns, 1), rows_[i]);
            add_group(block, hash_of_key(std::string_view(block.bytes).substr(begin)));
        }
        groups_[i] = group;
    }
}

// All keys are written first, then hashed, then told apart: bytes that are read right after they were written in other
// pieces hold the processor up. Where the first of them are nearly all different there is nothing to be won by telling
// the rest apart, and each row keeps its key. That is decided by this batch alone, so a replay decides the same.
void EventGroups::group_by_keys(std::span<const sql::Column* const> columns, KeyBlock& block) {
    const std::size_t rows = rows_.size();
    written_.ends.resize(rows);
    write_keys(columns, rows_, written_.bytes, written_.ends);
    written_.hashes.resize(rows);
    const std::string_view bytes = written_.bytes;
    std::uint32_t begin = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        const std::uint32_t end = written_.ends[i];
        written_.hashes[i] = hash_of_key({bytes.data() + begin, end - begin});
        begin = end;
    }
    const std::size_t looked_at = std::min(rows, kLookedAt);
    tell_apart(looked_at, block);
    if (looked_at == rows) return;
    if (block.ends.size() < looked_at / 16 * 15) {
        block.bytes.clear();
        block.ends.clear();
        block.hashes.clear();
        return tell_apart(rows, block);
    }
    std::swap(block, written_);
    std::iota(groups_.begin(), groups_.end(), 0u);
}

// The first so many rows.
void EventGroups::tell_apart(std::size_t rows, KeyBlock& block) {
    const std::size_t slots = std::bit_ceil(rows * 2);
    table_.assign(slots, {});
    for (std::size_t i = 0; i < rows; ++i) {
        const std::uint64_t hash = written_.hashes[i];
        const auto tag = static_cast<std::uint16_t>(hash >> 48);
        std::size_t at = hash & (slots - 1);
        while (table_[at].group != 0 &&
               (table_[at].tag != tag || block.key(table_[at].group - 1u) != written_.key(i))) {
            at = (at + 1) & (slots - 1);
        }
        if (table_[at].group == 0) {
            block.bytes += written_.key(i);
            add_group(block, hash);
            table_[at] = {tag, static_cast<std::uint16_t>(block.ends.size())};
        }
        groups_[i] = table_[at].group - 1u;
    }
}

}  // namespace sf::engine
