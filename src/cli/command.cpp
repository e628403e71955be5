#include "cli/command.hpp"

#include "cli/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::cli {

CLI::App* SimpleCommand::add(CLI::App& program, const std::string& name, const std::string& help,
                             const std::string& group) {
    app_ = program.add_subcommand(name, help);
    app_->group(group);
    return app_;
}

CLI::Validator one_of(std::vector<std::string> words) {
    return CLI::Validator(
        [words](std::string& word) -> std::string {
            if (std::ranges::find(words, word) != words.end()) return "";
            const auto near = nearest(word, words);
            return fmt::format("\"{}\" is not one of: {}{}", word, fmt::join(words, ", "),
                               near ? fmt::format(" (did you mean {}?)", *near) : "");
        },
        fmt::format("{}", fmt::join(words, "|")));
}

Result<Duration> duration_option(const std::string& text, const std::string& option) {
    if (const auto duration = parse_duration(text)) return *duration;
    if (const auto seconds = parse_duration(text + "s")) return *seconds;
    return fail(ErrorCode::invalid_input, fmt::format("{}: \"{}\" is not a duration", option, text), "",
                "write it like 30s, 5m, 1h or 90d");
}

}  // namespace sf::cli
