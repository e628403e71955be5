#include "services/analytics/processing_rule.hpp"

#include "sql/expression_tree.hpp"

namespace sf::analytics {
namespace {

// The members of a group that is no plain text.
struct GroupObject {
    std::string expression;
    std::optional<std::string> name;
};
BOOST_DESCRIBE_STRUCT(GroupObject, (), (expression, name))

}  // namespace

std::vector<http::FieldError> RuleGroup::read_json(std::string_view raw) {
    if (http::set_value(raw, expression)) return {};
    if (!raw.starts_with('{')) return {{"", "must be a string, or an object with expression and name"}};
    GroupObject object;
    auto errors = http::read_members(raw, http::members_of(object));
    expression = std::move(object.expression);
    name = std::move(object.name);
    return errors;
}

std::string RuleGroup::json_schema() {
    return R"({"oneOf":[{"type":"string"},)" + http::json_schema<GroupObject>() + "]}";
}

std::vector<http::FieldError> RuleParameter::read_json(std::string_view raw) {
    double number = 0;
    std::string text;
    if (http::set_value(raw, text)) sql = sql::quoted_string(text);
    else if (http::set_value(raw, number)) sql = raw;
    else return {{"", "must be a number or a string"}};
    return {};
}

std::string RuleParameter::json_schema() { return R"({"type":["number","string"]})"; }

}  // namespace sf::analytics
