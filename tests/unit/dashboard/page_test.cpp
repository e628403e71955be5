// The page's routes: with files as Vite makes them, and with those of this build.
#include "services/dashboard/page.hpp"
#include "http/client.hpp"
#include "unit/dashboard/dashboard_fixture.hpp"

#include <set>

namespace sf::dashboard {
namespace {

using namespace testing;

const http::Route* find(const http::RouteTable& routes, std::string_view path) {
    const auto found = std::ranges::find(routes, path, &http::Route::pattern);
    return found == routes.end() ? nullptr : &*found;
}

http::Response ask(const http::RouteTable& routes, std::string_view path, bool gzip = false) {
    const http::Route* route = find(routes, path);
    http::Response answer{.status = 404};
    if (route == nullptr) return answer;
    EXPECT_EQ(route->role, http::Role::none) << path;
    http::Request request;
    if (gzip) request.headers.push_back({"accept-encoding", "gzip"});
    route->handler(std::move(request), [&](http::Response response) { answer = std::move(response); });
    return answer;
}

std::string header(const http::Response& response, std::string_view name) {
    const auto found = std::ranges::find(response.headers, name, &http::Header::name);
    return found == response.headers.end() ? std::string() : found->value;
}

TEST(Page, is_at_the_root_and_its_assets_are_kept_for_good) {
    // Packed files are only unpacked for clients that don't take gzip: any bytes will do here.
    const std::vector<http::EmbeddedFile> files = {{"assets/index-a1b2.js", "js"},
                                                   {"assets/index-c3d4.css", "css"},
                                                   {"favicon.svg", "svg"},
                                                   {"index.html", "html"}};
    http::RouteTable routes;
    add_page_routes(routes, files);
    EXPECT_EQ(*ask(routes, "/", true).shared_body, "html");
    EXPECT_EQ(*ask(routes, "/index.html", true).shared_body, "html");
    EXPECT_EQ(ask(routes, "/", true).content_type, "text/html; charset=utf-8");
    EXPECT_EQ(header(ask(routes, "/", true), "Cache-Control"), "no-cache");
    EXPECT_EQ(header(ask(routes, "/favicon.svg", true), "Cache-Control"), "no-cache");
    EXPECT_NE(header(ask(routes, "/assets/index-a1b2.js", true), "Cache-Control").find("immutable"), std::string::npos);
    EXPECT_EQ(ask(routes, "/assets/index-c3d4.css", true).content_type, "text/css; charset=utf-8");
    EXPECT_EQ(ask(routes, "/assets", true).status, 404);
}

TEST(Page, a_build_without_one_has_no_routes_for_it) {
    http::RouteTable routes;
    add_page_routes(routes, {});
    EXPECT_TRUE(routes.empty());
}

TEST(Page, may_get_nothing_from_elsewhere_and_run_nothing_inline) {
    const std::vector<http::EmbeddedFile> files = {{"index.html", "html"}};
    http::RouteTable routes;
    add_page_routes(routes, files);
    EXPECT_EQ(header(ask(routes, "/", true), "Content-Security-Policy"),
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
              "connect-src 'self'; "
              "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'");
}

TEST(Page, of_this_build_is_whole) {
    if (page_files().empty()) GTEST_SKIP() << "built without the page";
    http::RouteTable routes;
    add_page_routes(routes, page_files());
    const std::string page = *ask(routes, "/").shared_body;
    ASSERT_NE(page.find("<!doctype html>"), std::string::npos);
    std::size_t named = 0;
    for (const std::string attribute : {"src=\"", "href=\""}) {
        for (std::size_t at = page.find(attribute); at != std::string::npos; at = page.find(attribute, at + 1)) {
            const std::size_t begin = at + attribute.size();
            const std::string target = page.substr(begin, page.find('"', begin) - begin);
            EXPECT_TRUE(target.starts_with('/')) << "from elsewhere: " << target;
            if (target == "/docs") continue;  // A link for people.
            EXPECT_EQ(ask(routes, target).status, 200) << target;
            ++named;
        }
    }
    EXPECT_GE(named, 2u);
    EXPECT_EQ(page.find("<script>"), std::string::npos);
    EXPECT_EQ(page.find("<style"), std::string::npos);
    EXPECT_EQ(page.find("onload"), std::string::npos);
    std::size_t bytes = 0;
    for (const http::EmbeddedFile& file : page_files()) bytes += file.gzipped.size();
    EXPECT_LT(bytes, 400u << 10) << "a page should load at once";
}

}  // namespace
}  // namespace sf::dashboard
