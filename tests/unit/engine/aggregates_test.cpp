// What aggregates give, alone and merged from parts: results and types are PostgreSQL's.
#include "engine/aggregate.hpp"
#include "unit/engine/aggregate_value.hpp"
#include "unit/engine/engine_run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

namespace sf::engine::testing {
namespace {

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
    EXPECT_EQ(value_in_any_order("max((data->>'x')::interval)", quoted({"1 day", "25 hours", "-1 mon"})),
              "\"25:00:00\"");
    // What is equal and looks different has an order.
    EXPECT_EQ(value_in_any_order("max((data->>'x')::numeric)", quoted({"1.5", "1.50", "1.500"})), "1.500");
    EXPECT_EQ(value_in_any_order("min((data->>'x')::interval)", quoted({"24 hours", "1 day", "30:00"})),
              "\"24:00:00\"");
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

TEST(Aggregates, sum_and_avg_of_intervals) {
    const auto intervals = quoted({"1 mon 3 days 04:05:06.789", "1 mon", "-2.5 hours", "1.5 months"});
    EXPECT_EQ(value_in_any_order("sum((data->>'x')::interval)", intervals), "\"3 mons 18 days 01:35:06.789\"");
    EXPECT_EQ(value_in_any_order("avg((data->>'x')::interval)", intervals), "\"27 days 00:23:46.69725\"");
    EXPECT_EQ(value_in_any_order("sum((data->>'x')::interval)", {"null"}), "null");
    EXPECT_EQ(value_in_any_order("avg((data->>'x')::interval)", quoted({"178000000 years", "178000000 years"})),
              "null failed");
}

TEST(Aggregates, an_average_without_a_sum_fails) {
    const std::string nines(38, '9');
    EXPECT_EQ(value_in_any_order("avg((data->>'x')::numeric)", quoted({nines, nines})), "null failed");
}

TEST(Aggregates, distinct_counts_each_value_once) {
    const auto numbers = quoted({"1", "2", "2", "4", "4.0", "1.00"});
    EXPECT_EQ(value_in_any_order("sum(DISTINCT (data->>'x')::numeric)", numbers), "7.00");
    EXPECT_EQ(value_in_any_order("avg(DISTINCT data.x)", {"1", "2", "2", "6", "null"}), "3");
    EXPECT_EQ(value_in_any_order("stddev(DISTINCT (data->>'x')::int)", {"1", "2", "2", "4", "null"}),
              "1.5275252316519467");
    EXPECT_EQ(value_in_any_order("sum(DISTINCT data.x)", {"\"a\""}), "null");
    EXPECT_EQ(value_in_any_order("max(DISTINCT data.x)", {"3", "3", "1"}), "3");
    EXPECT_EQ(value_in_any_order("bit_xor(DISTINCT (data->>'x')::int)", {"5", "5", "3"}), "6");
}

TEST(Aggregates, distinct_has_a_limit) {
    std::vector<std::string> data;
    for (int i = 0; i < 100'000; ++i) data.push_back(std::to_string(i));
    EXPECT_EQ(value_of("sum(DISTINCT data.x)", data, 4000), "4999950000");
    data.push_back("100000");
    EXPECT_EQ(value_of("sum(DISTINCT data.x)", data, 4000), "null");
}

TEST(Aggregates, distinct_keeps_its_limit_when_panes_are_merged) {
    EngineRun engine({view_of("CREATE MATERIALIZED VIEW v AS SELECT window_start, sum(DISTINCT data.x) AS s FROM "
                              "HOP(events, timestamp, INTERVAL '1 s', INTERVAL '2 s') GROUP BY window_start")},
                     {});
    engine.events({{.at = 0.5, .data = R"({"x":7})"}});
    for (int i = 0; i <= 100'000; i += 4'000) {
        std::vector<TestEvent> events;
        for (int k = i; k < std::min(i + 4'000, 100'001); ++k)
            events.push_back({.at = 1.5, .data = fmt::format(R"({{"x":{}}})", k)});
        engine.events(events);
    }
    engine.flush();
    EXPECT_EQ(engine.rows(), (std::vector<std::string>{R"({} -1..1 {"s":7} final)", R"({} 0..2 {"s":null} final)",
                                                       R"({} 1..3 {"s":null} final)"}));
}

TEST(Aggregates, booleans) {
    EXPECT_EQ(value_in_any_order("bool_and(data.x)", {"true", "null", "true"}), "true");
    EXPECT_EQ(value_in_any_order("every(data.x)", {"true", "false", "true"}), "false");
    EXPECT_EQ(value_in_any_order("bool_or(data.x)", {"false", "null", "true"}), "true");
    EXPECT_EQ(value_in_any_order("bool_or(data.x)", {"false", "1"}), "false");
    EXPECT_EQ(value_in_any_order("bool_or(data.x)", {"null", "\"true\""}), "null");
}

TEST(Aggregates, bits) {
    EXPECT_EQ(value_in_any_order("bit_and((data->>'x')::int)", {"12", "10", "null"}), "8");
    EXPECT_EQ(value_in_any_order("bit_or((data->>'x')::int)", {"12", "10", "null"}), "14");
    EXPECT_EQ(value_in_any_order("bit_xor((data->>'x')::bigint)", {"12", "10", "12", "-1"}), "-11");
    EXPECT_EQ(value_in_any_order("bit_and((data->>'x')::int)", {"null"}), "null");
}

TEST(Aggregates, are_refused_with_what_they_take) {
    const auto& catalog = aggregate_catalog();
    const auto refusal = [&](const sql::AggregateUse& use) {
        const auto signature = catalog.resolve(use);
        return signature ? "taken" : signature.error().message + "; " + signature.error().hint;
    };
    const std::vector<sql::Type> text = {sql::Type::text};
    const std::vector<sql::Type> number = {sql::Type::bigint};
    EXPECT_EQ(refusal({"sum", text}), "sum does not take (text); sum takes one number or interval");
    EXPECT_EQ(refusal({.name = "approx_quantile", .arguments = number, .distinct = true}),
              "approx_quantile(DISTINCT ...) is not supported; count(DISTINCT x), sum(DISTINCT x) and the like are");
    EXPECT_EQ(refusal({.name = "sum", .arguments = number, .order = number}),
              "sum takes no ORDER BY; the order makes no difference to sum");
    EXPECT_EQ(refusal({.name = "sum", .arguments = number, .order = number, .within_group = true}),
              "sum takes no WITHIN GROUP; sum takes one number or interval");
    EXPECT_FALSE(catalog.has("median"));
}

TEST(Aggregates, have_all_their_names) {
    const auto names = aggregate_catalog().names();
    for (const std::string_view name : {"count", "stddev_pop", "every", "regr_slope", "approx_quantile"})
        EXPECT_TRUE(std::ranges::find(names, name) != names.end()) << name;
}

}  // namespace
}  // namespace sf::engine::testing
