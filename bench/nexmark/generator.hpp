// Events of Nexmark, the benchmark of an online auction: people register, open auctions and bid. Deterministic: event n
// is a function of the options and n alone. Proportions, identities, prices and texts follow the published generator
// (github.com/nexmark/nexmark, NexmarkConfiguration and generator/model; first described by P. Tucker, K. Tufte, V.
// Papadimos, D. Maier, "NEXMark: a benchmark for queries over data streams", 2002); README.md says where this one
// differs.
#pragma once

#include "base/time.hpp"
#include "base/uuid.hpp"

#include <cstdint>
#include <string>

namespace sf::nexmark {

enum class Kind : std::uint8_t { person, auction, bid };

/// Of 50 events one is a person, three are auctions, 46 are bids, in this order.
inline constexpr std::uint64_t kPersonProportion = 1;
inline constexpr std::uint64_t kAuctionProportion = 3;
inline constexpr std::uint64_t kBidProportion = 46;
inline constexpr std::uint64_t kTotalProportion = kPersonProportion + kAuctionProportion + kBidProportion;

struct Options {
    std::uint64_t seed = 1;
    Timestamp begin = timestamp_from_micros(1'436'918'340'000'000);  // 2015-07-14T23:59:00Z: a minute before a new day.
    std::uint64_t events_per_second = 10'000;
    std::uint64_t disorder = 1;  // Events are shuffled within groups of so many; 1: in order.
};

/// As StreamFlow takes it in: nexmark.person, nexmark.auction or nexmark.bid.
struct Event {
    Kind kind = Kind::bid;
    Uuid id;
    Timestamp timestamp;
    std::string user_id;  // Who acts: the person, the seller, the bidder.
    std::string data;     // The other fields, as a JSON object.
};

[[nodiscard]] const char* type_of(Kind kind);

/// The nth event, from 0.
[[nodiscard]] Event event_at(const Options& options, std::uint64_t n);

/// The event as a line of NDJSON, without the line's end.
[[nodiscard]] std::string to_ndjson(const Event& event);

}  // namespace sf::nexmark
