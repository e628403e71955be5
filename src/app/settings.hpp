// Every setting there is: name, default, meaning. `config show`, `config check`, docs/configuration.md and .env.example
// follow this table.
#pragma once

#include <span>
#include <string_view>

namespace sf::app {

enum class SettingKind {
    text,
    path,
    count,     // A whole number.
    bytes,     // "256MiB", or a number.
    duration,  // "2s", "1m"
    url,
    secret,  // Text that is never shown.
    list,    // Separated by commas.
};

/// Of a number, size or duration, written as its value is; empty: none. Beyond it something breaks.
struct SettingRange {
    std::string_view least;
    std::string_view most;
    bool or_zero = false;  // 0 is allowed although `least` is more.
};

struct Setting {
    std::string_view name;
    SettingKind kind;
    std::string_view default_value;
    std::string_view meaning;
    SettingRange range = {};
};

[[nodiscard]] std::span<const Setting> settings();
[[nodiscard]] const Setting* find_setting(std::string_view name);

/// The known name that is nearest to a wrong one; empty if none is near.
[[nodiscard]] std::string_view similar_setting(std::string_view name);

}  // namespace sf::app
