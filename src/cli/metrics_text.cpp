#include "cli/metrics_text.hpp"

#include <algorithm>
#include <charconv>

namespace sf::cli {

std::optional<double> metric_sum(std::string_view text, std::string_view name) {
    std::optional<double> sum;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.starts_with(name)) continue;
        line.remove_prefix(name.size());
        if (line.starts_with("{")) {
            // A label's value may hold a brace, but the last one closes the set: the value behind it is a number.
            const std::size_t closing = line.rfind('}');
            if (closing == std::string_view::npos) continue;
            line.remove_prefix(closing + 1);
        }
        if (!line.starts_with(" ")) continue;
        line.remove_prefix(1);
        double value = 0;
        if (std::from_chars(line.data(), line.data() + line.size(), value).ec == std::errc{})
            sum = sum.value_or(0) + value;
    }
    return sum;
}

}  // namespace sf::cli
