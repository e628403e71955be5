#include "http/json_body.hpp"

#include "base/json_text.hpp"
#include "models/json_strict.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace sf::http {

namespace {
constexpr std::size_t kErrorsMax = 20;  // Nobody reads more, and looking for repeated keys gets slow.
}

std::vector<FieldError> read_members(std::string_view padded_json, std::vector<JsonMember> members) {
    models::JsonIndex index;
    models::JsonError error;
    const auto no_json = [&](const models::JsonError& what) {
        return std::vector<FieldError>{{"", what.message + " (byte " + std::to_string(what.position) + ")"}};
    };
    if (!index.build(padded_json, error)) return no_json(error);
    models::StrictJson json;
    json.start(padded_json, index);
    if (json.peek() != '{') return {{"", "expected a JSON object"}};
    json.take();
    std::vector<FieldError> errors;
    std::vector<models::JsonComplaint> complaints;
    std::vector<std::string> seen;
    while (json.peek() == '"') {
        std::string_view raw_key;
        std::string_view raw;
        complaints.clear();
        if (!json.raw_string(raw_key) || !json.expect(':', "expected a colon after a key") ||
            !json.skip_value(raw, 1, complaints)) {
            return no_json(json.error());
        }
        std::string key;
        if (models::check_escapes(raw_key) == nullptr) models::unescape(key, raw_key);
        const std::string pointer = models::pointer_token(key);
        for (const models::JsonComplaint& complaint : complaints)
            errors.push_back({pointer + complaint.pointer, complaint.detail});
        const auto member = std::ranges::find(members, key, &JsonMember::name);
        if (std::ranges::find(seen, key) != seen.end()) errors.push_back({pointer, "this key stands twice"});
        else if (member == members.end()) errors.push_back({pointer, "there is no such member"});
        else if (complaints.empty() && !member->set(raw))
            errors.push_back({pointer, "must be of type " + member->type});
        else if (complaints.empty() && member->read) {
            for (FieldError& inside : member->read(raw))
                errors.push_back({pointer + inside.pointer, std::move(inside.detail)});
        }
        if (errors.size() >= kErrorsMax) return errors;
        seen.push_back(std::move(key));
        if (json.peek() != ',') break;
        json.take();
        if (json.peek() != '"') return {{"", "expected a key after a comma"}};
    }
    if (!json.expect('}', "expected a comma or } in an object")) return no_json(json.error());
    if (!json.at_end()) return {{"", "something follows the JSON text"}};
    for (const JsonMember& member : members) {
        if (member.required && std::ranges::find(seen, member.name) == seen.end())
            errors.push_back({'/' + member.name, "is required"});
    }
    return errors;
}

std::vector<std::string_view> items_of(std::string_view raw) {
    models::JsonIndex index;
    models::JsonError error;
    std::vector<std::string_view> items;
    if (!index.build(raw, error)) return items;
    models::StrictJson json;
    json.start(raw, index);
    if (json.peek() != '[') return items;
    do {
        json.take();
        std::string_view item;
        std::vector<models::JsonComplaint> complaints;  // Had already by what read the whole text.
        if (json.peek() == ']' || !json.skip_value(item, 1, complaints)) break;
        items.push_back(item);
    } while (json.peek() == ',');
    return items;
}

std::string object_schema(const std::vector<JsonMember>& members) {
    std::string properties;
    std::string required;
    for (const JsonMember& member : members) {
        if (!properties.empty()) properties += ',';
        properties += json_string(member.name) + ':';
        if (!member.schema.empty()) {
            properties += member.required ? member.schema : R"({"anyOf":[)" + member.schema + R"(,{"type":"null"}]})";
        } else {
            properties +=
                R"({"type":)" +
                (member.required ? json_string(member.type) : "[" + json_string(member.type) + R"(,"null"])") + '}';
        }
        if (member.required) required += (required.empty() ? "" : ",") + json_string(member.name);
    }
    return R"({"type":"object","additionalProperties":false,"properties":{)" + properties + R"(},"required":[)" +
           required + "]}";
}

bool set_value(std::string_view raw, std::string& value) {
    if (raw.size() < 2 || raw.front() != '"') return false;
    value.clear();
    models::unescape(value, raw.substr(1, raw.size() - 2));
    return true;
}

bool set_value(std::string_view raw, std::int64_t& value) {
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    return error == std::errc{} && end == raw.data() + raw.size();
}

bool set_value(std::string_view raw, double& value) {
    if (raw.empty() || (raw.front() != '-' && (raw.front() < '0' || raw.front() > '9'))) return false;
    value = std::strtod(std::string(raw).c_str(), nullptr);
    return true;
}

bool set_value(std::string_view raw, bool& value) {
    value = raw == "true";
    return raw == "true" || raw == "false";
}

}  // namespace sf::http
