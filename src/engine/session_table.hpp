// The sessions of one view in one shard, each with a cell of partial aggregates.
#pragma once

#include "engine/aggregate.hpp"
#include "engine/frame.hpp"
#include "engine/session_index.hpp"

#include <memory>
#include <span>
#include <vector>

namespace sf::engine {

inline constexpr SessionNumber kSessionGone = UINT32_MAX;  // Where numbers are given anew.

struct Session {
    std::int64_t first = 0;  // Times of its events.
    std::int64_t last = 0;
    std::int64_t look_at = kTimeMax;  // The watermark at which it is looked at next.
    KeyId key = kNoKey;               // kNoKey: it is gone, and its cell waits for compact().
    bool shown = false;               // Readers have a row with this `first`.
    bool touched = false;             // Since the last early results.
    bool corrected = false;           // After it was closed, and readers do not know yet.

    [[nodiscard]] bool gone() const { return key == kNoKey; }
};

/// One thread at a time; shared read-only with checkpoints.
class SessionTable {
public:
    explicit SessionTable(std::vector<std::unique_ptr<AggregateStates>> states) : states_(std::move(states)) {}
    [[nodiscard]] std::shared_ptr<SessionTable> clone() const;

    [[nodiscard]] std::size_t size() const { return sessions_.size(); }
    [[nodiscard]] Session& operator[](SessionNumber number) { return sessions_[number]; }
    [[nodiscard]] const Session& operator[](SessionNumber number) const { return sessions_[number]; }
    void prefetch(SessionNumber number) const { __builtin_prefetch(&sessions_[number]); }

    /// grow() must follow before states are touched.
    [[nodiscard]] SessionNumber add(const Session& session) {
        sessions_.push_back(session);
        return static_cast<SessionNumber>(sessions_.size() - 1);
    }
    void grow() {
        for (auto& states : states_) states->resize(sessions_.size());
    }

    /// Cell from[i] of `partials` goes into session to[i].
    void merge(std::span<const std::shared_ptr<const AggregateStates>> partials, std::span<const std::uint32_t> from,
               std::span<const SessionNumber> to);
    /// What session from[i] has goes into to[i] as well. No session is in both.
    void merge_within(std::span<const SessionNumber> from, std::span<const SessionNumber> to);

    /// A table without the sessions that are gone. Sets moved[i] to the new number of session i, or to kSessionGone.
    [[nodiscard]] std::shared_ptr<SessionTable> without_gone(std::vector<SessionNumber>& moved) const;

    [[nodiscard]] std::span<const std::unique_ptr<AggregateStates>> states() const { return states_; }
    [[nodiscard]] std::size_t bytes() const;

    void save(ByteWriter& writer) const;
    void load(ByteReader& reader, std::size_t keys);

private:
    std::vector<Session> sessions_;
    std::vector<std::unique_ptr<AggregateStates>> states_;  // One an aggregate, indexed by session.
};

}  // namespace sf::engine
