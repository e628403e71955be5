// A new version of a view beside it, over HTTP.
#include "services/analytics/analytics_service.hpp"

#include "http/json_body.hpp"
#include "http/problem.hpp"
#include "services/analytics/view_json.hpp"

#include <charconv>

namespace sf::analytics {
namespace {

constexpr std::size_t kSamples = 10;  // Of each kind of difference, if nothing is said.
constexpr std::size_t kSamplesMax = 1'000;

struct ShadowBody {
    std::string sql;
    std::optional<bool> backfill;
};
BOOST_DESCRIBE_STRUCT(ShadowBody, (), (sql, backfill))

}  // namespace

Result<http::Response> AnalyticsService::shadow(const http::Request& request) {
    ShadowBody body;
    if (auto refusal = http::parse_body(request.body.view(), body)) return std::move(*refusal);
    SF_ASSIGN(const ViewStatus made, engine_.shadow(request.path_parameter("name"), {.sql = body.sql},
                                                    body.backfill.value_or(false), stop_.get_token()));
    return http::Response{.status = 201, .body = view_json(made)};
}

Result<http::Response> AnalyticsService::drop_shadow(const http::Request& request) {
    SF_TRY(engine_.drop_shadow(request.path_parameter("name")));
    return http::Response{.status = 204};
}

Result<http::Response> AnalyticsService::diff(const http::Request& request) {
    std::size_t samples = kSamples;
    for (const auto& [name, value] : request.query_parameters) {
        const char* const end = value.data() + value.size();
        const auto [at, error] = std::from_chars(value.data(), end, samples);
        if (name != "samples" || error != std::errc{} || at != end || samples > kSamplesMax) {
            return http::problem(422, "the query does not fit",
                                 "samples is known, a number up to " + std::to_string(kSamplesMax));
        }
    }
    const std::string_view name = request.path_parameter("name");
    SF_ASSIGN(const ViewDiff diff, engine_.diff(name, samples));
    return http::Response{.body = diff_json(name, diff)};
}

Result<http::Response> AnalyticsService::promote(const http::Request& request) {
    SF_ASSIGN(const ViewStatus status, engine_.promote(request.path_parameter("name")));
    return http::Response{.body = view_json(status)};
}

void AnalyticsService::add_shadow_routes(http::RouteTable& routes) {
    using enum http::Method;
    const std::string any = R"({"type":"object"})";
    const auto add = [&](http::Method method, const char* pattern, const char* summary, http::Role role,
                         Work work) -> http::Route& {
        http::Route& route = add_route(routes, method, pattern, summary, role, std::move(work));
        route.answers.push_back({404, "There is no such view, or it has no shadow", ""});
        return route;
    };
    http::Route& made = add(post, "/api/v1/views/{name}/shadow", "Run a new version of a view beside it",
                            http::Role::editor, [this](const http::Request& r) { return shadow(r); });
    made.bodies = {
        {"application/json", http::json_schema<ShadowBody>(),
         R"json({"sql":"CREATE MATERIALIZED VIEW clicks AS SELECT source, window_start, count(*) AS clicks FROM TUMBLE(events, timestamp, INTERVAL '1 minute') WHERE type IN ('web.click', 'app.click') GROUP BY source, window_start","backfill":true})json"}};
    made.answers = {{201, "The view NAME@next, which runs", any}, {404, "There is no such view", ""}};
    made.description =
        "The view NAME@next has rows like any other. A shadow that is there already is replaced. With `backfill` it is "
        "computed from all stored events first, and the answer comes when that is done.";
    add(del, "/api/v1/views/{name}/shadow", "Drop the new version and its rows", http::Role::editor,
        [this](const http::Request& r) { return drop_shadow(r); })
        .answers = {{204, "It is gone", ""}, {404, "There is none", ""}};
    http::Route& compared = add(get, "/api/v1/views/{name}/diff", "What the new version has otherwise",
                                http::Role::viewer, [this](const http::Request& r) { return diff(r); });
    compared.query_parameters = {
        {"samples", "Rows shown of each kind of difference; 10 if not said", false, R"({"type":"integer"})"}};
    compared.description =
        "Over the windows that are final in both versions and that both have seen from their beginning.";
    add(post, "/api/v1/views/{name}/promote", "Put the new version in place of the view", http::Role::editor,
        [this](const http::Request& r) { return promote(r); })
        .description =
        "Readers find the old or the new row of each identity all the time; what the new version does not "
        "have goes.";
}

}  // namespace sf::analytics
