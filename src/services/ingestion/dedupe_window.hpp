// The ids that clients gave to recent events: exact, in memory, bounded. Ids are remembered for as long as the memory
// lasts, the oldest are forgotten first. What is durable and what is still on its way to the log stands in the same
// table: everything that was added for an unfinished commit is pending.
#pragma once

#include "base/huge_pages.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace sf::ingestion {

inline constexpr auto kDedupePromise = std::chrono::minutes{10};  // So long ids are known, if the memory reaches.

using CommitNumber = std::uint64_t;  // Rising; 0 is "durable before this program started".

/// Places ids in shards and tables: every bit of an id moves every bit of its place, and with numbers that differ from
/// process to process, so that no form of ids and nobody who chooses them makes many share one.
class DedupeHash {
public:
    DedupeHash();

    [[nodiscard]] std::uint64_t operator()(const Uuid& id) const {
        const auto product = static_cast<unsigned __int128>(id.high() ^ first_) * (id.low() ^ second_);
        const std::uint64_t folded = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
        return (folded ^ (folded >> 32)) * 0xD6E8FEB86659FD93ull;
    }

private:
    std::uint64_t first_;
    std::uint64_t second_;
};

/// One shard: a ring of ids in order of arrival, and a hash table of positions in it. Not thread-safe.
class DedupeShard {
public:
    explicit DedupeShard(std::size_t ids_max, DedupeHash hash = {});

    struct Found {
        bool known = false;
        CommitNumber commit = 0;  // The commit that brought it, when known.
    };

    /// Looks `id` up and adds it for `commit` when it is new. Commits up to `settled` are over.
    [[nodiscard]] Found add(const Uuid& id, CommitNumber commit, CommitNumber settled, Timestamp now) {
        return add(id, hash_(id), commit, settled, now);
    }
    [[nodiscard]] Found add(const Uuid& id, std::uint64_t hash, CommitNumber commit, CommitNumber settled,
                            Timestamp now);

    /// Makes room for so many ids more at once, as far as the limit goes.
    void reserve(std::size_t ids);

    /// Forgets an id whose record was not stored.
    void remove(const Uuid& id);

    void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[slot_of(hash)]); }

    [[nodiscard]] std::size_t size() const { return live_; }
    /// Ids that were forgotten for want of memory before they were kDedupePromise old.
    [[nodiscard]] std::uint64_t evicted_early() const { return evicted_early_; }
    [[nodiscard]] std::size_t bytes() const;
    /// When the oldest id that is still known arrived; nothing while none was ever forgotten.
    [[nodiscard]] std::optional<Timestamp> known_since() const;

private:
    struct Mark {
        std::uint64_t position;  // From here on ids belong to this commit and arrived at this time.
        CommitNumber commit;
        Timestamp time;
    };

    // From the middle: the upper bits choose the shard, the lower ones are the tag.
    [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const { return (hash >> 24) & (slots_.size() - 1); }
    [[nodiscard]] std::uint32_t entry_of(std::uint64_t hash, std::uint32_t index) const {
        return (static_cast<std::uint32_t>(hash * ids_max_) & tag_mask_) | index;
    }
    [[nodiscard]] std::uint32_t index_in(std::size_t slot) const { return slots_[slot] & ~tag_mask_; }
    [[nodiscard]] std::size_t find(const Uuid& id, std::uint64_t hash) const;
    [[nodiscard]] CommitNumber commit_at(std::uint64_t position) const;
    void erase_slot(std::size_t slot);
    void mark(CommitNumber commit, CommitNumber settled, Timestamp now);
    void evict_oldest(Timestamp now);
    void grow(std::size_t size);

    static constexpr std::uint32_t kFree = 0xFFFFFFFF;

    std::size_t ids_max_;
    DedupeHash hash_;
    HugePageVector<Uuid> ring_;            // The id of position p is ring_[p % ring_.size()].
    HugePageVector<std::uint32_t> slots_;  // Index into ring_ and, above it, a tag of the id; or kFree. A power of two,
                                           // at most half full.
    std::uint32_t tag_mask_;  // The ring is looked at only where tags agree: it is much larger than caches.
    std::uint64_t head_ = 0;  // The next position.
    std::uint64_t tail_ = 0;  // The oldest position.
    std::size_t live_ = 0;    // Positions between them that are in the table (removed ids are not).
    std::uint64_t evicted_early_ = 0;
    bool evicted_ = false;  // Some id was forgotten, early or not.
    std::deque<Mark> marks_;
};

/// All shards. Any thread.
class DedupeWindow {
public:
    explicit DedupeWindow(std::size_t bytes_max);

    /// The answer for each id in `found`, in order; new ids are added for `commit`.
    void add(std::span<const Uuid> ids, CommitNumber commit, CommitNumber settled, Timestamp now,
             std::vector<DedupeShard::Found>& found);

    void remove(std::span<const Uuid> ids);

    /// Before many are added: room for so many ids, as far as the limit goes.
    void reserve(std::size_t ids);

    struct Statistics {
        std::size_t ids = 0;
        std::size_t bytes = 0;
        std::uint64_t evicted_early = 0;
        std::optional<Timestamp>
            known_since;  // Of the shard that forgets soonest; nothing: nothing was ever forgotten.
    };
    [[nodiscard]] Statistics statistics() const;

    [[nodiscard]] std::size_t ids_max() const { return ids_max_; }

private:
    static constexpr std::size_t kShards = 16;

    [[nodiscard]] static std::size_t shard_of(std::uint64_t hash) { return hash >> 60; }
    static_assert(kShards == 16);  // Four bits.

    std::size_t ids_max_;
    DedupeHash hash_;
    mutable std::mutex mutex_;
    std::vector<DedupeShard> shards_;  // Under mutex_.
};

}  // namespace sf::ingestion
