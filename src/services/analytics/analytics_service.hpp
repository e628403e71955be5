// The analytics service: views over HTTP. README.md has its threads.
#pragma once

#include "base/task_pool.hpp"
#include "http/route.hpp"
#include "services/analytics/view_engine.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace sf::analytics {

struct AnalyticsOptions {
    ViewEngineOptions engine;
    bool built_in_views = true;  // A new installation gets them; one that was dropped does not come back.
    std::string conversion_from = "web.pageview";
    std::string conversion_to = "business.sale";
};

class AnalyticsService {
public:
    AnalyticsService(AnalyticsOptions options, messaging::Log& log, database::DocumentStore& documents,
                     database::CheckpointStore& checkpoints, database::EventStore& events, database::PointStore& points,
                     const Clock& clock);
    ~AnalyticsService();

    [[nodiscard]] Result<> start();
    void stop();  // Idempotent.

    void add_routes(http::RouteTable& routes);

    [[nodiscard]] ViewEngine& engine() { return engine_; }

private:
    [[nodiscard]] Result<> offer_built_in_views();

    // What a route does on a thread of the pool; an error becomes a problem.
    using Work = std::function<Result<http::Response>(const http::Request&)>;
    [[nodiscard]] http::Handler on_pool(Work work);

    /// A route whose work runs on the pool and whose answer is an object; what else it says is for the caller to add.
    http::Route& add_route(http::RouteTable& routes, http::Method method, const char* pattern, const char* summary,
                           http::Role role, Work work);

    [[nodiscard]] Result<http::Response> list(const http::Request& request);
    [[nodiscard]] Result<http::Response> create(const http::Request& request);
    [[nodiscard]] Result<http::Response> validate(const http::Request& request);
    [[nodiscard]] Result<http::Response> show(const http::Request& request);
    [[nodiscard]] Result<http::Response> replace(const http::Request& request);
    [[nodiscard]] Result<http::Response> drop(const http::Request& request);
    [[nodiscard]] Result<http::Response> rows(const http::Request& request);
    [[nodiscard]] Result<http::Response> explain(const http::Request& request);
    [[nodiscard]] Result<http::Response> backfill(const http::Request& request);

    // New versions beside views: shadow_routes.cpp.
    void add_shadow_routes(http::RouteTable& routes);
    [[nodiscard]] Result<http::Response> shadow(const http::Request& request);
    [[nodiscard]] Result<http::Response> drop_shadow(const http::Request& request);
    [[nodiscard]] Result<http::Response> diff(const http::Request& request);
    [[nodiscard]] Result<http::Response> promote(const http::Request& request);

    void add_table_routes(http::RouteTable& routes);  // table_routes.cpp

    void add_function_routes(http::RouteTable& routes);  // function_routes.cpp
    [[nodiscard]] Result<http::Response> create_function(const std::string& sql);

    // Processing rules: rule_routes.cpp.
    void add_rule_routes(http::RouteTable& routes);
    [[nodiscard]] Result<ViewRecord> rule(std::string_view name);
    [[nodiscard]] Result<http::Response> list_rules();
    [[nodiscard]] Result<http::Response> show_rule(const http::Request& request);
    [[nodiscard]] Result<http::Response> validate_rule(const http::Request& request);
    [[nodiscard]] Result<http::Response> create_rule(const http::Request& request);
    [[nodiscard]] Result<http::Response> replace_rule(const http::Request& request);
    [[nodiscard]] Result<http::Response> shadow_rule(const http::Request& request);
    [[nodiscard]] Result<http::Response> drop_rule(const http::Request& request);

    const AnalyticsOptions options_;
    const Clock& clock_;
    ViewStore store_;
    ViewEngine engine_;
    TaskPool pool_;
    std::stop_source stop_;
};

}  // namespace sf::analytics
