// What a function or operator of SQL is: how it is called, what it takes and gives, how it is written, and the kernel
// that runs it over columns. Each file of this folder has a table of its own; catalog.hpp finds them by name.
#pragma once

#include "base/result.hpp"
#include "sql/evaluate/call.hpp"
#include "sql/expression_tree.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace sf::sql {

inline constexpr std::size_t kArgumentsMax = 7;

struct Function {
    enum class Style : std::uint8_t {
        call,     // name(a, b)
        infix,    // (a name b)
        prefix,   // (name a)
        postfix,  // (a name)
        cast,     // a::type of the result
        field,    // data.name, from the path of its argument
    };
    enum class Nulls : std::uint8_t {
        strict,  // NULL, without the kernel being asked, where an argument is NULL; failed where one has failed.
        own,     // The kernel decides on both.
    };

    std::string_view name;
    std::array<Type, kArgumentsMax> arguments{};
    std::uint8_t arity = 0;  // 0: any number, of types that the binder sees to.
    Type result = Type::bigint;
    Kernel kernel = nullptr;
    Style style = Style::call;
    Nulls nulls = Nulls::strict;

    /// Looks at the arguments once, when the call is planned: compiles patterns, refuses what never works ("invalid
    /// regular expression"). Null: nothing to prepare.
    Result<std::shared_ptr<const Prepared>> (*prepare)(std::span<const ExpressionPtr> arguments) = nullptr;

    [[nodiscard]] std::span<const Type> argument_types() const { return {arguments.data(), arity}; }
};

}  // namespace sf::sql
