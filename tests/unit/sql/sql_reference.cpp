// sql_reference: writes docs/functions.md to standard output.
#include "sql/reference.hpp"

#include <iostream>

int main() {
    std::cout << sf::sql::functions_page();
    return std::cout.good() ? 0 : 1;
}
