// What lies in the log's folder: a folder a topic, and a few files and folders of the log's own.
#pragma once

#include <algorithm>
#include <string_view>

namespace sf::messaging::embedded {

inline constexpr std::string_view kProducerFile = "producer";
inline constexpr std::string_view kReserveFile = "reserve";
inline constexpr std::string_view kQuarantineFolder = "quarantine";
inline constexpr std::string_view kLockFile = "LOCK";

[[nodiscard]] inline bool is_topic_name(std::string_view name) {
    return !name.empty() && name.size() <= 100 && name != kProducerFile && name != kReserveFile &&
           name != kQuarantineFolder && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
           });
}

}  // namespace sf::messaging::embedded
