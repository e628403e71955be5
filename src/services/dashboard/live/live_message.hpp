// What a client may say on WS /api/v1/live, read strictly: members that are not listed are refused.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "models/event.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sf::dashboard {

inline constexpr std::size_t kViewRowsMax = 20'000;
inline constexpr std::size_t kTailEventsMax = 50;

struct WatchView {
    std::string view;
    std::optional<Timestamp> from;            // Windows that end after it,
    std::optional<Timestamp> to;              // and that begin before it.
    std::size_t limit = 1000;                 // Rows of the snapshot.
    std::map<std::string, std::string> keys;  // Members of a row's keys, as text.
};

struct EventFilter {
    std::string type;  // "web.*" stands for all that begin with "web."; empty: any.
    std::string source;
    std::string user_id;
    std::optional<models::Severity> severity;

    friend auto operator<=>(const EventFilter&, const EventFilter&) = default;
};

struct TailEvents {
    EventFilter filter;
    std::size_t limit = kTailEventsMax;  // Events of a frame.
};

struct WatchOverview {};

struct LiveMessage {
    std::string id;
    std::optional<std::variant<WatchView, TailEvents, WatchOverview>> subscribe;  // None: the end of a subscription.
};

struct LiveMessageError {
    std::optional<std::string> id;  // As far as it could be read.
    std::string detail;
};

/// `padded` is followed by http::Body::kPadding readable bytes.
[[nodiscard]] std::variant<LiveMessage, LiveMessageError> parse_live_message(std::string_view padded);

}  // namespace sf::dashboard
