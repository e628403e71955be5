#include "services/dashboard/dashboard_service.hpp"

#include "base/json_text.hpp"
#include "http/problem.hpp"
#include "services/dashboard/metrics_request.hpp"

namespace sf::dashboard {
namespace {

constexpr std::string_view kTimeSchema = R"({"type":"string","format":"date-time"})";
constexpr std::string_view kColumnsSchema =
    R"({"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"type":{"type":"string"},)"
    R"("kind":{"enum":["key","window_start","window_end","value"]}}}})";
constexpr std::string_view kRowsSchema =
    R"({"type":"array","items":{"type":"object","properties":{"keys":{"type":"object"},)"
    R"("window_start":{"type":["string","null"],"format":"date-time"},"window_end":{"type":["string","null"],"format":"date-time"},)"
    R"("values":{"type":"object"},"final":{"type":"boolean"},"epoch":{"type":"integer"},"version":{"type":"integer"}}}})";
constexpr std::string_view kOverviewSchema =
    R"({"type":"object","properties":{"time":{"type":"string","format":"date-time"},"events":{"type":"object","properties":)"
    R"({"stored":{"type":"integer"},"per_second":{"type":"number"}}},"views":{"type":"integer"},"late_events":{"type":"integer"},)"
    R"("partitions":{"type":"array","items":{"type":"object","properties":{"partition":{"type":"integer"},"offset":{"type":"integer"},)"
    R"("lag":{"type":"integer"}}}},"storage":{"type":"object"},"uptime_seconds":{"type":"integer"},"version":{"type":"string"}}})";

constexpr std::string_view kLiveDescription =
    R"(Messages are JSON objects, one a message, in both directions. The server says `{"type":"ready","version"}` first.

- `{"type":"subscribe","id":"a","view":"NAME","from"?,"to"?,"limit"?,"keys"?}` is answered with `{"type":"snapshot","id","view","columns","rows"}`,
  then `{"type":"rows","id","rows"}` whenever rows change: at most ten messages a second, of each row only the newest state. A row that is no
  longer there comes as `{"keys","window_start","deleted":true}`. A large snapshot comes in several messages, all but the last with `"more":true`;
  a client that was too slow gets another snapshot, which replaces all it has.
- `{"type":"subscribe","id":"t","tail":{"type"?,"source"?,"user_id"?,"severity"?,"limit"?}}` is answered with
  `{"type":"events","id","events","skipped"}`, at most five times a second: the newest events, and how many others matched.
- `{"type":"subscribe","id":"o","overview":true}` is answered with `{"type":"overview","id","overview"}` each second.
- `{"type":"unsubscribe","id":"a"}` ends a subscription.
- `{"type":"gone","id"}`: the view was dropped or replaced; `{"type":"error","id"?,"detail"}`: what was wrong.)";

http::Route get(std::string pattern, std::string summary, std::string schema, std::string answer) {
    http::Route route{.method = http::Method::get,
                      .pattern = std::move(pattern),
                      .service = "dashboard",
                      .summary = std::move(summary),
                      .role = http::Role::viewer};
    route.answers = {{200, std::move(answer), std::move(schema)}};
    return route;
}

}  // namespace

DashboardService::DashboardService(DashboardOptions options, messaging::Log& log, database::PointStore& points,
                                   ViewCatalog& catalog, const Clock& clock)
    : version_(options.version),
      catalog_(catalog),
      overview_(options.version, std::move(options.pipeline), points, catalog, clock),
      points_(std::move(options.points), points, clock),
      hub_(std::move(options.live), log, catalog, points_, overview_, clock) {}

DashboardService::~DashboardService() { stop(); }

void DashboardService::start() {
    points_.start();
    hub_.start();
}

void DashboardService::stop() {
    hub_.stop();
    points_.stop();
}

void DashboardService::list_views(http::Responder respond) {
    std::string out = R"({"views":[)";
    for (const CatalogView& view : catalog_.views()) {
        if (out.back() != '[') out += ',';
        out += R"({"name":)" + json_string(view.table.name) + R"(,"columns":)";
        append_columns(out, view.table);
        out += R"(,"description":)" + json_string(view.description) + '}';
    }
    respond({.status = 200, .body = out + "]}"});
}

void DashboardService::list_rows(const http::Request& request, http::Responder respond) {
    auto view = find_view(catalog_, std::string(request.path_parameter("view")));
    if (!view) return respond(http::problem(view.error()));
    auto parsed = parse_metrics_request(request, view->table);
    if (const auto* errors = std::get_if<std::vector<http::FieldError>>(&parsed))
        return respond(http::problem(422, "the query does not fit", "see errors", *errors));
    auto wanted = std::get<MetricsRequest>(std::move(parsed));
    // The answer must survive a refused read, so both the queue and this call hold it.
    const auto shared = std::make_shared<http::Responder>(std::move(respond));
    const std::string name = view->table.name;
    const database::PointFilter filter = wanted.filter;
    auto done = [shared, table = std::move(view->table), wanted = std::move(wanted)](PointReader::Rows points) {
        if (!points) return (*shared)(http::problem(points.error()));
        (*shared)({.status = 200, .body = metrics_json(table, wanted, *points)});
    };
    if (!points_.read(name, filter, std::move(done))) {
        (*shared)(http::problem(
            Error{ErrorCode::unavailable, "too many requests are waiting", "", "repeat the request a little later"}));
    }
}

void DashboardService::add_routes(http::RouteTable& routes) {
    http::Route overview =
        get("/api/v1/overview", "How the pipeline is doing", std::string(kOverviewSchema), "The overview");
    overview.handler = [this](const http::Request&, http::Responder respond) {
        respond({.status = 200, .body = overview_.json()});
    };
    routes.push_back(std::move(overview));

    http::Route views = get(
        "/api/v1/metrics", "The views and their columns",
        R"({"type":"object","properties":{"views":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"columns":)" +
            std::string(kColumnsSchema) + R"(,"description":{"type":"string"}}}}}})",
        "The views");
    views.handler = [this](const http::Request&, http::Responder respond) { list_views(std::move(respond)); };
    routes.push_back(std::move(views));

    http::Route rows = get("/api/v1/metrics/{view}", "The rows of a view, newest windows first",
                           R"({"type":"object","properties":{"view":{"type":"string"},"columns":)" +
                               std::string(kColumnsSchema) + R"(,"rows":)" + std::string(kRowsSchema) + "}}",
                           "The rows");
    rows.description = "`key.NAME=VALUE` selects the rows of which the key column NAME is VALUE.";
    rows.query_parameters = {
        {"from", "Windows that end after this time", false, std::string(kTimeSchema)},
        {"to", "Windows that begin before this time", false, std::string(kTimeSchema)},
        {"step", "Of each key only the last row of each step, such as 5m", false, R"({"type":"string"})"},
        {"limit", "How many rows, up to 20000", false, R"({"type":"integer","default":1000})"}};
    rows.answers.resize(2);
    rows.answers[1].status = 404;
    rows.answers[1].description = "No such view; the hint names those that are near";
    rows.handler = [this](const http::Request& request, http::Responder respond) {
        list_rows(request, std::move(respond));
    };
    routes.push_back(std::move(rows));

    http::Route live = get("/api/v1/live", "Views, events and the overview, as they change", "", "");
    live.answers.clear();
    live.description = kLiveDescription;
    live.websocket = http::WebSocketRoute{.open = [this](const http::Request&, http::WebSocketPtr socket) {
        socket->send(R"({"type":"ready","version":)" + json_string(version_) + '}');
        hub_.open(std::move(socket));
    }};
    routes.push_back(std::move(live));
}

}  // namespace sf::dashboard
