#include "base/assert.hpp"
#include "engine/aggregates/distinct_states.hpp"
#include "engine/aggregates/kinds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace sf::engine {
namespace {

AggregateKinds all_kinds() {
    AggregateKinds all = {
        count_kind(),
        count_distinct_kind(),
        sum_kind(),
        avg_kind(),
        min_kind(),
        max_kind(),
        approx_count_distinct_kind(),
        approx_quantile_kind(),
        approx_top_k_kind(),
    };
    for (AggregateKinds more : {
             variance_kinds(),
             boolean_kinds(),
             bit_kinds(),
             regression_kinds(),
             first_last_kinds(),
             percentile_kinds(),
             string_agg_kinds(),
             array_agg_kinds(),
         })
        std::ranges::move(more, std::back_inserter(all));
    return all;
}

const AggregateKinds& kinds() {
    static const AggregateKinds all = all_kinds();
    return all;
}

constexpr std::string_view kDistinctSuffix = "_distinct";

// Whether the kind is what a call with or without DISTINCT means.
bool serves(const AggregateKind& kind, bool distinct) {
    if (!distinct) return kind.distinct != Distinct::itself;
    return kind.distinct != Distinct::refused;
}

// What the engine knows the call by.
std::string function_of(const AggregateKind& kind, bool distinct) {
    const bool own = kind.distinct == Distinct::itself || (distinct && kind.distinct == Distinct::over_values);
    return std::string(kind.name) + std::string(own ? kDistinctSuffix : "");
}

std::string types_text(std::span<const sql::Type> types) {
    std::string text;
    for (const sql::Type type : types) text += (text.empty() ? "" : ", ") + std::string(sql::to_string(type));
    return text;
}

class Registry final : public sql::AggregateCatalog {
public:
    [[nodiscard]] bool has(std::string_view name) const override {
        return std::ranges::any_of(kinds(), [&](const AggregateKind& kind) { return kind.name == name; });
    }

    [[nodiscard]] std::vector<std::string_view> names() const override {
        std::vector<std::string_view> names;
        for (const AggregateKind& kind : kinds()) names.push_back(kind.name);
        return names;
    }

    [[nodiscard]] Result<sql::AggregateSignature> resolve(const sql::AggregateUse& use) const override {
        const AggregateKind* closest = nullptr;
        for (const AggregateKind& kind : kinds()) {
            if (kind.name != use.name || !serves(kind, use.distinct)) continue;
            closest = &kind;
            if (!allows_order(kind, use)) continue;
            auto signature = kind.signature(use);
            if (!signature) continue;
            signature->function = function_of(kind, use.distinct);
            return std::move(*signature);
        }
        if (closest == nullptr)
            return fail(ErrorCode::invalid_input, fmt::format("{}(DISTINCT ...) is not supported", use.name), "",
                        "count(DISTINCT x), sum(DISTINCT x) and the like are");
        if (!allows_order(*closest, use)) return order_refused(*closest, use);
        return fail(ErrorCode::invalid_input,
                    fmt::format("{} does not take ({})", use.name,
                                types_text(closest->order_by == OrderBy::within_group ? use.order : use.arguments)),
                    "", std::string(closest->takes));
    }

private:
    static bool allows_order(const AggregateKind& kind, const sql::AggregateUse& use) {
        if (kind.order_by == OrderBy::within_group) return use.within_group;
        return !use.within_group && (use.order.empty() || kind.order_by == OrderBy::in_brackets);
    }

    static std::unexpected<Error> order_refused(const AggregateKind& kind, const sql::AggregateUse& use) {
        std::string message = fmt::format("{} takes no ORDER BY", use.name);
        std::string hint = fmt::format("the order makes no difference to {}", use.name);
        if (kind.order_by == OrderBy::within_group) {
            message = fmt::format("{} needs WITHIN GROUP (ORDER BY ...)", use.name);
            hint = kind.takes;
        } else if (use.within_group) {
            message = fmt::format("{} takes no WITHIN GROUP", use.name);
            hint = kind.takes;
        }
        return fail(ErrorCode::invalid_input, std::move(message), "", std::move(hint));
    }
};

}  // namespace

std::unique_ptr<AggregateStates> make_states(const sql::AggregateCall& call) {
    for (const AggregateKind& kind : kinds()) {
        if (function_of(kind, false) == call.signature.function) return kind.make(call);
        if (kind.distinct == Distinct::over_values && function_of(kind, true) == call.signature.function)
            return std::make_unique<DistinctStates>(call.signature.arguments[0], kind.make(call));
    }
    SF_ASSERT(!"an aggregate that the registry gave is in the registry");
    return nullptr;
}

const sql::AggregateCatalog& aggregate_catalog() {
    static const Registry registry;
    return registry;
}

}  // namespace sf::engine
