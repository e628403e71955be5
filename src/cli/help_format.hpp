// How --help looks: usage first, commands under headings, options in two columns that fit 100 characters.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace sf::cli {

inline constexpr const char* kGlobalOptions = "Options of all commands";

class HelpFormat final : public CLI::FormatterBase {
public:
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace sf::cli
