// Aggregates for which an order matters: first, last, percentiles, mode, lists. The expected values are PostgreSQL's.
#include "unit/engine/aggregate_value.hpp"
#include "unit/engine/engine_run.hpp"

#include <gtest/gtest.h>

namespace sf::engine::testing {
namespace {

TEST(FirstAndLast, go_by_the_time_of_the_event) {
    // The i-th event is of second i, in whatever order they come.
    const std::vector<std::string> data = {"null", "3", "1", "2", "null"};
    EXPECT_EQ(value_in_any_order("first(data.x)", data), "3");
    EXPECT_EQ(value_in_any_order("last(data.x)", data), "2");
    EXPECT_EQ(value_in_any_order("last(data.x)", {"null"}), "null");
}

TEST(FirstAndLast, go_by_the_id_at_the_same_time) {
    Uuid low, high;
    low.bytes[0] = 1;
    high.bytes[0] = 2;
    for (const bool low_first : {true, false}) {
        EngineRun engine({view_of("CREATE MATERIALIZED VIEW v AS SELECT first(source) AS f, last(source) AS l "
                                  "FROM events")},
                         {});
        const TestEvent one{.at = 7, .source = "low", .id = low};
        const TestEvent other{.at = 7, .source = "high", .id = high};
        engine.events({low_first ? one : other});
        engine.events({low_first ? other : one});
        engine.flush();
        EXPECT_EQ(engine.rows(), std::vector<std::string>{R"({} -..- {"f":"low","l":"high"} final)"});
    }
}

TEST(FirstAndLast, of_any_type) {
    const auto texts = quoted({"5", "7"});
    EXPECT_EQ(value_in_any_order("last(data->>'x')", texts), "\"7\"");
    EXPECT_EQ(value_in_any_order("first((data->>'x')::int)", texts), "5");
    EXPECT_EQ(value_in_any_order("last((data->>'x')::numeric)", quoted({"1", "7.50"})), "7.50");
    EXPECT_EQ(value_in_any_order("last((data->>'x')::interval)", quoted({"1 day", "2 days"})), "\"2 days\"");
    EXPECT_EQ(value_in_any_order("first((data->>'x')::boolean)", quoted({"t", "f"})), "true");
    EXPECT_EQ(value_in_any_order("last(timestamp)", texts), "\"1970-01-01T00:00:01Z\"");
    EXPECT_EQ(value_in_any_order("last(id)", texts), "\"00000000-0000-0000-0000-000000000001\"");
    EXPECT_EQ(value_in_any_order("first(data.x)", texts), "\"5\"");
    EXPECT_EQ(value_in_any_order("last(data->'x')", {"1", R"({"x":{"a":[1]}})"}), R"({"a": [1]})");
}

const std::vector<std::string> kSix = {"1", "2", "4", "2", "4", "8", "null", "\"9\""};

TEST(Percentile, continuous) {
    EXPECT_EQ(value_in_any_order("percentile_cont(0.5) WITHIN GROUP (ORDER BY data.x)", kSix), "3");
    EXPECT_EQ(value_in_any_order("percentile_cont(0) WITHIN GROUP (ORDER BY data.x)", kSix), "1");
    EXPECT_EQ(value_in_any_order("percentile_cont(1) WITHIN GROUP (ORDER BY data.x)", kSix), "8");
    EXPECT_EQ(value_in_any_order("percentile_cont(0.25) WITHIN GROUP (ORDER BY data.x DESC)", kSix), "4");
    EXPECT_EQ(value_in_any_order("percentile_cont(0.1) WITHIN GROUP (ORDER BY (data->>'x')::int DESC)", {"1", "2"}),
              "1.9");
    EXPECT_EQ(value_in_any_order("percentile_cont(0.3) WITHIN GROUP (ORDER BY (data->>'x')::numeric)",
                                 quoted({"1.5", "2.75"})),
              "1.875");
    EXPECT_EQ(value_in_any_order("percentile_cont(0.3) WITHIN GROUP (ORDER BY (data->>'x')::float8 DESC)",
                                 quoted({"1", "NaN", "3", "Infinity"})),
              "\"NaN\"");
    const auto intervals = quoted({"1 mon", "1 day 02:00", "3 hours"});
    EXPECT_EQ(value_in_any_order("percentile_cont(0.25) WITHIN GROUP (ORDER BY (data->>'x')::interval)", intervals),
              "\"14:30:00\"");
    EXPECT_EQ(value_in_any_order("percentile_cont(0.3) WITHIN GROUP (ORDER BY (data->>'x')::interval)", intervals),
              "\"16:48:00\"");
    EXPECT_EQ(value_in_any_order("percentile_cont(0.5) WITHIN GROUP (ORDER BY data.x)", {"null"}), "null");
}

TEST(Percentile, discrete) {
    EXPECT_EQ(value_in_any_order("percentile_disc(0.5) WITHIN GROUP (ORDER BY data.x)", kSix), "2");
    EXPECT_EQ(value_in_any_order("percentile_disc(0.5) WITHIN GROUP (ORDER BY data.x DESC)", kSix), "4");
    EXPECT_EQ(value_in_any_order("percentile_disc(0.5) WITHIN GROUP (ORDER BY data.x)", {"1", "2", "3"}), "2");
    EXPECT_EQ(value_in_any_order("percentile_disc(0) WITHIN GROUP (ORDER BY data.x)", kSix), "1");
    EXPECT_EQ(value_in_any_order("percentile_disc(1) WITHIN GROUP (ORDER BY data.x)", kSix), "8");
    EXPECT_EQ(value_in_any_order("percentile_disc(0.5) WITHIN GROUP (ORDER BY data->>'x')",
                                 quoted({"a", "é", "b", "longer than fifteen bytes"})),
              "\"b\"");
    EXPECT_EQ(value_in_any_order("percentile_disc(0.5) WITHIN GROUP (ORDER BY (data->>'x')::boolean)",
                                 quoted({"true", "false"})),
              "false");
    EXPECT_EQ(
        value_in_any_order("percentile_disc(1) WITHIN GROUP (ORDER BY (data->>'x')::numeric)", quoted({"1.5", "1.50"})),
        "1.50")
        << "what looks different has an order";
}

TEST(Percentile, of_several_fractions) {
    EXPECT_EQ(value_in_any_order("percentile_disc(ARRAY[0.5, 0, 1]) WITHIN GROUP (ORDER BY data.x)", kSix), "[2,1,8]");
    EXPECT_EQ(value_in_any_order("percentile_cont(ARRAY[0.5]) WITHIN GROUP (ORDER BY data.x)", kSix), "[3]");
    EXPECT_EQ(
        value_in_any_order("percentile_disc(ARRAY[0, 1]) WITHIN GROUP (ORDER BY data->>'x' DESC)", quoted({"a", "b"})),
        R"(["b","a"])");
    EXPECT_EQ(value_in_any_order("percentile_disc(ARRAY[0.5]) WITHIN GROUP (ORDER BY (data->>'x')::numeric)",
                                 quoted({"1.50"})),
              "[1.50]");
    EXPECT_EQ(value_in_any_order("percentile_disc(ARRAY[0.5]) WITHIN GROUP (ORDER BY data.x)", {"null"}), "null");
}

TEST(Percentile, mode_is_the_first_of_the_most_frequent) {
    EXPECT_EQ(value_in_any_order("mode() WITHIN GROUP (ORDER BY data.x)", kSix), "2");
    EXPECT_EQ(value_in_any_order("mode() WITHIN GROUP (ORDER BY data.x DESC)", kSix), "4");
    EXPECT_EQ(value_in_any_order("mode() WITHIN GROUP (ORDER BY source)", kSix), "\"shop\"");
    EXPECT_EQ(value_in_any_order("mode() WITHIN GROUP (ORDER BY data.x)", {"null"}), "null");
}

TEST(Percentile, has_a_limit) {
    std::vector<std::string> data(1'000'000, "1");
    const std::string median = "percentile_disc(0.5) WITHIN GROUP (ORDER BY data.x)";
    EXPECT_EQ(value_of(median, data, 4096), "1");
    data.push_back("1");
    EXPECT_EQ(value_of(median, data, 4096), "null");
}

TEST(StringAgg, joins_in_the_order_of_events) {
    const auto letters = quoted({"b", "a", "c", "a"});
    EXPECT_EQ(value_in_any_order("string_agg(data.x, ', ')", letters), "\"b, a, c, a\"");
    EXPECT_EQ(value_in_any_order("string_agg(data->>'x', '')", {"\"b\"", "null", "1"}), "\"b1\"");
    EXPECT_EQ(value_in_any_order("string_agg(data.x, ',')", {"null"}), "null");
    EXPECT_EQ(value_in_any_order("string_agg(data.x, ',')", {"\"\"", "\"\""}), "\",\"");
}

TEST(StringAgg, joins_in_the_order_that_is_asked_for) {
    const auto letters = quoted({"b", "a", "c", "a"});
    EXPECT_EQ(value_in_any_order("string_agg(data->>'x', ',' ORDER BY data->>'x' DESC)", letters), "\"c,b,a,a\"");
    const std::vector<std::string> pairs = {R"({"x":"a","n":2})", R"({"x":"b","n":10})", R"({"x":"c"})",
                                            R"({"x":"d","n":2})"};
    EXPECT_EQ(value_in_any_order("string_agg(data.x, '' ORDER BY data.n)", pairs), "\"adbc\"");
    EXPECT_EQ(value_in_any_order("string_agg(data.x, '' ORDER BY data.n DESC)", pairs), "\"cbad\"");
    EXPECT_EQ(value_in_any_order("string_agg(data.x, '' ORDER BY data.n DESC NULLS LAST, timestamp DESC)", pairs),
              "\"bdac\"");
}

TEST(StringAgg, distinct_takes_each_value_once) {
    const auto letters = quoted({"b", "a", "c", "a"});
    EXPECT_EQ(value_in_any_order("string_agg(DISTINCT data->>'x', '-')", letters), "\"a-b-c\"");
    EXPECT_EQ(value_in_any_order("string_agg(DISTINCT data->>'x', '-' ORDER BY data->>'x' DESC)", letters),
              "\"c-b-a\"");
    std::vector<std::string> many;
    for (int i = 0; i < 50'000; ++i) many.push_back(i % 2 == 0 ? "\"even\"" : "\"odd\"");
    EXPECT_EQ(value_of("string_agg(DISTINCT data->>'x', '-')", many, 3000), "\"even-odd\"")
        << "repeated values do not use the limit up";
}

TEST(ArrayAgg, in_the_order_of_events_or_another) {
    const std::vector<std::string> data = {"\"b\"", "null", "\"a\"", "\"b\""};
    EXPECT_EQ(value_in_any_order("array_agg(data->>'x')", data), R"(["b",null,"a","b"])");
    EXPECT_EQ(value_in_any_order("array_agg(data->>'x' ORDER BY data->>'x' NULLS FIRST)", data),
              R"([null,"a","b","b"])");
    EXPECT_EQ(value_in_any_order("array_agg(DISTINCT data->>'x')", data), R"(["a","b",null])");
    EXPECT_EQ(value_in_any_order("array_agg(DISTINCT data->>'x' ORDER BY data->>'x' DESC)", data), R"([null,"b","a"])");
    EXPECT_EQ(value_in_any_order("array_agg(data->>'x')", {}), "null");
}

TEST(ArrayAgg, of_any_type) {
    const auto texts = quoted({"1.50", "7"});
    EXPECT_EQ(value_in_any_order("array_agg((data->>'x')::numeric)", texts), "[1.50,7]");
    EXPECT_EQ(value_in_any_order("array_agg((data->>'x')::float8)", texts), "[1.5,7]");
    EXPECT_EQ(value_in_any_order("array_agg(length(data->>'x'))", texts), "[4,1]");
    EXPECT_EQ(value_in_any_order("array_agg(length(data->>'x') > 1)", texts), "[true,false]");
    EXPECT_EQ(value_in_any_order("array_agg((data->>'x')::interval)", quoted({"1 day"})), R"(["1 day"])");
    EXPECT_EQ(value_in_any_order("array_agg(id)", {"1"}), R"(["00000000-0000-0000-0000-000000000000"])");
    EXPECT_EQ(value_in_any_order("array_agg(timestamp)", {"1"}), R"(["1970-01-01T00:00:00Z"])");
    EXPECT_EQ(value_in_any_order("array_agg(data.x)", {"1.0", "\"a\"", "{}"}), R"([1,"a",null])");
    EXPECT_EQ(value_of("cardinality(array_agg(type))", {"1", "2", "3"}), "3");
}

TEST(StringAgg, has_limits) {
    std::vector<std::string> data(10'000, "\"x\"");
    EXPECT_EQ(value_of("length(string_agg(data->>'x', ''))", data, 4000), "10000");
    data.push_back("\"x\"");
    EXPECT_EQ(value_of("string_agg(data->>'x', '')", data, 4000), "null");
    std::vector<std::string> different;
    for (int i = 0; i < 10'001; ++i) different.push_back('"' + std::to_string(i) + '"');
    EXPECT_EQ(value_of("string_agg(DISTINCT data->>'x', '')", different, 4000), "null");
    different.pop_back();
    EXPECT_EQ(value_of("length(string_agg(DISTINCT data->>'x', ''))", different, 4000), "38890");
    const std::vector<std::string> few(100, "\"x\"");
    EXPECT_EQ(value_of("string_agg(data->>'x', '" + std::string(11'000, '-') + "')", few, 10), "null")
        << "more than 1 MiB of text";
}

}  // namespace
}  // namespace sf::engine::testing
