#include "sql/functions/catalog.hpp"

#include "sql/functions/tables.hpp"

#include <algorithm>
#include <array>

namespace sf::sql {
namespace {

using Tables = std::vector<std::span<const Function>>;

const Tables& operator_tables() {
    static const Tables tables = {
        comparison_operators(), arithmetic_operators(), text_operators(),         pattern_operators(), time_operators(),
        json_operators(),       jsonb_operators(),      jsonb_change_operators(), array_operators(),   bit_operators(),
        absolute_operators(),   root_operators(),       calendar_operators()};
    return tables;
}

const Tables& function_tables() {
    static const Tables tables = {math_functions(),         trigonometric_functions(), whole_functions(),
                                  text_functions(),         text_making_functions(),   piece_functions(),
                                  time_functions(),         json_functions(),          jsonb_functions(),
                                  jsonb_change_functions(), overlap_functions(),       array_functions(),
                                  array_text_functions(),   calendar_functions(),      template_functions()};
    return tables;
}

// Those that take any number of arguments.
constexpr std::array kVariadic = {&kConcat, &kConcatWs, &kFormat, &kJsonBuildArray, &kJsonBuildObject};

template <class Tables>
std::vector<const Function*> all_of(const Tables& tables) {
    std::vector<const Function*> all;
    for (const auto table : tables) {
        for (const Function& function : table) all.push_back(&function);
    }
    return all;
}

}  // namespace

std::vector<const Function*> all_functions() {
    std::vector<const Function*> all = all_of(function_tables());
    all.insert(all.end(), kVariadic.begin(), kVariadic.end());
    all.push_back(&kPi);
    return all;
}

std::vector<const Function*> all_operators() { return all_of(operator_tables()); }

std::vector<const Function*> all_casts() {
    return all_of(Tables{number_casts(), text_casts(), json_casts(), array_casts(), calendar_casts()});
}

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
    std::vector<std::string_view> names = {kPi.name, "jsonb_extract_path", "jsonb_extract_path_text", "encode",
                                           "convert_from"};
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
    for (const auto table : {number_casts(), text_casts(), json_casts(), array_casts(), calendar_casts()}) {
        for (const Function& function : table) {
            if (function.arguments[0] == from && function.result == to) return &function;
        }
    }
    return nullptr;
}

}  // namespace sf::sql
