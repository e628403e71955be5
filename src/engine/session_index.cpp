#include "engine/session_index.hpp"

namespace sf::engine {

void SessionIndex::insert(KeyId key, std::size_t position, SessionNumber session) {
    std::uint32_t& head = heads_[key];
    if (head == kNone) {
        head = session;
        return;
    }
    if ((head & kList) == 0) {
        std::uint32_t list = static_cast<std::uint32_t>(lists_.size());
        if (lists_free_.empty()) {
            lists_.emplace_back();
        } else {
            list = lists_free_.back();
            lists_free_.pop_back();
        }
        lists_[list] = {head};
        head = kList | list;
    }
    std::vector<SessionNumber>& list = lists_[head & ~kList];
    list.insert(list.begin() + static_cast<std::ptrdiff_t>(position), session);
}

void SessionIndex::erase(KeyId key, std::size_t begin, std::size_t end) {
    std::uint32_t& head = heads_[key];
    if (begin == end) return;
    if ((head & kList) == 0) {
        head = kNone;
        return;
    }
    const std::uint32_t number = head & ~kList;
    std::vector<SessionNumber>& list = lists_[number];
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(begin), list.begin() + static_cast<std::ptrdiff_t>(end));
    if (list.size() > 1) return;
    head = list.empty() ? kNone : list.front();
    list = {};
    lists_free_.push_back(number);
}

void SessionIndex::renumber_keys(const std::vector<KeyId>& moved, std::size_t keys) {
    std::vector<std::uint32_t> heads(keys, kNone);
    for (KeyId old = 0; old < heads_.size(); ++old) {
        if (moved[old] != kNoKey) heads[moved[old]] = heads_[old];
    }
    heads_ = std::move(heads);
}

void SessionIndex::renumber_sessions(const std::vector<SessionNumber>& moved) {
    for (std::uint32_t& head : heads_) {
        if (head == kNone) continue;
        if ((head & kList) == 0) {
            head = moved[head];
            continue;
        }
        for (SessionNumber& session : lists_[head & ~kList]) session = moved[session];
    }
}

std::size_t SessionIndex::bytes() const {
    std::size_t bytes =
        (heads_.capacity() + lists_free_.capacity()) * sizeof(std::uint32_t) + lists_.capacity() * sizeof(lists_[0]);
    for (const auto& list : lists_) bytes += list.capacity() * sizeof(SessionNumber);
    return bytes;
}

}  // namespace sf::engine
