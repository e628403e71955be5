// Finding a view, and the names that were meant.
#include "services/dashboard/view_catalog.hpp"
#include "unit/dashboard/dashboard_fixture.hpp"

namespace sf::dashboard {
namespace {

using namespace testing;

std::string hint(const std::string& name) {
    FakeCatalog catalog;
    std::vector<CatalogView> views;
    for (const char* known : {"events_by_type", "events_by_source", "error_rate", "latency", "active_users_1m",
                              "active_users_5m", "active_users_30m"})
        views.push_back({.table = errors_table(known)});
    catalog.set(std::move(views));
    const auto found = find_view(catalog, name);
    if (found) return "found " + found->table.name;
    EXPECT_EQ(found.error().code, ErrorCode::not_found);
    EXPECT_EQ(found.error().message, "there is no view \"" + name + '"');
    return found.error().hint;
}

TEST(ViewCatalog, finds_by_the_whole_name) {
    EXPECT_EQ(hint("latency"), "found latency");
    EXPECT_NE(hint("Latency"), "found Latency");
}

TEST(ViewCatalog, names_those_that_were_probably_meant) {
    EXPECT_EQ(hint("eror_rate"), "did you mean: error_rate");
    EXPECT_EQ(hint("error-rates"), "did you mean: error_rate");
    EXPECT_EQ(hint("active_users"), "did you mean: active_users_1m, active_users_5m, active_users_30m");
    EXPECT_EQ(hint("latency_p99"), "did you mean: latency");
    EXPECT_EQ(hint("completely different"), "GET /api/v1/metrics lists all views");
    EXPECT_EQ(hint(""), "GET /api/v1/metrics lists all views");
    EXPECT_EQ(hint(std::string(100'000, 'x')), "GET /api/v1/metrics lists all views");
}

TEST(ViewCatalog, columns_with_their_kinds) {
    std::string out;
    append_columns(out, errors_table());
    EXPECT_EQ(
        out,
        R"([{"name":"source","type":"text","kind":"key"},{"name":"window_start","type":"timestamptz","kind":"window_start"},)"
        R"({"name":"window_end","type":"timestamptz","kind":"window_end"},{"name":"errors","type":"bigint","kind":"value"}])");
}

}  // namespace
}  // namespace sf::dashboard
