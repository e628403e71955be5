// The array of a column that holds values of one C++ type.
#pragma once

#include "engine/owned_column.hpp"

#include <type_traits>

namespace sf::engine {

template <class Value>
[[nodiscard]] const Value* values_of(const sql::Column& column) {
    if constexpr (std::is_same_v<Value, std::uint8_t>) return column.booleans.data();
    else if constexpr (std::is_same_v<Value, std::int64_t>) return column.integers.data();
    else if constexpr (std::is_same_v<Value, double>) return column.doubles.data();
    else if constexpr (std::is_same_v<Value, sql::Decimal>) return column.decimals.data();
    else if constexpr (std::is_same_v<Value, sql::Interval>) return column.intervals.data();
    else return column.uuids.data();
}

template <class Value>
[[nodiscard]] Value* values_of(OwnedColumn& column) {
    if constexpr (std::is_same_v<Value, std::uint8_t>) return column.booleans.data();
    else if constexpr (std::is_same_v<Value, std::int64_t>) return column.integers.data();
    else if constexpr (std::is_same_v<Value, double>) return column.doubles.data();
    else if constexpr (std::is_same_v<Value, sql::Decimal>) return column.decimals.data();
    else if constexpr (std::is_same_v<Value, sql::Interval>) return column.intervals.data();
    else return column.uuids.data();
}

/// Whether any bytes are such a value: what a checkpoint is asked before it is believed.
template <class Value>
[[nodiscard]] bool is_plausible(const Value& value) {
    if constexpr (std::is_same_v<Value, sql::Decimal>) return value.scale >= 0 && value.scale <= 38;
    else return true;
}

}  // namespace sf::engine
