// Views as tables of ad-hoc SQL: types, names, and what a query may say about them.

#include "database/lakehouse/lakehouse.hpp"
#include "unit/database/stored_points.hpp"

namespace sf::database::testing {
namespace {

class ViewTables : public ::testing::Test {
protected:
    void SetUp() override {
        LakehouseOptions options;
        options.dir = folder_.path();
        store_ = std::make_unique<Lakehouse>(std::move(options));
        SF_ASSERT_OK(store_->start());
    }
    void add_point(const std::string& view, const std::string& keys, const std::string& values) {
        models::MetricPoint point = point_of({.view = view});
        point.keys = keys;
        point.values = values;
        SF_ASSERT_OK(store_->points().add_points(0, std::vector{record_of(next_++, {point})}, soon()));
    }
    std::string query(const std::string& sql) { return rows(*store_, sql); }
    std::string types(const std::string& sql) {
        const auto result = store_->query(sql, {}, {});
        std::string text;
        if (!result) return result.error().text();
        for (const QueryColumn& column : result->columns)
            text += (text.empty() ? "" : ", ") + column.name + " " + column.type;
        return text;
    }
    TestFolder folder_;
    std::unique_ptr<Lakehouse> store_;
    messaging::Offset next_ = 0;
};

using enum ViewTable::Source;

TEST_F(ViewTables, columns_have_the_types_of_the_view_and_exact_values) {
    store_->points().set_view_tables({{"v",
                                       {{"s", "text", key},
                                        {"i", "integer", value},
                                        {"b", "bigint", value},
                                        {"f", "double precision", value},
                                        {"n", "numeric", value},
                                        {"big", "numeric", value},
                                        {"yes", "boolean", value},
                                        {"t", "timestamp with time zone", value},
                                        {"u", "uuid", value},
                                        {"d", "interval", value},
                                        {"j", "jsonb", value},
                                        {"l", "text[]", value},
                                        {"w", "bigint[]", value},
                                        {"m", "numeric[]", value},
                                        {"e", "interval[]", value},
                                        {"o", "jsonb[]", value}}}});
    add_point(
        "v", R"({"s":"it's \"x\""})",
        R"({"i":-7,"b":9223372036854775807,"f":0.1,"n":12.50,"big":1234567890123456789012.0123456789012345,"yes":true,)"
        R"("t":"2015-05-17T10:05:03.5Z","u":"018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f","d":"-1 days +02:03:00","j":{"a":[1, 2.50]},"l":["a",null,"[\"x\", 1]"],"w":[9223372036854775807, null],"m":[1.50],"e":["-1 days +02:03:00"],"o":[{"a": [1]}, null, "s"]})");
    add_point("v", R"({"s":null})",
              R"({"i":null,"b":null,"f":"NaN","n":null,"big":null,"yes":null,"t":null,"u":null,"d":null,"j":null})");
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(types("SELECT * FROM v"),
                  "s text, i integer, b bigint, f double precision, n numeric, big numeric, yes boolean, "
                  "t timestamp with time zone, u uuid, "
                  "d interval, j jsonb, l text[], w bigint[], m numeric[], e interval[], o jsonb[]");
        EXPECT_EQ(
            query("SELECT * FROM v ORDER BY i NULLS LAST"),
            R"([["it's \"x\"", -7, 9223372036854775807, 0.1, 12.5, 1234567890123456789012.0123456789012345, true, )"
            R"("2015-05-17T10:05:03.5Z", "018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f", "-1 days +02:03:00", {"a":[1, 2.50]}, ["a", null, "[\"x\", 1]"], [9223372036854775807, null], [1.5], ["-1 days +02:03:00"], [{"a": [1]}, null, "s"]],)"
            R"([null, null, null, "NaN", null, null, null, null, null, null, null, null, null, null, null, null]])");
        SF_ASSERT_OK(store_->flush());
    }
    EXPECT_EQ(query("SELECT n * 2, f + 1 FROM v WHERE b > 0"), "[[25.0, 1.1]]");
    EXPECT_EQ(query("SELECT l[1], cardinality(w), 'a' = ANY (l) FROM v WHERE b > 0"), R"([["a", 2, true]])");
}

TEST_F(ViewTables, a_value_that_does_not_fit_its_type_is_an_error_and_not_a_null) {
    store_->points().set_view_tables({{"v", {{"b", "bigint", value}, {"n", "numeric", value}}}});
    add_point("v", "{}", R"({"b":9223372036854775808,"n":1})");
    EXPECT_NE(query("SELECT b FROM v").find("error: invalid_input"), std::string::npos);
    EXPECT_EQ(query("SELECT n FROM v"), "[[1]]") << "columns that are not asked for do no harm";
    EXPECT_EQ(query("SELECT \"values\"->'b' FROM metrics"), "[[9223372036854775808]]") << "all digits are in metrics";
}

TEST_F(ViewTables, names_of_any_kind_are_tables) {
    store_->points().set_view_tables({{"Mixed \"Case\" it's", {{"k \"1\"", "text", key}, {"select", "bigint", value}}},
                                      {"events", {{"k", "text", key}}},
                                      {"METRICS", {{"k", "text", key}}},
                                      {"nothing", {}}});
    add_point("Mixed \"Case\" it's", R"({"k \"1\"":"a"})", R"({"select":3})");
    EXPECT_EQ(query(R"(SELECT "k ""1""", "select" FROM "Mixed ""Case"" it's")"), R"([["a", 3]])");
    EXPECT_NE(query(R"(SELECT "select" FROM "mixed ""case"" it's")").find("there is no table"), std::string::npos);
    EXPECT_EQ(query("SELECT count(*) FROM events"), "[[0]]") << "not a view's";
    EXPECT_EQ(query("SELECT count(*) FROM metrics"), "[[1]]");
    EXPECT_NE(query("SELECT * FROM nothing").find("error"), std::string::npos);
}

TEST_F(ViewTables, queries_find_them_wherever_they_are_mentioned) {
    store_->points().set_view_tables({clicks_table()});
    add_point("clicks", R"({"k":"a"})", R"({"n":3})");
    EXPECT_EQ(query("WITH x AS (SELECT * FROM clicks) SELECT n FROM x WHERE n IN (SELECT n FROM clicks)"), "[[3]]");
    EXPECT_EQ(query("SELECT (SELECT sum(n) FROM CLICKS)"), "[[3]]");
    EXPECT_EQ(query("TABLE clicks").substr(0, 6), R"([["a",)");
    EXPECT_EQ(query("SELECT count(*) FROM events e LEFT JOIN late_events l ON e.id = l.event_id"), "[[0]]");
    EXPECT_EQ(query("WITH clicks AS (SELECT 7 AS n) SELECT n FROM clicks"), "[[7]]")
        << "a query's own name comes first";
    EXPECT_EQ(query("SELECT table_name FROM information_schema.tables ORDER BY 1"),
              R"([["clicks"],["events"],["late_events"],["metrics"]])");
    EXPECT_EQ(
        query("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'clicks' ORDER BY "
              "ordinal_position"),
        R"([["k", "text"],["window_start", "timestamp with time zone"],["window_end", "timestamp with time zone"],["n", "bigint"]])");
}

TEST_F(ViewTables, an_unknown_table_comes_with_the_names_of_those_that_are) {
    const std::string error = query("SELECT * FROM something");
    EXPECT_NE(
        error.find("hint: the tables are events, metrics, late_events, and each view and reference table by its name"),
        std::string::npos)
        << error;
    EXPECT_NE(query("SELECT * FROM \"x.parquet\"").find("the tables are events"), std::string::npos);
    EXPECT_NE(query("SELECT * FROM metric").find("hint: is it \"metrics\"?"), std::string::npos);
}

TEST_F(ViewTables, what_they_are_made_of_can_not_be_called) {
    for (const char* sql : {"SELECT * FROM streamflow_points()", "SELECT * FROM streamflow_late_events()",
                            "SELECT * FROM streamflow_live()", "SELECT streamflow_text('{}', 'a')",
                            "SELECT streamflow_json('{}', 'a')"}) {
        EXPECT_NE(query(sql).find("there is no "), std::string::npos) << sql;
    }
}

TEST_F(ViewTables, a_query_keeps_what_it_saw_when_it_began) {
    store_->points().set_view_tables({clicks_table()});
    for (int i = 0; i < 10; ++i) add_point("clicks", R"({"k":")" + std::to_string(i) + "\"}", R"({"n":1})");
    // Two looks at one table in one query, while others replace every point.
    std::atomic<bool> done = false;
    std::jthread writer([&] {
        for (std::uint64_t version = 2; !done; ++version) {
            std::vector<TestPoint> points;
            for (int i = 0; i < 10; ++i)
                points.push_back({.key = std::to_string(i), .n = static_cast<int>(version), .version = version});
            EXPECT_TRUE(add(store_->points(), next_++, points));
            EXPECT_TRUE(version % 20 != 0 || store_->flush());
        }
    });
    for (int i = 0; i < 15; ++i) {
        const std::string result = query("SELECT count(DISTINCT n), (SELECT min(n) FROM clicks) = max(n) FROM clicks");
        EXPECT_EQ(result, "[[1, true]]");
    }
    done = true;
}

}  // namespace
}  // namespace sf::database::testing
