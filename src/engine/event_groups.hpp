// Which events of a batch a view looks at, and which group each belongs to. Views with the same WHERE and GROUP BY
// share the answer; those with the same GROUP BY alone share the keys.
#pragma once

#include "engine/frame.hpp"
#include "engine/key_codes.hpp"
#include "sql/evaluator.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sf::engine {

using Slot = sql::EventEvaluator::Slot;

/// The keys of all events of a batch, numbered once for all views that group by them. One thread.
class BatchKeys {
public:
    explicit BatchKeys(std::vector<Slot> keys) : keys_(std::move(keys)) {}

    /// A batch begins: what is known of the last one no longer holds.
    void begin() { known_ = false; }

    /// Computed when first asked for.
    [[nodiscard]] const KeyCodes& of_all(sql::EventEvaluator& evaluator, std::size_t batch_size);

    /// The key columns; valid until the next call.
    [[nodiscard]] std::span<const sql::Column* const> columns(sql::EventEvaluator& evaluator);

private:
    const std::vector<Slot> keys_;
    std::vector<const sql::Column*> columns_;
    std::vector<std::uint32_t> rows_;
    KeyCodes codes_;
    bool known_ = false;
};

/// One thread; its memory is kept between batches.
class EventGroups {
public:
    explicit EventGroups(std::optional<Slot> where) : where_(where) {}

    /// The evaluator has begun the batch. `shared`: whether the keys of all events are numbered, because others need
    /// them too. Answers below are valid until the next call.
    void assign(sql::EventEvaluator& evaluator, BatchKeys& keys, bool shared, std::size_t batch_size);

    [[nodiscard]] std::span<const std::uint32_t> rows() const { return rows_; }      // Selected, rising.
    [[nodiscard]] std::span<const std::uint32_t> groups() const { return groups_; }  // Of each selected row.
    [[nodiscard]] std::uint64_t failed() const { return failed_; }  // Rows whose WHERE or keys could not be computed.

    /// Of each group, as an index into keys(), which may have others too. A group may have several numbers where hardly
    /// any has two events.
    [[nodiscard]] std::span<const std::uint32_t> key_of() const { return key_of_; }
    [[nodiscard]] const std::shared_ptr<const KeyBlock>& keys() const { return block_; }

private:
    void select(sql::EventEvaluator& evaluator, std::size_t batch_size);
    void take_groups_of(const KeyCodes& all);

    const std::optional<Slot> where_;
    std::span<const std::uint32_t> rows_;
    std::vector<std::uint32_t> own_rows_;  // Never smaller than a batch was.
    KeyCodes own_;                         // Of the selected rows, where nobody else needs keys.
    std::span<const std::uint32_t> groups_, key_of_;
    std::vector<std::uint32_t> own_groups_, own_key_of_;  // Where some keys are of other events.
    std::vector<std::uint32_t> group_of_key_;
    std::vector<std::uint32_t> each_;  // 0, 1, 2 and so on.
    std::shared_ptr<const KeyBlock> block_;
    std::uint64_t failed_ = 0;
};

}  // namespace sf::engine
