#include "unit/sql/refusal.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace sf::sql {
namespace {

// What stands at "line L, column C".
std::string text_at(const std::string& sql, const std::string& detail) {
    int line = 0;
    int column = 0;
    if (std::sscanf(detail.c_str(), "line %d, column %d", &line, &column) != 2) return "no place";
    std::size_t at = 0;
    for (int i = 1; i < line; ++i) at = sql.find('\n', at) + 1;
    return sql.substr(at + static_cast<std::size_t>(column) - 1);
}

}  // namespace

void expect_refusal(const std::string& sql, const Error& error, const Refused& expected) {
    EXPECT_EQ(error.code, ErrorCode::invalid_input) << sql;
    EXPECT_NE(error.message.find(expected.message), std::string::npos) << sql << "\n" << error.text();
    EXPECT_NE(error.hint.find(expected.hint), std::string::npos) << sql << "\n" << error.text();
    if (expected.place.empty()) return;
    const std::string place = text_at(sql, error.detail);
    EXPECT_TRUE(place.starts_with(expected.place)) << sql << "\nplace: " << place << "\n" << error.text();
}

}  // namespace sf::sql
