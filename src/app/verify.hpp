// Checks what a data directory holds while no process uses it.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sf::app {

struct VerifyFinding {
    std::string place;
    std::string problem;
    std::string remedy;  // What a repair does, or did.
    bool repaired = false;
    bool harmless = false;  // The next start mends it by itself.
};

struct VerifyReport {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::uint64_t records = 0;
    std::vector<VerifyFinding> findings;
};

/// `not_found` if there is no data directory, `conflict` while a process uses it.
[[nodiscard]] Result<VerifyReport> verify_data(const std::filesystem::path& data, bool repair);

}  // namespace sf::app
