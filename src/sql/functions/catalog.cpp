#include "sql/functions/catalog.hpp"

#include <algorithm>
#include <array>

namespace sf::sql {
namespace {

using Tables = std::vector<std::span<const Function>>;

const Tables& operator_tables() {
    static const Tables tables = {comparison_operators(), arithmetic_operators(), text_operators(),
                                  pattern_operators(),    time_operators(),       json_operators(),
                                  jsonb_operators(),      array_operators(),      bit_operators(),
                                  absolute_operators(),   root_operators()};
    return tables;
}

const Tables& function_tables() {
    static const Tables tables = {math_functions(),  trigonometric_functions(), whole_functions(),
                                  text_functions(),  text_making_functions(),   piece_functions(),
                                  time_functions(),  json_functions(),          jsonb_functions(),
                                  array_functions(), array_text_functions()};
    return tables;
}

// Those that take any number of arguments.
constexpr std::array kVariadic = {&kConcat, &kConcatWs, &kFormat, &kJsonBuildArray, &kJsonBuildObject};

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
    std::vector<std::string_view> names = {kPi.name, "jsonb_extract_path", "jsonb_extract_path_text"};
    for (const Function* function : kVariadic) names.push_back(function->name);
    for (const auto table : function_tables()) {
        for (const Function& function : table) names.push_back(function.name);
    }
    return names;
}

const Function* variadic_function(std::string_view name) {
    const auto* const found =
        std::ranges::find(kVariadic, name, [](const Function* function) { return function->name; });
    return found == kVariadic.end() ? nullptr : *found;
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
