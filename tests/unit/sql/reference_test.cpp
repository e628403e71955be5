// Every function and operator is in the reference, and nothing else is.
#include "sql/reference.hpp"
#include "unit/sql/test_aggregates.hpp"

#include <gtest/gtest.h>

namespace sf::sql {
namespace {

TEST(Reference, says_something_about_every_name) {
    EXPECT_EQ(names_without_text(), std::vector<std::string_view>{});
    EXPECT_EQ(texts_without_name(), std::vector<std::string_view>{});
}

TEST(Reference, shows_what_exists_for_any_type_once) {
    const std::string page = functions_page(TestAggregates());
    EXPECT_NE(page.find("`array_append(anyarray, anyelement) → anyarray`"), std::string::npos);
    EXPECT_EQ(page.find("array_append(bigint[], bigint)"), std::string::npos);
    EXPECT_NE(page.find("`date - date → integer`"), std::string::npos);
}

}  // namespace
}  // namespace sf::sql
