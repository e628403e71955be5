#include "services/analytics/analytics_service.hpp"

#include "base/json_text.hpp"
#include "base/logging.hpp"
#include "http/json_body.hpp"
#include "http/problem.hpp"
#include "services/analytics/built_in_views.hpp"
#include "services/analytics/view_json.hpp"

#include <charconv>

namespace sf::analytics {
namespace {

struct ViewBody {
    std::string sql;
};
BOOST_DESCRIBE_STRUCT(ViewBody, (), (sql))

struct ValidateBody {
    std::string sql;
    std::optional<std::vector<std::string>> functions;
    std::optional<std::vector<std::string>> views;
};
BOOST_DESCRIBE_STRUCT(ValidateBody, (), (sql, functions, views))

constexpr unsigned kThreads = 2;
constexpr std::size_t kWaitingMax = 64;
constexpr std::size_t kRowsMax = 100'000;
constexpr std::string_view kOffered = "built_in_views";

http::Response json(std::string body, int status = 200) { return {.status = status, .body = std::move(body)}; }

// A response that is an answer already, where Result<Response> would take its error for a plain one.
Result<http::Response> answered(http::Response response) { return response; }

}  // namespace

AnalyticsService::AnalyticsService(AnalyticsOptions options, messaging::Log& log, database::DocumentStore& documents,
                                   database::CheckpointStore& checkpoints, database::EventStore& events,
                                   database::PointStore& points, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      store_(documents),
      engine_(options_.engine, log, documents, checkpoints, events, points, clock),
      pool_(kThreads, kWaitingMax) {}

AnalyticsService::~AnalyticsService() { stop(); }

Result<> AnalyticsService::start() {
    SF_TRY(engine_.start());
    pool_.start();
    return offer_built_in_views();
}

void AnalyticsService::stop() {
    stop_.request_stop();
    pool_.stop();
    engine_.stop();
}

// Each is made once in the life of an installation: a view that somebody dropped stays away.
Result<> AnalyticsService::offer_built_in_views() {
    if (!options_.built_in_views) return {};
    SF_ASSIGN(const auto offered, store_.fact(kOffered));
    std::string names = offered.value_or("");
    bool changed = false;
    for (const BuiltInView& view : built_in_views(options_.conversion_from, options_.conversion_to)) {
        const std::string mark = "|" + std::string(view.name) + "|";
        if (names.find(mark) != std::string::npos) continue;
        names += mark;
        changed = true;
        auto made = engine_.create({.sql = std::string(view.sql), .built_in = true});
        if (!made && made.error().code == ErrorCode::conflict) continue;  // The user's own view of this name stays.
        if (!made) return fail(std::move(made.error()).during("making the built-in view " + std::string(view.name)));
    }
    if (!changed) return {};
    return store_.set_fact(kOffered, names);
}

http::Handler AnalyticsService::on_pool(Work work) {
    return [this, work = std::move(work)](http::Request request, http::Responder respond) {
        // Destroyed without having run, the responder answers by itself.
        const bool taken = pool_.run([work, request = std::move(request), respond = std::move(respond)]() mutable {
            auto response = work(request);
            if (response) respond(std::move(*response));
            else respond(http::problem(response.error()));
        });
        if (!taken) logging::warn("a request about views was refused: too many are waiting");
    };
}

http::Route& AnalyticsService::add_route(http::RouteTable& routes, http::Method method, const char* pattern,
                                         const char* summary, http::Role role, Work work) {
    routes.push_back({.method = method, .pattern = pattern, .service = "analytics", .summary = summary, .role = role});
    routes.back().handler = on_pool(std::move(work));
    routes.back().answers = {{200, "Done", R"({"type":"object"})"}};
    return routes.back();
}

Result<http::Response> AnalyticsService::list(const http::Request&) {
    std::string body = R"({"views":[)";
    for (const ViewStatus& status : engine_.list()) {
        if (body.back() != '[') body += ",\n";
        body += view_json(status);
    }
    return json(body + "]}");
}

Result<http::Response> AnalyticsService::create(const http::Request& request) {
    ViewBody body;
    if (auto refusal = http::parse_body(request.body.view(), body)) return answered(std::move(*refusal));
    if (sql::makes_function(body.sql)) return create_function(body.sql);
    SF_ASSIGN(const auto made, engine_.create({.sql = body.sql}));
    http::Response response = json(view_json(*made), 201);
    response.headers.push_back({"Location", "/api/v1/views/" + made->record.name});
    return response;
}

Result<http::Response> AnalyticsService::validate(const http::Request& request) {
    ValidateBody body;
    if (auto refusal = http::parse_body(request.body.view(), body)) return answered(std::move(*refusal));
    const std::vector<std::string> functions = body.functions.value_or(std::vector<std::string>());
    if (sql::makes_function(body.sql)) {
        SF_ASSIGN(const sql::UserFunctionPtr function, engine_.check_function(body.sql, functions));
        return json(R"({"valid":true,"kind":"function","name":)" + json_string(function->name) + '}');
    }
    SF_ASSIGN(const sql::ViewPlan plan,
              engine_.plan(body.sql, functions, body.views.value_or(std::vector<std::string>())));
    return json(R"({"valid":true,"kind":"view","name":)" + json_string(plan.name) + R"(,"columns":)" +
                columns_json(plan) + '}');
}

Result<http::Response> AnalyticsService::show(const http::Request& request) {
    SF_ASSIGN(const ViewStatus status, engine_.find(request.path_parameter("name")));
    return json(view_json(status));
}

Result<http::Response> AnalyticsService::replace(const http::Request& request) {
    ViewBody body;
    if (auto refusal = http::parse_body(request.body.view(), body)) return answered(std::move(*refusal));
    SF_ASSIGN(const auto status, engine_.replace(request.path_parameter("name"), {.sql = body.sql}));
    return json(view_json(*status));
}

Result<http::Response> AnalyticsService::drop(const http::Request& request) {
    SF_TRY(engine_.drop(request.path_parameter("name")));
    return http::Response{.status = 204};
}

Result<http::Response> AnalyticsService::explain(const http::Request& request) {
    SF_ASSIGN(const ViewExplanation explanation, engine_.explain(request.path_parameter("name")));
    return json(explain_json(explanation));
}

Result<http::Response> AnalyticsService::backfill(const http::Request& request) {
    SF_ASSIGN(const std::uint64_t events, engine_.backfill(request.path_parameter("name"), stop_.get_token()));
    return json(R"({"view":)" + json_string(request.path_parameter("name")) + R"(,"events":)" + std::to_string(events) +
                '}');
}

Result<http::Response> AnalyticsService::rows(const http::Request& request) {
    database::PointFilter filter;
    std::vector<http::FieldError> errors;
    for (const auto& [name, value] : request.query_parameters) {
        if (name == "from" || name == "to") {
            const auto time = parse_rfc3339(value);
            if (!time) errors.push_back({"/query/" + name, "not an RFC 3339 time, such as 2026-01-31T12:00:00Z"});
            (name == "from" ? filter.from : filter.to) = time;
        } else if (name == "limit") {
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), filter.limit);
            if (error != std::errc{} || end != value.data() + value.size() || filter.limit == 0 ||
                filter.limit > kRowsMax) {
                errors.push_back({"/query/limit", "a number from 1 to " + std::to_string(kRowsMax)});
            }
        } else if (name.starts_with("key.") && name.size() > 4) {
            filter.keys[name.substr(4)] = value;
        } else {
            errors.push_back({"/query/" + name, "there is no such parameter"});
        }
    }
    if (!errors.empty()) return http::problem(422, "the query does not fit", "see errors", errors);
    const std::string_view view = request.path_parameter("name");
    SF_ASSIGN(const ViewEngine::Rows rows, engine_.rows(view, filter));
    std::string body = R"({"view":)" + json_string(view) + R"(,"watermark":)";
    body += rows.watermark ? json_string(format_rfc3339(*rows.watermark)) : "null";
    body += R"(,"rows":[)";
    for (const models::MetricPoint& point : rows.points) {
        if (body.back() != '[') body += ",\n";
        body += row_json(point);
    }
    return json(body + "]}");
}

void AnalyticsService::add_routes(http::RouteTable& routes) {
    using enum http::Method;
    constexpr std::string_view kExample =
        R"({"sql":"CREATE MATERIALIZED VIEW clicks AS SELECT source, window_start, window_end, count(*) AS clicks FROM TUMBLE(events, timestamp, INTERVAL '1 minute') WHERE type = 'web.click' GROUP BY source, window_start, window_end"})";
    const std::string any = R"({"type":"object"})";
    const std::vector<http::BodyDescription> body = {
        {"application/json", http::json_schema<ViewBody>(), std::string(kExample)}};
    const auto add = [&](http::Method method, const char* pattern, const char* summary, http::Role role,
                         Work work) -> http::Route& {
        routes.push_back(
            {.method = method, .pattern = pattern, .service = "analytics", .summary = summary, .role = role});
        routes.back().handler = on_pool(std::move(work));
        routes.back().answers = {{200, "Done", any}};
        return routes.back();
    };
    add(get, "/api/v1/views", "All views", http::Role::viewer, [this](const http::Request& r) { return list(r); });
    http::Route& made = add(post, "/api/v1/views", "Make a view", http::Role::editor,
                            [this](const http::Request& r) { return create(r); });
    made.bodies = body;
    made.answers = {{201, "The view, which runs from the next event on", any}, {409, "There is one of that name", ""}};
    made.description =
        "One CREATE MATERIALIZED VIEW statement. An error names the line and column. CREATE FUNCTION makes a function, "
        "as at /api/v1/functions.";
    http::Route& checked = add(post, "/api/v1/views/validate", "Check a view without making it", http::Role::viewer,
                               [this](const http::Request& r) { return validate(r); });
    checked.bodies = {{"application/json", http::json_schema<ValidateBody>(), std::string(kExample)}};
    checked.description = "Or a function. `functions` and `views` are statements that count as made before it.";
    add(get, "/api/v1/views/{name}", "One view, and how it fares", http::Role::viewer,
        [this](const http::Request& r) { return show(r); });
    http::Route& replaced = add(put, "/api/v1/views/{name}", "Make or replace a view", http::Role::editor,
                                [this](const http::Request& r) { return replace(r); });
    replaced.bodies = body;
    replaced.description = "A new definition begins anew: rows so far are dropped. The same text changes nothing.";
    add(del, "/api/v1/views/{name}", "Drop a view and its rows", http::Role::editor, [this](const http::Request& r) {
        return drop(r);
    }).answers = {{204, "It is gone", ""}};
    http::Route& listed = add(get, "/api/v1/views/{name}/rows", "The latest rows of a view", http::Role::viewer,
                              [this](const http::Request& r) { return rows(r); });
    listed.query_parameters = {
        {"from", "Windows that end after this", false, R"({"type":"string","format":"date-time"})"},
        {"to", "Windows that begin before this", false, R"({"type":"string","format":"date-time"})"},
        {"limit", "Rows, newest windows first; 1000 if not said", false, R"({"type":"integer"})"},
        {"key.NAME", "Only rows whose key NAME has this value", false, R"({"type":"string"})"}};
    listed.description = "Answers with everything that was durable when it was asked.";
    add(get, "/api/v1/views/{name}/explain", "How a view is computed", http::Role::viewer,
        [this](const http::Request& r) { return explain(r); });
    http::Route& filled = add(post, "/api/v1/views/{name}/backfill", "Compute a view anew from all stored events",
                              http::Role::editor, [this](const http::Request& r) { return backfill(r); });
    filled.description = "Replaces the rows of the view. Answers when it is done.";
    add_shadow_routes(routes);
    add_rule_routes(routes);
    add_table_routes(routes);
    add_function_routes(routes);
}

}  // namespace sf::analytics
