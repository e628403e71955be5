// Health: what each part says of itself, and the routes that tell it.
#pragma once

#include "base/result.hpp"
#include "http/route.hpp"
#include "observability/metrics.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace sf::observability {

/// Checks run when somebody asks, on a server thread: they look, they don't wait.
class Health {
public:
    struct Check {
        std::string name;
        std::function<Result<>()> run;
        bool needed_for_ready = true;  // False: it makes /health/deep answer 503, not /ready.
    };

    void add(Check check);

    /// The service has finished starting, or begins to stop.
    void set_started(bool started) { started_ = started; }

    struct Outcome {
        bool ready = false;
        bool well = false;  // Ready, and no check fails.
        std::string json;   // {"status":"ready"|"not ready","checks":[{"name","ok","error"?,"hint"?}]}
    };
    [[nodiscard]] Outcome outcome() const;

private:
    mutable std::mutex mutex_;
    std::vector<Check> checks_;  // Under mutex_.
    std::atomic<bool> started_ = false;
};

/// GET /health (the process answers), /ready (it does its work: 200 or 503), /health/deep (every check is well:
/// 200 or 503), /metrics.
void add_health_routes(http::RouteTable& routes, Health& health, const Metrics& metrics, std::string version);

}  // namespace sf::observability
