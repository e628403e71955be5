// The sessions of each group, in the order of time. Most groups have one, and it costs them four bytes.
#pragma once

#include "engine/key_table.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace sf::engine {

using SessionNumber = std::uint32_t;  // In the table of a view's sessions: a cell of its states.

/// One thread.
class SessionIndex {
public:
    void grow(std::size_t keys) { heads_.resize(keys, kNone); }

    [[nodiscard]] std::span<const SessionNumber> of(KeyId key) const {
        const std::uint32_t& head = heads_[key];
        if (head == kNone) return {};
        if ((head & kList) == 0) return {&head, 1};
        return lists_[head & ~kList];
    }
    void prefetch(KeyId key) const { __builtin_prefetch(&heads_[key]); }

    void insert(KeyId key, std::size_t position, SessionNumber session);
    void erase(KeyId key, std::size_t begin, std::size_t end);

    /// Keys get new numbers.
    void renumber_keys(const std::vector<KeyId>& moved, std::size_t keys);

    /// So do sessions.
    void renumber_sessions(const std::vector<SessionNumber>& moved);

    [[nodiscard]] std::size_t bytes() const;

private:
    static constexpr std::uint32_t kNone = UINT32_MAX;
    static constexpr std::uint32_t kList = 1u << 31;  // A head with it is the number of a list.

    std::vector<std::uint32_t> heads_;  // By key: the only session, or a list, or kNone.
    std::vector<std::vector<SessionNumber>> lists_;
    std::vector<std::uint32_t> lists_free_;
};

}  // namespace sf::engine
