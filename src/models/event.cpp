#include "models/event.hpp"

#include "base/json_text.hpp"

#include <array>

namespace sf::models {
namespace {

constexpr std::array<std::string_view, 4> kSeverityNames = {"low", "medium", "high", "critical"};

}  // namespace

std::string_view to_string(Severity severity) { return kSeverityNames[static_cast<std::size_t>(severity)]; }

std::optional<Severity> parse_severity(std::string_view text) {
    for (std::size_t i = 0; i < kSeverityNames.size(); ++i) {
        if (kSeverityNames[i] == text) return static_cast<Severity>(i);
    }
    return std::nullopt;
}

void append_json(std::string& out, const Event& event) {
    const auto member = [&](std::string_view name, std::string_view value) {
        if (out.back() != '{') out += ',';
        append_json_string(out, name);
        out += ':';
        append_json_string(out, value);
    };
    out += '{';
    if (event.id) member("id", to_string(*event.id));
    member("type", event.type);
    member("source", event.source);
    if (event.timestamp) member("timestamp", format_rfc3339(*event.timestamp));
    if (event.severity != Severity::low) member("severity", to_string(event.severity));
    if (event.user_id) member("user_id", *event.user_id);
    if (event.correlation_id) member("correlation_id", *event.correlation_id);
    if (!event.tags.empty()) {
        out += R"(,"tags":[)";
        for (std::size_t i = 0; i < event.tags.size(); ++i) {
            if (i > 0) out += ',';
            append_json_string(out, event.tags[i]);
        }
        out += ']';
    }
    out += R"(,"data":)";
    out += event.data;
    out += '}';
}

}  // namespace sf::models
