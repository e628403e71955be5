#include "services/analytics/view_store.hpp"

#include "base/json_text.hpp"
#include "http/json_body.hpp"
#include "services/analytics/offset_text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace sf::analytics {
namespace {

constexpr std::string_view kViews = "views";
constexpr std::string_view kFacts = "analytics";

// A document of collection `views`.
struct ViewDocument {
    std::string name;
    std::string sql;
    std::string identity;
    std::string starts;  // "0:17 1:4": the first offset of each partition.
    std::int64_t closed_until = 0;
    std::string created_at;
    bool built_in = false;
    std::optional<std::int64_t> whole_after;
    std::optional<std::string> rule;
    std::optional<bool> enabled;
    std::optional<std::vector<std::string>> functions;
};
BOOST_DESCRIBE_STRUCT(ViewDocument, (),
                      (name, sql, identity, starts, closed_until, created_at, built_in, whole_after, rule, enabled,
                       functions))

Result<ViewRecord> parse(const database::Document& document) {
    std::string padded = document.json;
    padded.append(http::Body::kPadding, ' ');
    ViewDocument view;
    const auto errors =
        http::read_members(std::string_view(padded).substr(0, document.json.size()), http::members_of(view));
    if (!errors.empty()) {
        return fail(ErrorCode::corrupt, "the document of view \"" + document.key + "\" can't be read",
                    errors.front().pointer + ": " + errors.front().detail);
    }
    return ViewRecord{view.name,
                      view.sql,
                      view.identity,
                      read_offsets(view.starts),
                      view.closed_until,
                      view.whole_after.value_or(engine::kTimeMin),
                      parse_rfc3339(view.created_at).value_or(Timestamp{}),
                      view.built_in,
                      view.rule.value_or(""),
                      view.enabled.value_or(true),
                      view.functions.value_or(std::vector<std::string>())};
}

}  // namespace

Result<std::vector<ViewRecord>> ViewStore::load() {
    std::vector<ViewRecord> records;
    std::string after;
    do {
        SF_ASSIGN(database::DocumentPage page, documents_.list(kViews, after, 500));
        for (const database::Document& document : page.documents) {
            SF_ASSIGN(ViewRecord record, parse(document));
            records.push_back(std::move(record));
        }
        after = page.next;
    } while (!after.empty());
    return records;
}

Result<std::optional<ViewRecord>> ViewStore::find(std::string_view name) {
    SF_ASSIGN(const auto json, documents_.get(kViews, name));
    if (!json) return std::nullopt;
    return parse({std::string(name), *json});
}

Result<> ViewStore::put(const ViewRecord& record) {
    std::string json =
        fmt::format(R"({{"name":{},"sql":{},"identity":{},"starts":{},"closed_until":{},"created_at":{},"built_in":{})",
                    json_string(record.name), json_string(record.sql), json_string(record.identity),
                    json_string(offsets_text(record.starts)), record.closed_until,
                    json_string(format_rfc3339(record.created_at)), record.built_in);
    if (record.whole_after > engine::kTimeMin) json += fmt::format(R"(,"whole_after":{})", record.whole_after);
    if (!record.rule.empty()) json += R"(,"rule":)" + json_string(record.rule);
    if (!record.enabled) json += R"(,"enabled":false)";
    std::string functions;
    for (const std::string& statement : record.functions)
        functions += (functions.empty() ? "" : ",") + json_string(statement);
    if (!functions.empty()) json += R"(,"functions":[)" + functions + ']';
    const database::Document document{record.name, json + '}'};
    return documents_.put(kViews, std::span(&document, 1), {});
}

Result<> ViewStore::remove(std::string_view name) {
    const std::string key(name);
    return documents_.remove(kViews, std::span(&key, 1));
}

Result<std::optional<std::string>> ViewStore::fact(std::string_view name) { return documents_.get(kFacts, name); }

Result<std::optional<std::uint64_t>> ViewStore::number_fact(std::string_view name) {
    SF_ASSIGN(const auto text, fact(name));
    if (!text) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error == std::errc{} && end == text->data() + text->size()) return number;
    return fail(ErrorCode::corrupt, "a stored fact about views can't be read", std::string(name) + " is " + *text);
}

Result<bool> ViewStore::is_lost(std::string_view view) {
    SF_ASSIGN(const auto text, fact("lost " + std::string(view)));
    return text == "true";
}

Result<> ViewStore::set_lost(std::string_view view, bool lost) {
    return set_fact("lost " + std::string(view), lost ? "true" : "false");
}

Result<> ViewStore::set_fact(std::string_view name, std::string json) {
    const database::Document document{std::string(name), std::move(json)};
    return documents_.put(kFacts, std::span(&document, 1), {});
}

}  // namespace sf::analytics
