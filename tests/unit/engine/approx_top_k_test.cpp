// approx_top_k: exact while values are few, within its stated error when they are many.
#include "unit/engine/aggregate_value.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <regex>

namespace sf::engine::testing {
namespace {

TEST(ApproxTopK, of_few_values_is_exact) {
    const std::vector<std::string> data = {"\"b\"", "\"a\"", "1", "1.0", "true", "\"a\"", "1", "null", "{}", "\"b\""};
    EXPECT_EQ(value_in_any_order("approx_top_k(data.x, 3)", data),
              R"([{"count": 3, "value": 1}, {"count": 2, "value": "a"}, {"count": 2, "value": "b"}])");
    EXPECT_EQ(value_in_any_order("approx_top_k(data.x, 100)", {"\"a\""}), R"([{"count": 1, "value": "a"}])");
    EXPECT_EQ(value_in_any_order("approx_top_k(data.x, 1)", {"null"}), "null");
}

TEST(ApproxTopK, takes_equal_values_together) {
    EXPECT_EQ(value_in_any_order("approx_top_k((data->>'x')::numeric, 1)", {"1.5", "\"1.50\"", "2"}),
              R"([{"count": 2, "value": 1.5}])");
    EXPECT_EQ(value_in_any_order("approx_top_k((data->>'x')::float8, 1)", {"0", "\"-0\"", "2"}),
              R"([{"count": 2, "value": 0}])");
    EXPECT_EQ(value_in_any_order("approx_top_k(source, 1)", {"1", "2"}), R"([{"count": 2, "value": "shop"}])");
}

// The counts by value of a result.
std::map<std::string, std::int64_t> counts_of(const std::string& result) {
    static const std::regex kCounter(R"re(\{"count": (\d+), "value": ("[^"]*")\})re");
    std::map<std::string, std::int64_t> counts;
    for (std::sregex_iterator at(result.begin(), result.end(), kCounter), end; at != end; ++at)
        counts[(*at)[2]] = std::stoll((*at)[1]);
    return counts;
}

// No count is too high, none is too low by more than n / 1,001, and every value that is more frequent than the least
// one shown by more than that is shown. For a skewed and for a flat distribution, and one made to be hard: the frequent
// values come first and are then worn down by ever new ones.
TEST(ApproxTopK, is_within_its_error) {
    std::mt19937 random(7);
    std::geometric_distribution<int> skewed(0.002);
    std::uniform_int_distribution<int> flat(0, 19'999);
    const std::size_t count = 60'000;
    std::vector<std::vector<std::string>> streams(3);
    for (std::size_t i = 0; i < count; ++i) {
        streams[0].push_back(fmt::format("\"v{}\"", skewed(random)));
        streams[1].push_back(fmt::format("\"v{}\"", flat(random)));
        streams[2].push_back(i < 5'000 ? fmt::format("\"v{}\"", i % 20) : fmt::format("\"n{}\"", i));
    }
    for (const auto& data : streams) {
        std::map<std::string, std::int64_t> exact;
        for (const std::string& value : data) ++exact[value];
        const auto error = static_cast<std::int64_t>(count / 1'001);
        const auto shown = counts_of(value_of("approx_top_k(data->>'x', 20)", data, 997));
        ASSERT_EQ(shown.size(), 20u);
        std::int64_t least = INT64_MAX;
        for (const auto& [value, approximate] : shown) {
            EXPECT_LE(approximate, exact[value]) << value;
            EXPECT_GE(approximate, exact[value] - error) << value;
            least = std::min(least, approximate);
        }
        for (const auto& [value, times] : exact) {
            if (times <= least + error) continue;
            EXPECT_TRUE(shown.contains(value)) << value << " is there " << times << " times";
        }
    }
}

// As many counters as are kept lose as much as they ever can.
TEST(ApproxTopK, is_within_its_error_at_the_worst) {
    std::vector<std::string> data;
    for (int i = 0; i < 1'000 * 60; ++i) data.push_back(fmt::format("\"v{}\"", i % 1'000));
    for (int i = 0; i < 40; ++i) data.push_back("\"last\"");
    for (int i = 0; i < 1'000; ++i) data.push_back(fmt::format("\"n{}\"", i));
    const auto shown = counts_of(value_of("approx_top_k(data->>'x', 20)", data, 1'000));
    ASSERT_EQ(shown.size(), 20u);
    for (const auto& [value, count] : shown) {
        EXPECT_LE(count, 60) << value;
        EXPECT_GE(count, 60 - static_cast<std::int64_t>(data.size() / 1'001)) << value;
    }
}

TEST(ApproxTopK, is_within_its_error_however_it_is_merged) {
    std::vector<std::string> data;
    for (int i = 0; i < 12'000; ++i) data.push_back(fmt::format("\"v{}\"", i % 4 == 0 ? i % 8 : i));
    const auto exact = std::int64_t{1'500};
    for (const std::size_t piece : {1'000, 2'500, 4'000}) {
        const auto shown = counts_of(value_of("approx_top_k(data->>'x', 2)", data, piece));
        ASSERT_EQ(shown.size(), 2u);
        for (const std::string value : {"\"v0\"", "\"v4\""}) {
            ASSERT_TRUE(shown.contains(value));
            EXPECT_LE(shown.at(value), exact);
            EXPECT_GE(shown.at(value), exact - 12'000 / 1'001);
        }
    }
}

TEST(ApproxTopK, has_a_limit_on_texts) {
    std::vector<std::string> data;
    for (int i = 0; i < 45; ++i) data.push_back(fmt::format("\"{}{}\"", i, std::string(100'000, 'x')));
    EXPECT_EQ(value_in_any_order("approx_top_k(data->>'x', 1)", data), "null failed");
}

}  // namespace
}  // namespace sf::engine::testing
