#include "models/event_rules.hpp"

#include "base/nearest_name.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace sf::models {
namespace {

constexpr std::array<std::string_view, 9> kMembers = {"id",      "type",           "source", "timestamp", "severity",
                                                      "user_id", "correlation_id", "tags",   "data"};

}  // namespace

bool is_event_type(std::string_view text) {
    if (text.empty() || text.front() < 'a' || text.front() > 'z' || text.back() == '.') return false;
    char before = 0;
    for (const char c : text) {
        const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!word && (c != '.' || before == '.')) return false;
        before = c;
    }
    return true;
}

std::string unknown_member_detail(std::string_view key) {
    std::string detail = "an event has no such member; put it into \"data\"";
    if (key.size() > 32) return detail;
    const auto nearest =
        std::ranges::min_element(kMembers, {}, [&](std::string_view member) { return typing_errors(key, member); });
    if (typing_errors(key, *nearest) <= 2) detail += ". Did you mean \"" + std::string(*nearest) + "\"?";
    return detail;
}

}  // namespace sf::models
