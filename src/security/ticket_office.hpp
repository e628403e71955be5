// Single-use tickets: what a link carries instead of a token, so that it may stand in a terminal and a browser's
// history. Whoever shows one first becomes the principal it was made for. In memory alone: a restart voids all.
#pragma once

#include "base/clock.hpp"
#include "http/message.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace sf::security {

struct TicketOfficeOptions {
    std::chrono::seconds lifetime = std::chrono::minutes{15};
    std::size_t tickets_max = 64;  // Above, the oldest is void.
};

/// Any thread.
class TicketOffice {
public:
    explicit TicketOffice(const Clock& clock, TicketOfficeOptions options = {});

    /// 128 random bits as base64url.
    [[nodiscard]] std::string issue(http::Principal principal);

    /// Nothing for a ticket that was never made, was shown before, or is too old. How long it takes does not tell how
    /// nearly right a guess is.
    [[nodiscard]] std::optional<http::Principal> redeem(std::string_view ticket);

    /// Tickets that were shown and not good.
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    struct Ticket {
        std::string text;
        http::Principal principal;
        Deadline good_until;
    };

    void drop_old();

    const Clock& clock_;
    const TicketOfficeOptions options_;
    std::mutex mutex_;
    std::deque<Ticket> tickets_;  // Under mutex_. Oldest first.
    std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace sf::security
