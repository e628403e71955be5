#include "sql/plan/dotted_name.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           (c & 0x80) != 0;
}

// The names of a dotted reference as they are written at `at`, with their quotes; stops at anything unusual, such as a
// comment.
std::vector<std::string_view> written_names(std::string_view sql, std::size_t at) {
    std::vector<std::string_view> names;
    const auto skip_spaces = [&] {
        while (at < sql.size() && is_space(sql[at])) ++at;
    };
    while (at < sql.size()) {
        const std::size_t begin = at;
        if (sql[at] == '"') {
            for (++at; at < sql.size() && (sql[at] != '"' || (at + 1 < sql.size() && sql[at + 1] == '"')); ++at) {
                if (sql[at] == '"') ++at;
            }
            ++at;
        } else {
            while (at < sql.size() && is_name_character(sql[at])) ++at;
        }
        if (at == begin) break;
        names.push_back(sql.substr(begin, std::min(at, sql.size()) - begin));
        skip_spaces();
        if (at >= sql.size() || sql[at] != '.') break;
        ++at;
        skip_spaces();
    }
    return names;
}

bool has_unquoted_capital(std::string_view written) {
    return !written.starts_with('"') && std::ranges::any_of(written, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

Result<> check_capitals(const Builder& builder, int location, std::size_t names) {
    if (location < 0) return {};
    const auto written = written_names(builder.sql(), static_cast<std::size_t>(location));
    for (std::size_t i = written.size(); i-- > 1 && written.size() - i < names;) {
        if (!has_unquoted_capital(written[i])) continue;
        std::string quoted(written[0]);
        for (std::size_t k = 1; k < written.size(); ++k)
            quoted += written[k].starts_with('"') || !has_unquoted_capital(written[k])
                          ? fmt::format(".{}", written[k])
                          : fmt::format(".\"{}\"", written[k]);
        return fail(builder.error(location + static_cast<int>(written[i].data() - written[0].data()),
                                  "names without quotes are read in lower case", fmt::format("write {}", quoted)));
    }
    return {};
}

ExpressionPtr make_plain_field(std::vector<std::string> path, int location) {
    ExpressionPtr field = make_json_field(std::move(path), location);
    return make_call(kScalarOfField, Type::json_scalar, {std::move(field)}, nullptr, location);
}

}  // namespace sf::sql
