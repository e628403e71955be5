// Tickets: once, not too late, not too many.
#include "security/ticket_office.hpp"

#include "security/base64url.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace sf::security {
namespace {

using namespace std::chrono_literals;

class SteadyClock final : public Clock {
public:
    Timestamp now() const override { return {}; }
    std::chrono::steady_clock::time_point steady() const override { return time; }
    std::chrono::steady_clock::time_point time{1h};
};

class TicketOfficeTest : public ::testing::Test {
protected:
    std::string redeem(std::string_view ticket) {
        const auto principal = office.redeem(ticket);
        return principal ? principal->subject + ' ' + std::string(to_string(principal->role)) : "refused";
    }

    SteadyClock clock;
    TicketOffice office{clock, {.lifetime = 15min, .tickets_max = 4}};
};

TEST_F(TicketOfficeTest, a_ticket_is_good_once_for_whom_it_was_made) {
    const std::string mine = office.issue({"admin", http::Role::admin});
    const std::string other = office.issue({"guest", http::Role::viewer});
    EXPECT_EQ(redeem(mine), "admin admin");
    EXPECT_EQ(redeem(mine), "refused");
    EXPECT_EQ(redeem(other), "guest viewer");
    EXPECT_EQ(office.refused(), 1u);
}

TEST_F(TicketOfficeTest, has_128_bits_and_no_two_are_alike) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string ticket = office.issue({"admin", http::Role::admin});
        EXPECT_EQ(base64url_decode(ticket).value_or("").size(), 16u);
        EXPECT_TRUE(seen.insert(ticket).second);
    }
}

TEST_F(TicketOfficeTest, is_void_after_its_time) {
    const std::string early = office.issue({"admin", http::Role::admin});
    clock.time += 10min;
    const std::string late = office.issue({"admin", http::Role::admin});
    clock.time += 5min - 1ns;
    const std::string last = office.issue({"admin", http::Role::admin});
    clock.time += 1ns;
    EXPECT_EQ(redeem(early), "refused");
    EXPECT_EQ(redeem(late), "admin admin");
    clock.time += 15min - 2ns;
    EXPECT_EQ(redeem(last), "admin admin");
}

TEST_F(TicketOfficeTest, wrong_guesses_are_counted_and_void_nothing) {
    const std::string ticket = office.issue({"admin", http::Role::admin});
    std::string near = ticket;
    near.front() = near.front() == 'A' ? 'B' : 'A';
    for (const std::string& guess : {near, std::string(), ticket + '=', ticket.substr(1), std::string(100'000, 'A')})
        EXPECT_EQ(redeem(guess), "refused");
    EXPECT_EQ(office.refused(), 5u);
    EXPECT_EQ(redeem(ticket), "admin admin");
}

TEST_F(TicketOfficeTest, there_are_never_more_than_its_limit) {
    std::vector<std::string> tickets;
    for (int i = 0; i < 6; ++i) tickets.push_back(office.issue({"admin", http::Role::admin}));
    EXPECT_EQ(redeem(tickets[0]), "refused");
    EXPECT_EQ(redeem(tickets[1]), "refused");
    for (std::size_t i = 2; i < 6; ++i) EXPECT_EQ(redeem(tickets[i]), "admin admin") << i;
}

TEST_F(TicketOfficeTest, of_many_who_show_it_at_once_one_gets_in) {
    for (int round = 0; round < 50; ++round) {
        const std::string ticket = office.issue({"admin", http::Role::admin});
        std::atomic<int> let_in = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 4; ++i) threads.emplace_back([&] { let_in += office.redeem(ticket) ? 1 : 0; });
        }
        ASSERT_EQ(let_in, 1);
    }
}

}  // namespace
}  // namespace sf::security
