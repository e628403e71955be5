#include "sql/functions/catalog.hpp"

#include <algorithm>
#include <array>

namespace sf::sql {
namespace {

using Tables = std::array<std::span<const Function>, 7>;

const Tables& operator_tables() {
    static const Tables tables = {comparison_operators(), arithmetic_operators(), text_operators(), pattern_operators(),
                                  time_operators(),       json_operators(),       array_operators()};
    return tables;
}

const std::array<std::span<const Function>, 6>& function_tables() {
    static const std::array<std::span<const Function>, 6> tables = {math_functions(),  text_functions(),
                                                                    time_functions(),  json_functions(),
                                                                    array_functions(), array_text_functions()};
    return tables;
}

}  // namespace

std::vector<const Function*> functions_named(std::string_view name) {
    std::vector<const Function*> found;
    for (const auto table : function_tables()) {
        for (const Function& function : table) {
            if (function.name == name) found.push_back(&function);
        }
    }
    return found;
}

std::vector<const Function*> operators_named(std::string_view symbol, std::size_t operands) {
    std::vector<const Function*> found;
    for (const auto table : operator_tables()) {
        for (const Function& function : table) {
            if (function.name == symbol && function.arity == operands) found.push_back(&function);
        }
    }
    return found;
}

std::vector<std::string_view> function_names() {
    std::vector<std::string_view> names = {kConcat.name};
    for (const auto table : function_tables()) {
        for (const Function& function : table) names.push_back(function.name);
    }
    return names;
}

const Function* cast_function(Type from, Type to) {
    for (const auto table : {number_casts(), text_casts(), json_casts(), array_casts()}) {
        for (const Function& function : table) {
            if (function.arguments[0] == from && function.result == to) return &function;
        }
    }
    return nullptr;
}

}  // namespace sf::sql
