// Aggregates for the planner's tests: enough of each kind to see what the planner asks for and does with the answer.
#pragma once

#include "sql/aggregate_catalog.hpp"

#include <algorithm>
#include <array>

namespace sf::sql {

/// count, sum, avg, min, max, bool_or, and approx_quantile(x, fraction).
class TestAggregates final : public AggregateCatalog {
public:
    [[nodiscard]] bool has(std::string_view name) const override {
        constexpr std::array<std::string_view, 7> kNames = {"count",          "sum", "avg", "min", "max", "bool_or",
                                                            "approx_quantile"};
        return std::ranges::find(kNames, name) != kNames.end();
    }

    [[nodiscard]] Result<AggregateSignature> resolve(std::string_view name, std::span<const Type> arguments,
                                                     bool distinct) const override {
        const std::string function = std::string(name) + (distinct ? "_distinct" : "");
        if (name == "count") {
            if (arguments.size() > 1) return fail(ErrorCode::invalid_input, "count takes one argument");
            return AggregateSignature{function, {arguments.begin(), arguments.end()}, 0, Type::bigint};
        }
        if (arguments.empty()) return fail(ErrorCode::invalid_input, std::string(name) + " needs an argument");
        const Type read = arguments[0] == Type::json_scalar ? Type::double_precision : arguments[0];
        if (name == "min" || name == "max") return AggregateSignature{function, {read}, 0, read};
        if (name == "bool_or") return AggregateSignature{function, {Type::boolean}, 0, Type::boolean};
        if (!is_number(read))
            return fail(ErrorCode::invalid_input, std::string(name) + " does not take " + std::string(to_string(read)),
                        {}, "cast it");
        if (name == "approx_quantile")
            return AggregateSignature{function, {Type::double_precision}, 1, Type::double_precision};
        const bool exact = read != Type::double_precision;
        return AggregateSignature{function, {exact ? Type::numeric : read}, 0, exact ? Type::numeric : read};
    }
};

}  // namespace sf::sql
