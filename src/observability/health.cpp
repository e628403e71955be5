#include "observability/health.hpp"

#include "base/json_text.hpp"

namespace sf::observability {
namespace {

http::Route public_route(std::string pattern, std::string summary) {
    http::Route route{.method = http::Method::get,
                      .pattern = std::move(pattern),
                      .service = "health",
                      .summary = std::move(summary),
                      .role = http::Role::none};
    return route;
}

}  // namespace

void Health::add(Check check) {
    std::lock_guard lock(mutex_);
    checks_.push_back(std::move(check));
}

Health::Outcome Health::outcome() const {
    std::vector<Check> checks;
    {
        std::lock_guard lock(mutex_);
        checks = checks_;
    }
    Outcome outcome;
    outcome.ready = outcome.well = started_;
    std::string list;
    for (const Check& check : checks) {
        const Result<> result = check.run();
        if (!list.empty()) list += ',';
        list += R"({"name":)" + json_string(check.name) + R"(,"ok":)" + (result ? "true" : "false");
        if (!result) {
            outcome.well = false;
            if (check.needed_for_ready) outcome.ready = false;
            list += R"(,"error":)" + json_string(result.error().message +
                                                 (result.error().detail.empty() ? "" : "; " + result.error().detail));
            if (!result.error().hint.empty()) list += R"(,"hint":)" + json_string(result.error().hint);
        }
        list += '}';
    }
    outcome.json =
        std::string(R"({"status":")") + (outcome.ready ? "ready" : "not ready") + R"(","checks":[)" + list + "]}";
    return outcome;
}

void add_health_routes(http::RouteTable& routes, Health& health, const Metrics& metrics, std::string version) {
    http::Route alive = public_route("/health", "Whether the process answers");
    alive.answers = {{200, "It does", R"({"type":"object"})"}};
    alive.handler = [version](http::Request, http::Responder respond) {
        respond({.status = 200, .body = R"({"status":"ok","version":)" + json_string(version) + "}"});
    };
    routes.push_back(std::move(alive));

    http::Route ready = public_route("/ready", "Whether it can do its work");
    ready.answers = {{200, "It can", R"({"type":"object"})"}, {503, "Not now, and why", R"({"type":"object"})"}};
    ready.handler = [&health](http::Request, http::Responder respond) {
        Health::Outcome outcome = health.outcome();
        respond({.status = outcome.ready ? 200 : 503, .body = std::move(outcome.json)});
    };
    routes.push_back(std::move(ready));

    http::Route deep = public_route("/health/deep", "Every check, with what is wrong");
    deep.role = http::Role::viewer;
    deep.answers = {{200, "All is well", R"({"type":"object"})"}, {503, "Something is not", R"({"type":"object"})"}};
    deep.handler = [&health](http::Request, http::Responder respond) {
        Health::Outcome outcome = health.outcome();
        respond({.status = outcome.well ? 200 : 503, .body = std::move(outcome.json)});
    };
    routes.push_back(std::move(deep));

    http::Route scrape = public_route("/metrics", "Metrics in Prometheus' text format");
    scrape.loopback_only = true;
    scrape.answers = {{200, "The metrics", ""}};
    scrape.handler = [&metrics](http::Request, http::Responder respond) {
        respond({.status = 200, .content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics.text()});
    };
    routes.push_back(std::move(scrape));
}

}  // namespace sf::observability
