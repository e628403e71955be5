// What kernels over arrays share: the elements of a row's arguments, and arrays as results.
#pragma once

#include "sql/evaluate/call.hpp"
#include "sql/functions/function.hpp"
#include "sql/values/array.hpp"

#include <string>

namespace sf::sql {

/// Where the value of an argument stands in this row.
[[nodiscard]] inline std::size_t place_of(const Call& call, std::size_t argument, std::size_t row) {
    return call.is_constant(argument) ? 0 : row;
}

[[nodiscard]] inline bool has_value(const Call& call, std::size_t argument, std::size_t row) {
    return call.read_valid(argument)[row] != 0;
}

/// For functions with NULLs of their own.
[[nodiscard]] inline bool any_failed(const Call& call, std::size_t row) {
    for (std::size_t i = 0; i < call.size(); ++i) {
        if (call.read_failed(i)[row] != 0) return true;
    }
    return false;
}

/// The value of an argument as an element of an array, its bytes in `room` or its own; nothing for NULL.
[[nodiscard]] inline Element element_of(const Call& call, std::size_t argument, std::size_t row, ElementBytes& room) {
    if (!has_value(call, argument, row)) return std::nullopt;
    const Column& column = call.argument(argument);
    return with_value_type(column.type, [&](auto sample) -> Element {
        return bytes_of_element(array_of<decltype(sample)>(column)[place_of(call, argument, row)], room);
    });
}

/// Runs `make(row, array)` for every row, which appends the elements of the result, and says whether there is one: NULL
/// otherwise. A row that has failed, or whose array is too long, fails.
template <class Make>
void make_arrays(Call& call, Make make) {
    const std::span<std::string_view> out = call.write<std::string_view>();
    const bool strict = call.expression().function->nulls == Function::Nulls::strict;
    std::string array;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (strict ? !call.is_valid(row) : any_failed(call, row)) {
            if (!strict) call.fail(row);
            continue;
        }
        array.clear();
        if (!make(row, array)) call.set_null(row);
        else if (!call.copy(array, out[row])) call.fail(row);
    }
}

/// The same function for arrays of each type: `make(element)` gives the one for it.
template <class Make>
[[nodiscard]] constexpr auto for_each_element_type(Make make) {
    std::array<Function, kElementTypes.size()> functions{};
    for (std::size_t i = 0; i < functions.size(); ++i) functions[i] = make(kElementTypes[i]);
    return functions;
}

}  // namespace sf::sql
