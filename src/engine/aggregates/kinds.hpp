// The aggregates that exist: each function gives the ways to call one, and makes its states. Used by
// aggregate_registry.cpp alone.
#pragma once

#include "engine/aggregate.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace sf::engine {

/// What f(DISTINCT x) is.
enum class Distinct : std::uint8_t {
    refused,
    ignored,      // The same as f(x): min, bool_or.
    over_values,  // f of a set of values: any aggregate of one argument whose result is no text (distinct_states.hpp).
    itself,       // The kind is f(DISTINCT x); f(x) is another one.
};

/// Where ORDER BY may stand.
enum class OrderBy : std::uint8_t {
    refused,
    in_brackets,   // f(x ORDER BY y)
    within_group,  // f(...) WITHIN GROUP (ORDER BY x), and not without.
};

/// An aggregate as the registry lists it.
struct AggregateKind {
    std::string_view name;  // As SQL calls it.
    Distinct distinct = Distinct::refused;
    OrderBy order_by = OrderBy::refused;

    /// The way to call it with arguments of these types. Nothing: it does not take them.
    std::function<std::optional<sql::AggregateSignature>(const sql::AggregateUse&)> signature;

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
[[nodiscard]] AggregateKind approx_top_k_kind();

// Several functions of one state.
using AggregateKinds = std::vector<AggregateKind>;
[[nodiscard]] AggregateKinds variance_kinds();
[[nodiscard]] AggregateKinds boolean_kinds();
[[nodiscard]] AggregateKinds bit_kinds();
[[nodiscard]] AggregateKinds regression_kinds();
[[nodiscard]] AggregateKinds first_last_kinds();
[[nodiscard]] AggregateKinds percentile_kinds();
[[nodiscard]] AggregateKinds string_agg_kinds();
[[nodiscard]] AggregateKinds array_agg_kinds();

/// What a json_scalar is in a numeric place; every other type stays.
[[nodiscard]] constexpr sql::Type as_number(sql::Type type) {
    return type == sql::Type::json_scalar ? sql::Type::double_precision : type;
}

}  // namespace sf::engine
