// What the planner must know of the aggregates that exist. The engine has them; sql only asks.
#pragma once

#include "base/result.hpp"
#include "sql/type.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

/// One way to call an aggregate, chosen by the types of the arguments.
struct AggregateSignature {
    std::string function;         // What the engine knows it by: "count", "count_distinct", ...
    std::vector<Type> arguments;  // What the arguments are to be cast to; as many as are evaluated for every event.
    std::size_t constants = 0;    // Arguments behind those that must be constant numbers: the fraction of a quantile.
    Type result = Type::bigint;
};

class AggregateCatalog {
public:
    virtual ~AggregateCatalog() = default;

    /// Whether the name is an aggregate's at all.
    [[nodiscard]] virtual bool has(std::string_view name) const = 0;

    /// `arguments` are the types as written, without those of constants' values being known; none for count(*).
    /// `invalid_input` with a message for people ("sum does not take text") and a hint where there is one; the planner
    /// adds the position.
    [[nodiscard]] virtual Result<AggregateSignature> resolve(std::string_view name, std::span<const Type> arguments,
                                                             bool distinct) const = 0;
};

}  // namespace sf::sql
