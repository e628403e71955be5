#include "services/dashboard/row_json.hpp"

#include "models/json_strict.hpp"

#include <fmt/format.h>

#include <iterator>

namespace sf::dashboard {
namespace {

void append_time(std::string& out, const std::optional<Timestamp>& time) {
    if (time) out += '"' + format_rfc3339(*time) + '"';
    else out += "null";
}

}  // namespace

void append_row(std::string& out, const models::MetricPoint& point) {
    out += R"({"keys":)";
    out += point.keys;
    out += R"(,"window_start":)";
    append_time(out, point.window_start);
    if (point.deleted) {
        out += R"(,"deleted":true)";
    } else {
        out += R"(,"window_end":)";
        append_time(out, point.window_end);
        out += R"(,"values":)";
        out += point.values;
        out += point.final ? R"(,"final":true)" : R"(,"final":false)";
    }
    fmt::format_to(std::back_inserter(out), R"(,"epoch":{},"version":{}}})", point.epoch, point.version);
}

void each_member(std::string_view object, const std::function<void(std::string name, std::string_view raw)>& take) {
    const std::string padded = std::string(object) + std::string(models::JsonIndex::kPadding, ' ');
    const std::string_view text = std::string_view(padded).substr(0, object.size());
    models::JsonIndex index;
    models::JsonError error;
    if (!index.build(text, error)) return;
    models::StrictJson json;
    json.start(text, index);
    if (json.peek() != '{') return;
    json.take();
    std::vector<models::JsonComplaint> complaints;
    while (json.peek() == '"') {
        std::string_view key;
        std::string_view value;
        if (!json.raw_string(key) || !json.expect(':', "") || !json.skip_value(value, 1, complaints)) return;
        std::string name;
        models::unescape(name, key);
        take(std::move(name), value);
        if (json.peek() != ',') return;
        json.take();
    }
}

std::string value_text(std::string_view raw) {
    if (!raw.starts_with('"')) return std::string(raw);
    std::string text;
    models::unescape(text, raw.substr(1, raw.size() - 2));
    return text;
}

}  // namespace sf::dashboard
