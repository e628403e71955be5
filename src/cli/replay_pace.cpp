#include "cli/replay_pace.hpp"

#include <charconv>
#include <cmath>

namespace sf::cli {

std::optional<double> parse_speed(std::string_view text) {
    if (text == "max") return 0.0;
    if (text == "recorded") return 1.0;
    if (!text.ends_with('x')) return std::nullopt;
    text.remove_suffix(1);
    double factor = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), factor);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(factor) || factor <= 0)
        return std::nullopt;
    return factor;
}

}  // namespace sf::cli
