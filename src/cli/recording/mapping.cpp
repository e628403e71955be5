#include "cli/recording/mapping.hpp"

#include "base/file.hpp"
#include "base/json_text.hpp"
#include "base/nearest_name.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>
#include <span>

namespace sf::recording {
namespace {

using Names = std::initializer_list<std::string_view>;

// Reads one mapping file; every complaint carries the place.
class Reader {
public:
    explicit Reader(std::string name) : name_(std::move(name)) {}

    [[nodiscard]] Result<Mapping> read(const YAML::Node& root);

private:
    [[nodiscard]] std::unexpected<Error> wrong(const YAML::Node& node, const std::string& what,
                                               std::string hint = {}) const {
        std::string place = name_;
        if (node.Mark().line >= 0) place += ":" + std::to_string(node.Mark().line + 1);
        return fail(ErrorCode::invalid_input, what, "in mapping file " + place, std::move(hint));
    }
    [[nodiscard]] Result<> check_names(const YAML::Node& node, const std::string& where, Names known) const;
    [[nodiscard]] Result<std::string> text(const YAML::Node& node, const std::string& where) const;
    [[nodiscard]] Result<std::vector<std::string>> texts(const YAML::Node& node, const std::string& where) const;
    [[nodiscard]] Result<FieldRule> field(const YAML::Node& node, const std::string& where) const;
    [[nodiscard]] Result<FieldRule> text_field(const YAML::Node& node, const std::string& where) const;
    [[nodiscard]] Result<TimeRule> time(const YAML::Node& node, const TimeZone& zone) const;
    [[nodiscard]] Result<> read_table(const YAML::Node& root, Mapping& mapping) const;
    [[nodiscard]] Result<> read_event(const YAML::Node& event, const TimeZone& zone, Mapping& mapping) const;
    [[nodiscard]] Result<> read_data(const YAML::Node& data, Mapping& mapping) const;

    std::string name_;
};

// A plain scalar (no quotes) that reads as a number, boolean or null is one; everything else is a string.
std::string json_of_scalar(const YAML::Node& node) {
    std::string out;
    const std::string& text = node.Scalar();
    if (node.IsNull()) return "null";
    if (node.Tag() != "!") {
        std::uint64_t mended = 0;
        if (text == "true" || text == "false" || text == "null") return text;
        if (append_value(out, text, ValueType::number, mended)) return out;
    }
    append_json_string(out, text);
    return out;
}

Result<> Reader::check_names(const YAML::Node& node, const std::string& where, Names known) const {
    if (!node.IsMap()) return wrong(node, where + " must be a list of names and values");
    std::set<std::string> seen;
    for (const auto& member : node) {
        const std::string& name = member.first.Scalar();
        if (!seen.insert(name).second) return wrong(member.first, where + " has \"" + name + "\" twice");
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        std::string all;
        for (const std::string_view candidate : known) all += (all.empty() ? "" : ", ") + std::string(candidate);
        const auto nearest = nearest_name(name, known);
        return wrong(member.first, where + " has no \"" + name + "\"",
                     nearest ? "did you mean \"" + std::string(*nearest) + "\"?" : "it may have: " + all);
    }
    return {};
}

Result<std::string> Reader::text(const YAML::Node& node, const std::string& where) const {
    if (!node.IsScalar()) return wrong(node, where + " must be a text");
    return node.Scalar();
}

Result<std::vector<std::string>> Reader::texts(const YAML::Node& node, const std::string& where) const {
    std::vector<std::string> result;
    if (!node) return result;
    if (!node.IsSequence()) return wrong(node, where + " must be a list, such as [a, b]");
    for (const auto& item : node) {
        SF_ASSIGN(std::string one, text(item, "an item of " + where));
        result.push_back(std::move(one));
    }
    return result;
}

Result<FieldRule> Reader::field(const YAML::Node& node, const std::string& where) const {
    FieldRule rule;
    if (node.IsScalar() || node.IsNull()) {
        rule.constant_json = json_of_scalar(node);
        return rule;
    }
    SF_TRY(check_names(node, where, {"column", "as", "empty"}));
    if (!node["column"]) return wrong(node, where + " names no column", "write { column: NAME }, or a constant");
    SF_ASSIGN(rule.column, text(node["column"], "\"column\" of " + where));
    if (const auto as = node["as"]) {
        SF_ASSIGN(const std::string type, text(as, "\"as\" of " + where));
        bool known = false;
        for (const ValueType candidate :
             {ValueType::string, ValueType::integer, ValueType::number, ValueType::boolean}) {
            if (type != to_string(candidate)) continue;
            rule.type = candidate;
            known = true;
        }
        if (!known) {
            return wrong(as, where + ": \"" + type + "\" is not a type of value",
                         "use string, integer, number or boolean");
        }
    }
    if (const auto empty = node["empty"]) {
        if (!empty.IsScalar() && !empty.IsNull())
            return wrong(empty, "\"empty\" of " + where + " must be absent, null or a value");
        rule.when_empty.absent = empty.IsScalar() && empty.Scalar() == "absent";
        if (!rule.when_empty.absent) rule.when_empty.json = json_of_scalar(empty);
    }
    return rule;
}

// The event's own members and its tags are strings, whatever they look like.
Result<FieldRule> Reader::text_field(const YAML::Node& node, const std::string& where) const {
    SF_ASSIGN(FieldRule rule, field(node, where));
    if (rule.column.empty()) {
        rule.constant_json = json_string(node.Scalar());
        return rule;
    }
    if (rule.type == ValueType::number || rule.type == ValueType::boolean)
        return wrong(node, where + " is a string", "use as: integer to drop a \".0\"");
    if (!rule.when_empty.absent) {
        if (!node["empty"].IsScalar())
            return wrong(node["empty"], "\"empty\" of " + where + " must be absent or a text");
        rule.when_empty.json = json_string(node["empty"].Scalar());
    }
    return rule;
}

Result<TimeRule> Reader::time(const YAML::Node& node, const TimeZone& zone) const {
    TimeRule rule;
    SF_TRY(check_names(node, "event.timestamp", {"column", "format", "time_zone"}));
    if (!node["column"]) return wrong(node, "event.timestamp names no column");
    SF_ASSIGN(rule.column, text(node["column"], "\"column\" of event.timestamp"));
    std::string format = "rfc3339";
    if (node["format"]) {
        SF_ASSIGN(format, text(node["format"], "\"format\" of event.timestamp"));
    }
    TimeZone own = zone;
    if (const auto named = node["time_zone"]) {
        auto found = TimeZone::find(named.Scalar());
        if (!found) return wrong(named, found.error().message, found.error().hint);
        own = std::move(*found);
    }
    auto compiled = TimeFormat::compile(format, std::move(own));
    if (!compiled) return wrong(node["format"], compiled.error().message, compiled.error().hint);
    rule.format = std::move(*compiled);
    return rule;
}

Result<> Reader::read_table(const YAML::Node& root, Mapping& mapping) const {
    if (const auto format = root["format"]) {
        if (format.Scalar() != "csv" && format.Scalar() != "tsv") {
            return wrong(format, "format \"" + format.Scalar() + "\" needs no mapping", "a mapping is for csv and tsv");
        }
        mapping.format = format.Scalar() == "csv" ? TableFormat::csv : TableFormat::tsv;
    }
    if (const auto delimiter = root["delimiter"]) {
        const std::string& text = delimiter.IsScalar() ? delimiter.Scalar() : name_;
        if (text.size() != 1 || text == "\"" || text == "\n")
            return wrong(delimiter, "delimiter must be one character, such as \";\"");
        mapping.delimiter = text[0];
    }
    if (const auto quotes = root["quotes"]) {
        if (!quotes.IsScalar() || (quotes.Scalar() != "true" && quotes.Scalar() != "false")) {
            return wrong(quotes, "quotes must be true or false");
        }
        mapping.quotes = quotes.Scalar() == "true";
    }
    SF_ASSIGN(mapping.columns, texts(root["columns"], "columns"));
    SF_ASSIGN(mapping.empty_texts, texts(root["empty_texts"], "empty_texts"));
    return {};
}

Result<> Reader::read_event(const YAML::Node& event, const TimeZone& zone, Mapping& mapping) const {
    SF_TRY(check_names(event, "event",
                       {"type", "source", "timestamp", "user_id", "correlation_id", "severity", "tags", "data"}));
    const auto named = {std::pair{"type", &mapping.type},
                        {"source", &mapping.source},
                        {"user_id", &mapping.user_id},
                        {"correlation_id", &mapping.correlation_id},
                        {"severity", &mapping.severity}};
    for (const auto& [name, target] : named) {
        const auto node = event[name];
        if (!node) continue;
        SF_ASSIGN(*target, text_field(node, std::string("event.") + name));
    }
    if (const auto node = event["timestamp"]) {
        SF_ASSIGN(mapping.timestamp, time(node, zone));
    }
    if (const auto tags = event["tags"]) {
        if (!tags.IsSequence()) return wrong(tags, "event.tags must be a list");
        for (const auto& tag : tags) {
            SF_ASSIGN(FieldRule rule, text_field(tag, "a tag"));
            mapping.tags.push_back(std::move(rule));
        }
    }
    return event["data"] ? read_data(event["data"], mapping) : Result<>{};
}

Result<> Reader::read_data(const YAML::Node& data, Mapping& mapping) const {
    if (!data.IsMap()) return wrong(data, "event.data must be a list of names and values");
    std::set<std::string> seen;
    for (const auto& member : data) {
        const std::string& name = member.first.Scalar();
        if (!seen.insert(name).second) return wrong(member.first, "event.data has \"" + name + "\" twice");
        SF_ASSIGN(FieldRule rule, field(member.second, "event.data." + name));
        mapping.data.push_back({name, std::move(rule)});
    }
    return {};
}

Result<Mapping> Reader::read(const YAML::Node& root) {
    Mapping mapping;
    SF_TRY(check_names(root, "the mapping",
                       {"format", "delimiter", "quotes", "columns", "empty_texts", "time_zone", "event"}));
    if (!root["event"]) return wrong(root, "the mapping has no \"event\"", "docs/import.md shows a complete one");
    SF_TRY(read_table(root, mapping));
    TimeZone zone;
    if (const auto named = root["time_zone"]) {
        auto found = TimeZone::find(named.IsScalar() ? named.Scalar() : "");
        if (!found) return wrong(named, found.error().message, found.error().hint);
        zone = std::move(*found);
    }
    SF_TRY(read_event(root["event"], zone, mapping));
    if (!mapping.type)
        return wrong(root["event"], "the mapping gives events no type",
                     "add type: to event, for example type: web.click");
    return mapping;
}

}  // namespace

Result<Mapping> parse_mapping(const std::string& yaml, const std::string& name) {
    try {
        return Reader(name).read(YAML::Load(yaml));
    } catch (const YAML::Exception& problem) {
        return fail(ErrorCode::invalid_input, "the mapping file is no valid YAML: " + problem.msg,
                    "in mapping file " + name + ":" + std::to_string(problem.mark.line + 1));
    }
}

Result<Mapping> read_mapping(const std::filesystem::path& file) {
    auto text = read_file(file);
    if (!text) return fail(std::move(text.error()).during("reading the mapping"));
    return parse_mapping(*text, file.string());
}

Mapping mapping_of_columns(const std::vector<std::string>& columns) {
    Mapping mapping;
    const auto rule = [](const std::string& column) { return FieldRule{.column = column}; };
    for (const std::string& column : columns) {
        if (column == "type") mapping.type = rule(column);
        else if (column == "source") mapping.source = rule(column);
        else if (column == "user_id") mapping.user_id = rule(column);
        else if (column == "correlation_id") mapping.correlation_id = rule(column);
        else if (column == "severity") mapping.severity = rule(column);
        else if (column == "timestamp") mapping.timestamp = TimeRule{column, TimeFormat{}};
        else mapping.data.push_back({column, rule(column)});
    }
    return mapping;
}

}  // namespace sf::recording
