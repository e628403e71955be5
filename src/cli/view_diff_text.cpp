#include "cli/view_diff_text.hpp"

#include "cli/terminal.hpp"

#include <fmt/format.h>

namespace sf::cli {
namespace {

std::string text_of(const JsonNode& node, std::string_view member) {
    const JsonNode* const found = node.find(member);
    return found == nullptr || found->kind == JsonNode::Kind::null ? "-" : std::string(found->text());
}

// "2026-11-26T01:00:00Z  {"source":"shop"}"
std::string place_text(const JsonNode& row) { return text_of(row, "window_start") + "  " + text_of(row, "keys"); }

std::string rows_text(const JsonNode& diff, std::string_view member, std::string_view title) {
    const JsonNode* const part = diff.find(member);
    if (part == nullptr) return "";
    std::string text = fmt::format("{:<20}{}\n", title, counted(part->count_of("rows"), "row"));
    const JsonNode* const samples = part->find("samples");
    for (std::size_t i = 0; samples != nullptr && i < samples->items.size(); ++i) {
        const JsonNode& row = samples->items[i];
        text += fmt::format("  {}  {}\n", place_text(row), text_of(row, "values"));
    }
    return text;
}

std::string different_text(const JsonNode& diff) {
    const JsonNode* const part = diff.find("different");
    if (part == nullptr) return "";
    std::string text = fmt::format("{:<20}{}\n", "different", counted(part->count_of("rows"), "row"));
    const JsonNode* const samples = part->find("samples");
    for (std::size_t i = 0; samples != nullptr && i < samples->items.size(); ++i) {
        const JsonNode* const live = samples->items[i].find("live");
        const JsonNode* const shadow = samples->items[i].find("shadow");
        const JsonNode* const columns = samples->items[i].find("columns");
        if (live == nullptr || shadow == nullptr || columns == nullptr) continue;
        text += "  " + place_text(*live);
        for (const JsonNode& column : columns->items) {
            const auto value = [&](const JsonNode& row) {
                const JsonNode* const values = row.find("values");
                return column.text() == "window_end" || values == nullptr ? text_of(row, column.text())
                                                                          : text_of(*values, column.text());
            };
            text += fmt::format("  {}: {} -> {}", column.text(), value(*live), value(*shadow));
        }
        text += '\n';
    }
    return text;
}

std::string columns_text(const JsonNode& diff, std::string_view member, std::string_view title) {
    const JsonNode* const names = diff.find(member);
    if (names == nullptr || names->items.empty()) return "";
    std::string text;
    for (const JsonNode& name : names->items) text += (text.empty() ? "" : ", ") + name.text();
    return fmt::format("{:<20}{}\n", title, text);
}

}  // namespace

std::string diff_text(const JsonNode& diff) {
    std::string text = fmt::format("{:<20}{}{}\n", "windows compared", diff.count_of("windows"),
                                   text_of(diff, "cut") == "true" ? ", and there are older ones" : "");
    text += fmt::format("{:<20}{}\n", "the same", counted(diff.count_of("same"), "row"));
    text += rows_text(diff, "only_live", "only in the view");
    text += rows_text(diff, "only_shadow", "only in the shadow");
    text += different_text(diff);
    text += columns_text(diff, "columns_only_live", "columns that go");
    text += columns_text(diff, "columns_only_shadow", "columns that come");
    return text;
}

}  // namespace sf::cli
