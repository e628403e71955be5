#include "cli/query_result.hpp"

#include <array>

namespace sf::cli {
namespace {

void append_csv(std::string& out, std::string_view text) {
    if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

std::string name_of(const JsonNode& column) { return column.text_of("name").value_or("?"); }

}  // namespace

bool is_numeric_type(std::string_view type) {
    constexpr std::array<std::string_view, 5> kNumeric = {"smallint", "integer", "bigint", "real", "double precision"};
    for (const std::string_view numeric : kNumeric) {
        if (type == numeric) return true;
    }
    return type == "numeric" || (type.starts_with("numeric(") && type.ends_with(')'));
}

std::string result_table(const JsonNode& answer, const Table::Look& look, bool* cut) {
    std::vector<Table::Column> columns;
    for (const JsonNode& column : answer.find("columns")->items) {
        columns.push_back({name_of(column), is_numeric_type(column.text_of("type").value_or("")) ? Table::Align::right
                                                                                                 : Table::Align::left});
    }
    Table table(columns);
    for (const JsonNode& row : answer.find("rows")->items) {
        std::vector<Table::Cell> cells;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const bool null = c >= row.items.size() || row.items[c].kind == JsonNode::Kind::null;
            if (null) cells.push_back({"NULL", Table::Cell::Tone::dim});
            else cells.push_back({row.items[c].text()});
        }
        table.add(std::move(cells));
    }
    return table.text(look, cut);
}

std::string result_csv(const JsonNode& answer) {
    std::string out;
    for (const JsonNode& column : answer.find("columns")->items) {
        if (!out.empty()) out += ',';
        append_csv(out, name_of(column));
    }
    out += "\r\n";
    for (const JsonNode& row : answer.find("rows")->items) {
        for (std::size_t c = 0; c < row.items.size(); ++c) {
            if (c > 0) out += ',';
            if (row.items[c].kind != JsonNode::Kind::null) append_csv(out, row.items[c].text());
        }
        out += "\r\n";
    }
    return out;
}

}  // namespace sf::cli
