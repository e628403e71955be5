// Views that read views: names, types and times of columns, and what is refused.
#include "sql/planner.hpp"
#include "unit/sql/test_aggregates.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace sf::sql {
namespace {

class Views final : public ViewCatalog {
public:
    Views() {
        add("CREATE MATERIALIZED VIEW per_minute AS SELECT source, user_id AS who, window_start, window_end, "
            "count(*) AS n, sum((data->>'price')::numeric) AS total, max(data->'cart') AS cart "
            "FROM TUMBLE(events, timestamp, INTERVAL '1 minute') GROUP BY source, user_id, type, window_start");
        add("CREATE MATERIALIZED VIEW running AS SELECT source, count(*) AS n FROM events GROUP BY source");
        add("CREATE MATERIALIZED VIEW visits AS SELECT source, window_start, count(*) AS n "
            "FROM SESSION(events, timestamp, INTERVAL '1 minute') GROUP BY source, window_start");
        add("CREATE MATERIALIZED VIEW sales AS SELECT id, source FROM events");
        add("CREATE MATERIALIZED VIEW open WITH (lateness = 'infinity') AS SELECT window_start, count(*) AS n "
            "FROM TUMBLE(events, timestamp, INTERVAL '1 minute') GROUP BY window_start");
    }
    [[nodiscard]] const ViewPlan* view(std::string_view name) const override {
        const auto found = views_.find(name);
        return found == views_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] std::vector<std::string> view_names() const override {
        std::vector<std::string> names;
        for (const auto& [name, plan] : views_) names.push_back(name);
        return names;
    }

private:
    void add(const std::string& sql) {
        auto plan = plan_view(sql, TestAggregates());
        ASSERT_TRUE(plan) << plan.error().text();
        views_.emplace(plan->name, std::move(*plan));
    }
    std::map<std::string, ViewPlan, std::less<>> views_;
};

Result<ViewPlan> plan(const std::string& select, const std::string& options = "") {
    return plan_view("CREATE MATERIALIZED VIEW v " + options + "AS " + select, TestAggregates(), no_tables(),
                     no_functions(), Views());
}

const std::string kHourly =
    "SELECT source, window_start, sum(n) AS n FROM TUMBLE(per_minute, window_start, INTERVAL '1 hour') ";

TEST(ViewSource, columns_have_the_names_types_and_places_of_the_view_that_is_read) {
    const auto made = plan(kHourly + "WHERE n > 0 GROUP BY source, window_start");
    ASSERT_TRUE(made) << made.error().text();
    ASSERT_TRUE(made->over);
    const ViewSource& source = *made->over;
    EXPECT_EQ(source.view, "per_minute");
    EXPECT_EQ(source.window.size, std::chrono::minutes{1});
    EXPECT_FALSE(source.by_end);
    std::string columns;
    for (const ViewSource::Column& column : source.columns)
        columns += column.name + " " + std::string(to_string(column.type)) + " " +
                   (column.part == ViewSource::Part::keys           ? "keys." + column.member
                    : column.part == ViewSource::Part::values       ? "values." + column.member
                    : column.part == ViewSource::Part::window_start ? std::string("start")
                                                                    : std::string("end")) +
                   "\n";
    EXPECT_EQ(columns,
              "source text keys.source\nwho text keys.who\nwindow_start timestamp with time zone start\n"
              "window_end timestamp with time zone end\nn bigint values.n\ntotal numeric values.total\n"
              "cart jsonb values.cart\n");
    EXPECT_EQ(canonical_text(*made->where), "(n > 0)");
    EXPECT_EQ(made->keys.size(), 1u);
    EXPECT_EQ(made->aggregates[0].text(), "sum(n::numeric)");
    EXPECT_EQ(made->window.size, std::chrono::hours{1});
    EXPECT_EQ(made->options.lateness, Duration::zero());
    EXPECT_EQ(made->options.out_of_orderness, Duration::zero());
}

TEST(ViewSource, windows_may_go_by_the_end_and_stand_around_a_query) {
    const auto by_end = plan(
        "SELECT window_end, max(total) AS most FROM HOP(per_minute, window_end, '10 min', '1 hour') "
        "GROUP BY window_end");
    ASSERT_TRUE(by_end) << by_end.error().text();
    EXPECT_TRUE(by_end->over->by_end);
    const auto query = plan(
        "WITH busy AS (SELECT who, n * 2 AS m, window_start AS at FROM per_minute WHERE n > 3) "
        "SELECT who, window_start, sum(m) AS m FROM TUMBLE(busy, at, '1 hour') "
        "GROUP BY who, window_start");
    ASSERT_TRUE(query) << query.error().text();
    EXPECT_FALSE(query->over->by_end);
    EXPECT_EQ(query->aggregates[0].text(), "sum((n * 2::bigint)::numeric)");
}

TEST(ViewSource, without_a_window_it_is_a_running_total_and_the_bounds_are_columns) {
    const auto made = plan("SELECT source, window_start, sum(n) AS n FROM per_minute GROUP BY source, window_start");
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_EQ(made->window.kind, Window::Kind::none);
    EXPECT_EQ(made->keys.size(), 2u);
    EXPECT_EQ(made->outputs[1].kind, OutputColumn::Kind::key);
}

TEST(ViewSource, a_column_outside_of_aggregates_must_be_in_group_by) {
    const auto made = plan(
        "SELECT source, who, window_start FROM TUMBLE(per_minute, window_start, '1 hour') "
        "GROUP BY source, window_start");
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().message, "who is neither in GROUP BY nor inside an aggregate");
}

TEST(ViewSource, what_is_not_read_is_refused_with_its_place) {
    struct Case {
        std::string sql, message, at, hint;
    };
    const std::vector<Case> cases = {
        {"SELECT window_start FROM TUMBLE(per_minut, window_start, '1 hour') GROUP BY window_start",
         "windows are over events, a view or a WITH query", "per_minut,", "is it \"per_minute\"?"},
        {"SELECT count(*) AS n FROM per_minut", "there is no table \"per_minut\"", "per_minut",
         "is it \"per_minute\"?"},
        {"SELECT count(*) AS n FROM v", "a view can't read itself", "v", ""},
        {"SELECT count(*) AS n FROM running", "view \"running\" is a running total, whose rows are never final",
         "running", "give it windows"},
        {"SELECT count(*) AS n FROM visits", "view \"visits\" has sessions, which a view does not read", "visits", ""},
        {"SELECT count(*) AS n FROM sales", "view \"sales\" has rows of single events, which a view does not read",
         "sales", "read the events"},
        {"SELECT count(*) AS n FROM open", "view \"open\" has lateness = 'infinity', so its rows are never final",
         "open", ""},
        {"SELECT window_start FROM TUMBLE(per_minute, n, '1 hour') GROUP BY window_start",
         "windows over view \"per_minute\" go by its window_start or window_end", "n, '1", "TUMBLE(per_minute"},
        {"SELECT window_start FROM SESSION(per_minute, window_start, '1 hour') GROUP BY window_start",
         "sessions are of events, not of a view's rows", "SESSION", "TUMBLE or HOP"},
        {"SELECT source, n FROM per_minute", "a view over a view needs GROUP BY", "source", "ad-hoc SQL"},
        {"SELECT source, row_number() OVER (ORDER BY n) AS r FROM per_minute", "rows of a view can't be ranked",
         "source", "GROUP BY"},
        {"SELECT last(n) AS n FROM per_minute", "these rows have no order of their own", "last", "ORDER BY"},
        {"SELECT sum(n) AS n FROM (SELECT n FROM per_minute UNION ALL SELECT 1::bigint FROM events) AS u",
         "a SELECT of a UNION ALL reads view \"per_minute\"", "n FROM per", "over events"},
        {"SELECT count(*) AS n FROM per_minute JOIN (VALUES (1)) AS t (x) ON t.x = per_minute.n",
         "rows of a view are not joined", "per_minute JOIN", ""},
        {"SELECT count(*) AS n FROM per_minute WHERE missing = 1", "there is no column \"missing\" in per_minute",
         "missing", "its columns are"},
    };
    for (const Case& one : cases) {
        const auto made = plan(one.sql);
        ASSERT_FALSE(made) << one.sql;
        EXPECT_EQ(made.error().message, one.message) << one.sql;
        EXPECT_NE(made.error().hint.find(one.hint), std::string::npos) << one.sql << made.error().hint;
        const std::string caret = made.error().detail.substr(made.error().detail.rfind('\n') + 1);
        const std::string line = made.error().detail.substr(0, made.error().detail.rfind('\n'));
        const std::string shown = line.substr(line.rfind('\n') + 1);
        ASSERT_NE(caret.find('^'), std::string::npos) << made.error().text();
        if (!one.at.empty()) {
            EXPECT_EQ(shown.substr(caret.find('^')).substr(0, one.at.size()), one.at) << made.error().text();
        }
    }
}

TEST(ViewSource, nothing_is_late_so_options_of_lateness_are_refused) {
    for (const std::string name : {"lateness", "out_of_orderness", "ttl"}) {
        const auto made = plan(kHourly + "GROUP BY source, window_start", "WITH (" + name + " = '1 min') ");
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().message, "a view over a view has no option " + name);
    }
    EXPECT_TRUE(plan(kHourly + "GROUP BY source, window_start", "WITH (emit = 'on close', keys_max = 10) "));
}

TEST(ViewSource, a_view_over_a_view_may_be_read) {
    const auto made = plan(kHourly + "GROUP BY source, window_start");
    ASSERT_TRUE(made);
    EXPECT_TRUE(source_of(*made));
}

}  // namespace
}  // namespace sf::sql
