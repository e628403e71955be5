// Aggregates for the planner's tests: enough of each kind to see what the planner asks for and does with the answer.
#pragma once

#include "sql/aggregate_catalog.hpp"

#include <algorithm>
#include <array>

namespace sf::sql {

/// count, sum, avg, min, max, bool_or, approx_quantile(x, fraction), last(x), string_agg(x, delimiter [ORDER BY ...])
/// and percentile_disc(fraction) WITHIN GROUP (ORDER BY x).
class TestAggregates final : public AggregateCatalog {
public:
    [[nodiscard]] bool has(std::string_view name) const override {
        return std::ranges::find(kNames, name) != kNames.end();
    }

    [[nodiscard]] std::vector<std::string_view> names() const override { return {kNames.begin(), kNames.end()}; }

    [[nodiscard]] Result<AggregateSignature> resolve(const AggregateUse& use) const override {
        AggregateSignature signature;
        signature.function = std::string(use.name) + (use.distinct ? "_distinct" : "");
        if (use.name == "percentile_disc") {
            if (!use.within_group) return fail(ErrorCode::invalid_input, "percentile_disc needs WITHIN GROUP");
            signature.constants = {kFraction};
            signature.order = {read(use.order[0])};
            signature.result = signature.order[0];
            return signature;
        }
        if (use.name == "count") {
            if (use.arguments.size() > 1) return fail(ErrorCode::invalid_input, "count takes one argument");
            signature.arguments = {use.arguments.begin(), use.arguments.end()};
            return signature;
        }
        if (use.arguments.empty()) return fail(ErrorCode::invalid_input, std::string(use.name) + " needs an argument");
        signature.arguments = {read(use.arguments[0])};
        signature.result = signature.arguments[0];
        if (use.name == "string_agg") {
            signature.arguments = {Type::text};
            signature.result = Type::text;
            signature.constants = {{.name = "delimiter", .kind = ConstantRule::Kind::text}};
            signature.order = {use.order.begin(), use.order.end()};
            signature.row_order = use.order.empty() ? RowOrder::needed : RowOrder::breaks_ties;
            return signature;
        }
        if (!use.order.empty()) return fail(ErrorCode::invalid_input, std::string(use.name) + " takes no ORDER BY");
        if (use.name == "last") signature.row_order = RowOrder::needed;
        if (use.name == "last" || use.name == "min" || use.name == "max") return signature;
        if (use.name == "bool_or") {
            signature.arguments = {Type::boolean};
            signature.result = Type::boolean;
            return signature;
        }
        if (!is_number(signature.arguments[0]))
            return fail(ErrorCode::invalid_input,
                        std::string(use.name) + " does not take " + std::string(to_string(signature.arguments[0])), {},
                        "cast it");
        const bool exact = use.name != "approx_quantile" && signature.arguments[0] != Type::double_precision;
        if (use.name == "approx_quantile") signature.constants = {kFraction};
        signature.arguments = {exact ? Type::numeric : Type::double_precision};
        signature.result = signature.arguments[0];
        return signature;
    }

private:
    static constexpr std::array<std::string_view, 10> kNames = {
        "count", "sum", "avg", "min", "max", "bool_or", "approx_quantile", "last", "string_agg", "percentile_disc"};
    static constexpr ConstantRule kFraction = {.name = "fraction", .greatest = 1};

    static Type read(Type type) { return type == Type::json_scalar ? Type::double_precision : type; }
};

}  // namespace sf::sql
