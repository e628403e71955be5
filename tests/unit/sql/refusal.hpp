// What is refused: message, place and way out. The place is the text that stands at the caret.
#pragma once

#include "base/result.hpp"

#include <string>

namespace sf::sql {

struct Refused {
    std::string sql;
    std::string message;  // Is part of the message,
    std::string place;    // begins at the caret,
    std::string hint;     // is part of the hint. Empty: nothing is looked at.
};

/// That `error`, which `sql` gave, is the one expected. `sql` has no characters of several bytes.
void expect_refusal(const std::string& sql, const Error& error, const Refused& expected);

}  // namespace sf::sql
