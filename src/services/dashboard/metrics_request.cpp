#include "services/dashboard/metrics_request.hpp"

#include "base/json_text.hpp"
#include "services/dashboard/row_json.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace sf::dashboard {
namespace {

constexpr std::size_t kLimitMax = 20'000;
constexpr std::size_t kRowsThinnedMax = 200'000;  // Rows that are read to find the last of each step.

bool has_key(const database::ViewTable& table, std::string_view name) {
    return std::ranges::any_of(table.columns, [&](const database::ViewTable::Column& column) {
        return column.source == database::ViewTable::Source::key && column.name == name;
    });
}

std::int64_t step_of(Timestamp time, Duration step) {
    const std::int64_t micros = to_micros(time);
    const std::int64_t size = step.count();
    return micros >= 0 ? micros / size : (micros - size + 1) / size;
}

}  // namespace

std::variant<MetricsRequest, std::vector<http::FieldError>> parse_metrics_request(const http::Request& request,
                                                                                  const database::ViewTable& table) {
    MetricsRequest wanted;
    std::vector<http::FieldError> errors;
    for (const auto& [name, value] : request.query_parameters) {
        const auto wrong = [&](std::string detail) { errors.push_back({"/query/" + name, std::move(detail)}); };
        if (name == "from" || name == "to") {
            const auto time = parse_rfc3339(value);
            if (!time) wrong("not an RFC 3339 time, such as 2026-01-31T12:00:00Z");
            (name == "from" ? wanted.filter.from : wanted.filter.to) = time;
        } else if (name == "step") {
            wanted.step = parse_duration(value);
            if (!wanted.step || wanted.step->count() <= 0) wrong("not a duration, such as 30s or 5m");
        } else if (name == "limit") {
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), wanted.limit);
            if (error != std::errc{} || end != value.data() + value.size() || wanted.limit == 0 ||
                wanted.limit > kLimitMax)
                wrong("a number from 1 to " + std::to_string(kLimitMax));
        } else if (name.starts_with("key.")) {
            const std::string key = name.substr(4);
            if (!has_key(table, key)) wrong("the view has no key column of this name");
            else wanted.filter.keys[key] = value;
        } else {
            wrong("there is no such parameter");
        }
    }
    wanted.filter.limit = wanted.step ? kRowsThinnedMax : wanted.limit;
    if (!errors.empty()) return errors;
    return wanted;
}

std::string metrics_json(const database::ViewTable& table, const MetricsRequest& request,
                         const std::vector<models::MetricPoint>& points) {
    std::string out = R"({"view":)" + json_string(table.name) + R"(,"columns":)";
    append_columns(out, table);
    out += R"(,"rows":[)";
    std::unordered_set<std::string> seen;  // Keys and step.
    std::size_t rows = 0;
    for (const models::MetricPoint& point : points) {
        if (rows == request.limit) break;
        if (request.step && point.window_start) {
            // Newest first: the first row of a step is its last.
            std::string place = point.keys + '\n' + std::to_string(step_of(*point.window_start, *request.step));
            if (!seen.insert(std::move(place)).second) continue;
        }
        if (rows++ > 0) out += ',';
        append_row(out, point);
    }
    out += "]}";
    return out;
}

}  // namespace sf::dashboard
