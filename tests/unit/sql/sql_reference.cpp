// sql_reference: writes docs/functions.md to standard output.
#include "engine/aggregate.hpp"
#include "sql/reference.hpp"

#include <iostream>

int main() {
    std::cout << sf::sql::functions_page(sf::engine::aggregate_catalog());
    return std::cout.good() ? 0 : 1;
}
