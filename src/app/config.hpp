// The configuration of a process: command line, environment, .env, a YAML file, defaults, in this order.
#pragma once

#include "app/settings.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::app {

struct ConfigSources {
    std::map<std::string, std::string> overrides;    // From the command line, by setting.
    std::optional<std::filesystem::path> file;       // Given: must exist. Else streamflow.yaml where there is one.
    std::filesystem::path folder = ".";              // Where .env and streamflow.yaml are looked for.
    std::map<std::string, std::string> environment;  // As getenv would give it: see process_environment().
};

[[nodiscard]] std::map<std::string, std::string> process_environment();

/// One setting with its value and where it came from: "default", "environment", ".env:3", "streamflow.yaml:7", "command
/// line".
struct ResolvedSetting {
    const Setting* setting;
    std::string value;
    std::string origin;
};

class Config {
public:
    /// Errors name file and line, and the name that was probably meant.
    [[nodiscard]] static Result<Config> load(const ConfigSources& sources);

    [[nodiscard]] const std::vector<ResolvedSetting>& all() const { return settings_; }

    // For settings of that kind; load() has checked the values.
    [[nodiscard]] const std::string& text(std::string_view name) const;
    [[nodiscard]] std::uint64_t number(std::string_view name) const;  // Counts and bytes. 0 where empty.
    [[nodiscard]] Duration duration(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;

private:
    std::vector<ResolvedSetting> settings_;  // In the order of the table.
};

/// `value` as `config show` prints it: secrets and the passwords in URLs are masked.
[[nodiscard]] std::string shown_value(const ResolvedSetting& setting);

}  // namespace sf::app
