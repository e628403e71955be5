#include "cli/table.hpp"

#include <algorithm>
#include <numeric>

namespace sf::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kWidthMin = 8;  // Columns are not cut below this.

std::string toned(const Style& style, const std::string& text, Table::Cell::Tone tone) {
    using Tone = Table::Cell::Tone;
    switch (tone) {
        case Tone::plain: return text;
        case Tone::dim: return style.dim(text);
        case Tone::good: return style.green(text);
        case Tone::bad: return style.red(text);
        case Tone::warning: return style.yellow(text);
    }
    return text;
}

void append_padded(std::string& line, const std::string& plain, const std::string& styled, Table::Align align,
                   std::size_t width, bool last) {
    const std::size_t used = display_width(plain);
    const std::string padding(used < width ? width - used : 0, ' ');
    if (align == Table::Align::right) line += padding + styled;
    else line += last ? styled : styled + padding;
    if (!last) line += std::string(kGap, ' ');
}

}  // namespace

std::vector<std::size_t> Table::widths(const Look& look, const std::vector<std::vector<std::string>>& shown) const {
    std::vector<std::size_t> result;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        std::size_t width = display_width(columns_[c].title);
        for (const auto& row : shown) width = std::max(width, display_width(row[c]));
        result.push_back(width);
    }
    if (!look.width || columns_.empty()) return result;
    const std::size_t gaps = kGap * (columns_.size() - 1);
    // The widest column gives way first, down to the next widest, and so on.
    while (std::accumulate(result.begin(), result.end(), gaps) > *look.width) {
        const auto widest = std::max_element(result.begin(), result.end());
        if (*widest <= kWidthMin) break;
        --*widest;
    }
    return result;
}

std::string Table::text(const Look& look, bool* cut) const {
    std::vector<std::vector<std::string>> shown;
    shown.reserve(rows_.size());
    for (const auto& row : rows_) {
        auto& line = shown.emplace_back();
        for (const Cell& cell : row) line.push_back(visible(cell.text));
    }
    const std::vector<std::size_t> width = widths(look, shown);
    std::string out;
    std::string line;
    const auto finish = [&] {
        while (!line.empty() && line.back() == ' ') line.pop_back();
        out += line + '\n';
        line.clear();
    };
    for (std::size_t c = 0; c < columns_.size(); ++c) {
        const std::string title = shortened(visible(columns_[c].title), width[c]);
        append_padded(line, title, look.style.bold(title), columns_[c].align, width[c], c + 1 == columns_.size());
    }
    finish();
    if (look.rule) {
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            line +=
                look.style.dim(std::string(width[c], '-')) + (c + 1 == columns_.size() ? "" : std::string(kGap, ' '));
        }
        finish();
    }
    for (std::size_t r = 0; r < shown.size(); ++r) {
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            std::string cell = shown[r][c];
            if (display_width(cell) > width[c]) {
                cell = shortened(cell, width[c]);
                if (cut != nullptr) *cut = true;
            }
            append_padded(line, cell, toned(look.style, cell, rows_[r][c].tone), columns_[c].align, width[c],
                          c + 1 == columns_.size());
        }
        finish();
    }
    return out;
}

}  // namespace sf::cli
