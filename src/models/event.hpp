// One event as an application sends it. Flows are made of EventBatch; this owning form is for the edges: the command
// line, tests, and anything that handles events one at a time.
#pragma once

#include "base/time.hpp"
#include "base/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::models {

enum class Severity : std::uint8_t { low = 0, medium = 1, high = 2, critical = 3 };

[[nodiscard]] std::string_view to_string(Severity severity);
[[nodiscard]] std::optional<Severity> parse_severity(std::string_view text);

struct Event {
    std::optional<Uuid> id;  // Made by the server where absent.
    std::string type;        // Dotted lower case: "web.click".
    std::string source;
    std::optional<Timestamp> timestamp;  // The server's time where absent.
    Severity severity = Severity::low;
    std::string data = "{}";  // A JSON object, as text.
    std::optional<std::string> correlation_id;
    std::optional<std::string> user_id;
    std::vector<std::string> tags;
};

/// The event as one JSON object in one line, in the form that POST /api/v1/events takes.
void append_json(std::string& out, const Event& event);

}  // namespace sf::models
