// The groups of one view that belong to one shard: which cells of a record are its own, and the numbers of their keys.
#pragma once

#include "engine/byte_stream.hpp"
#include "engine/frame.hpp"
#include "engine/key_index.hpp"
#include "engine/key_space.hpp"
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

/// A view's own numbers for keys, without gaps, whatever other views have. One thread.
class ShardKeys {
public:
    ShardKeys(const sql::ViewPlan& plan, std::size_t shard, std::size_t shards, KeySpacePtr space);
    ~ShardKeys() { space_->leave(*this); }
    ShardKeys(const ShardKeys&) = delete;
    ShardKeys& operator=(const ShardKeys&) = delete;

    struct Numbers {
        std::span<const std::uint32_t> cells;  // That are this shard's and not refused, rising.
        std::span<const KeyId> ids;            // By cell, for those. Both are valid until the next call.
        std::uint64_t refused = 0;             // Groups beyond keys_max.
    };
    [[nodiscard]] Numbers number(const CellBlock& block);

    [[nodiscard]] std::size_t size() const { return in_space_.size(); }
    [[nodiscard]] std::string_view key(KeyId id) const { return space_->key(in_space_[id]); }

    /// About the memory that it would take alone: what a view may have does not depend on which others there are.
    [[nodiscard]] std::size_t bytes() const { return in_space_.size() * kKeyCost + text_bytes_; }

    /// Numbers the keys anew if most are no longer used, and gives the new number of each old one. `mark(used)` is
    /// asked which are, but only now and then: it takes a look at every cell.
    template <class Mark>
    [[nodiscard]] std::optional<std::vector<KeyId>> forget_unused(Mark mark) {
        if (!worth_a_look()) return std::nullopt;
        std::vector<bool> used(size(), false);
        mark(used);
        return compact(used);
    }

    /// The same, now, for those that are known to be in use.
    [[nodiscard]] std::vector<KeyId> keep(const std::vector<bool>& used);

    /// Whether groups that are not known yet are refused, whatever keys_max.
    void refuse_new(bool refuse) { refuse_new_ = refuse; }

    /// Takes its keys to another space: of the shard that it has come to.
    void move_to(KeySpacePtr space);

    // For the space: which of its keys are used here, and new numbers for them.
    void mark_used(std::vector<bool>& used) const;
    void renumber(const std::vector<KeyId>& moved);

    /// For save() on another thread while keys come.
    struct Frozen {
        std::shared_ptr<const KeyTable> space;
        std::vector<KeyId> in_space;

        void save(ByteWriter& writer) const;
    };
    [[nodiscard]] Frozen freeze() const { return {space_->frozen(), in_space_}; }
    void load(ByteReader& reader);

private:
    // Of an entry in the table and of its index, which is at most two thirds full.
    static constexpr std::size_t kKeyCost = 48;

    [[nodiscard]] KeyId find(KeyId in_space) const {
        if (!same_numbers_) return own_.find(in_space);
        return in_space < in_space_.size() ? in_space : kNoKey;
    }
    [[nodiscard]] KeyId take(KeyId in_space);
    void index();
    [[nodiscard]] std::uint64_t count_refused(const KeyBlock& keys) const;
    [[nodiscard]] bool worth_a_look() const;
    [[nodiscard]] std::optional<std::vector<KeyId>> compact(const std::vector<bool>& used);

    const std::size_t shard_;
    const ShardRule rule_;
    const std::uint64_t keys_max_;  // Of this shard.
    bool refuse_new_ = false;
    KeySpacePtr space_;
    std::vector<KeyId> in_space_;   // By own number.
    bool same_numbers_ = true;      // Those of the space: then there is no index.
    KeyIndex own_;                  // By number in the space.
    std::size_t text_bytes_ = 0;    // Of the keys.
    std::size_t size_at_look_ = 0;  // When it was last looked at which are in use.

    // Scratch.
    std::vector<std::uint32_t> cells_, wanted_, refused_;
    std::vector<KeyId> ids_;
};

}  // namespace sf::engine
