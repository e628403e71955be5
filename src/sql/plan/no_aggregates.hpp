// For expressions where no aggregate may stand.
#pragma once

#include "sql/aggregate_catalog.hpp"

namespace sf::sql {

class NoAggregates final : public AggregateCatalog {
public:
    [[nodiscard]] bool has(std::string_view) const override { return false; }
    [[nodiscard]] std::vector<std::string_view> names() const override { return {}; }
    [[nodiscard]] Result<AggregateSignature> resolve(const AggregateUse&) const override {
        return fail(ErrorCode::invalid_input, "there are no aggregates here");
    }
};

}  // namespace sf::sql
