#include "cli/progress_bar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::cli {
namespace {

// "45 s", "3 min", "2 h": no more precise than an estimate is.
std::string roughly(double seconds) {
    if (seconds < 90) return fmt::format("{:.0f} s", std::max(seconds, 1.0));
    if (seconds < 90 * 60) return fmt::format("{:.0f} min", seconds / 60);
    return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

std::string progress_line(const Progress& progress, std::size_t width, const Style& style) {
    const double seconds = static_cast<double>(progress.elapsed.count()) / 1e6;
    const double rate = seconds > 0 ? static_cast<double>(progress.events) / seconds : 0;
    std::string text =
        fmt::format("{}  {}/s", counted(progress.events, "event"), grouped(static_cast<std::uint64_t>(rate)));
    if (progress.total == 0) return shortened(text, width);
    const double share = std::min(1.0, static_cast<double>(progress.done) / static_cast<double>(progress.total));
    if (share > 0 && share < 1 && seconds > 0.5) text += fmt::format("  {} left", roughly(seconds / share - seconds));
    text = fmt::format("{:>3.0f} %  {}", share * 100 - (share < 1 && share > 0.995 ? 0.5 : 0.0), text);
    constexpr std::size_t kBarMax = 30;
    const std::size_t room = width > text.size() + 5 ? width - text.size() - 5 : 0;
    const std::size_t bar = std::min(room, kBarMax);
    if (bar < 5) return shortened(text, width);
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(bar));
    const bool head = filled < bar;
    return "[" + style.cyan(std::string(filled, '=') + (head ? ">" : "")) +
           std::string(bar - filled - (head ? 1 : 0), ' ') + "] " + text;
}

}  // namespace sf::cli
