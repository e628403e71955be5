// Text in aligned columns.
#pragma once

#include "cli/terminal.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sf::cli {

class Table {
public:
    enum class Align { left, right };

    struct Column {
        std::string title;
        Align align = Align::left;
    };

    struct Cell {
        std::string text;
        enum class Tone { plain, dim, good, bad, warning } tone = Tone::plain;
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// As many cells as columns.
    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

    struct Look {
        Style style{false};
        bool rule = false;                 // A line below the titles.
        std::optional<std::size_t> width;  // The widest columns are cut to fit into so many; nothing: never cut.
    };

    /// One line a row. Control characters are written out. `cut` tells whether a cell was shortened.
    [[nodiscard]] std::string text(const Look& look, bool* cut = nullptr) const;

private:
    [[nodiscard]] std::vector<std::size_t> widths(const Look& look,
                                                  const std::vector<std::vector<std::string>>& shown) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace sf::cli
