#include "cli/demo/shop.hpp"

#include "cli/demo/catalogue.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace sf::demo {
namespace {

constexpr double kEventsPerVisit = 13.2;  // Measured; the test of the rate notices when the visits change.
constexpr std::size_t kAccounts = 2000;
constexpr auto kTroubleEvery = std::chrono::minutes{45};
constexpr auto kTroubleFor = std::chrono::minutes{2};

Timestamp after(Timestamp time, double seconds) { return time + Duration{static_cast<std::int64_t>(seconds * 1e6)}; }

std::string price(int cents) { return fmt::format("{}.{:02}", cents / 100, cents % 100); }

}  // namespace

double busyness(Timestamp time) {
    // By the hour, UTC; between the hours a straight line. The mean is 1.
    static constexpr std::array<double, 24> kHours = {0.42, 0.30, 0.24, 0.22, 0.24, 0.34, 0.55, 0.82,
                                                      1.02, 1.14, 1.20, 1.24, 1.30, 1.24, 1.16, 1.14,
                                                      1.20, 1.32, 1.52, 1.72, 1.80, 1.60, 1.18, 0.70};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const double hours = static_cast<double>((time - day).count()) / 3.6e9;
    const auto hour = static_cast<std::size_t>(hours);
    const double part = hours - static_cast<double>(hour);
    const double level = kHours[hour] * (1 - part) + kHours[(hour + 1) % 24] * part;
    const std::chrono::weekday weekday{day};
    return level * (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday ? 1.2 : 0.92);
}

bool in_trouble(std::uint64_t seed, Timestamp time) {
    const auto interval = time.time_since_epoch() / kTroubleEvery;
    Dice dice(seed ^ (static_cast<std::uint64_t>(interval) * 0x9E3779B97F4A7C15ull));
    if (!dice.chance(0.6)) return false;
    const auto latest = std::chrono::duration_cast<Duration>(kTroubleEvery - kTroubleFor).count();
    const Duration begin{static_cast<std::int64_t>(dice.uniform() * static_cast<double>(latest))};
    const Duration into = time.time_since_epoch() % kTroubleEvery;
    return into >= begin && into < begin + kTroubleFor;
}

Shop::Shop(ShopOptions options) : options_(options), dice_(options.seed), arrival_(options.start) {}

Timestamp Shop::next_time() {
    prepare();
    return *made_.top().timestamp;
}

models::Event Shop::next() {
    prepare();
    models::Event event = made_.top();
    made_.pop();
    // Numbered when they leave, so that ids follow the order of time.
    event.id = uuid_from_name(fmt::format("demo/1/{}/{}/{}", options_.seed, to_micros(options_.start), events_++));
    return event;
}

// What a visitor does makes events up to a moment later, so an event may leave only when nobody acts before its time.
void Shop::prepare() {
    while (made_.empty() || (due_.empty() ? arrival_ : std::min(arrival_, due_.top().time)) <= *made_.top().timestamp) {
        if (due_.empty() || arrival_ <= due_.top().time) {
            arrive();
        } else {
            const Due due = due_.top();
            due_.pop();
            act(due.visitor, due.time);
        }
    }
}

void Shop::arrive() {
    const Timestamp now = arrival_;
    const double level = busyness(now) / busyness(options_.rate_at);
    arrival_ = after(now, dice_.exponential(kEventsPerVisit / (options_.rate * std::max(level, 0.01))));
    std::size_t place = visitors_.size();
    if (!free_.empty()) {
        place = free_.back();
        free_.pop_back();
    } else {
        visitors_.emplace_back();
    }
    Visitor visitor;
    visitor.session = fmt::format("s-{:012x}", dice_.bits() >> 16);
    visitor.user = fmt::format("visitor-{:06x}", dice_.bits() >> 40);
    visitor.account = dice_.popular(kAccounts);
    visitor.country = dice_.one_of(kCountries);
    visitor.device = dice_.one_of(kDevices);
    visitor.buyer = dice_.chance(0.22);
    visitor.pages_left = 1 + static_cast<int>(dice_.exponential(visitor.buyer ? 6 : 4));
    visitors_[place] = std::move(visitor);
    due_.push({now, order_++, place});
}

models::Event& Shop::make(const Visitor& visitor, Timestamp time, const char* type, const char* source) {
    static thread_local models::Event event;
    event = {};
    event.type = type;
    event.source = source;
    event.timestamp = std::chrono::floor<std::chrono::milliseconds>(time);
    event.user_id = visitor.user;
    event.correlation_id = visitor.session;
    return event;
}

void Shop::page(const Visitor& visitor, Timestamp time, const std::string& path) {
    models::Event& event = make(visitor, time, "web.pageview", "shop-web");
    event.data = fmt::format(R"({{"path":{},"device":"{}","country":"{}"}})", json_string(path), visitor.device,
                             visitor.country);
    made_.push(event);
}

void Shop::request(const Visitor& visitor, Timestamp time, const char* method, const std::string& path,
                   double latency_ms, bool payment) {
    const bool trouble = payment && in_trouble(options_.seed, time);
    const double latency = dice_.lognormal(latency_ms * (trouble ? 12 : 1), 0.45);
    const double roll = dice_.uniform();
    int status = 200;
    if (roll < (trouble ? 0.45 : 0.004)) status = trouble ? 503 : 500;
    else if (!payment && roll < 0.012) status = 404;
    failed_ = status >= 500;
    models::Event& event = make(visitor, after(time, latency / 1000), "api.request", "shop-api");
    event.data = fmt::format(R"({{"method":"{}","path":{},"status":{},"latency_ms":{:.1f}}})", method,
                             json_string(path), status, latency);
    if (failed_) event.severity = models::Severity::medium;
    made_.push(event);
    if (!failed_) return;
    models::Event& error =
        make(visitor, after(time, latency / 1000 + 0.001), "system.error", payment ? "payment" : "shop-api");
    error.severity = models::Severity::high;
    error.data = fmt::format(R"({{"message":"{}","path":{},"status":{}}})",
                             trouble ? "payment provider timed out" : "unexpected error", json_string(path), status);
    made_.push(error);
}

void Shop::buy(Visitor& visitor, Timestamp time) {
    int total = 0;
    int items = 0;
    std::string lines;
    for (const auto& [product, quantity] : visitor.cart) {
        total += kProducts[product].cents * quantity;
        items += quantity;
        lines += fmt::format(R"({}{{"product":{},"quantity":{},"price":{}}})", lines.empty() ? "" : ",",
                             json_string(kProducts[product].name), quantity, price(kProducts[product].cents));
    }
    models::Event& event = make(visitor, after(time, 0.4), "business.sale", "shop-api");
    event.tags = {visitor.country, visitor.device};
    event.data =
        fmt::format(R"({{"invoice":"A{:06}","amount":{},"currency":"EUR","items":{},"country":"{}","lines":[{}]}})",
                    ++invoices_, price(total), items, visitor.country, lines);
    made_.push(event);
    visitor.cart.clear();
}

Shop::Step Shop::step_after(Visitor& visitor) {
    switch (visitor.step) {
        case Step::cart:
        case Step::land:
        case Step::browse:
        case Step::search:
        case Step::product:
            if (--visitor.pages_left <= 0) {
                if (!visitor.cart.empty() && dice_.chance(0.72))
                    return visitor.logged_in ? Step::checkout : Step::login;
                return visitor.logged_in && dice_.chance(0.3) ? Step::logout : Step::gone;
            }
            if (visitor.step == Step::product && dice_.chance(visitor.buyer ? 0.45 : 0.06)) return Step::cart;
            if (dice_.chance(0.25)) return Step::search;
            if (!visitor.logged_in && dice_.chance(0.05)) return Step::login;
            return dice_.chance(0.75) ? Step::product : Step::browse;
        case Step::login:
            return visitor.pages_left > 0 ? Step::browse : (visitor.cart.empty() ? Step::gone : Step::checkout);
        case Step::checkout: return dice_.chance(0.8) ? Step::pay : Step::gone;
        case Step::pay:
            // A failed payment is tried again, by most.
            if (failed_) return dice_.chance(0.6) ? Step::pay : Step::gone;
            return dice_.chance(0.35) ? Step::logout : Step::gone;
        case Step::logout:
        case Step::gone: return Step::gone;
    }
    return Step::gone;
}

void Shop::act(std::size_t index, Timestamp time) {
    Visitor& visitor = visitors_[index];
    const Timestamp soon = after(time, 0.02);
    switch (visitor.step) {
        case Step::land:
            page(visitor, time, "/");
            request(visitor, soon, "GET", "/api/home", 35);
            break;
        case Step::browse: {
            const std::string category = kProducts[dice_.popular(std::size(kProducts))].category;
            page(visitor, time, "/c/" + category);
            request(visitor, soon, "GET", "/api/categories/" + category, 40);
            break;
        }
        case Step::search: {
            const char* const words = dice_.one_of(kSearches);
            models::Event& event = make(visitor, time, "web.search", "shop-web");
            event.data = fmt::format(R"({{"query":{},"results":{},"device":"{}"}})", json_string(words),
                                     dice_.popular(30), visitor.device);
            made_.push(event);
            request(visitor, soon, "GET", "/api/search", 90);
            break;
        }
        case Step::product:
            visitor.product = dice_.popular(std::size(kProducts));
            page(visitor, time, fmt::format("/p/{}", visitor.product + 1));
            request(visitor, soon, "GET", fmt::format("/api/products/{}", visitor.product + 1), 30);
            break;
        case Step::cart: {
            const int quantity = 1 + static_cast<int>(dice_.popular(3));
            visitor.cart.emplace_back(visitor.product, quantity);
            models::Event& event = make(visitor, time, "web.click", "shop-web");
            event.data = fmt::format(R"({{"button":"add to cart","product":{},"quantity":{},"price":{}}})",
                                     json_string(kProducts[visitor.product].name), quantity,
                                     price(kProducts[visitor.product].cents));
            made_.push(event);
            request(visitor, soon, "POST", "/api/cart", 45);
            break;
        }
        case Step::login: {
            request(visitor, time, "POST", "/api/login", 120);
            visitor.user = fmt::format("u{}", visitor.account + 1);
            visitor.logged_in = true;
            models::Event& event = make(visitor, after(time, 0.3), "user.login", "shop-api");
            event.data = fmt::format(R"({{"method":"{}","device":"{}","country":"{}"}})",
                                     dice_.chance(0.7) ? "password" : "link", visitor.device, visitor.country);
            made_.push(event);
            break;
        }
        case Step::checkout:
            page(visitor, time, "/checkout");
            request(visitor, soon, "GET", "/api/cart", 40);
            break;
        case Step::pay:
            request(visitor, time, "POST", "/api/payments", 240, true);
            if (!failed_) buy(visitor, time);
            break;
        case Step::logout: {
            models::Event& event = make(visitor, time, "user.logout", "shop-api");
            made_.push(event);
            break;
        }
        case Step::gone: break;
    }
    visitor.step = step_after(visitor);
    if (visitor.step == Step::gone) {
        free_.push_back(index);
        return;
    }
    due_.push({after(time, 1 + dice_.exponential(14)), order_++, index});
}

}  // namespace sf::demo
