#include "services/analytics/built_in_views.hpp"

#include <fmt/format.h>

namespace sf::analytics {

std::vector<BuiltInView> built_in_views(std::string_view conversion_from, std::string_view conversion_to) {
    std::vector<BuiltInView> views = {
        {"events_per_second", R"(CREATE MATERIALIZED VIEW events_per_second AS
SELECT window_start, window_end, count(*) AS events
FROM TUMBLE(events, timestamp, INTERVAL '1 second')
GROUP BY window_start, window_end)"},
        {"events_by_type", R"(CREATE MATERIALIZED VIEW events_by_type AS
SELECT type, window_start, window_end, count(*) AS events, count(*)::float8 / 10 AS per_second
FROM TUMBLE(events, timestamp, INTERVAL '10 seconds')
GROUP BY type, window_start, window_end)"},
        {"events_by_source", R"(CREATE MATERIALIZED VIEW events_by_source AS
SELECT source, window_start, window_end, count(*) AS events, count(*)::float8 / 10 AS per_second
FROM TUMBLE(events, timestamp, INTERVAL '10 seconds')
GROUP BY source, window_start, window_end)"},
        {"severities", R"(CREATE MATERIALIZED VIEW severities AS
SELECT severity, window_start, window_end, count(*) AS events
FROM TUMBLE(events, timestamp, INTERVAL '1 minute')
GROUP BY severity, window_start, window_end)"},
        {"active_users_1m", R"(CREATE MATERIALIZED VIEW active_users_1m AS
SELECT window_start, window_end, approx_count_distinct(user_id) AS users
FROM HOP(events, timestamp, INTERVAL '10 seconds', INTERVAL '1 minute')
GROUP BY window_start, window_end)"},
        {"active_users_5m", R"(CREATE MATERIALIZED VIEW active_users_5m AS
SELECT window_start, window_end, approx_count_distinct(user_id) AS users
FROM HOP(events, timestamp, INTERVAL '10 seconds', INTERVAL '5 minutes')
GROUP BY window_start, window_end)"},
        {"active_users_30m", R"(CREATE MATERIALIZED VIEW active_users_30m AS
SELECT window_start, window_end, approx_count_distinct(user_id) AS users
FROM HOP(events, timestamp, INTERVAL '1 minute', INTERVAL '30 minutes')
GROUP BY window_start, window_end)"},
        {"error_rate", R"(CREATE MATERIALIZED VIEW error_rate AS
SELECT source, window_start, window_end,
       count(data.status) AS requests,
       count(*) FILTER (WHERE data.status >= 500) AS errors,
       count(*) FILTER (WHERE data.status >= 500)::float8 / count(data.status) AS error_rate
FROM HOP(events, timestamp, INTERVAL '10 seconds', INTERVAL '5 minutes')
WHERE type IN ('api.request', 'web.pageview')
GROUP BY source, window_start, window_end
HAVING count(data.status) > 0)"},
        {"latency", R"(CREATE MATERIALIZED VIEW latency AS
SELECT source, window_start, window_end,
       count(data.latency_ms) AS requests,
       approx_quantile(data.latency_ms, 0.5) AS p50,
       approx_quantile(data.latency_ms, 0.95) AS p95,
       approx_quantile(data.latency_ms, 0.99) AS p99,
       avg(data.latency_ms) AS avg_ms
FROM TUMBLE(events, timestamp, INTERVAL '10 seconds')
WHERE type IN ('api.request', 'web.pageview')
GROUP BY source, window_start, window_end
HAVING count(data.latency_ms) > 0)"},
        {"top_pages", R"(CREATE MATERIALIZED VIEW top_pages WITH (keys_max = 10000) AS
SELECT data->>'path' AS page, window_start, window_end, count(*) AS views
FROM HOP(events, timestamp, INTERVAL '30 seconds', INTERVAL '5 minutes')
WHERE type = 'web.pageview'
GROUP BY data->>'path', window_start, window_end)"},
    };
    views.push_back({"conversion", fmt::format(R"(CREATE MATERIALIZED VIEW conversion AS
SELECT window_start, window_end,
       count(*) FILTER (WHERE type = '{0}') AS started,
       count(*) FILTER (WHERE type = '{1}') AS completed,
       count(*) FILTER (WHERE type = '{1}')::float8 / nullif(count(*) FILTER (WHERE type = '{0}'), 0) AS rate
FROM TUMBLE(events, timestamp, INTERVAL '1 minute')
WHERE type IN ('{0}', '{1}')
GROUP BY window_start, window_end)",
                                               conversion_from, conversion_to)});
    return views;
}

}  // namespace sf::analytics
