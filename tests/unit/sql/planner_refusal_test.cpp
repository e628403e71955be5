// What the planner refuses: message, place and way out, a case each.
#include "sql/planner.hpp"
#include "unit/sql/refusal.hpp"
#include "unit/sql/test_aggregates.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sf::sql {
namespace {

// The SELECT alone stands for the view that it makes.
std::string whole(const std::string& sql) {
    return sql.starts_with("SELECT") || sql.starts_with("WITH") ? "CREATE MATERIALIZED VIEW v AS " + sql : sql;
}

void expect_refused(const std::vector<Refused>& cases) {
    for (const Refused& one : cases) {
        const std::string sql = whole(one.sql);
        const auto plan = plan_view(sql, TestAggregates());
        ASSERT_FALSE(plan) << sql;
        expect_refusal(sql, plan.error(), one);
    }
}

TEST(PlannerRefusal, statement) {
    expect_refused({
        {"", "there is no statement", "", ""},
        {"SELEC 1", "syntax error at or near \"SELEC\"", "SELEC", ""},
        {"DROP TABLE events", "this is no view", "DROP", "CREATE MATERIALIZED VIEW"},
        {"CREATE TABLE v AS SELECT count(*) FROM events", "this is no materialized view", "CREATE", ""},
        {"CREATE VIEW v AS SELECT count(*) FROM events", "this is no view", "CREATE", ""},
        {"CREATE MATERIALIZED VIEW v WITH (emit = 'on close') AS SELECT count(*) FROM events",
         "a running total never closes", "emit", "TUMBLE"},
        {"CREATE MATERIALIZED VIEW v AS SELECT count(*) FROM events; SELECT 1", "only one statement", "SELECT 1", ""},
        {"CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT count(*) FROM events", "IF NOT EXISTS is not supported",
         "v AS", ""},
        {"CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT count(*) FROM events", "syntax error", "MATERIALIZED", ""},
        {"CREATE MATERIALIZED VIEW v AS SELECT count(*) FROM events WITH NO DATA", "WITH NO DATA is not supported",
         "v AS", ""},
        {"CREATE MATERIALIZED VIEW v TABLESPACE t AS SELECT count(*) FROM events", "TABLESPACE is not supported",
         "v TABLE", ""},
        {"CREATE MATERIALIZED VIEW v USING heap AS SELECT count(*) FROM events", "USING is not supported", "v USING",
         ""},
        {"CREATE MATERIALIZED VIEW v (a) AS SELECT count(*) FROM events", "names of columns after the view's", "v (",
         "AS in the SELECT list"},
        {"CREATE MATERIALIZED VIEW s.v AS SELECT count(*) FROM events", "a view has no schema", "s.v", ""},
        {"CREATE MATERIALIZED VIEW \"Errors\" AS SELECT count(*) FROM events", "is no name for a view", "\"Errors\"",
         "lower-case"},
        {"CREATE MATERIALIZED VIEW events AS SELECT count(*) FROM events", "the name \"events\" is taken", "events AS",
         ""},
        {"CREATE MATERIALIZED VIEW late_events AS SELECT count(*) FROM events", "is taken", "", ""},
        {"CREATE MATERIALIZED VIEW pg_x AS SELECT count(*) FROM events", "is taken", "pg_x", ""},
        {"CREATE MATERIALIZED VIEW streamflow_x AS SELECT count(*) FROM events", "is taken", "", ""},
    });
}

TEST(PlannerRefusal, options) {
    const auto with = [](const std::string& options) {
        return "CREATE MATERIALIZED VIEW v WITH (" + options + ") AS SELECT count(*) FROM events";
    };
    expect_refused({
        {with("emitt = 'on close'"), "there is no option \"emitt\"", "emitt", "is it \"emit\"?"},
        {with("color = 'red'"), "there is no option \"color\"", "color", "emit, lateness"},
        {with("emit = 'sometimes'"), "emit = 'sometimes' is unknown", "emit", "on change"},
        {with("emit = 'on clsoe'"), "emit = 'on clsoe' is unknown", "emit", "is it 'on close'?"},
        {with("emit = 'on chnage'"), "is unknown", "emit", "is it 'on change'?"},
        {with("latenes = '1 s'"), "there is no option \"latenes\"", "latenes", "is it \"lateness\"?"},
        {with("emit = 'every blue'"), "emit = 'blue' is no interval", "emit", ""},
        {with("emit = 'every 0 s'"), "too short", "emit", "1 ms"},
        {with("emit = 'every 1 month'"), "can't be in months", "emit", "days"},
        {with("lateness = '-1 s'"), "lateness must not be negative", "lateness", ""},
        {with("lateness = 'never'"), "lateness = 'never' is no interval", "", ""},
        {with("out_of_orderness = 'infinity'"), "is no interval", "out_of", ""},
        {with("lateness = '1 s', lateness = '2 s'"), "the option lateness stands twice", "lateness = '2 s'", ""},
        {with("lateness = '10000001 days'"), "lateness is too long", "lateness", "'10000000 days' at most"},
        {with("out_of_orderness = '106751991 days'"), "out_of_orderness is too long", "out_of", ""},
        {with("emit = 'every 2147483647 days'"), "emit is too long", "emit", ""},
        {with("keys_max = 0"), "keys_max = 0 is out of range", "keys_max", "1 to"},
        {with("state_max = '1 KiB'"), "state_max = '1 KiB' is out of range", "state_max", "1 MiB to"},
        {with("state_max = 'much'"), "state_max = 'much' is no size", "state_max", "256 MiB"},
        {with("state_max = '10 MB'"), "state_max = '10 MB' is no size", "", ""},
        {with("state_max = '99999999999 GiB'"), "out of range", "", ""},
        {"CREATE MATERIALIZED VIEW v WITH (ttl = '1 hour') AS SELECT count(*) FROM TUMBLE(events, timestamp, '1 s') "
         "GROUP "
         "BY window_start",
         "ttl is for running totals", "ttl", "lateness"},
        {with("ttl = '0 s'"), "ttl must not be zero", "ttl", ""},
        {with("ttl = '1 month'"), "ttl can't be in months", "ttl", "days"},
        {with("keys_max = 'many'"), "keys_max = many is out of range", "", ""},
        {with("emit"), "the option emit needs a value", "emit", ""},
    });
}

TEST(PlannerRefusal, names_that_were_nearly_right) {
    const auto select = [](const std::string& expression) { return "SELECT count(" + expression + ") FROM events"; };
    expect_refused({
        {select("CAST(type AS tezt)"), "the type tezt is not supported", "tezt", "is it text?"},
        {select("data.a::intgeer"), "the type intgeer is not supported", "intgeer", "is it integer?"},
        {select("data.a::timestampz"), "the type timestampz is not supported", "timestampz", "is it timestamp"},
        {select("data.a::numerc(10, 2)"), "the type numerc is not supported", "numerc", "is it numeric?"},
        {select("type::json"), "the type json is not supported", "json", "use jsonb"},
        {select("data.a::real"), "the type float4 is not supported", "real", "use double precision"},
        {select("type::money"), "the type money is not supported", "money", "boolean, smallint"},
        {select("type::varchar(0)"), "varchar(0) is out of range", "varchar", "1 to"},
        {select("tags::smallint[]"), "arrays of smallint are not supported", "smallint", "integer[]"},
        {select("true::smallint"), "can't cast boolean to smallint", "::", "integer first"},
        {select("date_trunc('mounth', timestamp)"), "\"mounth\" is no unit of time", "date_trunc", "is it month?"},
        {"SELECT count(*) FROM TUMBEL(events, timestamp, '1 s') GROUP BY window_start",
         "there is no table function \"tumbel\"", "TUMBEL", "is it TUMBLE?"},
        {"SELECT count(*) FROM SESION(events, timestamp, '1 s') GROUP BY window_start",
         "there is no table function \"sesion\"", "SESION", "is it SESSION?"},
        {"SELECT count(*) FROM HOP(events, recieved_at, '1 s', '5 s') GROUP BY window_start",
         "windows are over timestamp or received_at", "recieved_at", "is it received_at?"},
    });
}

TEST(PlannerRefusal, from) {
    expect_refused({
        {"SELECT count(*)", "a view needs FROM", "", "FROM events"},
        {"SELECT count(*) FROM event", "there is no table \"event\"", "event", "events"},
        {"SELECT count(*) FROM public.events", "there is no table", "public", ""},
        {"SELECT count(*) FROM events, events e", "a list of tables is not supported", "events e", "JOIN table ON"},
        {"SELECT count(*) FROM events, unnest(tags) t", "a list of tables is not supported", "", "queries make rows"},
        {"SELECT count(*) FROM events a JOIN events b ON a.id = b.id", "events are not joined with events", "events b",
         ""},
        {"SELECT count(*) FROM (SELECT 1) x", "a view needs FROM", "", ""},
        {"SELECT count(*) FROM events e (a, b)", "names of columns in an alias", "events", ""},
        {"SELECT count(*) FROM generate_series(1, 2)", "there is no table function \"generate_series\"",
         "generate_series", "TUMBLE"},
        {"SELECT count(*) FROM SESSION(events, timestamp) GROUP BY window_start", "SESSION takes other arguments",
         "SESSION", "INTERVAL '30 min'"},
        {"SELECT count(*) FROM SESSION(events, timestamp, INTERVAL '1 min', INTERVAL '1 s') GROUP BY window_start",
         "SESSION takes other arguments", "SESSION", "INTERVAL '30 min'"},
        {"SELECT count(*) FROM SESSION(events, timestamp, INTERVAL '1 month') GROUP BY window_start",
         "the gap of a session can't be in months", "INTERVAL", "days"},
        {"SELECT count(*) FROM SESSION(events, timestamp, INTERVAL '0 s') GROUP BY window_start",
         "the gap of a session must not be zero", "INTERVAL", "SESSION(events"},
        {"SELECT count(*) FROM SESSION(events, user_id, INTERVAL '1 min') GROUP BY window_start",
         "windows are over timestamp or received_at", "user_id", "SESSION(events"},
        {"SELECT user_id, count(*) FROM SESSION(events, timestamp, INTERVAL '1 min') GROUP BY user_id",
         "GROUP BY must hold window_start", "user_id", ""},
        {"SELECT count(*) FROM TUMBLE(events, timestamp) GROUP BY window_start", "TUMBLE takes other arguments",
         "TUMBLE", "INTERVAL '1 min'"},
        {"SELECT count(*) FROM TUMBLE(event, timestamp, INTERVAL '1 s') GROUP BY window_start",
         "windows are over events, a view or a WITH query", "event,", "TUMBLE(events"},
        {"SELECT count(*) FROM TUMBLE(events, time, INTERVAL '1 s') GROUP BY window_start",
         "windows are over timestamp or received_at", "time,", ""},
        {"SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL '1 month') GROUP BY window_start",
         "the size of a window can't be in months", "INTERVAL", "days"},
        {"SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL '0 s') GROUP BY window_start", "must not be zero",
         "INTERVAL", ""},
        {"SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL '-1 s') GROUP BY window_start",
         "must not be negative", "INTERVAL", ""},
        {"SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL '10000000 days 1 us') GROUP BY window_start",
         "the size of a window is too long", "INTERVAL", "at most"},
        {"SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL '1 day', INTERVAL '-1 month') GROUP BY window_start",
         "the offset of a window can't be in months", "INTERVAL '-1 month'", "days"},
        {"SELECT count(*) FROM TUMBLE(events, timestamp, '1 day'::nowhere.interval) GROUP BY window_start",
         "must be a literal INTERVAL", "", ""},
        {"SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL 'soon') GROUP BY window_start",
         "\"soon\" is no interval", "'soon'", ""},
        {"SELECT count(*) FROM TUMBLE(events, timestamp, 5) GROUP BY window_start", "must be a literal INTERVAL", "5)",
         ""},
        {"SELECT count(*) FROM HOP(events, timestamp, INTERVAL '1 min', INTERVAL '10 s') GROUP BY window_start",
         "the slide is longer than the size", "INTERVAL '1 min'", "first the slide"},
        {"SELECT count(*) FROM HOP(events, timestamp, INTERVAL '1 ms', INTERVAL '1 hour') GROUP BY window_start",
         "more than 100000 windows", "INTERVAL '1 ms'", "longer slide"},
        {"SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL '1 s')",
         "GROUP BY must hold window_start or window_end", "TUMBLE", "GROUP BY window_start"},
        {"SELECT type, count(*) FROM TUMBLE(events, timestamp, INTERVAL '1 s') GROUP BY type",
         "GROUP BY must hold window_start", "type", ""},
    });
}

TEST(PlannerRefusal, clauses) {
    expect_refused({
        {"SELECT type, count(*) FROM events GROUP BY type ORDER BY 2", "ORDER BY is not supported", "2", ""},
        {"SELECT type, count(*) FROM events GROUP BY type LIMIT 10", "LIMIT and OFFSET are not supported", "10",
         "row_number()"},
        {"SELECT count(*) FROM events UNION SELECT 1", "UNION without ALL is not supported", "1", "UNION ALL"},
        {"SELECT count(*) OVER () FROM events", "count() OVER is not supported", "count", "row_number()"},
        {"SELECT type, count(*) FROM events GROUP BY ROLLUP (type)", "ROLLUP and CUBE are not supported", "ROLLUP", ""},
        {"SELECT type, count(*) FROM events GROUP BY GROUPING SETS ((type), ())", "GROUPING SETS", "GROUPING", ""},
        {"SELECT id, window_start FROM TUMBLE(events, timestamp, INTERVAL '1 s')", "windows need GROUP BY", "id",
         "FROM events"},
        {"CREATE MATERIALIZED VIEW v WITH (lateness = '1 s') AS SELECT id FROM events",
         "a view without GROUP BY has no option lateness", "lateness", "final"},
        {"CREATE MATERIALIZED VIEW v WITH (emit = 'on close') AS SELECT id FROM events",
         "a view without GROUP BY has no option emit", "emit", ""},
        {"SELECT count(*), count(*) FROM events", "two columns are called \"count\"", "count(*) FROM", "AS"},
        {"SELECT type AS x, source AS x FROM events GROUP BY 1, 2", "two columns are called \"x\"", "source", ""},
        {"SELECT source, count(*) FROM events GROUP BY type", "source is neither in GROUP BY nor inside an aggregate",
         "source", "max(source)"},
        {"SELECT data.a, count(*) FROM events", "data.a is neither in GROUP BY", "data.a", ""},
        {"SELECT type, count(*) FROM events GROUP BY type HAVING source = 'x'", "source is neither in GROUP BY",
         "source", ""},
        {"SELECT count(*) FROM events GROUP BY 2", "there is no output number 2", "2", "1 to 1"},
        {"SELECT count(*) FROM events GROUP BY 'x'", "GROUP BY takes no literals", "'x'", ""},
        {"SELECT count(*) AS n FROM events GROUP BY n", "an aggregate can't stand in GROUP BY", "count", ""},
        {"SELECT count(*) FROM events WHERE count(*) > 1", "an aggregate can't stand in WHERE", "count(*) > 1",
         "HAVING"},
        {"SELECT count(*) FROM events WHERE type", "WHERE must be boolean, not text", "type", ""},
        {"SELECT count(*) FROM events HAVING count(*)", "HAVING must be boolean, not bigint", "count", ""},
        {"SELECT window_start, count(*) FROM events GROUP BY window_start", "window_start exists only with a window",
         "window_start", "TUMBLE"},
        {"SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL '1 s') WHERE window_start > '2024-01-01' GROUP BY "
         "window_start",
         "window_start can't stand in WHERE", "window_start >", "HAVING"},
        {"SELECT max(window_end) FROM TUMBLE(events, timestamp, INTERVAL '1 s') GROUP BY window_start",
         "window_end can't stand in an aggregate's arguments", "window_end", ""},
        {"SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL '1 s') GROUP BY date_trunc('hour', window_start), "
         "window_start",
         "GROUP BY takes window_start only alone", "window_start)", ""},
        {"SELECT sum(count(*)) FROM events", "an aggregate can't stand in an aggregate's arguments", "count", ""},
        {"SELECT sum(data.a) FILTER (WHERE count(*) > 1) FROM events", "an aggregate can't stand in FILTER", "count",
         ""},
        {"SELECT sum(type) FROM events", "sum does not take text", "sum", "cast it"},
        {"SELECT sum() FROM events", "sum needs an argument", "sum", ""},
        {"SELECT approx_quantile(data.a) FROM events", "approx_quantile takes 2 arguments, not 1", "approx", ""},
        {"SELECT approx_quantile(data.a, data.b) FROM events", "must be a literal number from 0 to 1", "data.b", ""},
        {"SELECT approx_quantile(data.a, 95) FROM events", "must be a literal number from 0 to 1", "95", ""},
        {"SELECT approx_quantile(data.a, NULL) FROM events", "must be a literal number from 0 to 1", "NULL", ""},
        {"SELECT string_agg(type, source) FROM events", "the delimiter must be a literal text", "source", ""},
        {"SELECT sum(data.a ORDER BY data.b) FROM events", "sum takes no ORDER BY", "sum", ""},
        {"SELECT percentile_disc(0.5) FROM events", "percentile_disc needs WITHIN GROUP", "percentile", ""},
        {"SELECT string_agg(type, ',' ORDER BY source USING <) FROM events", "ORDER BY ... USING is not supported",
         "<)", "ASC or DESC"},
        {"SELECT string_agg(DISTINCT type, ',' ORDER BY source) FROM events",
         "with DISTINCT an aggregate's ORDER BY takes its argument alone", "source", "ORDER BY type"},
        {"SELECT string_agg(type, ',' ORDER BY count(*)) FROM events",
         "an aggregate can't stand in an aggregate's ORDER BY", "count", ""},
        {"SELECT uniq(user_id) FROM events GROUP BY 1", "there is no function \"uniq\"", "uniq", "count(DISTINCT x)"},
        {"SELECT time_bucket('1 h', timestamp) FROM events GROUP BY 1", "there is no function \"time_bucket\"",
         "time_bucket", "date_bin"},
        {"SELECT string_ag(type, ',') FROM events", "there is no function \"string_ag\"", "string_ag",
         "is it \"string_agg\"?"},
        {"SELECT lower(DISTINCT type) FROM events GROUP BY type", "there is no aggregate \"lower\"", "lower", ""},
        {"SELECT cuont(*) FROM events", "there is no aggregate \"cuont\"", "cuont", "is it \"count\"?"},
    });
}

TEST(PlannerRefusal, subqueries) {
    const std::string tumble = "TUMBLE(e, timestamp, INTERVAL '1 min')";
    expect_refused({
        {"SELECT count(*) FROM (SELECT type FROM events) e WHERE tpye = 'a'", "there is no column \"tpye\" in e",
         "tpye", "is it \"type\"?"},
        {"SELECT count(*) FROM (SELECT type, source AS s FROM events) e WHERE data.a = 1", "there is no table \"data\"",
         "data.a", "called \"e\""},
        {"SELECT count(*) FROM (SELECT type, source AS s FROM events) e WHERE xyzzy = 1", "there is no column", "xyzzy",
         "its columns are type, s"},
        {"SELECT count(*) FROM (SELECT data->'a' AS a FROM events) e WHERE e.a.bC = 1", "names without quotes", "bC",
         "e.a.\"bC\""},
        {"SELECT count(*) FROM (SELECT type FROM events) e WHERE e.type.x = 'a'", "type has no fields", "e.type.x", ""},
        {"SELECT count(*) FROM (SELECT type FROM events) e WHERE f.type = 'a'", "there is no table \"f\"", "f.type",
         ""},
        {"SELECT f.* FROM (SELECT type FROM events) e GROUP BY 1", "there is no table \"f\"", "f.*", ""},
        {"SELECT count(*) FROM (SELECT type, source AS type FROM events) e", "two columns are called \"type\"",
         "source", "AS"},
        {"SELECT count(*) FROM (SELECT type FROM events) e (a, b)", "1 columns, and there are 2 names", "", ""},
        {"SELECT count(*) FROM (SELECT type, source FROM events) e (a, a)", "two columns are called \"a\"", "", ""},
        {"SELECT count(*) FROM (SELECT type, source FROM events) e (source)", "two columns are called \"source\"", "",
         ""},
        {"SELECT count(*) FROM (SELECT type FROM events ORDER BY 1) e", "ORDER BY is not supported", "1", ""},
        {"SELECT count(*) FROM (SELECT type FROM events LIMIT 1) e", "LIMIT and OFFSET", "1", ""},
        {"SELECT count(*) FROM (SELECT 1/0 AS x FROM events) e", "this always fails", "/", ""},
        {"SELECT count(*) FROM (SELECT count(*) AS n FROM events) e", "an aggregate can't stand in a SELECT around",
         "count", ""},
        {"SELECT n FROM (SELECT count(*) AS n FROM events) e GROUP BY n", "groups can't be grouped once more", "n", ""},
        {"SELECT DISTINCT n FROM (SELECT count(*) AS n FROM events) e", "groups can't be grouped once more", "n", ""},
        {"SELECT n FROM (SELECT count(*) AS n FROM events) e HAVING n > 1", "groups can't be grouped once more", "> 1",
         ""},
        {"SELECT count(*) FROM (SELECT DISTINCT type FROM events) e", "an aggregate can't stand in", "count", ""},
        {"SELECT n FROM (SELECT source, count(*) AS n FROM events GROUP BY type) e", "source is neither in GROUP BY",
         "source", ""},
        {"SELECT s, count(*) FROM (SELECT source AS s, type AS t FROM events) e GROUP BY t",
         "source is neither in GROUP", "s,", ""},
        {"SELECT count(*) FROM events, LATERAL (SELECT 1) e", "a list of tables is not supported", "", ""},
        {"SELECT count(*) FROM LATERAL (SELECT type FROM events) e", "LATERAL is not supported", "type", ""},
        {"WITH e AS (SELECT type FROM events) SELECT count(*) FROM events", "the WITH query \"e\" is not used", "e AS",
         ""},
        {"WITH RECURSIVE e AS (SELECT type FROM events) SELECT count(*) FROM e", "WITH RECURSIVE", "WITH", ""},
        {"WITH e AS MATERIALIZED (SELECT type FROM events) SELECT count(*) FROM e", "MATERIALIZED has no meaning",
         "e AS", ""},
        {"WITH e AS (SELECT type FROM events), e AS (SELECT 1 FROM events) SELECT count(*) FROM e", "two WITH queries",
         "e AS (SELECT 1", ""},
        {"WITH e AS (SELECT type FROM f), f AS (SELECT type FROM events) SELECT count(*) FROM e",
         "there is no table \"f\"", "f)", ""},
        {"WITH e AS (DELETE FROM events RETURNING *) SELECT count(*) FROM e", "a WITH query must be a SELECT", "e AS",
         ""},
        {"WITH e AS (SELECT type FROM events) SELECT count(*) FROM " + tumble + " GROUP BY window_start",
         "windows are over timestamp or received_at", "timestamp", ""},
        {"WITH e AS (SELECT timestamp + INTERVAL '1 s' AS timestamp FROM events) SELECT count(*) FROM " + tumble +
             " GROUP BY window_start",
         "windows are over timestamp or received_at", "timestamp, ", ""},
        {"WITH e AS (SELECT timestamp, count(*) AS n FROM events GROUP BY 1) SELECT count(*) FROM " + tumble +
             " GROUP BY window_start",
         "windows are over events, not over groups", "e, timestamp", ""},
        {"WITH e AS (SELECT timestamp FROM TUMBLE(events, timestamp, INTERVAL '1 s')) SELECT count(*) FROM " + tumble +
             " GROUP BY window_start",
         "its events are in windows already", "e, timestamp", ""},
        {"WITH e AS (SELECT timestamp, type AS window_end FROM events) SELECT count(*) FROM " + tumble +
             " GROUP BY window_start",
         "it has a column window_end already", "e, timestamp", "AS"},
        {"WITH e AS (SELECT window_end - window_start AS length FROM TUMBLE(events, timestamp, INTERVAL '1 s')) SELECT "
         "count(*) FROM e WHERE length > INTERVAL '1 s'",
         "window_end can't stand in WHERE", "length", ""},
        {"WITH e AS (SELECT type, window_end FROM TUMBLE(events, timestamp, INTERVAL '1 s')) SELECT type, count(*) "
         "FROM e "
         "GROUP BY type",
         "GROUP BY must hold window_start", "type", ""},
        {"SELECT DISTINCT type FROM TUMBLE(events, timestamp, INTERVAL '1 s')",
         "SELECT DISTINCT over windows must hold window_start", "type", "window_start"},
        {"SELECT DISTINCT ON (type) type FROM events", "DISTINCT ON is not supported", "type)", "GROUP BY"},
        {"SELECT DISTINCT count(*) FROM events GROUP BY type", "SELECT DISTINCT does not show type", "count", ""},
        {"SELECT DISTINCT count(*) FROM TUMBLE(events, timestamp, INTERVAL '1 s') GROUP BY window_start",
         "SELECT DISTINCT does not show the window", "count", ""},
    });
}

TEST(PlannerRefusal, ranks) {
    const auto ranked = [](const std::string& call) {
        return "SELECT type, " + call + " AS r FROM events GROUP BY type";
    };
    const std::string windowed = " FROM TUMBLE(events, timestamp, INTERVAL '1 s') GROUP BY type, window_start";
    expect_refused({
        {ranked("lag(type) OVER ()"), "lag() OVER is not supported", "lag", "dense_rank()"},
        {ranked("row_number()"), "row_number() is not supported here", "row_number", "OVER"},
        {ranked("row_number(1) OVER ()"), "row_number() takes no arguments", "row_number", ""},
        {ranked("row_number() FILTER (WHERE true) OVER ()"), "row_number() takes no arguments", "row_number", ""},
        {ranked("rank() OVER w"), "named windows are not supported", "w AS", "PARTITION BY"},
        {ranked("rank() OVER (ORDER BY type)") + " WINDOW w AS (ORDER BY type)", "WINDOW is not supported",
         "(ORDER BY type)", ""},
        {ranked("rank() OVER (ORDER BY type ROWS UNBOUNDED PRECEDING)"), "has no use for a frame", "(ORDER", "ROWS"},
        {ranked("rank() OVER (ORDER BY 1)"), "orders nothing", "1)", ""},
        {"SELECT tags, rank() OVER (PARTITION BY tags) AS r FROM events GROUP BY tags",
         "partitions can't be made by arrays", "tags) AS", "cast it to text"},
        {"SELECT tags, rank() OVER (ORDER BY tags) AS r FROM events GROUP BY tags", "ranks by arrays are not supported",
         "tags) AS", "cast it to text"},
        {ranked("rank() OVER (ORDER BY source)"), "source is neither in GROUP BY", "source", ""},
        {ranked("rank() OVER (ORDER BY rank() OVER ())"), "rank() can't stand in OVER", "rank() OVER ()", ""},
        {"SELECT data.a, rank() OVER (ORDER BY data.a) AS r FROM events GROUP BY 1", "data.a has no order",
         "data.a) AS", "data.a::double precision"},
        {"SELECT u.k, rank() OVER (ORDER BY u.k) AS r FROM (SELECT type AS k FROM events UNION ALL SELECT source FROM "
         "events) AS u",
         "rows of a UNION ALL can't be ranked", "u.k", "rank groups"},
        {"SELECT id, rank() OVER (ORDER BY source) AS r FROM TUMBLE(events, timestamp, '1 min')",
         "ranks across windows", "source", "PARTITION BY"},
        {"SELECT DISTINCT type, rank() OVER (ORDER BY source) AS r FROM events", "SELECT DISTINCT with ranks", "type",
         ""},
        {"SELECT DISTINCT type, rank() OVER (ORDER BY count(*)) AS r FROM events GROUP BY type",
         "SELECT DISTINCT with ranks", "type", ""},
        {"SELECT type FROM events GROUP BY type, rank() OVER ()", "rank() can't stand in GROUP BY", "rank", ""},
        {"SELECT type FROM events GROUP BY type HAVING rank() OVER () = 1", "rank() can't stand in HAVING", "rank",
         "WHERE rank <= 10"},
        {"SELECT type FROM events WHERE rank() OVER () = 1 GROUP BY type", "rank() can't stand in WHERE", "rank", ""},
        {"SELECT type, rank() OVER (ORDER BY count(*)) AS r" + windowed, "ranks across windows", "count",
         "PARTITION BY must hold window_start"},
        {"SELECT type, rank() OVER (PARTITION BY type ORDER BY count(*)) AS r" + windowed, "ranks across windows",
         "type ORDER", ""},
        {"SELECT rank() OVER (ORDER BY r) AS s FROM (" + ranked("rank() OVER (ORDER BY type)") + ") AS t",
         "rank() can't stand in a SELECT around ranked groups", "rank", ""},
        {"SELECT type, rank() OVER (PARTITION BY window_start ORDER BY count(*)) AS r FROM SESSION(events, timestamp, "
         "INTERVAL '1 s') GROUP BY type, window_start",
         "sessions can't be ranked", "type", "TUMBLE"},
        {"CREATE MATERIALIZED VIEW v WITH (ttl = '1 h') AS " + ranked("rank() OVER ()"),
         "groups that go by a ttl can't be ranked", "type", "ttl"},
        {"SELECT r, count(*) FROM (" + ranked("rank() OVER ()") + ") AS t GROUP BY r",
         "groups can't be grouped once more", "r", ""},
    });
}

TEST(PlannerRefusal, names) {
    expect_refused({
        {"SELECT count(*) FROM events WHERE tpye = 'x'", "there is no column \"tpye\"", "tpye", "is it \"type\"?"},
        {"SELECT count(*) FROM events WHERE latency > 5", "there is no column \"latency\"", "latency", "data.latency"},
        {"SELECT count(*) FROM events e WHERE events.type = 'x'", "there is no table \"events\" here", "events.type",
         "called \"e\""},
        {"SELECT count(*) FROM events WHERE type.x = 'x'", "type has no fields", "type.x", "only data"},
        {"SELECT count(*) FROM events WHERE data.userId = 'x'", "names without quotes are read in lower case", "userId",
         "data.\"userId\""},
        {"SELECT count(*) FROM events WHERE data.a.B.\"C\" = 'x'", "names without quotes", "B.", "data.a.\"B\".\"C\""},
        {"SELECT count(*) FROM events WHERE tags = 'x'", "invalid input syntax for type text[]", "'x'", ""},
        {"SELECT count(*) FROM events WHERE 'x' = ANY(type)", "ANY needs an array, not text", "type", "ANY (tags)"},
        {"SELECT count(*) FROM events WHERE 1 < ALL(tags)", "there is no operator integer < text", "<", ""},
        {"SELECT count(*) FROM events WHERE lwer(type) = 'x'", "there is no function \"lwer\"", "lwer",
         "is it \"lower\"?"},
        {"SELECT count(*) FROM events WHERE received_at > now()", "now() is not supported", "now",
         "depend on events alone"},
        {"SELECT count(*) FROM events WHERE received_at > current_timestamp", "the time of the clock",
         "current_timestamp", ""},
        {"SELECT count(*) FROM events WHERE random() < 0.5", "random() is not supported", "random", ""},
        {"SELECT count(*) FROM events WHERE data." + std::string(64, 'k') + " = 1", "a name has at most 63 bytes",
         "kkk", "data->>'key'"},
        {"SELECT count(*) FROM events WHERE id = $1", "a view has no parameters", "$1", ""},
        {"SELECT count(*) FROM events WHERE type IN (SELECT 'a')", "subqueries are not supported", "IN", ""},
        {"SELECT count(*) FROM events WHERE type COLLATE \"C\" = 'a'", "COLLATE is not supported", "COLLATE", ""},
        {"SELECT count(*) FROM events WHERE (data).a = 1", "this form of access", "data", "data.a.b"},
        {"SELECT count(*) FROM events WHERE data['a'] = '1'", "this form of access", "data", ""},
        {"SELECT count(*) FROM events WHERE (type, source) = ('a', 'b')", "rows are not supported", "(type", ""},
    });
}

TEST(PlannerRefusal, types) {
    expect_refused({
        {"SELECT count(*) FROM events WHERE type = 5", "there is no operator text = integer", "= 5", "cast"},
        {"SELECT count(*) FROM events WHERE timestamp > 'soon'",
         "invalid input syntax for type timestamp with time zone: \"soon\"", "'soon'", ""},
        {"SELECT count(*) FROM events WHERE data.a > data.b", "have no order", ">", "data.a::double precision"},
        {"SELECT count(*) FROM events WHERE data.a > timestamp", "there is no operator", ">",
         "data.a::timestamp with time zone"},
        {"SELECT greatest(data.a, data.b) FROM events GROUP BY 1", "GREATEST does not order", "greatest", "cast"},
        {"SELECT count(*) FROM events WHERE data->'a' > '5'", "there is no operator jsonb > unknown", ">", "->>"},
        {"SELECT count(*) FROM events WHERE data.a->'b' = '5'", "-> needs jsonb on its left", "->", "data->'a'"},
        {"SELECT count(*) FROM events WHERE data->1.5 = '5'", "-> takes a text or an integer, not numeric", "1.5", ""},
        {"SELECT count(*) FROM events WHERE data->>'a'::int = 5", "invalid input syntax for type integer: \"a\"", "'a'",
         ""},
        {"SELECT count(*) FROM events WHERE type ~ '('", "invalid regular expression", "~", ""},
        {"SELECT count(*) FROM events WHERE type ~ '[\\'", "invalid regular expression: trailing", "~", ""},
        {"SELECT count(*) FROM events WHERE type ~ '[a\\'", "invalid regular expression: trailing", "~", ""},
        {"SELECT count(*) FROM events WHERE type ~ source", "a regular expression must be a literal", "~", "LIKE"},
        {"SELECT count(*) FROM events WHERE type LIKE 'a\\'", "must not end with its escape", "LIKE", ""},
        {"SELECT count(*) FROM events WHERE type SIMILAR TO source", "SIMILAR TO needs a literal pattern", "", "LIKE"},
        {"SELECT round(data.a, 2) FROM events GROUP BY 1", "there is no function round(a field of data, integer)",
         "round", "data.a::numeric"},
        {"SELECT data.a % 2 FROM events GROUP BY 1", "there is no operator a field of data % integer", "%", "bigint"},
        {"SELECT 2 ^ 0.5 FROM events GROUP BY 1", "powers, exp and logarithms of numeric are not supported", "^",
         "0.5::double precision"},
        {"SELECT ln(2.0) FROM events GROUP BY 1", "powers, exp and logarithms of numeric are not supported", "ln", ""},
        {"SELECT '1' + '2' FROM events GROUP BY 1", "it is not clear which operator is meant", "+", ""},
        {"SELECT left(type, data.n) FROM events GROUP BY 1", "there is no function left", "left", "data.n::numeric"},
        {"SELECT 1 / 0 FROM events GROUP BY 1", "this always fails", "/", "division by zero"},
        {"SELECT type::time FROM events GROUP BY 1", "the type time is not supported", "time", "timestamptz"},
        {"SELECT timestamp AT TIME ZONE 'Europe/Berlin' FROM events GROUP BY 1",
         "the time zone \"Europe/Berlin\" is not known", "", "fixed offsets"},
        {"SELECT make_interval(day => 2) FROM events GROUP BY 1", "make_interval has no \"day\"", "", "days"},
        {"SELECT extract(hour from timestamp::date) FROM events GROUP BY 1", "a date has no such part", "", "day"},
        {"SELECT type::text[][] FROM events GROUP BY 1", "arrays of more than one dimension are not supported",
         "text[][]", ""},
        {"SELECT 1.5::float8[] FROM events GROUP BY 1", "can't cast numeric to double precision[]", "::float8[]", ""},
        {"SELECT 1.5::nowhere.float8 FROM events GROUP BY 1", "there is no schema \"nowhere\"", "nowhere", ""},
        {"SELECT 1.5::float8(3) FROM events GROUP BY 1", "double precision takes no precision", "float8", ""},
        {"SELECT '1'::nowhere.timestamp FROM events GROUP BY 1", "there is no schema \"nowhere\"", "nowhere", ""},
        {"SELECT (type = 'a')::bigint FROM events GROUP BY 1", "can't cast boolean to bigint", "::", ""},
        {"SELECT data.a::jsonb FROM events GROUP BY 1", "can't cast a field of data to jsonb", "::", "data->'field'"},
        {"SELECT CASE WHEN type = 'a' THEN 1 ELSE source END FROM events GROUP BY 1",
         "the result of CASE can't be both integer and text", "source", ""},
        {"SELECT date_trunc('fortnight', timestamp) FROM events GROUP BY 1", "\"fortnight\" is no unit of time",
         "date_trunc", "week"},
        {"SELECT extract(week from received_at - timestamp) FROM events GROUP BY 1", "an interval has no such part",
         "extract", ""},
        {"SELECT type || 5::numeric(50, 2) FROM events GROUP BY 1", "numeric(50, 2) is out of range", "numeric",
         "38 digits"},
        {"SELECT length(5) FROM events GROUP BY 1", "there is no function length(integer)", "length", ""},
    });
}

TEST(PlannerRefusal, shows_the_line_with_a_caret) {
    const auto plan = plan_view(
        "CREATE MATERIALIZED VIEW v AS\nSELECT type, count(*)\nFROM events\nWHERE 'é' = soruce\nGROUP BY type",
        TestAggregates());
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().text(),
              "there is no column \"soruce\"\n"
              "detail: line 4, column 13\n"
              "WHERE 'é' = soruce\n"
              "            ^\n"
              "hint: is it \"source\"?");
}

}  // namespace
}  // namespace sf::sql
