// What the command line needs of the rest of the program, handed in by main(): so that it can be tested without
// starting anything.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sf::cli {

/// Settings that a command line gives, on top of the environment and files.
struct ConfigRequest {
    std::map<std::string, std::string> overrides;  // "DATA_DIR" -> "/var/lib/streamflow"
    std::optional<std::filesystem::path> file;     // --config
};

struct StartRequest {
    std::string service = "all";
    ConfigRequest config;
    bool quiet = false;
};

/// One setting as `config show` prints it: secrets masked already.
struct ShownSetting {
    std::string name;
    std::string value;
    std::string origin;  // "default", "environment", ".env:3", ...
    std::string meaning;
};

struct VerifyRequest {
    std::filesystem::path data;
    bool repair = false;
};

struct VerifyFinding {
    std::string place;  // "events/0 at 123456"
    std::string problem;
    std::string remedy;  // What --repair does, or did.
    bool repaired = false;
    bool harmless = false;  // The torn end after a crash: what a start mends by itself.
};

struct VerifyReport {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::uint64_t records = 0;
    std::vector<VerifyFinding> findings;
};

struct Hooks {
    std::string version = "0.0.0";
    std::function<Result<>(const StartRequest&)> start;  // Returns when the server has been told to end.
    std::function<Result<std::vector<ShownSetting>>(const ConfigRequest&)> settings;
    std::function<Result<VerifyReport>(const VerifyRequest&)> verify;  // Empty: this build has none.
};

}  // namespace sf::cli
