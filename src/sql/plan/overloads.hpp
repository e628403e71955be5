// Which of the functions of one name a call means, by the types of its arguments: PostgreSQL's rules (the manual,
// section 10.3, "Functions"), and one of our own for data.field.
#pragma once

#include "sql/functions/function.hpp"
#include "sql/plan/operand.hpp"

#include <span>
#include <string>
#include <vector>

namespace sf::sql {

struct Choice {
    const Function* function = nullptr;  // Null: none fits, or more than one does equally well;
    bool ambiguous = false;              // which this tells apart.
};

/// `candidates` may differ in the number of arguments. A field of data counts as double precision where any candidate
/// takes that, else as text, else as boolean.
[[nodiscard]] Choice choose_overload(std::span<const Function* const> candidates, std::span<const Operand> arguments);

/// "lower(integer, unknown)": for messages.
[[nodiscard]] std::string signature_text(std::string_view name, std::span<const Operand> arguments);

}  // namespace sf::sql
