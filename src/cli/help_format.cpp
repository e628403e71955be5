#include "cli/help_format.hpp"

#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace sf::cli {
namespace {

constexpr std::size_t kWidth = 100;

struct Line {
    std::string left;
    std::string right;
};

// Words of `text` in lines of at most `width`, all but the first indented.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
    std::string out;
    std::size_t used = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::size_t length = end - at;
        if (used > 0 && used + 1 + length > width) {
            out += "\n" + std::string(indent, ' ');
            used = 0;
        } else if (used > 0) {
            out += ' ';
            ++used;
        }
        out.append(text, at, length);
        used += length;
        at = end + 1;
    }
    return out;
}

std::string two_columns(const std::vector<Line>& lines, std::size_t left_width) {
    std::string out;
    for (const Line& line : lines) {
        out += "  " + line.left;
        const std::size_t indent = left_width + 4;
        if (line.left.size() > left_width) out += "\n" + std::string(indent, ' ');
        else out += std::string(indent - 2 - line.left.size(), ' ');
        out += wrapped(line.right, indent, kWidth - indent) + "\n";
    }
    return out;
}

std::string left_of(const CLI::Option& option) {
    std::string names;
    for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
    for (const std::string& name : option.get_lnames()) names += (names.empty() ? "    --" : ", --") + name;
    if (names.empty()) names = option.get_name();
    // Behind a colon stand the words that a validator allows; the description has them.
    if (option.get_type_size() != 0 && !option.get_positional()) {
        const std::string type = option.get_type_name();
        names += " " + type.substr(0, type.find(':'));
    }
    return names;
}

std::string right_of(const CLI::Option& option) {
    std::string text = option.get_description();
    if (!option.get_default_str().empty() && text.find("(default") == std::string::npos)
        text += " (default: " + option.get_default_str() + ")";
    return text;
}

std::string usage(const CLI::App& app, const std::string& full) {
    std::string line = "Usage: " + full;
    const auto below = app.get_subcommands({});
    const auto options =
        app.get_options([](const CLI::Option* o) { return o->nonpositional() && o->get_name() != "--help"; });
    if (!options.empty()) line += " [OPTIONS]";
    for (const CLI::Option* option : app.get_options([](const CLI::Option* o) { return o->get_positional(); })) {
        std::string name = option->get_name();
        if (option->get_items_expected_max() > 1) name += "...";
        line += option->get_required() ? " " + name : " [" + name + "]";
    }
    if (!below.empty()) line += " COMMAND";
    return line + "\n";
}

}  // namespace

std::string HelpFormat::make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const {
    std::string full = app->get_name();
    for (const CLI::App* parent = app->get_parent(); parent != nullptr; parent = parent->get_parent())
        full = parent->get_name() + " " + full;
    std::string out = app->get_description() + "\n\n" + usage(*app, full);

    std::size_t left_width = 12;
    std::vector<std::pair<std::string, std::vector<Line>>> sections;
    const auto section = [&](const std::string& title) -> std::vector<Line>& {
        for (auto& [name, lines] : sections) {
            if (name == title) return lines;
        }
        return sections.emplace_back(title, std::vector<Line>{}).second;
    };
    for (const CLI::App* below : app->get_subcommands({})) {
        // The first line of a description; --help of the command shows the rest.
        const std::string all = below->get_description();
        // Commands below a command have inherited its heading.
        section(app->get_parent() == nullptr ? below->get_group() : "Commands")
            .push_back({below->get_name(), all.substr(0, all.find('\n'))});
    }
    for (const CLI::Option* option : app->get_options([](const CLI::Option* o) { return o->get_positional(); })) {
        section("Arguments").push_back({left_of(*option), right_of(*option)});
    }
    for (const CLI::Option* option :
         app->get_options([](const CLI::Option* o) { return o->nonpositional() && !o->get_group().empty(); })) {
        section(option->get_group()).push_back({left_of(*option), right_of(*option)});
    }
    for (const auto& [title, lines] : sections) {
        for (const Line& line : lines) left_width = std::max(left_width, std::min<std::size_t>(line.left.size(), 30));
    }
    for (const auto& [title, lines] : sections) out += "\n" + title + ":\n" + two_columns(lines, left_width);
    if (!app->get_footer().empty()) out += "\n" + app->get_footer() + "\n";
    if (app->get_parent() != nullptr) {
        out += "\nAlso: --url, --token, --data-dir, --json, --quiet, --no-color (streamflow --help explains them).\n";
    }
    return out;
}

}  // namespace sf::cli
