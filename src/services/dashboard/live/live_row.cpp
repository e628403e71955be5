#include "services/dashboard/live/live_row.hpp"

#include "services/dashboard/row_json.hpp"

namespace sf::dashboard {

LiveRow::LiveRow(const models::MetricPoint& point)
    : identity_(point.keys),
      window_start_(point.window_start),
      window_end_(point.window_end),
      epoch_(point.epoch),
      version_(point.version),
      keys_size_(point.keys.size()) {
    identity_ += '\n';
    if (point.window_start) identity_ += std::to_string(to_micros(*point.window_start));
    append_row(json_, point);
}

bool LiveRow::has_keys(const std::map<std::string, std::string>& wanted) const {
    if (wanted.empty()) return true;
    if (!keys_) {
        keys_.emplace();
        each_member(std::string_view(identity_).substr(0, keys_size_), [this](std::string name, std::string_view raw) {
            if (raw != "null") keys_->emplace(std::move(name), value_text(raw));
        });
    }
    for (const auto& [name, value] : wanted) {
        const auto found = keys_->find(name);
        if (found == keys_->end() || found->second != value) return false;
    }
    return true;
}

}  // namespace sf::dashboard
