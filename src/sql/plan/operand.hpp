// An expression while its type is being settled. A string literal or NULL has no type of its own: it takes one from its
// place, as in PostgreSQL.
#pragma once

#include "sql/expression_tree.hpp"

#include <string>

namespace sf::sql {

struct Operand {
    ExpressionPtr expression;  // Of type text where `unknown`.
    bool unknown = false;
    int location = -1;

    [[nodiscard]] Type type() const { return expression->type; }
    [[nodiscard]] bool is(Type type) const { return !unknown && expression->type == type; }
    [[nodiscard]] bool is_null() const { return unknown && is_null_literal(*expression); }
    [[nodiscard]] bool is_number_typed() const { return !unknown && is_number(expression->type); }

    /// For messages: "unknown" where the type is open.
    [[nodiscard]] std::string_view type_name() const {
        if (unknown) return "unknown";
        return expression->type == Type::json_scalar ? "a field of data" : to_string(expression->type);
    }
};

}  // namespace sf::sql
