// The CREATE MATERIALIZED VIEW statement that a processing rule stands for, and which member each part of it came from,
// so that what the planner refuses is told at that member.
#pragma once

#include "base/result.hpp"
#include "services/analytics/processing_rule.hpp"

#include <expected>
#include <string>
#include <vector>

namespace sf::analytics {

struct RuleStatement {
    struct Part {
        std::string pointer;  // Of the member: "/aggregations/0/filter".
        std::size_t begin = 0, end = 0;
    };
    std::string sql;
    std::vector<Part> parts;

    /// What the planner has said of `sql`, at the member that it is about; "" where that is not known.
    [[nodiscard]] http::FieldError located(const Error& error) const;
};

/// Every text of the rule is checked to be what its place wants before it is put there, so none can change what stands
/// around it. What the names mean is the planner's matter.
[[nodiscard]] std::expected<RuleStatement, std::vector<http::FieldError>> statement_of(const ProcessingRule& rule);

}  // namespace sf::analytics
