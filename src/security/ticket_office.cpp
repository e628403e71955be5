#include "security/ticket_office.hpp"

#include "base/assert.hpp"
#include "security/base64url.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>

namespace sf::security {
namespace {

constexpr std::size_t kTicketBytes = 16;

}  // namespace

TicketOffice::TicketOffice(const Clock& clock, TicketOfficeOptions options) : clock_(clock), options_(options) {}

std::string TicketOffice::issue(http::Principal principal) {
    std::array<unsigned char, kTicketBytes> random{};
    SF_ASSERT(::RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
    std::string text = base64url_encode({reinterpret_cast<const char*>(random.data()), random.size()});
    std::lock_guard lock(mutex_);
    drop_old();
    if (tickets_.size() >= options_.tickets_max) tickets_.pop_front();
    tickets_.push_back({text, std::move(principal), clock_.steady() + options_.lifetime});
    return text;
}

std::optional<http::Principal> TicketOffice::redeem(std::string_view ticket) {
    std::lock_guard lock(mutex_);
    drop_old();
    auto found = tickets_.end();
    for (auto one = tickets_.begin(); one != tickets_.end(); ++one) {
        // All have one size, which is no secret; all are compared, whichever it is.
        const bool same =
            ticket.size() == one->text.size() && ::CRYPTO_memcmp(ticket.data(), one->text.data(), ticket.size()) == 0;
        if (same) found = one;
    }
    if (found == tickets_.end()) {
        ++refused_;
        return std::nullopt;
    }
    http::Principal principal = std::move(found->principal);
    tickets_.erase(found);
    return principal;
}

void TicketOffice::drop_old() {
    const Deadline now = clock_.steady();
    while (!tickets_.empty() && tickets_.front().good_until <= now) tickets_.pop_front();
}

}  // namespace sf::security
