// Which events of a batch a view looks at, and which group each belongs to. Views with the same WHERE and GROUP BY
// share the answer.
#pragma once

#include "engine/frame.hpp"
#include "sql/evaluator.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sf::engine {

using Slot = sql::EventEvaluator::Slot;

/// One thread; its memory is kept between batches.
class EventGroups {
public:
    EventGroups(std::optional<Slot> where, std::vector<Slot> keys) : where_(where), keys_(std::move(keys)) {}

    /// The evaluator has begun the batch. Answers below are valid until the next call.
    void assign(sql::EventEvaluator& evaluator, std::size_t batch_size);

    [[nodiscard]] std::span<const std::uint32_t> rows() const { return rows_; }      // Selected, rising.
    [[nodiscard]] std::span<const std::uint32_t> groups() const { return groups_; }  // Of each selected row.
    /// A group may have several numbers where hardly any has two events.
    [[nodiscard]] std::size_t group_count() const { return block_->ends.size(); }
    [[nodiscard]] std::uint64_t failed() const { return failed_; }  // Rows whose WHERE or keys could not be computed.
    [[nodiscard]] const std::shared_ptr<const KeyBlock>& keys() const { return block_; }  // By group.

private:
    void select(sql::EventEvaluator& evaluator, std::size_t batch_size);
    void group_by_words(const sql::Column& column, KeyBlock& block);
    void group_by_keys(std::span<const sql::Column* const> columns, KeyBlock& block);
    void tell_apart(std::size_t rows, KeyBlock& block);

    const std::optional<Slot> where_;
    const std::vector<Slot> keys_;
    std::vector<std::uint32_t> rows_;
    std::vector<std::uint32_t> groups_;
    std::vector<std::uint32_t> group_of_word_;
    KeyBlock written_;  // The key of each row.
    struct Entry {
        std::uint16_t tag = 0;    // Of the hash.
        std::uint16_t group = 0;  // And one; 0 is free.
    };
    std::vector<Entry> table_;        // By hash.
    std::size_t key_bytes_ = 0;       // Of the last batch: what the next one will need, more or less;
    std::size_t groups_of_last_ = 0;  // and this, too.
    std::shared_ptr<const KeyBlock> block_;
    std::uint64_t failed_ = 0;
};

}  // namespace sf::engine
