// Results: every type exactly, as JSON.

#include "database/lakehouse/lakehouse.hpp"
#include "unit/database/stored_events.hpp"

namespace sf::database::testing {
namespace {

class LakehouseQuery : public ::testing::Test {
protected:
    void SetUp() override { SF_ASSERT_OK(store_.start()); }

    [[nodiscard]] LakehouseOptions options() const {
        LakehouseOptions made;
        made.dir = folder_.path();
        return made;
    }
    [[nodiscard]] std::string value(const std::string& expression) {
        const std::string answer = rows(store_, "SELECT " + expression);
        return answer.starts_with("[[") ? answer.substr(2, answer.size() - 4) : answer;
    }
    [[nodiscard]] std::string type(const std::string& expression) {
        const auto result = store_.query("SELECT " + expression, {}, {});
        return result ? result->columns.at(0).type : result.error().text();
    }

    TestFolder folder_;
    Lakehouse store_{options()};
};

TEST_F(LakehouseQuery, numbers_are_exact) {
    EXPECT_EQ(value("9223372036854775807::BIGINT"), "9223372036854775807");
    EXPECT_EQ(value("(-9223372036854775807 - 1)::BIGINT"), "-9223372036854775808");
    EXPECT_EQ(value("18446744073709551615::UBIGINT"), "18446744073709551615");
    EXPECT_EQ(value("170141183460469231731687303715884105727::HUGEINT"), "170141183460469231731687303715884105727");
    EXPECT_EQ(value("'-170141183460469231731687303715884105728'::HUGEINT"), "-170141183460469231731687303715884105728");
    EXPECT_EQ(value("340282366920938463463374607431768211455::UHUGEINT"), "340282366920938463463374607431768211455");
    EXPECT_EQ(value("-5::TINYINT, 200::UTINYINT, -300::SMALLINT, 60000::USMALLINT, 4000000000::UINTEGER"),
              "-5, 200, -300, 60000, 4000000000");
    EXPECT_EQ(value("sum(x) FROM (VALUES (9223372036854775807), (1)) t(x)"), "9223372036854775808");
}

TEST_F(LakehouseQuery, decimals_keep_their_digits) {
    EXPECT_EQ(value("1.10::DECIMAL(4,2), -0.05::DECIMAL(4,2), 0::DECIMAL(9,3), -12.5::DECIMAL(18,1)"),
              "1.10, -0.05, 0.000, -12.5");
    EXPECT_EQ(value("'99999999999999999999999999999999999.999'::DECIMAL(38,3)"),
              "99999999999999999999999999999999999.999");
    EXPECT_EQ(value("'0.00000000000000000000000000000000000001'::DECIMAL(38,38)"),
              "0.00000000000000000000000000000000000001");
    EXPECT_EQ(value("7::DECIMAL(4,0)"), "7");
    EXPECT_EQ(type("1.10::DECIMAL(4,2)"), "numeric(4,2)");
}

TEST_F(LakehouseQuery, sums_of_prices_are_exact_to_the_cent) {
    std::vector<TestEvent> events;
    for (int i = 0; i < 1000; ++i) {
        TestEvent event;
        event.name = std::to_string(i);
        event.data = R"({"q": "3", "p": "0.10"})";
        events.push_back(event);
    }
    SF_ASSERT_OK(add(store_, 0, 0, events));
    const std::string sql = "sum(CAST(data->>'q' AS INT) * CAST(data->>'p' AS DECIMAL(18,2))) FROM events";
    EXPECT_EQ(value(sql), "300.00");
    SF_ASSERT_OK(store_.flush());
    EXPECT_EQ(value(sql), "300.00");
}

TEST_F(LakehouseQuery, doubles_are_as_short_as_they_can_be_and_come_back_the_same) {
    EXPECT_EQ(value("0.1::DOUBLE, (0.1::DOUBLE + 0.2::DOUBLE), 1e300::DOUBLE, -0.0::DOUBLE, 5::DOUBLE, 0.1::FLOAT"),
              "0.1, 0.30000000000000004, 1e+300, -0, 5, 0.1");
    EXPECT_EQ(value("'NaN'::DOUBLE, 'Infinity'::DOUBLE, '-Infinity'::DOUBLE, 'nan'::FLOAT"),
              "\"NaN\", \"Infinity\", \"-Infinity\", \"NaN\"");
}

TEST_F(LakehouseQuery, times_are_rfc_3339_in_utc) {
    EXPECT_EQ(value("TIMESTAMPTZ '2015-05-17 10:05:03.5+02:00'"), "\"2015-05-17T08:05:03.5Z\"");
    EXPECT_EQ(value("TIMESTAMP '2015-05-17 10:05:03', TIMESTAMP_S '2015-05-17 10:05:03', TIMESTAMP_MS '2015-05-17 "
                    "10:05:03.25', "
                    "TIMESTAMP_NS '2015-05-17 10:05:03.000000001'"),
              "\"2015-05-17T10:05:03Z\", \"2015-05-17T10:05:03Z\", \"2015-05-17T10:05:03.25Z\", "
              "\"2015-05-17T10:05:03.000000001Z\"");
    EXPECT_EQ(value("DATE '2015-05-17', TIME '10:05:03.5', '10:05:03+02'::TIMETZ"),
              "\"2015-05-17\", \"10:05:03.5\", \"10:05:03+02:00\"");
    EXPECT_EQ(value("INTERVAL '1 day 2 hours', INTERVAL '-90 seconds'"), "\"1 day 02:00:00\", \"-00:01:30\"");
    EXPECT_EQ(value("'infinity'::TIMESTAMP, 'epoch'::TIMESTAMPTZ, '-infinity'::DATE"),
              "\"infinity\", \"1970-01-01T00:00:00Z\", \"-infinity\"");
    EXPECT_EQ(value("date_trunc('day', TIMESTAMPTZ '2015-05-17 23:30:00-05:00')"), "\"2015-05-18T00:00:00Z\"");
}

TEST_F(LakehouseQuery, other_values) {
    EXPECT_EQ(value("true, NULL, NULL::INT, ''"), "true, null, null, \"\"");
    EXPECT_EQ(value("'00112233-4455-6677-8899-aabbccddeeff'::UUID, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID"),
              "\"00112233-4455-6677-8899-aabbccddeeff\", \"ffffffff-ffff-ffff-ffff-ffffffffffff\"");
    EXPECT_EQ(value("'\\x00\\xFFa'::BLOB"), "\"00ff61\"");
    EXPECT_EQ(value("'q\"u\\o\n' || chr(1)"), R"("q\"u\\o\n\u0001")");
    EXPECT_EQ(value("[1, NULL, 3], [[1], []], ['a', 'b']"), R"([1, null, 3], [[1], []], ["a", "b"])");
    EXPECT_EQ(value("{'a': 1, 'b': [{'c': NULL}]}"), R"({"a": 1, "b": [{"c": null}]})");
    EXPECT_EQ(value("MAP {'k': 1, 'l': 2}, MAP {1: 'x'}"), R"({"k": 1, "l": 2}, {"1": "x"})");
    EXPECT_EQ(value("[1, 2]::INT[2]"), "[1, 2]");
    EXPECT_EQ(value("'b'::ENUM ('a', 'b')"), "\"b\"");
    EXPECT_EQ(value("[[1.5::DECIMAL(3,1)], NULL]"), "[[1.5], null]");
}

TEST_F(LakehouseQuery, json_goes_in_as_json_if_it_is_json) {
    EXPECT_EQ(value("'{\"a\": [1, \"x\"]}'::JSON, '5'::JSON, 'null'::JSON"), R"({"a": [1, "x"]}, 5, null)");
    EXPECT_EQ(value("'{\"a\": NaN}'::JSON"), R"("{\"a\": NaN}")");
    EXPECT_EQ(value("json_array(1, 'x', NULL)"), R"([1,"x",null])");
    EXPECT_EQ(value("NULL::JSON"), "null");
}

TEST_F(LakehouseQuery, columns_have_postgresql_names_for_their_types) {
    EXPECT_EQ(type("1"), "integer");
    EXPECT_EQ(type("1::BIGINT"), "bigint");
    EXPECT_EQ(type("sum(1)"), "numeric");
    EXPECT_EQ(type("1.5::DOUBLE"), "double precision");
    EXPECT_EQ(type("'x'"), "text");
    EXPECT_EQ(type("now()"), "timestamptz");
    EXPECT_EQ(type("tags FROM events"), "text[]");
    EXPECT_EQ(type("data FROM events"), "jsonb");
    EXPECT_EQ(type("id FROM events"), "uuid");
    EXPECT_EQ(type("\"timestamp\" FROM events"), "timestamptz");
    EXPECT_EQ(type("INTERVAL '1' DAY"), "interval");
    const auto result = store_.query("SELECT 1 AS a, 2 AS \"Weird \"\"name\"", {}, {});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->columns.at(1).name, "Weird \"name");
}

TEST_F(LakehouseQuery, types_without_a_form_are_refused_with_the_way_out) {
    EXPECT_NE(value("'101'::BIT").find("CAST(... AS TEXT)"), std::string::npos);
    EXPECT_EQ(value("CAST('101'::BIT AS TEXT)"), "\"101\"");
}

// Strings change their form inside DuckDB at 12 bytes.
TEST_F(LakehouseQuery, strings_around_the_inline_size_survive) {
    std::vector<TestEvent> events;
    for (std::size_t size : {0, 1, 4, 11, 12, 13, 14, 100, 5000}) {
        TestEvent event;
        event.name = std::to_string(size);
        event.user = std::string(size, 'u');
        event.correlation = std::string(size, 'c');
        event.source = "s" + std::string(size, 's');
        event.tags = {std::string(size, 't'), "x"};
        event.data = "{\"v\": \"" + std::string(size, 'v') + "\"}";
        events.push_back(event);
    }
    SF_ASSERT_OK(add(store_, 0, 0, events));
    const std::string sql =
        "count(*), sum(length(user_id)), sum(length(source)), sum(length(tags[1])), sum(length(data->>'v')), "
        "count(*) FILTER (WHERE user_id = repeat('u', 12)), count(*) FILTER (WHERE user_id = repeat('u', 13)), "
        "count(DISTINCT correlation_id), count(*) FILTER (WHERE user_id IS NULL) FROM events";
    const std::string expected = "9, 5155, 5164, 5155, 5155, 1, 1, 9, 0";
    EXPECT_EQ(value(sql), expected);
    SF_ASSERT_OK(store_.flush());
    EXPECT_EQ(value(sql), expected);
}

TEST_F(LakehouseQuery, absent_users_are_null_and_tags_are_lists) {
    std::vector<TestEvent> events = numbered("e", 5000);
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (i % 3 == 0) events[i].user = "user-" + std::to_string(i % 7);
        for (std::size_t tag = 0; tag < i % 4; ++tag) events[i].tags.push_back("tag-" + std::to_string(tag));
    }
    SF_ASSERT_OK(add(store_, 0, 0, {events.begin(), events.begin() + 2500}));
    SF_ASSERT_OK(add(store_, 1, 0, {events.begin() + 2500, events.end()}));
    const std::string sql =
        "count(*), count(user_id), count(DISTINCT user_id), sum(len(tags)), count(*) FILTER (WHERE list_contains(tags, "
        "'tag-2')), "
        "sum((data->>'n')::INT) FROM events";
    const std::string expected = "5000, 1667, 7, 7500, 1250, 12497500";
    EXPECT_EQ(value(sql), expected);
    SF_ASSERT_OK(store_.flush());
    EXPECT_EQ(value(sql), expected);
}

TEST_F(LakehouseQuery, many_small_batches_read_like_one) {
    for (int i = 0; i < 3000; ++i) {
        SF_ASSERT_OK(add(store_, 0, static_cast<messaging::Offset>(i), numbered("b" + std::to_string(i), 1 + i % 3)));
    }
    EXPECT_EQ(value("count(*), count(DISTINCT id), sum((data->>'n')::INT) FROM events"), "6000, 6000, 4000");
    EXPECT_EQ(value("count(*) FROM events"), "6000");
    EXPECT_EQ(value("1 FROM events LIMIT 1"), "1");
}

}  // namespace
}  // namespace sf::database::testing
