#include "engine/key_codes.hpp"

#include "engine/group_key.hpp"
#include "models/event_batch.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace sf::engine {
namespace {

constexpr std::uint32_t kNoCode = UINT32_MAX;
constexpr std::size_t kLookedAt = 1024;  // Rows of a batch that say whether its keys are worth telling apart.
static_assert(models::kBatchEventsMax < UINT16_MAX, "a key's number and one more fit into a slot of the table");

void add_key(KeyBlock& block, std::uint64_t hash) {
    block.ends.push_back(static_cast<std::uint32_t>(block.bytes.size()));
    block.hashes.push_back(hash);
}

}  // namespace

void KeyCodes::number(std::span<const sql::Column* const> columns, std::span<const std::uint32_t> rows) {
    block_.reset();
    codes_.resize(rows.size());
    auto block = std::make_shared<KeyBlock>();
    block->bytes.reserve(key_bytes_ + key_bytes_ / 8);
    block->ends.reserve(keys_of_last_ + keys_of_last_ / 8);
    block->hashes.reserve(keys_of_last_ + keys_of_last_ / 8);
    if (columns.empty()) {
        std::ranges::fill(codes_, 0u);
        add_key(*block, hash_of_key({}));
    } else if (columns.size() == 1 && columns[0]->is_dictionary() && columns[0]->valid.empty()) {
        number_words(*columns[0], rows, *block);
    } else {
        number_keys(columns, rows, *block);
    }
    key_bytes_ = block->bytes.size();
    keys_of_last_ = block->ends.size();
    block_ = std::move(block);
}

// The words of a column are few: each gets its number once, and a row's is looked up by its word.
void KeyCodes::number_words(const sql::Column& column, std::span<const std::uint32_t> rows, KeyBlock& block) {
    code_of_word_.assign(column.words.size(), kNoCode);
    const std::uint16_t* words = column.codes.data();
    const sql::Column* columns = &column;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::uint32_t& code = code_of_word_[words[rows[i]]];
        if (code == kNoCode) [[unlikely]] {
            code = static_cast<std::uint32_t>(block.ends.size());
            const std::size_t begin = block.bytes.size();
            append_key(block.bytes, std::span(&columns, 1), rows[i]);
            add_key(block, hash_of_key(std::string_view(block.bytes).substr(begin)));
        }
        codes_[i] = code;
    }
}

// All keys are written first, then hashed, then told apart: bytes that are read right after they were written in other
// pieces hold the processor up. Where the first of them are nearly all different there is nothing to be won by telling
// the rest apart, and each row keeps its key. That is decided by this batch alone, so a replay decides the same.
void KeyCodes::number_keys(std::span<const sql::Column* const> columns, std::span<const std::uint32_t> rows,
                           KeyBlock& block) {
    const std::size_t count = rows.size();
    written_.ends.resize(count);
    write_keys(columns, rows, written_.bytes, written_.ends);
    written_.hashes.resize(count);
    const std::string_view bytes = written_.bytes;
    std::uint32_t begin = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t end = written_.ends[i];
        written_.hashes[i] = hash_of_key({bytes.data() + begin, end - begin});
        begin = end;
    }
    const std::size_t looked_at = std::min(count, kLookedAt);
    tell_apart(looked_at, block);
    if (looked_at == count) return;
    if (block.ends.size() < looked_at / 16 * 15) {
        block.bytes.clear();
        block.ends.clear();
        block.hashes.clear();
        return tell_apart(count, block);
    }
    std::swap(block, written_);
    std::iota(codes_.begin(), codes_.end(), 0u);
}

// The first so many rows.
void KeyCodes::tell_apart(std::size_t rows, KeyBlock& block) {
    const std::size_t slots = std::bit_ceil(rows * 2);
    table_.assign(slots, {});
    for (std::size_t i = 0; i < rows; ++i) {
        const std::uint64_t hash = written_.hashes[i];
        const auto tag = static_cast<std::uint16_t>(hash >> 48);
        std::size_t at = hash & (slots - 1);
        while (table_[at].code != 0 && (table_[at].tag != tag || block.key(table_[at].code - 1u) != written_.key(i))) {
            at = (at + 1) & (slots - 1);
        }
        if (table_[at].code == 0) {
            block.bytes += written_.key(i);
            add_key(block, hash);
            table_[at] = {tag, static_cast<std::uint16_t>(block.ends.size())};
        }
        codes_[i] = table_[at].code - 1u;
    }
}

}  // namespace sf::engine
