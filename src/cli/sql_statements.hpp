// A file of SQL as its statements. Only what is needed to find the semicolons that end one: quotes and comments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sf::cli {

struct SqlStatement {
    std::string text;      // Without the semicolon and the blanks around it.
    std::size_t line = 1;  // Where it begins in the file, from 1.
};

/// Statements that are nothing but comments are left out.
[[nodiscard]] std::vector<SqlStatement> split_statements(std::string_view file);

}  // namespace sf::cli
