// What a replay has done, for people and for programs.
#pragma once

#include "cli/replay_run.hpp"
#include "cli/terminal.hpp"

#include <string>
#include <vector>

namespace sf::cli {

struct ReplayReport {
    std::size_t files = 0;
    bool bytes_known = true;
    bool interrupted = false;
    bool flushed = false;
    struct Late {
        std::string view;
        std::uint64_t events = 0;
    };
    std::vector<Late> late;  // Views for which events of it came too late, after the flush.
    Duration elapsed{};
    std::string rejects;  // The file they were written to; may be empty.
    ReplayTally tally;
};

[[nodiscard]] std::string replay_text(const ReplayReport& report, const Style& style);
[[nodiscard]] std::string replay_json(const ReplayReport& report);

}  // namespace sf::cli
