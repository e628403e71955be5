#include "http/router.hpp"

#include <gtest/gtest.h>

namespace sf::http {
namespace {

Router router() {
    RouteTable routes;
    const auto add = [&](Method method, const char* pattern) {
        routes.push_back({.method = method, .pattern = pattern});
    };
    add(Method::get, "/views");
    add(Method::post, "/views");
    add(Method::get, "/views/{name}");
    add(Method::del, "/views/{name}");
    add(Method::get, "/views/{name}/rows/{row}");
    add(Method::post, "/views/validate");
    return Router(std::move(routes));
}

std::string found(Method method, std::string_view path) {
    static const Router made = router();
    const Router::Match match = made.find(method, path);
    if (match.route == nullptr) return match.allow.empty() ? "none" : "allow " + match.allow;
    std::string text = match.route->pattern;
    for (const auto& [name, value] : match.parameters) text += ' ' + name + '=' + value;
    return text;
}

TEST(Router, finds_by_method_and_path) {
    EXPECT_EQ(found(Method::get, "/views"), "/views");
    EXPECT_EQ(found(Method::head, "/views"), "/views");
    EXPECT_EQ(found(Method::get, "/views/error_rate"), "/views/{name} name=error_rate");
    EXPECT_EQ(found(Method::get, "/views/a/rows/7"), "/views/{name}/rows/{row} name=a row=7");
}

TEST(Router, tells_which_methods_a_path_takes) {
    EXPECT_EQ(found(Method::put, "/views"), "allow GET, HEAD, POST");
    EXPECT_EQ(found(Method::other, "/views/a"), "allow GET, HEAD, DELETE");
}

TEST(Router, a_literal_goes_before_a_parameter) {
    EXPECT_EQ(found(Method::post, "/views/validate"), "/views/validate");
    EXPECT_EQ(found(Method::get, "/views/validate"), "/views/{name} name=validate") << "a view may have that name";
}

TEST(Router, paths_that_are_nearly_right) {
    for (const auto& path : {"/", "/view", "/views/", "/views//rows/7", "/views/a/", "/views/a/rows",
                             "/views/a/rows/7/8", "//views", "*"}) {
        EXPECT_EQ(found(Method::get, path), "none") << path;
    }
}

TEST(Router, escapes_are_resolved_once_and_never_make_a_slash) {
    EXPECT_EQ(found(Method::get, "/%76iews"), "/views");
    EXPECT_EQ(found(Method::get, "/views/100%2525"), "/views/{name} name=100%25");
    EXPECT_EQ(found(Method::get, "/views/a%2Frows%2F7"), "/views/{name} name=a/rows/7");
    EXPECT_EQ(found(Method::get, "/%76iews/a"), "/views/{name} name=a");
}

TEST(PercentDecoded, bytes_and_errors) {
    EXPECT_EQ(percent_decoded("a%20b%C3%a9+", false), "a b\xC3\xA9+");
    EXPECT_EQ(percent_decoded("a+b", true), "a b");
    EXPECT_EQ(percent_decoded("", false), "");
    for (const auto& broken : {"%", "%2", "%zz", "a%2g", "%%20"})
        EXPECT_FALSE(percent_decoded(broken, false)) << broken;
}

}  // namespace
}  // namespace sf::http
