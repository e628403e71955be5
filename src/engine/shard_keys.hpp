// The groups of one view that belong to one shard: which keys of a record are its own, and their numbers.
#pragma once

#include "engine/frame.hpp"
#include "engine/key_table.hpp"
#include "engine/shard_rule.hpp"

#include <optional>
#include <span>
#include <vector>

namespace sf::engine {

/// What a shard took of a record's cells.
struct Merged {
    std::uint64_t cells = 0;
    std::uint64_t groups_refused = 0;  // They are more than keys_max.
};

/// One thread.
class ShardKeys {
public:
    ShardKeys(const sql::ViewPlan& plan, std::size_t shard, std::size_t shards);

    struct Numbers {
        std::span<const KeyId> ids;  // Of the record's keys; kNoKey: of another shard, beyond keys_max, or without a
                                     // cell. Valid until the next call.
        std::uint64_t refused = 0;   // Groups beyond keys_max.
    };
    [[nodiscard]] Numbers number(const CellBlock& block);

    /// Numbers the keys anew if most are no longer used, and gives the new number of each old one. `mark(used)` is
    /// asked which are, but only now and then: it takes a look at every cell.
    template <class Mark>
    [[nodiscard]] std::optional<std::vector<KeyId>> forget_unused(Mark mark) {
        if (!worth_a_look()) return std::nullopt;
        std::vector<bool> used(table_.size(), false);
        mark(used);
        return compact(used);
    }

    /// The same, now, for those that are known to be in use.
    [[nodiscard]] std::vector<KeyId> keep(const std::vector<bool>& used) { return table_.compact(used); }

    /// Whether groups that are not known yet are refused, whatever keys_max.
    void refuse_new(bool refuse) { refuse_new_ = refuse; }

    [[nodiscard]] const KeyTable& table() const { return table_; }
    [[nodiscard]] std::size_t size() const { return table_.size(); }
    void load(ByteReader& reader) { table_.load(reader); }

private:
    [[nodiscard]] std::uint64_t count_refused(const KeyBlock& keys) const;
    [[nodiscard]] bool worth_a_look() const;
    [[nodiscard]] std::optional<std::vector<KeyId>> compact(const std::vector<bool>& used);

    const std::size_t shard_;
    const ShardRule rule_;
    const std::uint64_t keys_max_;  // Of this shard.
    bool refuse_new_ = false;
    KeyTable table_;
    std::size_t size_at_look_ = 0;        // When it was last looked at which are in use.
    std::vector<std::uint8_t> has_cell_;  // By key of a record.
    std::vector<std::uint32_t> wanted_;   // Keys of a record that are this shard's.
    std::vector<KeyId> ids_;
};

}  // namespace sf::engine
