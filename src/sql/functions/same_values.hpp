// The kernel of everything that changes the type of a column, but not what is kept in it.
#pragma once

#include "sql/evaluate/call.hpp"

namespace sf::sql {

inline void same_values(Call& call) {
    with_value_type(call.argument(0).type, [&](auto sample) {
        using T = decltype(sample);
        array_of<T>(call.result()) = array_of<T>(call.argument(0));
    });
}

}  // namespace sf::sql
