#include "cli/suggestion.hpp"

#include "base/nearest_name.hpp"

#include <algorithm>

namespace sf::cli {

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
    if (word.size() > 64) return std::nullopt;
    const std::string* best = nullptr;
    std::size_t best_distance = 3;
    for (const std::string& candidate : candidates) {
        // Two errors in a word of three letters would fit anything.
        const std::size_t bound = std::max<std::size_t>(1, std::min<std::size_t>(2, candidate.size() / 3));
        std::size_t d = typing_errors(word, candidate);
        if (word.size() >= 3 && candidate.starts_with(word)) d = std::min<std::size_t>(d, 1);
        if (d <= bound && d < best_distance) {
            best = &candidate;
            best_distance = d;
        }
    }
    return best == nullptr ? std::nullopt : std::optional(*best);
}

}  // namespace sf::cli
