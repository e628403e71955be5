// What plans say: a statement and the text of its plan.
#include "sql/planner.hpp"
#include "unit/sql/test_aggregates.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace sf::sql {
namespace {

std::string text_of(const ViewPlan& plan) {
    std::string out;
    const auto line = [&]<class... T>(fmt::format_string<T...> format, T&&... values) {
        out += fmt::format(format, std::forward<T>(values)...) + '\n';
    };
    if (plan.window.kind != Window::Kind::none) {
        constexpr std::array kKinds = {"none", "tumble", "hop", "session"};
        line("{} over {}: size {} slide {} offset {}", kKinds.at(static_cast<std::size_t>(plan.window.kind)),
             plan.window.time == TimeColumn::timestamp ? "timestamp" : "received_at", plan.window.size.count(),
             plan.window.slide.count(), plan.window.offset.count());
    }
    if (plan.where != nullptr) line("where {}", canonical_text(*plan.where));
    for (const KeyColumn& key : plan.keys) line("key {} = {}", key.name, canonical_text(*key.expression));
    for (const AggregateCall& call : plan.aggregates)
        line("aggregate {} -> {}", call.text(), to_string(call.signature.result));
    if (plan.having != nullptr) line("having {}", canonical_text(*plan.having));
    for (const Ranking& ranking : plan.rankings) {
        line("ranking {}", ranking.text());
        if (ranking.limit != INT64_MAX) line("  up to {}", ranking.limit);
    }
    if (plan.shown != nullptr) line("shown {}", canonical_text(*plan.shown));
    for (const OutputColumn& output : plan.outputs) {
        std::string kind = "value";
        if (output.kind == OutputColumn::Kind::key) kind = fmt::format("key {}", output.key);
        if (output.kind == OutputColumn::Kind::window_start) kind = "window start";
        if (output.kind == OutputColumn::Kind::window_end) kind = "window end";
        line("output {} {} ({}) = {}", output.name, to_string(output.type), kind, canonical_text(*output.expression));
    }
    return out;
}

ViewPlan planned(const std::string& select, const std::string& options = "") {
    auto plan = plan_view("CREATE MATERIALIZED VIEW v " + options + " AS " + select, TestAggregates());
    EXPECT_TRUE(plan) << plan.error().text();
    return plan ? std::move(*plan) : ViewPlan{};
}

TEST(Planner, error_rate_of_the_manual) {
    const ViewPlan plan = planned(
        "SELECT source, window_start, window_end, count(*) FILTER (WHERE data.status >= 500)::float8 / count(*) AS "
        "error_rate "
        "FROM HOP(events, timestamp, INTERVAL '10 s', INTERVAL '5 min') WHERE type = 'api.request' "
        "GROUP BY source, window_start, window_end HAVING count(*) >= 20;");
    EXPECT_EQ(text_of(plan),
              "hop over timestamp: size 300000000 slide 10000000 offset 0\n"
              "where (type = 'api.request')\n"
              "key source = source\n"
              "aggregate count(*) FILTER (WHERE (data.status::double precision >= 500::double precision)) -> bigint\n"
              "aggregate count(*) -> bigint\n"
              "having (count(*) >= 20)\n"
              "output source text (key 0) = source\n"
              "output window_start timestamp with time zone (window start) = window_start\n"
              "output window_end timestamp with time zone (window end) = window_end\n"
              "output error_rate double precision (value) = (count(*) FILTER (WHERE (data.status::double precision >= "
              "500::double "
              "precision))::double precision / count(*)::double precision)\n");
    EXPECT_EQ(plan.name, "v");
    EXPECT_EQ(input_of(*plan.outputs[0].expression), 0);
    EXPECT_EQ(input_of(*plan.outputs[1].expression), static_cast<int>(plan.input_window_start()));
    EXPECT_EQ(input_of(*plan.outputs[2].expression), static_cast<int>(plan.input_window_end()));
}

TEST(Planner, windows) {
    EXPECT_TRUE(text_of(planned("SELECT count(*) FROM TUMBLE(events, received_at, INTERVAL '1 day', INTERVAL '-1 "
                                "hour') GROUP BY window_end"))
                    .starts_with("tumble over received_at: size 86400000000 slide 86400000000 offset 82800000000\n"));
    EXPECT_TRUE(
        text_of(planned("SELECT count(*) FROM HOP(events, timestamp, '7 s', '10 s', '15 s') GROUP BY window_start"))
            .starts_with("hop over timestamp: size 10000000 slide 7000000 offset 1000000\n"));
    EXPECT_TRUE(
        text_of(planned("SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL '90' SECOND) GROUP BY window_start"))
            .starts_with("tumble over timestamp: size 90000000 slide 90000000 offset 0\n"));
    EXPECT_TRUE(
        text_of(planned("SELECT user_id, count(*) FROM session(events, received_at, INTERVAL '30 min') GROUP BY "
                        "user_id, window_start"))
            .starts_with("session over received_at: size 1800000000 slide 1800000000 offset 0\n"));
}

TEST(Planner, offsets_of_any_length_are_taken_modulo_the_slide) {
    const auto offset = [](const std::string& written) {
        return planned("SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL '7 days', INTERVAL '" + written +
                       "') GROUP BY window_start")
                   .window.offset /
               std::chrono::hours{1};
    };
    EXPECT_EQ(offset("8 days"), 24);
    EXPECT_EQ(offset("-8 days"), 6 * 24);
    EXPECT_EQ(offset("106751992 days"), 4 * 24);  // 64 bits of microseconds end before.
    EXPECT_EQ(offset("-106751992 days"), 3 * 24);
    EXPECT_EQ(offset("2147483647 days 2 hours"), 24 + 2);
}

TEST(Planner, lengths_up_to_ten_million_days) {
    const ViewOptions options =
        planned("SELECT count(*) FROM events", "WITH (lateness = '10000000 days', out_of_orderness = '10000000 days')")
            .options;
    EXPECT_EQ(options.lateness, std::chrono::days{10'000'000});
    EXPECT_EQ(options.out_of_orderness, std::chrono::days{10'000'000});
}

TEST(Planner, groups) {
    // By expression, by number, by output name; each once. A name is a column of events first.
    EXPECT_EQ(text_of(planned("SELECT lower(type) AS kind, data.a, data.a + 1 AS next, count(*) FROM events GROUP BY "
                              "kind, 2, data.a, LOWER(type)")),
              "key kind = lower(type)\n"
              "key a = data.a\n"
              "aggregate count(*) -> bigint\n"
              "output kind text (key 0) = lower(type)\n"
              "output a jsonb (key 1) = data.a\n"
              "output next double precision (value) = (data.a::double precision + 1::double precision)\n"
              "output count bigint (value) = count(*)\n");
    EXPECT_EQ(text_of(planned("SELECT source AS type, count(*) FROM events GROUP BY type, source")),
              "key type = type\n"
              "key type = source\n"
              "aggregate count(*) -> bigint\n"
              "output type text (key 1) = source\n"
              "output count bigint (value) = count(*)\n");
    EXPECT_EQ(text_of(planned("SELECT upper(e.severity) FROM events AS e GROUP BY e.severity")),
              "key severity = severity\noutput upper text (value) = upper(severity)\n");
}

// A subquery that filters and projects is not there any more: names stand for expressions.
TEST(Planner, subqueries) {
    const std::string plain =
        text_of(planned("SELECT user_id AS u, sum(data.price::numeric) AS p FROM events WHERE (type = 'x' AND data.ok) "
                        "GROUP BY user_id"));
    EXPECT_EQ(
        text_of(planned("SELECT u, sum(p) AS p FROM (SELECT user_id AS u, data.price::numeric AS p, data FROM events "
                        "WHERE type = 'x') AS e WHERE data.ok GROUP BY e.u")),
        plain);
    EXPECT_EQ(text_of(planned(
                  "SELECT u, sum(price) AS p FROM (SELECT user_id, d.price::numeric FROM (SELECT *, data AS d FROM "
                  "events WHERE type = 'x') AS deeper WHERE d.ok) AS e (u, price) GROUP BY u")),
              plain);
    EXPECT_EQ(text_of(planned("WITH a AS (SELECT * FROM events WHERE type = 'x'), b (u, p, ok) AS (SELECT user_id, "
                              "data.price::numeric, data.ok FROM a) SELECT u, sum(p) AS p FROM b WHERE ok GROUP BY u")),
              plain);
    // A WITH query that is called events hides the table, but not from itself.
    EXPECT_EQ(
        text_of(planned("WITH events AS (SELECT lower(type) AS type FROM events) SELECT count(type) FROM events")),
        text_of(planned("SELECT count(lower(type)) FROM events")));
    EXPECT_EQ(text_of(planned("SELECT count(*) FROM (SELECT tags AS t FROM events) AS e WHERE 'a' = ANY(e.t)")),
              text_of(planned("SELECT count(*) FROM events WHERE 'a' = ANY(tags)")));
}

TEST(Planner, windows_over_subqueries) {
    const std::string plain =
        text_of(planned("SELECT window_start AS begins, lower(type) AS kind, count(*) AS n FROM TUMBLE(events, "
                        "received_at, INTERVAL '1 min') WHERE type = 'x' GROUP BY window_start, lower(type)"));
    EXPECT_EQ(
        text_of(planned("WITH e AS (SELECT lower(type) AS kind, received_at AS at FROM events WHERE type = 'x') SELECT "
                        "window_start AS begins, kind, count(*) AS n FROM TUMBLE(e, at, INTERVAL '1 min') GROUP BY 1, "
                        "kind")),
        plain);
    EXPECT_EQ(
        text_of(planned("SELECT begins, kind, count(*) AS n FROM (SELECT window_start AS begins, lower(t.type) AS kind "
                        "FROM TUMBLE(events, received_at, INTERVAL '1 min') AS t WHERE type = 'x') AS e GROUP BY "
                        "begins, kind")),
        plain);
}

// Around groups, WHERE is what HAVING is inside.
TEST(Planner, a_select_around_groups) {
    const std::string plain = text_of(
        planned("SELECT type AS kind, count(*) * 2 AS twice, window_end FROM TUMBLE(events, timestamp, INTERVAL '1 "
                "min') GROUP BY type, window_end HAVING (count(*) > 3 AND window_end > '2020-01-01Z')"));
    EXPECT_EQ(
        text_of(planned("SELECT kind, n * 2 AS twice, window_end FROM (SELECT type AS kind, count(*) AS n, window_end "
                        "FROM TUMBLE(events, timestamp, INTERVAL '1 min') GROUP BY type, window_end HAVING count(*) "
                        "> 3) AS g WHERE window_end > '2020-01-01Z'")),
        plain);
    EXPECT_EQ(text_of(planned("SELECT * FROM (SELECT type, count(*) FROM events GROUP BY type) AS g")),
              text_of(planned("SELECT type, count(*) FROM events GROUP BY type")));
}

TEST(Planner, rows_of_single_events) {
    const ViewPlan plan = planned(
        "SELECT id AS event, user_id, p * 2 AS twice, data FROM (SELECT *, data.price::numeric AS p "
        "FROM events WHERE type = 'x') AS e WHERE p > 1");
    EXPECT_TRUE(plan.of_events);
    EXPECT_EQ(text_of(plan),
              "where ((type = 'x') AND (data.price::double precision::numeric > 1::numeric))\n"
              "key event = id\n"
              "output event uuid (key 0) = id\n"
              "output user_id text (value) = user_id\n"
              "output twice numeric (value) = (data.price::double precision::numeric * 2::numeric)\n"
              "output data jsonb (value) = data\n");
    EXPECT_EQ(text_of(planned("SELECT type FROM events")), "key id = id\noutput type text (value) = type\n");
}

TEST(Planner, the_best_n) {
    const std::string plain = text_of(planned(
        "SELECT * FROM (SELECT source, window_start, count(*) AS n, row_number() OVER (PARTITION BY window_start, "
        "window_end ORDER BY count(*) DESC, source) AS rank FROM TUMBLE(events, timestamp, INTERVAL '1 min') GROUP BY "
        "source, window_start, window_end) AS t WHERE rank <= 10"));
    EXPECT_EQ(
        plain,
        "tumble over timestamp: size 60000000 slide 60000000 offset 0\n"
        "key source = source\n"
        "aggregate count(*) -> bigint\n"
        "ranking row_number() OVER (ORDER BY count(*) DESC, source)\n"
        "  up to 10\n"
        "shown (row_number() OVER (PARTITION BY window_start, window_end ORDER BY count(*) DESC, source) <= "
        "10)\n"
        "output source text (key 0) = source\n"
        "output window_start timestamp with time zone (window start) = window_start\n"
        "output n bigint (value) = count(*)\n"
        "output rank bigint (value) = row_number() OVER (PARTITION BY window_start, window_end ORDER BY count(*) DESC, "
        "source)\n");
    // The groups one SELECT deeper, over which OVER then names columns.
    EXPECT_EQ(
        text_of(
            planned("SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY window_start, window_end ORDER BY n "
                    "DESC, source) AS rank FROM (SELECT source, window_start, window_end, count(*) AS n FROM "
                    "TUMBLE(events, timestamp, INTERVAL '1 min') GROUP BY source, window_start, window_end) AS g) AS t "
                    "WHERE rank <= 10"))
            .find("ranking row_number() OVER (ORDER BY count(*) DESC, source)\n  up to 10\n"),
        plain.find("ranking"));
}

TEST(Planner, how_far_ranks_are_looked_at) {
    const auto limit = [](const std::string& where) {
        const ViewPlan plan = planned(
            "SELECT n FROM (SELECT type, count(*) AS n, rank() OVER (ORDER BY count(*)) AS r FROM "
            "events GROUP BY type) AS t WHERE " +
            where);
        return plan.rankings.empty() ? -1 : plan.rankings[0].limit;
    };
    EXPECT_EQ(limit("r <= 3"), 3);
    EXPECT_EQ(limit("r < 3"), 2);
    EXPECT_EQ(limit("r = 3"), 3);
    EXPECT_EQ(limit("3 >= r"), 3);
    EXPECT_EQ(limit("3 > r AND n > 5"), 2);
    EXPECT_EQ(limit("r BETWEEN 2 AND 4"), 4);
    EXPECT_EQ(limit("r < 3 OR n > 5"), INT64_MAX);
    EXPECT_EQ(limit("r > 3"), INT64_MAX);
    EXPECT_EQ(limit("r <= n"), INT64_MAX);
    EXPECT_EQ(limit("r <= 2.5"), INT64_MAX);
}

TEST(Planner, distinct_is_a_group_of_all_outputs) {
    EXPECT_EQ(
        text_of(planned("SELECT DISTINCT lower(type) AS kind, data.a, window_start FROM TUMBLE(events, timestamp, "
                        "INTERVAL '1 min')")),
        text_of(planned("SELECT lower(type) AS kind, data.a, window_start FROM TUMBLE(events, timestamp, INTERVAL '1 "
                        "min') GROUP BY 1, 2, 3")));
    // Groups that show their keys are different anyway.
    EXPECT_EQ(text_of(planned("SELECT DISTINCT type, count(*) FROM events GROUP BY type")),
              text_of(planned("SELECT type, count(*) FROM events GROUP BY type")));
    EXPECT_EQ(text_of(planned("SELECT DISTINCT count(*) FROM events")),
              text_of(planned("SELECT count(*) FROM events")));
}

TEST(Planner, aggregates) {
    // The same call is planned once; DISTINCT and FILTER make others.
    EXPECT_EQ(text_of(planned(
                  "SELECT sum(data.a) AS a, sum(data.a) * 2 AS b, count(DISTINCT user_id) AS c, count(user_id) AS d, "
                  "approx_quantile(data.a, 0.95) AS e, sum(length(type)) FILTER (WHERE data.ok) AS f FROM events "
                  "HAVING sum(data.a) > 0")),
              "aggregate sum(data.a::double precision) -> double precision\n"
              "aggregate count_distinct(user_id) -> bigint\n"
              "aggregate count(user_id) -> bigint\n"
              "aggregate approx_quantile(data.a::double precision, 0.95) -> double precision\n"
              "aggregate sum(length(type)::numeric) FILTER (WHERE data.ok::boolean) -> numeric\n"
              "having (sum(data.a::double precision) > 0::double precision)\n"
              "output a double precision (value) = sum(data.a::double precision)\n"
              "output b double precision (value) = (sum(data.a::double precision) * 2::double precision)\n"
              "output c bigint (value) = count_distinct(user_id)\n"
              "output d bigint (value) = count(user_id)\n"
              "output e double precision (value) = approx_quantile(data.a::double precision, 0.95)\n"
              "output f numeric (value) = sum(length(type)::numeric) FILTER (WHERE data.ok::boolean)\n");
    EXPECT_EQ(planned("SELECT min(data.a), max(type) FROM events").aggregates[0].signature.arguments[0],
              Type::double_precision);
}

TEST(Planner, aggregates_with_an_order) {
    const ViewPlan plan = planned(
        "SELECT string_agg(user_id, ', ') AS a, string_agg(user_id, ', ' ORDER BY data.a DESC, type NULLS FIRST) AS b, "
        "percentile_disc(0.5) WITHIN GROUP (ORDER BY length(type) DESC) AS c, string_agg(user_id, 'it''s') AS d, "
        "string_agg(user_id, ', ' ORDER BY data.a DESC NULLS FIRST, type ASC NULLS FIRST) AS e FROM events");
    ASSERT_EQ(plan.aggregates.size(), 4u);  // e is b.
    EXPECT_EQ(plan.aggregates[0].text(), "string_agg(user_id, ', ')");
    EXPECT_EQ(plan.aggregates[1].text(), "string_agg(user_id, ', ' ORDER BY data.a DESC, type NULLS FIRST)");
    EXPECT_EQ(plan.aggregates[2].text(), "percentile_disc(0.5) WITHIN GROUP (ORDER BY length(type) DESC)");
    EXPECT_EQ(plan.aggregates[3].text(), "string_agg(user_id, 'it''s')");
    // The value, the keys of ORDER BY, the event's time and id.
    EXPECT_EQ(plan.aggregates[1].arguments.size(), 5u);
    EXPECT_EQ(plan.aggregates[1].row_order_columns(), 2u);
    EXPECT_EQ(canonical_text(*plan.aggregates[1].arguments[3]), "timestamp");
    EXPECT_EQ(canonical_text(*plan.aggregates[1].arguments[4]), "id");
    EXPECT_EQ(plan.aggregates[2].row_order_columns(), 0u);
    const std::vector<SortDirection> wanted = {{.descending = true, .nulls_first = true}, {.nulls_first = true}};
    EXPECT_EQ(plan.aggregates[1].order, wanted);
    EXPECT_EQ(std::get<std::string>(plan.aggregates[3].constants[0]), "it's");
}

TEST(Planner, names_of_outputs) {
    const ViewPlan plan = planned(
        "SELECT data.\"userId\", events.type, lower(source), 1 + 1, data->>'x', data.a::int, '5'::bigint, CASE WHEN "
        "true THEN type ELSE source END, "
        "coalesce(data.b, data.c), nullif(type, 'x'), greatest(1, 2), extract(hour from timestamp), count(*) AS "
        "\"Total\", sum(data.z)::numeric(10,2) "
        "FROM events GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12");
    std::string names;
    for (const OutputColumn& output : plan.outputs) names += output.name + ' ';
    EXPECT_EQ(names, "userId type lower column4 column5 a int8 source coalesce nullif greatest extract Total sum ");
}

TEST(Planner, options) {
    ViewOptions options = planned("SELECT count(*) FROM events").options;
    EXPECT_EQ(options.emit.kind, Emission::Kind::every);
    EXPECT_EQ(options.emit.interval, std::chrono::seconds{1});
    EXPECT_EQ(options.lateness, std::chrono::minutes{1});
    EXPECT_EQ(options.out_of_orderness, std::chrono::seconds{5});
    EXPECT_EQ(options.keys_max, 1'000'000u);
    EXPECT_EQ(options.state_max, 0u);
    EXPECT_EQ(options.ttl, Duration::zero());

    options = planned("SELECT count(*) FROM TUMBLE(events, timestamp, INTERVAL '1 s') GROUP BY window_start",
                      "WITH (emit = 'on close', lateness = 'infinity', out_of_orderness = '0 s', keys_max = 10)")
                  .options;
    EXPECT_EQ(options.emit.kind, Emission::Kind::on_close);
    EXPECT_EQ(options.lateness, kForever);
    EXPECT_EQ(options.out_of_orderness, Duration::zero());
    EXPECT_EQ(options.keys_max, 10u);

    options =
        planned("SELECT count(*) FROM events", "WITH (emit = 'every 250 ms', lateness = '2 days 1 hour')").options;
    EXPECT_EQ(options.emit.interval, std::chrono::milliseconds{250});
    options = planned("SELECT count(*) FROM events", "WITH (ttl = '30 days', state_max = '256 MiB')").options;
    EXPECT_EQ(options.ttl, std::chrono::days{30});
    EXPECT_EQ(options.state_max, 256u << 20);
    EXPECT_EQ(planned("SELECT count(*) FROM events", "WITH (state_max = 2000000)").options.state_max, 2'000'000u);
    options = planned("SELECT count(*) FROM events", "WITH (lateness = '2 days 1 hour')").options;
    EXPECT_EQ(options.lateness, std::chrono::hours{49});
    EXPECT_EQ(planned("SELECT count(*) FROM events", "WITH (emit = 'on change')").options.emit.kind,
              Emission::Kind::on_change);
}

TEST(Planner, literals_are_computed) {
    EXPECT_EQ(text_of(planned("SELECT count(*) FROM events WHERE length(type) > 2 * 3 AND timestamp > TIMESTAMPTZ "
                              "'2024-01-01' + INTERVAL '1 day'")),
              "where ((length(type) > 6) AND (timestamp > '2024-01-02 00:00:00+00'::timestamp with time zone))\n"
              "aggregate count(*) -> bigint\n"
              "output count bigint (value) = count(*)\n");
}

TEST(Planner, texts_tell_expressions_apart) {
    const char* const texts[] = {"data.a",
                                 "data->'a'",
                                 "data->>'a'",
                                 "data.a::text",
                                 "data.a::float8",
                                 "data.\"A\"",
                                 "data.a.b",
                                 "data.\"a.b\"",
                                 "data->'a'->0",
                                 "data->'a'->'0'",
                                 "data#>'{a,0}'",
                                 "type::jsonb#>>'{}'",
                                 "type::jsonb#>>'{\"{}\"}'",
                                 "type::jsonb#>>'{\"{\\\"{}\\\"}\"}'",
                                 "type::jsonb#>'{\"{}\"}'",
                                 "type::jsonb#>'{a,b}'",
                                 "type::jsonb#>'{\"a,b\"}'",
                                 "type::jsonb#>>'{a}'",
                                 "type::jsonb->>'a'",
                                 "1",
                                 "1::bigint",
                                 "1.0",
                                 "1::numeric",
                                 "'1'",
                                 "1::float8",
                                 "NULL::int",
                                 "NULL::text",
                                 "'a''b'",
                                 "type = 'a'",
                                 "type <> 'a'",
                                 "type LIKE 'a'",
                                 "type ILIKE 'a'",
                                 "type NOT LIKE 'a'",
                                 "type IN ('a', 'b')",
                                 "type IN ('a', 'c')",
                                 "INTERVAL '1 s'",
                                 "'00:00:01'::text",
                                 "length(type)::numeric(5,2)",
                                 "length(type)::numeric(5,3)",
                                 "- length(type)",
                                 "length(type) - 1",
                                 "length(type) - -1",
                                 "type = '1'::text",
                                 "type || '' = '1'"};
    std::map<std::string, std::string> seen;
    for (const char* text : texts) {
        const ViewPlan plan = planned(std::string("SELECT count(") + text + ") FROM events");
        ASSERT_EQ(plan.aggregates.size(), 1u) << text;
        const auto [other, fresh] = seen.emplace(canonical_text(*plan.aggregates[0].arguments[0]), text);
        EXPECT_TRUE(fresh) << text << " and " << other->second << " are both " << other->first;
    }
}

}  // namespace
}  // namespace sf::sql
