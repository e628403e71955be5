// A change of a view as the hub hands it to all who watch: its text is made once and shared.
#pragma once

#include "models/metric_point.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace sf::dashboard {

/// Immutable but for the members of `keys`, which the thread that filters takes apart when the first filter asks.
class LiveRow {
public:
    explicit LiveRow(const models::MetricPoint& point);

    [[nodiscard]] const std::string& identity() const { return identity_; }  // Keys and window: within a view.
    [[nodiscard]] const std::string& json() const { return json_; }
    [[nodiscard]] const std::optional<Timestamp>& window_start() const { return window_start_; }
    [[nodiscard]] const std::optional<Timestamp>& window_end() const { return window_end_; }
    [[nodiscard]] bool replaces(const LiveRow& other) const {
        return std::pair(epoch_, version_) > std::pair(other.epoch_, other.version_);
    }
    [[nodiscard]] bool has_keys(const std::map<std::string, std::string>& wanted) const;

private:
    std::string identity_;
    std::string json_;
    std::optional<Timestamp> window_start_;
    std::optional<Timestamp> window_end_;
    std::uint32_t epoch_;
    std::uint64_t version_;
    mutable std::optional<std::map<std::string, std::string>> keys_;
    std::size_t keys_size_;  // Of the keys' text, with which the identity begins.
};

using LiveRowPtr = std::shared_ptr<const LiveRow>;  // By all feeds that have not sent it yet.

}  // namespace sf::dashboard
