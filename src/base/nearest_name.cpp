#include "base/nearest_name.hpp"

#include <algorithm>
#include <vector>

namespace sf {

// Three rows of the table at a time.
std::size_t typing_errors(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(before, last);
        std::swap(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row[b.size()];
}

std::optional<std::string_view> nearest_name(std::string_view word, std::span<const std::string_view> names) {
    std::optional<std::string_view> best;
    std::size_t best_distance = std::clamp<std::size_t>(word.size() / 3, 1, 2) + 1;
    for (const std::string_view name : names) {
        const std::size_t its = typing_errors(word, name);
        if (its >= best_distance) continue;
        best = name;
        best_distance = its;
    }
    return best;
}

}  // namespace sf
