// Every aggregate is in the reference, with the ways to call it.
#include "engine/aggregate.hpp"
#include "sql/reference.hpp"

#include <gtest/gtest.h>

namespace sf::engine {
namespace {

TEST(AggregateReference, says_something_about_every_aggregate) {
    EXPECT_EQ(sql::aggregates_without_text(aggregate_catalog()), std::vector<std::string_view>{});
    EXPECT_EQ(sql::texts_without_aggregate(aggregate_catalog()), std::vector<std::string_view>{});
}

TEST(AggregateReference, shows_each_way_to_call_one) {
    const std::string page = sql::functions_page(aggregate_catalog());
    for (const std::string_view line :
         {"`count(*) → bigint`<br>`count(anyelement) → bigint` |", "`sum(integer) → bigint`", "`sum(bigint) → numeric`",
          "`first(anyelement) → anyelement` |", "`array_agg(anyelement) → anyarray` |",
          "`string_agg(text, delimiter) → text` |",
          "`approx_quantile(double precision, fraction) → double precision` |",
          "`corr(double precision, double precision) → double precision` |",
          "`percentile_cont(fraction) WITHIN GROUP (ORDER BY double precision) → double precision`"})
        EXPECT_NE(page.find(line), std::string::npos) << line;
}

}  // namespace
}  // namespace sf::engine
