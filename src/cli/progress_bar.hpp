// How far long work has come, in one line that redraws itself. For terminals only.
#pragma once

#include "cli/terminal.hpp"

#include "base/time.hpp"

#include <cstdint>
#include <string>

namespace sf::cli {

struct Progress {
    std::uint64_t done = 0;   // Of the same unit as total, usually bytes.
    std::uint64_t total = 0;  // 0: not known.
    std::uint64_t events = 0;
    Duration elapsed{};
};

/// "[=========>          ]  47 %   4,700 events   12,000/s   1.2 s left". `width` columns at most. Without a total: no
/// bar.
[[nodiscard]] std::string progress_line(const Progress& progress, std::size_t width, const Style& style);

}  // namespace sf::cli
