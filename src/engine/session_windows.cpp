#include "engine/session_windows.hpp"

#include <algorithm>
#include <utility>

namespace sf::engine {
namespace {

constexpr auto kLater = [](const auto& a, const auto& b) {
    return a.at > b.at;
};  // For a heap with the earliest on top.

}  // namespace

SessionWindows::SessionWindows(ViewPtr view, std::size_t shard, std::size_t shards, KeySpacePtr space)
    : ViewWindows(view),
      gap_(view->gap()),
      total_(view->grid.is_total()),
      emission_(view->plan.options.emit.kind),
      sessions_(view, shard, shards, std::move(space)),
      rows_(view) {}

Merged SessionWindows::merge(const Partials& partials) {
    const Merged merged = sessions_.merge(partials);
    if (merged.cells == 0) return merged;
    SessionTable& table = sessions_.writable();
    for (const SessionNumber number : sessions_.changed()) {
        Session& session = table[number];
        if (is_closed(session)) {
            if (!std::exchange(session.corrected, true)) corrected_.push_back(number);
            schedule(final_at(session), session, number);
        } else {
            if (emission_ != sql::Emission::Kind::on_close && !std::exchange(session.touched, true))
                touched_.push_back(number);
            schedule(end_of(session), session, number);
        }
    }
    return merged;
}

// A look that comes too early is only put off, so a session that grows keeps the one it has.
void SessionWindows::schedule(std::int64_t watermark, Session& session, SessionNumber number) {
    if (watermark >= session.look_at || watermark >= kTimeMax) return;
    session.look_at = watermark;
    looks_.push_back({watermark, number});
    std::ranges::push_heap(looks_, kLater);
}

std::int64_t SessionWindows::due_at() const {
    if (emission_ == sql::Emission::Kind::on_change && !(touched_.empty() && corrected_.empty())) return kTimeMin;
    if (emission_ == sql::Emission::Kind::on_close && !corrected_.empty()) return kTimeMin;
    return looks_.empty() ? kTimeMax : looks_.front().at;
}

void SessionWindows::emit(const Times& times, bool early, RowSink& sink) {
    find_due(times.watermark);
    if (total_) {
        expire(closing_, sink);
        expire(ending_, sink);
    } else {
        emit_sessions(closing_, false, sink);
        emit_sessions(ending_, true, sink);
    }
    sessions_.forget(ending_);
    emit_listed(corrected_, &Session::corrected, sink);
    if (early) emit_listed(touched_, &Session::touched, sink);
    if (const auto moved = sessions_.compact()) renumber(*moved);
}

void SessionWindows::find_due(std::int64_t watermark) {
    closing_.clear();
    ending_.clear();
    if (watermark <= closed_until_) return;
    if (!looks_.empty() && looks_.front().at <= watermark) {
        SessionTable& table = sessions_.writable();
        while (!looks_.empty() && looks_.front().at <= watermark) {
            const Look look = looks_.front();
            std::ranges::pop_heap(looks_, kLater);
            looks_.pop_back();
            Session& session = table[look.session];
            if (session.gone() || session.look_at != look.at) continue;
            session.look_at = kTimeMax;
            if (end_of(session) > watermark) {
                schedule(end_of(session), session, look.session);
            } else if (final_at(session) <= watermark) {
                ending_.push_back(look.session);
            } else {
                if (!is_closed(session)) closing_.push_back(look.session);
                schedule(final_at(session), session, look.session);
            }
        }
    }
    closed_until_ = watermark;
}

// Those whose flag still stands: a session that was emitted since it was listed has lost it, and may be listed again;
// one that was taken over is gone.
void SessionWindows::emit_listed(std::vector<SessionNumber>& listed, bool Session::* flag, RowSink& sink) {
    chosen_.clear();
    if (listed.empty()) return;
    SessionTable& table = sessions_.writable();
    for (const SessionNumber number : listed) {
        Session& session = table[number];
        if (std::exchange(session.*flag, false) && !session.gone()) chosen_.push_back(number);
    }
    listed.clear();
    emit_sessions(chosen_, false, sink);
}

void SessionWindows::emit_sessions(std::vector<SessionNumber>& numbers, bool final, RowSink& sink) {
    if (total_) keep_current(numbers);
    if (numbers.empty()) return;
    ++sink.version;
    SessionTable& table = sessions_.writable();
    keys_.clear();
    begins_.clear();
    ends_.clear();
    for (const SessionNumber number : numbers) {
        Session& session = table[number];
        session.touched = session.corrected = false;
        keys_.push_back(session.key);
        begins_.push_back(session.first);
        ends_.push_back(end_of(session));
    }
    rows_.emit({keys_, numbers, table.states()}, sessions_.keys(), {.final = final, .begins = begins_, .ends = ends_},
               sink, shown_);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        Session& session = table[numbers[i]];
        if (session.shown && shown_[i] == 0) retract(session, session.first, sink);
        session.shown = shown_[i] != 0;
        if (total_) continue;
        for (const std::int64_t start : sessions_.take_former_starts(numbers[i])) retract(session, start, sink);
    }
}

// Of a running total: those that are the last of their group and have not expired. What readers have of the group is
// theirs from now on, whichever of its sessions gave it.
void SessionWindows::keep_current(std::vector<SessionNumber>& numbers) {
    SessionTable& table = sessions_.writable();
    std::erase_if(numbers, [&](SessionNumber number) {
        Session& session = table[number];
        session.touched = session.corrected = false;
        const std::span<const SessionNumber> all = sessions_.of(session.key);
        if (all.back() != number || is_closed(session)) return true;
        for (const SessionNumber other : all) {
            bool shown = !sessions_.take_former_starts(other).empty();
            if (other != number) shown |= std::exchange(table[other].shown, false);
            session.shown |= shown;
        }
        return false;
    });
}

// A group that no event has touched for the ttl goes, unless it has a later session: then its row is that one's.
void SessionWindows::expire(std::span<const SessionNumber> numbers, RowSink& sink) {
    if (numbers.empty()) return;
    ++sink.version;
    SessionTable& table = sessions_.writable();
    for (const SessionNumber number : numbers) {
        Session& session = table[number];
        session.touched = session.corrected = false;
        const bool shown = std::exchange(session.shown, false) | !sessions_.take_former_starts(number).empty();
        const SessionNumber last = sessions_.of(session.key).back();
        // Whatever is known of it: a row that was given after the last checkpoint is not known after a crash.
        if (last == number) retract(session, session.first, sink);
        else table[last].shown |= shown;
    }
}

// The tombstone of a row that no longer holds, whether by HAVING or because its session now begins elsewhere.
void SessionWindows::retract(const Session& session, std::int64_t start, RowSink& sink) {
    rows_.retract(session.key, sessions_.keys(), {.begin = start, .end = end_of(session)}, sink);
}

void SessionWindows::flush(RowSink& sink) {
    chosen_.clear();
    for (SessionNumber number = 0; number < sessions_.table().size(); ++number) {
        if (!sessions_.table()[number].gone()) chosen_.push_back(number);
    }
    emit_sessions(chosen_, true, sink);
    touched_.clear();
    corrected_.clear();
}

void SessionWindows::renumber(const std::vector<SessionNumber>& moved) {
    for (SessionNumber& number : touched_) number = moved[number];
    std::erase(touched_, kSessionGone);
    const SessionTable& table = sessions_.table();
    std::erase_if(looks_, [&](Look& look) {
        look.session = moved[look.session];
        return look.session == kSessionGone || table[look.session].look_at != look.at;
    });
    std::ranges::make_heap(looks_, kLater);
}

std::size_t SessionWindows::bytes() const {
    return sessions_.bytes() + looks_.capacity() * sizeof(Look) +
           (touched_.capacity() + corrected_.capacity()) * sizeof(SessionNumber);
}

struct SessionWindows::FrozenSessions final : Frozen {
    SessionStore::Frozen sessions;
    std::int64_t closed_until = kTimeMin;

    void save(ByteWriter& writer) const override {
        SessionStore::save(sessions, writer);
        writer.put(closed_until);
    }
};

std::unique_ptr<const ViewWindows::Frozen> SessionWindows::freeze() const {
    auto frozen = std::make_unique<FrozenSessions>();
    frozen->sessions = sessions_.freeze();
    frozen->closed_until = closed_until_;
    return frozen;
}

// Nothing is touched: what had changed was emitted before the snapshot.
void SessionWindows::load(ByteReader& reader) {
    sessions_.load(reader);
    closed_until_ = reader.get<std::int64_t>();
    SessionTable& table = sessions_.writable();
    for (SessionNumber number = 0; number < table.size(); ++number) {
        Session& session = table[number];
        if (!session.gone()) schedule(is_closed(session) ? final_at(session) : end_of(session), session, number);
    }
}

}  // namespace sf::engine
