// A processing rule: a view as a form. Where, group by, window and aggregations are members of a JSON object; the
// statement that it stands for is made of them (rule_statement.hpp).
#pragma once

#include "http/json_body.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::analytics {

struct RuleWindow {
    std::string type;  // tumbling, sliding, session or none.
    std::optional<std::string> size, slide, gap, offset;
    std::optional<std::string> time;  // timestamp or received_at.
};
BOOST_DESCRIBE_STRUCT(RuleWindow, (), (type, size, slide, gap, offset, time))

/// "source", or {"expression", "name"}.
struct RuleGroup {
    std::string expression;
    std::optional<std::string> name;

    [[nodiscard]] std::vector<http::FieldError> read_json(std::string_view raw);
    [[nodiscard]] static std::string json_schema();
};

/// A constant argument of an aggregate: a number or a string.
struct RuleParameter {
    std::string sql;  // As a literal.

    [[nodiscard]] std::vector<http::FieldError> read_json(std::string_view raw);
    [[nodiscard]] static std::string json_schema();
};

struct RuleAggregation {
    std::string name;
    std::string function;
    std::optional<std::string> field, expression;  // One of them; of count none means all events.
    std::optional<std::string> filter;
    std::optional<bool> distinct;
    std::optional<std::vector<RuleParameter>> parameters;
};
BOOST_DESCRIBE_STRUCT(RuleAggregation, (), (name, function, field, expression, filter, distinct, parameters))

struct ProcessingRule {
    std::string name;  // Of its view, too.
    std::optional<std::string> description;
    std::optional<std::string> where;
    std::optional<std::vector<RuleGroup>> group_by;
    RuleWindow window;
    std::vector<RuleAggregation> aggregations;
    std::optional<std::string> having;
    std::optional<std::string> emit, lateness, out_of_orderness;
    std::optional<std::string> state_max, ttl;
    std::optional<std::int64_t> keys_max;
    std::optional<bool> enabled;  // False: it is kept, and its view does not run.
};
BOOST_DESCRIBE_STRUCT(ProcessingRule, (),
                      (name, description, where, group_by, window, aggregations, having, emit, lateness,
                       out_of_orderness, state_max, ttl, keys_max, enabled))

}  // namespace sf::analytics
