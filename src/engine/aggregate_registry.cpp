#include "base/assert.hpp"
#include "engine/aggregates/kinds.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace sf::engine {
namespace {

const auto& kinds() {
    static const std::array all = {
        count_kind(),
        count_distinct_kind(),
        sum_kind(),
        avg_kind(),
        min_kind(),
        max_kind(),
        approx_count_distinct_kind(),
        approx_quantile_kind(),
    };
    return all;
}

std::string function_name(const AggregateKind& kind) {
    return std::string(kind.name) + (kind.distinct ? "_distinct" : "");
}

class Registry final : public sql::AggregateCatalog {
public:
    [[nodiscard]] bool has(std::string_view name) const override {
        return std::ranges::any_of(kinds(), [&](const AggregateKind& kind) { return kind.name == name; });
    }

    [[nodiscard]] Result<sql::AggregateSignature> resolve(std::string_view name, std::span<const sql::Type> arguments,
                                                          bool distinct) const override {
        std::string takes;
        for (const AggregateKind& kind : kinds()) {
            if (kind.name != name || kind.distinct != distinct) continue;
            if (auto signature = kind.signature(arguments)) {
                signature->function = function_name(kind);
                return std::move(*signature);
            }
            takes = kind.takes;
        }
        if (takes.empty()) {
            return fail(ErrorCode::invalid_input, std::string(name) + "(DISTINCT ...) is not supported", "",
                        "count(DISTINCT x) is");
        }
        std::string given;
        for (const sql::Type type : arguments) given += (given.empty() ? "" : ", ") + std::string(sql::to_string(type));
        return fail(ErrorCode::invalid_input, std::string(name) + " does not take (" + given + ")", "", takes);
    }
};

}  // namespace

std::unique_ptr<AggregateStates> make_states(const sql::AggregateCall& call) {
    for (const AggregateKind& kind : kinds()) {
        if (function_name(kind) == call.signature.function) return kind.make(call);
    }
    SF_ASSERT(!"an aggregate that the registry gave is in the registry");
    return nullptr;
}

const sql::AggregateCatalog& aggregate_catalog() {
    static const Registry registry;
    return registry;
}

}  // namespace sf::engine
