// Sessions become rows: which are open, closed or at their end, and what readers have of them. One view in one shard.
//
// A session is closed when the watermark has passed its end, which is its last event and the gap. It is at its end a
// gap and the lateness later: until then an event that is not late may still follow it.
#pragma once

#include "engine/session_store.hpp"
#include "engine/view_windows.hpp"

#include <vector>

namespace sf::engine {

/// One thread.
class SessionWindows final : public ViewWindows {
public:
    SessionWindows(ViewPtr view, std::size_t shard, std::size_t shards, KeySpacePtr space);

    Merged merge(const Partials& partials) override;
    [[nodiscard]] std::int64_t due_at() const override;
    void emit(const Times& times, bool early, RowSink& sink) override;
    void flush(RowSink& sink) override;

    void refuse_new_groups(bool refuse) override { sessions_.refuse_new_groups(refuse); }
    void move_keys_to(KeySpacePtr space) override { sessions_.move_keys_to(std::move(space)); }
    [[nodiscard]] std::size_t groups() const override { return sessions_.keys().size(); }
    [[nodiscard]] std::size_t pieces() const override { return sessions_.table().size(); }
    [[nodiscard]] std::size_t bytes() const override;
    [[nodiscard]] std::unique_ptr<const Frozen> freeze() const override;
    void load(ByteReader& reader) override;

private:
    struct FrozenSessions;
    struct Look {
        std::int64_t at = 0;  // A watermark.
        SessionNumber session = 0;
    };

    [[nodiscard]] std::int64_t end_of(const Session& session) const { return session.last + gap_; }
    [[nodiscard]] std::int64_t final_at(const Session& session) const {
        return view_->closes_at(end_of(session) + gap_);
    }
    [[nodiscard]] bool is_closed(const Session& session) const { return end_of(session) <= closed_until_; }

    void schedule(std::int64_t watermark, Session& session, SessionNumber number);
    void find_due(std::int64_t watermark);
    void emit_sessions(std::vector<SessionNumber>& numbers, bool final, RowSink& sink);
    void emit_listed(std::vector<SessionNumber>& listed, bool Session::* flag, RowSink& sink);
    void retract(const Session& session, std::int64_t start, RowSink& sink);
    void expire(std::span<const SessionNumber> numbers, RowSink& sink);
    void keep_current(std::vector<SessionNumber>& numbers);
    void renumber(const std::vector<SessionNumber>& moved);

    const std::int64_t gap_;
    const bool total_;  // A running total with a ttl: readers have one row of a group, that of its last session.
    const sql::Emission::Kind emission_;
    SessionStore sessions_;
    WindowRows rows_;
    std::int64_t closed_until_ = kTimeMin;  // The greatest watermark that sessions were closed by.
    std::vector<Look> looks_;  // A heap, the earliest on top. One that is not the session's `look_at` is void.
    std::vector<SessionNumber> touched_;    // For early results. Flags of the sessions say whether entries still hold.
    std::vector<SessionNumber> corrected_;  // Closed ones that changed since the last look.

    // Scratch.
    std::vector<SessionNumber> closing_, ending_, chosen_;
    std::vector<KeyId> keys_;
    std::vector<std::int64_t> begins_, ends_;
    std::vector<std::uint8_t> shown_;
};

}  // namespace sf::engine
