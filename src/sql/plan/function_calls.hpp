// What a statement knows of the functions that were written in SQL, while it is planned.
#pragma once

#include "sql/user_function.hpp"

#include <string_view>
#include <vector>

namespace sf::sql {

struct FunctionCalls {
    const FunctionCatalog& catalog;
    std::size_t left = kFunctionCallsMax;  // How many more calls may become bodies.
    std::vector<std::string_view> open;    // Functions whose bodies are being read, the innermost last.
};

}  // namespace sf::sql
