#include "services/ingestion/dedupe_window.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace sf::ingestion {
namespace {

constexpr std::size_t kRingStart = 1024;
constexpr std::size_t kBytesPerId = sizeof(Uuid) + 2 * sizeof(std::uint32_t);  // Its place in the ring, and two slots.

constexpr auto kMarkInterval = std::chrono::seconds{1};

}  // namespace

DedupeHash::DedupeHash() {
    UuidGenerator random;
    first_ = random.next({}).low();
    second_ = random.next({}).low();
}

DedupeShard::DedupeShard(std::size_t ids_max, DedupeHash hash)
    : ids_max_(std::bit_floor(std::max(ids_max, kRingStart))),
      hash_(hash),
      ring_(kRingStart),
      slots_(kRingStart * 2, kFree),
      // The uppermost bit stays 0, so that nothing looks like kFree.
      tag_mask_(~static_cast<std::uint32_t>(ids_max_ - 1) & 0x7FFFFFFF) {
    SF_ASSERT(ids_max_ <= 0x80000000);
}

std::size_t DedupeShard::bytes() const { return ring_.size() * sizeof(Uuid) + slots_.size() * sizeof(std::uint32_t); }

std::optional<Timestamp> DedupeShard::known_since() const {
    if (!evicted_ || marks_.empty()) return std::nullopt;
    return marks_.front().time;
}

// The slot that holds `id`, or the free one where it would go.
std::size_t DedupeShard::find(const Uuid& id, std::uint64_t hash) const {
    const std::uint32_t tag = entry_of(hash, 0);
    std::size_t slot = slot_of(hash);
    while (slots_[slot] != kFree && ((slots_[slot] & tag_mask_) != tag || ring_[index_in(slot)] != id))
        slot = (slot + 1) & (slots_.size() - 1);
    return slot;
}

CommitNumber DedupeShard::commit_at(std::uint64_t position) const {
    const auto after = std::upper_bound(marks_.begin(), marks_.end(), position,
                                        [](std::uint64_t p, const Mark& mark) { return p < mark.position; });
    return after == marks_.begin() ? 0 : std::prev(after)->commit;
}

DedupeShard::Found DedupeShard::add(const Uuid& id, std::uint64_t hash, CommitNumber commit, CommitNumber settled,
                                    Timestamp now) {
    std::size_t slot = find(id, hash);
    if (slots_[slot] != kFree) {
        // Ring indexes repeat every ring_.size() positions; the one meant lies between tail_ and head_.
        const std::uint64_t size = ring_.size();
        const std::uint64_t position = tail_ + ((index_in(slot) + size - tail_ % size) % size);
        return {true, commit_at(position)};
    }
    if (head_ - tail_ == ring_.size()) {
        if (ring_.size() < ids_max_) grow(ring_.size() * 2);
        else evict_oldest(now);
        slot = find(id, hash);
    }
    if (marks_.empty() || marks_.back().commit != commit) mark(commit, settled, now);
    const auto index = static_cast<std::uint32_t>(head_ % ring_.size());
    ring_[index] = id;
    slots_[slot] = entry_of(hash, index);
    ++head_;
    ++live_;
    return {false, commit};
}

// Which commit an id came with matters only until the commit is over; then a mark a second is enough, for the age of
// the window.
void DedupeShard::mark(CommitNumber commit, CommitNumber settled, Timestamp now) {
    const std::size_t count = marks_.size();
    if (count >= 2 && marks_[count - 1].commit <= settled && marks_[count - 2].commit <= settled &&
        marks_[count - 1].time - marks_[count - 2].time < kMarkInterval) {
        marks_.pop_back();
    }
    marks_.push_back({head_, commit, now});
}

void DedupeShard::remove(const Uuid& id) {
    const std::size_t slot = find(id, hash_(id));
    if (slots_[slot] == kFree) return;
    erase_slot(slot);
    --live_;
}

// Deletes without tombstones: followers that would no longer be found are moved back (Knuth, volume 3, algorithm 6.4R).
void DedupeShard::erase_slot(std::size_t slot) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t hole = slot;
    for (std::size_t next = (hole + 1) & mask; slots_[next] != kFree; next = (next + 1) & mask) {
        const std::size_t home = slot_of(hash_(ring_[index_in(next)]));
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            slots_[hole] = slots_[next];
            hole = next;
        }
    }
    slots_[hole] = kFree;
}

void DedupeShard::evict_oldest(Timestamp now) {
    const auto index = static_cast<std::uint32_t>(tail_ % ring_.size());
    const std::size_t slot = find(ring_[index], hash_(ring_[index]));
    if (slots_[slot] != kFree && index_in(slot) == index) {  // Otherwise it was removed, or came again later.
        erase_slot(slot);
        --live_;
        evicted_ = true;
        if (now - marks_.front().time < kDedupePromise) ++evicted_early_;
    }
    ++tail_;
    while (marks_.size() > 1 && marks_[1].position <= tail_) marks_.pop_front();
}

void DedupeShard::reserve(std::size_t ids) {
    const std::size_t size = std::min(ids_max_, std::bit_ceil(head_ - tail_ + ids));
    if (size > ring_.size()) grow(size);
}

void DedupeShard::grow(std::size_t size) {
    HugePageVector<Uuid> ring(size);
    HugePageVector<std::uint32_t> slots(size * 2, kFree);
    const HugePageVector<Uuid> old_ring = std::move(ring_);
    const HugePageVector<std::uint32_t> old_slots = std::move(slots_);
    ring_ = std::move(ring);
    slots_ = std::move(slots);
    for (std::uint64_t position = tail_; position < head_; ++position) {
        ring_[position % ring_.size()] = old_ring[position % old_ring.size()];
    }
    const std::uint64_t old_size = old_ring.size();
    for (const std::uint32_t entry : old_slots) {
        if (entry == kFree) continue;
        const std::uint64_t position = tail_ + (((entry & ~tag_mask_) + old_size - tail_ % old_size) % old_size);
        const auto new_index = static_cast<std::uint32_t>(position % ring_.size());
        const std::uint64_t hash = hash_(ring_[new_index]);
        std::size_t slot = slot_of(hash);
        while (slots_[slot] != kFree) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = entry_of(hash, new_index);
    }
}

DedupeWindow::DedupeWindow(std::size_t bytes_max) : ids_max_(bytes_max / kBytesPerId) {
    for (std::size_t i = 0; i < kShards; ++i) shards_.emplace_back(ids_max_ / kShards, hash_);
}

// The slots of ids are fetched ahead of their turn.
void DedupeWindow::add(std::span<const Uuid> ids, CommitNumber commit, CommitNumber settled, Timestamp now,
                       std::vector<DedupeShard::Found>& found) {
    constexpr std::size_t kAhead = 16;
    std::array<std::uint64_t, kAhead> hashes{};
    const auto fetch = [&](std::size_t i) {
        hashes[i % kAhead] = hash_(ids[i]);
        shards_[shard_of(hashes[i % kAhead])].prefetch(hashes[i % kAhead]);
    };
    found.resize(ids.size());
    std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < std::min(kAhead, ids.size()); ++i) fetch(i);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::uint64_t hash = hashes[i % kAhead];
        if (i + kAhead < ids.size()) fetch(i + kAhead);
        found[i] = shards_[shard_of(hash)].add(ids[i], hash, commit, settled, now);
    }
}

void DedupeWindow::remove(std::span<const Uuid> ids) {
    std::lock_guard lock(mutex_);
    for (const Uuid& id : ids) shards_[shard_of(hash_(id))].remove(id);
}

void DedupeWindow::reserve(std::size_t ids) {
    std::lock_guard lock(mutex_);
    // A little more for each, since they don't spread evenly.
    for (DedupeShard& shard : shards_) shard.reserve(ids / kShards + ids / kShards / 16);
}

DedupeWindow::Statistics DedupeWindow::statistics() const {
    Statistics statistics;
    std::lock_guard lock(mutex_);
    for (const DedupeShard& shard : shards_) {
        statistics.ids += shard.size();
        statistics.bytes += shard.bytes();
        statistics.evicted_early += shard.evicted_early();
        if (const auto since = shard.known_since())
            statistics.known_since = std::max(statistics.known_since.value_or(*since), *since);
    }
    return statistics;
}

}  // namespace sf::ingestion
