// A small web shop with visitors: they land, search, look at products, fill carts, log in, buy, and leave. Makes the
// events that such a shop would send, in order of time. Pure: no clock, the same seed and start give the same events.
#pragma once

#include "cli/demo/dice.hpp"

#include "base/time.hpp"
#include "models/event.hpp"

#include <cstdint>
#include <deque>
#include <queue>
#include <string>
#include <vector>

namespace sf::demo {

struct ShopOptions {
    std::uint64_t seed = 1;
    Timestamp start;
    double rate = 20;  // Events a second at `rate_at`; other hours of the day have more or fewer.
    Timestamp rate_at;
};

/// How busy the shop is at this time of day (UTC), 1 on average: quiet at night, a peak in the evening, busier on
/// weekends.
[[nodiscard]] double busyness(Timestamp time);

/// Now and then the payment service is slow and fails for two minutes.
[[nodiscard]] bool in_trouble(std::uint64_t seed, Timestamp time);

/// One thread.
class Shop {
public:
    explicit Shop(ShopOptions options);

    /// The time of the next event.
    [[nodiscard]] Timestamp next_time();

    /// Makes it. Ids are made of the seed, the start and a counter: sending them twice is harmless.
    [[nodiscard]] models::Event next();

private:
    enum class Step : std::uint8_t { land, browse, search, product, cart, login, checkout, pay, logout, gone };

    struct Visitor {
        std::string session;      // Correlates all events of the visit.
        std::string user;         // "u1042", or "visitor-..." before a login.
        std::size_t account = 0;  // Whom they log in as.
        const char* country = "";
        const char* device = "";
        bool buyer = false;
        bool logged_in = false;
        Step step = Step::land;
        int pages_left = 0;
        std::size_t product = 0;
        std::vector<std::pair<std::size_t, int>> cart;  // Product, quantity.
    };
    struct Due {
        Timestamp time;
        std::uint64_t order;  // Of equal times, the first made comes first.
        std::size_t visitor;
        bool operator>(const Due& other) const { return time != other.time ? time > other.time : order > other.order; }
    };

    void prepare();  // Until an event is waiting in made_.
    void arrive();
    void act(std::size_t index, Timestamp time);
    [[nodiscard]] Step step_after(Visitor& visitor);
    void page(const Visitor& visitor, Timestamp time, const std::string& path);
    void request(const Visitor& visitor, Timestamp time, const char* method, const std::string& path, double latency_ms,
                 bool payment = false);
    void buy(Visitor& visitor, Timestamp time);
    [[nodiscard]] models::Event& make(const Visitor& visitor, Timestamp time, const char* type, const char* source);

    ShopOptions options_;
    Dice dice_;
    Timestamp arrival_;  // Of the next visitor.
    std::uint64_t order_ = 0;
    std::uint64_t events_ = 0;
    std::uint64_t invoices_ = 0;
    bool failed_ = false;  // The last request.
    std::vector<Visitor> visitors_;
    std::vector<std::size_t> free_;  // Places in visitors_ of those who have left.
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;

    struct Later {
        bool operator()(const models::Event& a, const models::Event& b) const { return *a.timestamp > *b.timestamp; }
    };
    std::priority_queue<models::Event, std::vector<models::Event>, Later> made_;
};

}  // namespace sf::demo
