// The keys of rows of a batch, numbered. Views that group by the same columns share one numbering of all rows, whatever
// their filters: a key is written, hashed and compared once a batch, not once a view.
#pragma once

#include "engine/key_block.hpp"
#include "sql/column.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sf::engine {

/// One thread; its memory is kept between batches.
class KeyCodes {
public:
    /// Answers below are valid until the next call. `rows` are of the columns, at least one.
    void number(std::span<const sql::Column* const> columns, std::span<const std::uint32_t> rows);

    /// Of each of the rows: an index into keys().
    [[nodiscard]] std::span<const std::uint32_t> codes() const { return codes_; }
    /// A key may stand there several times where hardly any is of two rows.
    [[nodiscard]] const std::shared_ptr<const KeyBlock>& keys() const { return block_; }

private:
    void number_words(const sql::Column& column, std::span<const std::uint32_t> rows, KeyBlock& block);
    void number_keys(std::span<const sql::Column* const> columns, std::span<const std::uint32_t> rows, KeyBlock& block);
    void tell_apart(std::size_t rows, KeyBlock& block);

    std::vector<std::uint32_t> codes_;
    std::vector<std::uint32_t> code_of_word_;
    KeyBlock written_;  // The key of each row.
    struct Entry {
        std::uint16_t tag = 0;   // Of the hash.
        std::uint16_t code = 0;  // And one; 0 is free.
    };
    std::vector<Entry> table_;      // By hash.
    std::size_t key_bytes_ = 0;     // Of the last batch: what the next one will need, more or less;
    std::size_t keys_of_last_ = 0;  // and this, too.
    std::shared_ptr<const KeyBlock> block_;
};

}  // namespace sf::engine
