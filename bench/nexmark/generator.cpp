#include "nexmark/generator.hpp"

#include "nexmark/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numeric>
#include <string_view>
#include <vector>

namespace sf::nexmark {
namespace {

// The published defaults.
constexpr std::uint64_t kFirstId = 1000;  // Of people and of auctions.
constexpr std::uint64_t kFirstCategory = 10;
constexpr std::uint64_t kCategories = 5;
constexpr std::uint64_t kPeopleActive = 1000;     // The newest so many bid and sell.
constexpr std::uint64_t kAuctionsInFlight = 100;  // The newest so many get bids.
constexpr std::uint64_t kLead = 10;               // So many that are not there yet may be named, too.
constexpr std::uint64_t kHotEach = 100;           // One of so many people and auctions is a hot one.
constexpr std::uint64_t kHotAuctionRatio = 2;     // All bids but one of so many go to the hot auction.
constexpr std::uint64_t kHotSellerRatio = 4;
constexpr std::uint64_t kHotBidderRatio = 4;
constexpr std::uint64_t kHotChannelRatio = 2;
constexpr std::uint64_t kChannels = 10'000;
constexpr std::uint64_t kChannelIdRatio = 10;  // All channels but one of so many have an id in their URL.
constexpr std::size_t kPersonBytes = 200, kAuctionBytes = 500, kBidBytes = 100;  // On average, with `extra`.

constexpr std::array<std::string_view, 6> kStates = {"az", "ca", "id", "or", "wa", "wy"};
constexpr std::array<std::string_view, 10> kCities = {"phoenix", "los angeles", "san francisco", "boise", "portland",
                                                      "bend",    "redmond",     "seattle",       "kent",  "cheyenne"};
constexpr std::array<std::string_view, 11> kFirstNames = {"peter", "paul",  "luke",  "john",   "saul",  "vicky",
                                                          "kate",  "julie", "sarah", "deiter", "walter"};
constexpr std::array<std::string_view, 9> kLastNames = {"shultz", "abrams", "spencer", "white", "bartels",
                                                        "walton", "smith",  "jones",   "noris"};
constexpr std::array<std::string_view, 4> kHotChannels = {"Google", "Facebook", "Baidu", "Apple"};

template <class Words>
std::string_view one_of(Random& random, const Words& words) {
    return words[random.below(words.size())];
}

std::string letters(Random& random, std::size_t length) {
    std::string text(length, ' ');
    for (char& letter : text) letter = static_cast<char>('a' + random.below(26));
    return text;
}

// From three letters to `longest`; one of 13 is `space`.
std::string words(Random& random, std::size_t longest, char space) {
    std::string text(3 + random.below(longest - 2), space);
    for (char& letter : text) {
        if (random.below(13) > 0) letter = static_cast<char>('a' + random.below(26));
    }
    return text;
}

// Brings an event of `size` bytes to about `wanted` of them: a fifth more or less.
std::string extra(Random& random, std::size_t size, std::size_t wanted) {
    if (size >= wanted) return {};
    const std::size_t missing = wanted - size;
    const std::size_t spread = missing / 5;
    return letters(random, missing - spread + random.below(2 * spread + 1));
}

// Cents, from 1 to a million, each magnitude as often.
std::uint64_t price(Random& random) {
    return static_cast<std::uint64_t>(std::llround(std::pow(10.0, random.fraction() * 6) * 100));
}

// How many people and auctions there are before the first bid or auction of event n's round of 50.
std::uint64_t last_person(std::uint64_t n) { return n / kTotalProportion; }

std::uint64_t auctions_before(std::uint64_t n) {
    const std::uint64_t in_round = n % kTotalProportion;
    const std::uint64_t of_round = in_round <= kPersonProportion ? 0 : in_round - kPersonProportion;
    return n / kTotalProportion * kAuctionProportion + std::min(of_round, kAuctionProportion);
}

std::uint64_t any_person(Random& random, std::uint64_t n) {
    const std::uint64_t people = last_person(n) + 1;
    const std::uint64_t active = std::min(people, kPeopleActive);
    return kFirstId + people - active + random.below(active + kLead);
}

std::uint64_t any_auction(Random& random, std::uint64_t last) {
    const std::uint64_t first = last - std::min(last, kAuctionsInFlight);
    return kFirstId + first + random.below(last - first + 1 + kLead);
}

// Hot sellers are the first, hot bidders the second of each hundred people.
std::uint64_t seller(Random& random, std::uint64_t n) {
    if (random.below(kHotSellerRatio) > 0) return kFirstId + last_person(n) / kHotEach * kHotEach;
    return any_person(random, n);
}

std::uint64_t bidder(Random& random, std::uint64_t n) {
    if (random.below(kHotBidderRatio) > 0) return kFirstId + last_person(n) / kHotEach * kHotEach + 1;
    return any_person(random, n);
}

std::chrono::microseconds time_after(const Options& options, std::uint64_t events) {
    return std::chrono::microseconds(events * 1'000'000 / options.events_per_second);
}

struct Channel {
    std::string name, url;
};

// A channel's URL is the same with each bid.
Channel channel(const Options& options, Random& random) {
    const bool hot = random.below(kHotChannelRatio) > 0;
    const std::uint64_t number = random.below(hot ? kHotChannels.size() : kChannels);
    Random own(Random::mix(options.seed ^ (hot ? 0x686F74ULL : 0x636F6C64ULL)) + number);
    Channel made{hot ? std::string(kHotChannels[number]) : fmt::format("channel-{}", number),
                 "https://www.nexmark.com/"};
    for (int directory = 0; directory < 3; ++directory) made.url += words(own, 5, '_') + '/';
    made.url += "item.htm?query=1";
    if (!hot && own.below(kChannelIdRatio) > 0) made.url += fmt::format("&channel_id={}", own.below(1ULL << 31));
    return made;
}

void make_person(const Options&, Random& random, std::uint64_t n, Event& event) {
    const std::uint64_t id = kFirstId + last_person(n);
    const std::string name = fmt::format("{} {}", one_of(random, kFirstNames), one_of(random, kLastNames));
    const std::string email = words(random, 7, ' ') + '@' + words(random, 5, ' ') + ".com";
    const std::string card = fmt::format("{:04} {:04} {:04} {:04}", random.below(10'000), random.below(10'000),
                                         random.below(10'000), random.below(10'000));
    const std::string_view city = one_of(random, kCities), state = one_of(random, kStates);
    const std::size_t size = 8 + name.size() + email.size() + card.size() + city.size() + state.size();
    event.user_id = std::to_string(id);
    event.data = fmt::format(
        R"({{"id":{},"name":"{}","email_address":"{}","credit_card":"{}","city":"{}","state":"{}","extra":"{}"}})", id,
        name, email, card, city, state, extra(random, size, kPersonBytes));
}

void make_auction(const Options& options, Random& random, std::uint64_t n, Event& event) {
    const std::uint64_t id = kFirstId + auctions_before(n);
    const std::uint64_t owner = seller(random, n);
    const std::uint64_t category = kFirstCategory + random.below(kCategories);
    const std::uint64_t initial_bid = price(random);
    // It ends, on average, when as many newer ones have been opened as are in flight.
    const auto horizon = time_after(options, kAuctionsInFlight * kTotalProportion / kAuctionProportion).count();
    const auto length = std::chrono::microseconds(1'000 + random.below(std::max<std::uint64_t>(1, 2 * horizon)));
    const std::string name = words(random, 20, ' '), description = words(random, 100, ' ');
    const std::uint64_t reserve = initial_bid + price(random);
    event.user_id = std::to_string(owner);
    event.data = fmt::format(
        R"({{"id":{},"item_name":"{}","description":"{}","initial_bid":{},"reserve":{},"expires":"{}","seller":{},"category":{},"extra":"{}"}})",
        id, name, description, initial_bid, reserve, format_rfc3339(event.timestamp + length), owner, category,
        extra(random, 48 + name.size() + description.size(), kAuctionBytes));
}

void make_bid(const Options& options, Random& random, std::uint64_t n, Event& event) {
    const std::uint64_t last = auctions_before(n) - 1;
    const std::uint64_t auction =
        random.below(kHotAuctionRatio) > 0 ? kFirstId + last / kHotEach * kHotEach : any_auction(random, last);
    const std::uint64_t who = bidder(random, n);
    const std::uint64_t bid = price(random);
    const Channel by = channel(options, random);
    event.user_id = std::to_string(who);
    event.data = fmt::format(R"({{"auction":{},"bidder":{},"price":{},"channel":"{}","url":"{}","extra":"{}"}})",
                             auction, who, bid, by.name, by.url, extra(random, 32, kBidBytes));
}

// Which event comes nth: groups are shuffled, each by its own chance (R. Durstenfeld, "Algorithm 235", 1964).
std::uint64_t in_disorder(const Options& options, std::uint64_t n) {
    if (options.disorder <= 1) return n;
    const std::uint64_t group = n / options.disorder;
    Random random(Random::mix(options.seed + 0x67726F7570ULL) + group);
    std::vector<std::uint64_t> order(options.disorder);
    std::iota(order.begin(), order.end(), group * options.disorder);
    for (std::size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
    return order[n % options.disorder];
}

}  // namespace

const char* type_of(Kind kind) {
    switch (kind) {
        case Kind::person: return "nexmark.person";
        case Kind::auction: return "nexmark.auction";
        case Kind::bid: break;
    }
    return "nexmark.bid";
}

Event event_at(const Options& options, std::uint64_t position) {
    const std::uint64_t n = in_disorder(options, position);
    Random random(Random::mix(options.seed) ^ Random::mix(n + 1));
    const std::uint64_t in_round = n % kTotalProportion;
    Event event;
    event.id = uuid_from_name(fmt::format("nexmark {} {}", options.seed, n));
    event.timestamp = options.begin + time_after(options, n);
    if (in_round < kPersonProportion) {
        event.kind = Kind::person;
        make_person(options, random, n, event);
    } else if (in_round < kPersonProportion + kAuctionProportion) {
        event.kind = Kind::auction;
        make_auction(options, random, n, event);
    } else {
        make_bid(options, random, n, event);
    }
    return event;
}

std::string to_ndjson(const Event& event) {
    return fmt::format(R"({{"id":"{}","type":"{}","source":"nexmark","timestamp":"{}","user_id":"{}","data":{}}})",
                       to_string(event.id), type_of(event.kind), format_rfc3339(event.timestamp), event.user_id,
                       event.data);
}

}  // namespace sf::nexmark
