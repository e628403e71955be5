// What aggregates give, alone and merged from parts: results and types are PostgreSQL's.
#include "unit/engine/engine_run.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sf::engine::testing {
namespace {

// The value of `expression` over one event a datum, folded in pieces of `piece` events.
std::string value_of(const std::string& expression, const std::vector<std::string>& data, std::size_t piece = 2) {
    EngineRun engine({view_of("CREATE MATERIALIZED VIEW v AS SELECT " + expression + " AS x FROM events")}, {});
    for (std::size_t at = 0; at < data.size(); at += piece) {
        std::vector<TestEvent> events;
        for (std::size_t i = at; i < std::min(at + piece, data.size()); ++i)
            events.push_back({.at = 1, .data = R"({"x":)" + data[i] + "}"});
        engine.events(events);
    }
    engine.flush();
    const auto latest = engine.latest();
    if (latest.size() != 1) return "no row";
    const std::string& values = latest.begin()->second.values;
    return values.substr(5, values.size() - 6);
}

TEST(Aggregates, count) {
    EXPECT_EQ(value_of("count(*)", {"1", "null", "\"a\""}), "3");
    EXPECT_EQ(value_of("count(data.x)", {"1", "null", "\"a\"", "{}"}), "2");
    EXPECT_EQ(value_of("count(*) FILTER (WHERE data.x > 1)", {"1", "2", "3", "\"9\""}), "2");
}

TEST(Aggregates, sum_has_the_type_that_postgresql_gives_it) {
    EXPECT_EQ(value_of("sum((data->>'x')::int)", {"2147483647", "2147483647"}), "4294967294");
    EXPECT_EQ(value_of("sum((data->>'x')::bigint)", {"9223372036854775807", "9223372036854775807"}),
              "18446744073709551614");
    EXPECT_EQ(value_of("sum((data->>'x')::numeric)", {"0.1", "0.2", "1.00"}), "1.30");
    EXPECT_EQ(value_of("sum(data.x)", {"0.5", "0.25", "\"7\""}), "0.75");
    EXPECT_EQ(value_of("sum(data.x)", {"null"}), "null");
}

TEST(Aggregates, sums_of_floats_lose_nothing_to_the_order) {
    EXPECT_EQ(value_of("sum(data.x)", {"1e16", "1", "-1e16", "1"}, 1), "2");
}

TEST(Aggregates, avg_has_the_digits_of_postgresql) {
    EXPECT_EQ(value_of("avg((data->>'x')::int)", {"1", "2"}), "1.5000000000000000");
    EXPECT_EQ(value_of("avg((data->>'x')::int)", {"1", "1", "2"}), "1.3333333333333333");
    EXPECT_EQ(value_of("avg((data->>'x')::int)", {"0", "0", "1"}), "0.33333333333333333333");
    EXPECT_EQ(value_of("avg(data.x)", {"1", "2", "6"}), "3");
}

TEST(Aggregates, min_and_max_of_numbers_times_and_texts) {
    EXPECT_EQ(value_of("min(data.x)", {"3", "-1.5", "2"}), "-1.5");
    EXPECT_EQ(value_of("max(data->>'x')", {"\"b\"", "\"a\"", "\"é\""}, 1), "\"é\"");
    EXPECT_EQ(value_of("max(timestamp)", {"1", "2"}), "\"1970-01-01T00:00:01Z\"");
    EXPECT_EQ(value_of("min((data->>'x')::numeric)", {"1.10", "1.2"}), "1.10");
    EXPECT_EQ(value_of("max((data->>'x')::float8)", {"\"NaN\"", "\"Infinity\""}), "\"NaN\"");
}

TEST(Aggregates, count_distinct_is_exact_and_goes_by_value) {
    EXPECT_EQ(value_of("count(DISTINCT data.x)", {"1", "1.0", "\"1\"", "true", "null", "1e0"}), "3");
    EXPECT_EQ(value_of("count(DISTINCT (data->>'x')::numeric)", {"1", "1.00", "2"}), "2");
    std::vector<std::string> many;
    for (int i = 0; i < 20'000; ++i) many.push_back(std::to_string(i % 5'000));
    EXPECT_EQ(value_of("count(DISTINCT data.x)", many, 777), "5000");
}

TEST(Aggregates, approx_count_distinct_is_within_its_error) {
    std::vector<std::string> data;
    for (int i = 0; i < 100; ++i) data.push_back(std::to_string(i));
    EXPECT_EQ(value_of("approx_count_distinct(data.x)", data), "100") << "small sets are exact";
    for (int i = 100; i < 50'000; ++i) data.push_back(std::to_string(i));
    EXPECT_NEAR(std::stod(value_of("approx_count_distinct(data.x)", data, 1000)), 50'000, 50'000 * 0.016 * 4);
}

TEST(Aggregates, approx_quantile_is_within_its_relative_error) {
    std::vector<std::string> data;
    for (int i = 1; i <= 10'000; ++i) data.push_back(std::to_string(i));
    for (const double fraction : {0.0, 0.01, 0.5, 0.9, 0.99, 1.0}) {
        const double exact = std::max(1.0, std::ceil(fraction * 10'000));
        EXPECT_NEAR(std::stod(value_of(fmt::format("approx_quantile(data.x, {})", fraction), data, 999)), exact,
                    exact * 0.0101)
            << fraction;
    }
    EXPECT_EQ(value_of("approx_quantile(data.x, 0.5)", {"-5", "-5", "-5"}), "-5");
    EXPECT_EQ(value_of("approx_quantile(data.x, 0.5)", {"null"}), "null");
}

TEST(Aggregates, are_refused_with_what_they_take) {
    const auto& catalog = aggregate_catalog();
    const sql::Type text[] = {sql::Type::text};
    const auto refused = catalog.resolve("sum", text, false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "sum does not take (text)");
    EXPECT_EQ(refused.error().hint, "sum takes one number");
    EXPECT_FALSE(catalog.resolve("avg", text, true));
    EXPECT_FALSE(catalog.has("median"));
}

}  // namespace
}  // namespace sf::engine::testing
