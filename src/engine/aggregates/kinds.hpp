// The aggregates that exist: each function gives the ways to call one, and makes its states. Used by
// aggregate_registry.cpp alone.
#pragma once

#include "engine/aggregate.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace sf::engine {

/// An aggregate as the registry lists it.
struct AggregateKind {
    std::string_view name;  // As SQL calls it.
    bool distinct = false;  // f(DISTINCT x).

    /// The way to call it with arguments of these types (as written; constants included). Nothing: it does not take
    /// them.
    std::function<std::optional<sql::AggregateSignature>(std::span<const sql::Type>)> signature;

    /// States of a call with such a signature.
    std::function<std::unique_ptr<AggregateStates>(const sql::AggregateCall&)> make;

    std::string_view takes;  // For people: "sum takes a number".
};

[[nodiscard]] AggregateKind count_kind();
[[nodiscard]] AggregateKind count_distinct_kind();
[[nodiscard]] AggregateKind sum_kind();
[[nodiscard]] AggregateKind avg_kind();
[[nodiscard]] AggregateKind min_kind();
[[nodiscard]] AggregateKind max_kind();
[[nodiscard]] AggregateKind approx_count_distinct_kind();
[[nodiscard]] AggregateKind approx_quantile_kind();

/// What a json_scalar is in a numeric place; every other type stays.
[[nodiscard]] constexpr sql::Type as_number(sql::Type type) {
    return type == sql::Type::json_scalar ? sql::Type::double_precision : type;
}

}  // namespace sf::engine
