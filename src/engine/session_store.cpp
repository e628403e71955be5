#include "engine/session_store.hpp"

#include <algorithm>

namespace sf::engine {
namespace {

constexpr std::size_t kSessionsAhead = 8;  // Fetched ahead of their use.
constexpr std::size_t kGoneWorthMoving = 1'024;

}  // namespace

SessionStore::SessionStore(ViewPtr view, std::size_t shard, std::size_t shards, KeySpacePtr space)
    : view_(std::move(view)),
      gap_(view_->gap()),
      keys_(view_->plan, shard, shards, std::move(space)),
      table_(std::make_shared<SessionTable>(view_->fresh_states())) {}

SessionTable& SessionStore::writable() {
    if (table_.use_count() > 1) table_ = table_->clone();
    return *table_;
}

// First all spans, then all states: which session a cell ends up in is known only when the record is through.
Merged SessionStore::merge(const Partials& partials) {
    from_ = {};
    to_.clear();
    if (!partials.cells) return {};
    const CellBlock& block = *partials.cells;
    const ShardKeys::Numbers numbers = keys_.number(block);
    SessionTable& table = writable();
    index_.grow(keys_.size());
    taken_into_.clear();
    from_ = numbers.cells;
    const auto ahead = [&](std::size_t i) { return i < from_.size() ? numbers.ids[from_[i]] : kNoKey; };
    for (std::size_t i = 0; i < from_.size(); ++i) {
        if (const KeyId key = ahead(i + 2 * kSessionsAhead); key != kNoKey) index_.prefetch(key);
        if (const KeyId key = ahead(i + kSessionsAhead); key != kNoKey) {
            if (const auto sessions = index_.of(key); !sessions.empty()) table.prefetch(sessions.back());
        }
        to_.push_back(take(numbers.ids[from_[i]], block.session[from_[i]], table));
    }
    table.grow();
    if (!taken_into_.empty()) {
        std::vector<SessionNumber> gone, into;
        for (const auto& [session, by] : taken_into_) {
            gone.push_back(session);
            into.push_back(survivor(by));
        }
        table.merge_within(gone, into);
        for (SessionNumber& session : to_) session = survivor(session);
    }
    table.merge(partials.states, from_, to_);
    return {.cells = from_.size(), .groups_refused = numbers.refused};
}

// Sessions of a group are more than a gap apart, so those within the gap of a span stand beside each other. The first
// of them takes the others.
SessionNumber SessionStore::take(KeyId key, const SessionSpan& span, SessionTable& table) {
    const std::span<const SessionNumber> sessions = index_.of(key);
    // Nearly always the last one: looked at before the search.
    auto begin = sessions.end();
    if (!sessions.empty() && table[sessions.back()].last >= span.first - gap_) {
        begin = std::ranges::partition_point(
            sessions, [&](SessionNumber number) { return table[number].last < span.first - gap_; });
    }
    auto end = begin;
    while (end != sessions.end() && table[*end].first <= span.last + gap_) ++end;
    const auto position = static_cast<std::size_t>(begin - sessions.begin());
    if (begin == end) {
        const SessionNumber made = table.add({.first = span.first, .last = span.last, .key = key});
        index_.insert(key, position, made);
        return made;
    }
    const SessionNumber kept = *begin;
    Session& session = table[kept];
    if (session.shown && span.first < session.first) {
        former_starts_[kept].push_back(session.first);
        session.shown = false;
    }
    session.first = std::min(session.first, span.first);
    session.last = std::max({session.last, span.last, table[*(end - 1)].last});
    for (auto other = begin + 1; other != end; ++other) take_over(table[*other], *other, kept);
    index_.erase(key, position + 1, static_cast<std::size_t>(end - sessions.begin()));
    return kept;
}

void SessionStore::take_over(Session& gone, SessionNumber number, SessionNumber into) {
    if (gone.shown) former_starts_[into].push_back(gone.first);
    if (const auto found = former_starts_.find(number); found != former_starts_.end()) {
        const std::vector<std::int64_t> starts = std::move(found->second);
        former_starts_.erase(found);
        std::ranges::copy(starts, std::back_inserter(former_starts_[into]));
    }
    gone.key = kNoKey;
    ++gone_;
    taken_into_[number] = into;
}

SessionNumber SessionStore::survivor(SessionNumber session) const {
    for (auto at = taken_into_.find(session); at != taken_into_.end(); at = taken_into_.find(session))
        session = at->second;
    return session;
}

std::vector<std::int64_t> SessionStore::take_former_starts(SessionNumber session) {
    const auto found = former_starts_.find(session);
    if (found == former_starts_.end()) return {};
    std::vector<std::int64_t> starts = std::move(found->second);
    former_starts_.erase(found);
    return starts;
}

// Of one group the earlier sessions end first, so what ends stands at the front of its sessions.
void SessionStore::forget(std::span<const SessionNumber> ended) {
    if (ended.empty()) return;
    SessionTable& table = writable();
    std::vector<KeyId> keys;
    keys.reserve(ended.size());
    for (const SessionNumber number : ended) {
        keys.push_back(table[number].key);
        table[number].key = kNoKey;
        former_starts_.erase(number);
    }
    gone_ += ended.size();
    for (const KeyId key : keys) {
        const auto sessions = index_.of(key);
        const auto left = std::ranges::find_if(sessions, [&](SessionNumber each) { return !table[each].gone(); });
        index_.erase(key, 0, static_cast<std::size_t>(left - sessions.begin()));
    }
    forget_keys();
}

void SessionStore::forget_keys() {
    const auto moved = keys_.forget_unused([&](std::vector<bool>& used) {
        for (SessionNumber number = 0; number < table_->size(); ++number) {
            if (const Session& session = (*table_)[number]; !session.gone()) used[session.key] = true;
        }
    });
    if (!moved) return;
    SessionTable& table = writable();
    for (SessionNumber number = 0; number < table.size(); ++number) {
        if (Session& session = table[number]; !session.gone()) session.key = (*moved)[session.key];
    }
    index_.renumber_keys(*moved, keys_.size());
}

std::optional<std::vector<SessionNumber>> SessionStore::compact() {
    if (gone_ < kGoneWorthMoving || gone_ * 2 < table_->size()) return std::nullopt;
    std::vector<SessionNumber> moved;
    table_ = table_->without_gone(moved);
    gone_ = 0;
    index_.renumber_sessions(moved);
    std::map<SessionNumber, std::vector<std::int64_t>> former_starts;
    for (auto& [session, starts] : former_starts_) former_starts[moved[session]] = std::move(starts);
    former_starts_ = std::move(former_starts);
    return moved;
}

std::size_t SessionStore::bytes() const { return keys_.bytes() + table_->bytes() + index_.bytes(); }

void SessionStore::save(const Frozen& frozen, ByteWriter& writer) {
    frozen.keys.save(writer);
    frozen.table->save(writer);
    writer.put<std::uint64_t>(frozen.former_starts.size());
    for (const auto& [session, starts] : frozen.former_starts) {
        writer.put(session);
        writer.put_array(std::span<const std::int64_t>(starts));
    }
}

void SessionStore::load(ByteReader& reader) {
    keys_.load(reader);
    table_->load(reader, keys_.size());
    for (std::size_t left = reader.get_count(sizeof(SessionNumber)); left > 0; --left) {
        const auto session = reader.get<SessionNumber>();
        former_starts_[session] = reader.get_array<std::int64_t>();
        if (session >= table_->size()) reader.fail();
    }
    index_.grow(keys_.size());
    std::vector<SessionNumber> in_order;
    for (SessionNumber number = 0; number < table_->size(); ++number) {
        if ((*table_)[number].gone()) ++gone_;
        else in_order.push_back(number);
    }
    std::ranges::sort(in_order, {}, [&](SessionNumber number) { return (*table_)[number].first; });
    for (const SessionNumber number : in_order) {
        const KeyId key = (*table_)[number].key;
        index_.insert(key, index_.of(key).size(), number);
    }
}

}  // namespace sf::engine
