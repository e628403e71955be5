#include "engine/session_table.hpp"

namespace sf::engine {
namespace {

constexpr std::uint8_t kFlagShown = 1;
constexpr std::size_t kSavedBytes = 2 * sizeof(std::int64_t) + sizeof(KeyId) + 1;  // Of a session, at least.

std::vector<std::unique_ptr<AggregateStates>> fresh_like(const std::vector<std::unique_ptr<AggregateStates>>& states) {
    std::vector<std::unique_ptr<AggregateStates>> fresh;
    fresh.reserve(states.size());
    for (const auto& one : states) fresh.push_back(one->fresh());
    return fresh;
}

std::vector<std::uint32_t> counted_to(std::size_t count) {
    std::vector<std::uint32_t> numbers(count);
    for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<std::uint32_t>(i);
    return numbers;
}

}  // namespace

std::shared_ptr<SessionTable> SessionTable::clone() const {
    std::vector<std::unique_ptr<AggregateStates>> states;
    states.reserve(states_.size());
    for (const auto& one : states_) states.push_back(one->clone());
    auto copy = std::make_shared<SessionTable>(std::move(states));
    copy->sessions_ = sessions_;
    return copy;
}

void SessionTable::merge(std::span<const std::shared_ptr<const AggregateStates>> partials,
                         std::span<const std::uint32_t> from, std::span<const SessionNumber> to) {
    for (std::size_t a = 0; a < states_.size(); ++a) states_[a]->merge(*partials[a], from, to);
}

// By way of a copy: an aggregate's merge() may not read what it writes. Sessions that meet are few.
void SessionTable::merge_within(std::span<const SessionNumber> from, std::span<const SessionNumber> to) {
    const std::vector<std::uint32_t> copied = counted_to(from.size());
    for (auto& states : states_) {
        const std::unique_ptr<AggregateStates> copies = states->fresh();
        copies->resize(from.size());
        copies->merge(*states, from, copied);
        states->merge(*copies, copied, to);
    }
}

std::shared_ptr<SessionTable> SessionTable::without_gone(std::vector<SessionNumber>& moved) const {
    auto kept = std::make_shared<SessionTable>(fresh_like(states_));
    std::vector<std::uint32_t> from;
    moved.assign(sessions_.size(), kSessionGone);
    for (SessionNumber number = 0; number < sessions_.size(); ++number) {
        if (sessions_[number].gone()) continue;
        from.push_back(number);
        moved[number] = kept->add(sessions_[number]);
    }
    kept->grow();
    const std::vector<SessionNumber> to = counted_to(from.size());
    for (std::size_t a = 0; a < states_.size(); ++a) kept->states_[a]->merge(*states_[a], from, to);
    return kept;
}

std::size_t SessionTable::bytes() const {
    std::size_t bytes = sessions_.capacity() * sizeof(Session);
    for (const auto& states : states_) bytes += states->bytes();
    return bytes;
}

void SessionTable::save(ByteWriter& writer) const {
    writer.put<std::uint64_t>(sessions_.size());
    for (const Session& session : sessions_) {
        writer.put(session.first);
        writer.put(session.last);
        writer.put(session.key);
        writer.put<std::uint8_t>(session.shown ? kFlagShown : 0);
    }
    for (const auto& states : states_) states->save(writer);
}

void SessionTable::load(ByteReader& reader, std::size_t keys) {
    sessions_.resize(reader.get_count(kSavedBytes));
    for (Session& session : sessions_) {
        session.first = reader.get<std::int64_t>();
        session.last = reader.get<std::int64_t>();
        session.key = reader.get<KeyId>();
        session.shown = (reader.get<std::uint8_t>() & kFlagShown) != 0;
        const bool possible = session.first <= session.last && session.first >= kTimeMin && session.last <= kTimeMax &&
                              (session.gone() || session.key < keys);
        if (possible) continue;
        session = {};
        reader.fail();
    }
    for (const auto& states : states_) {
        states->load(reader);
        states->resize(sessions_.size());  // What a damaged checkpoint lacks is empty; its checksum has told already.
    }
}

}  // namespace sf::engine
