// /api/v1/session: from a link to a token.
#include "app/session_routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sf::app {
namespace {

class SessionRoutes : public ::testing::Test {
protected:
    SessionRoutes() { add_session_routes(routes, authority, tickets, system_clock()); }

    http::Response call(http::Method method, std::string_view body, http::Principal principal = {}) {
        const auto route = std::ranges::find(routes, method, &http::Route::method);
        EXPECT_NE(route, routes.end());
        http::Request request;
        request.body = http::Body::copy_of(body);
        request.principal = std::move(principal);
        http::Response answer;
        route->handler(std::move(request), [&](http::Response response) { answer = std::move(response); });
        return answer;
    }

    static std::string member(const http::Response& response, const std::string& name) {
        const std::string start = '"' + name + "\":\"";
        const std::size_t at = response.body.find(start);
        if (at == std::string::npos) return {};
        return response.body.substr(at + start.size(), response.body.find('"', at + start.size()) - at - start.size());
    }

    security::TokenAuthority authority{security::Secret("0123456789abcdef0123456789abcdef"), system_clock()};
    security::TicketOffice tickets{system_clock()};
    http::RouteTable routes;
};

TEST_F(SessionRoutes, a_ticket_becomes_a_token_once) {
    const std::string ticket = tickets.issue({"admin", http::Role::admin});
    const http::Response first = call(http::Method::post, R"({"ticket":")" + ticket + "\"}");
    EXPECT_EQ(first.status, 200);
    const auto principal = authority.authenticate(member(first, "token"));
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->subject, "admin");
    EXPECT_EQ(principal->role, http::Role::admin);
    const auto expires = parse_rfc3339(member(first, "expires_at"));
    ASSERT_TRUE(expires);
    EXPECT_GT(*expires, system_clock().now() + std::chrono::days{6});
    EXPECT_LT(*expires, system_clock().now() + std::chrono::days{8});
    const http::Response second = call(http::Method::post, R"({"ticket":")" + ticket + "\"}");
    EXPECT_EQ(second.status, 401);
    EXPECT_EQ(member(second, "title"), "the ticket is not good");
    EXPECT_TRUE(member(second, "token").empty());
}

TEST_F(SessionRoutes, anything_else_becomes_nothing) {
    EXPECT_EQ(call(http::Method::post, R"({"ticket":"AAAAAAAAAAAAAAAAAAAAAA"})").status, 401);
    EXPECT_EQ(call(http::Method::post, R"({"ticket":""})").status, 401);
    EXPECT_EQ(call(http::Method::post, R"({"ticket":7})").status, 422);
    EXPECT_EQ(call(http::Method::post, "{}").status, 422);
    EXPECT_EQ(call(http::Method::post, "AAAA").status, 400);
    EXPECT_EQ(tickets.refused(), 2u);
}

TEST_F(SessionRoutes, a_token_says_whose_it_is) {
    EXPECT_EQ(call(http::Method::get, "", {"the \"shop\"", http::Role::viewer}).body,
              R"({"subject":"the \"shop\"","role":"viewer"})");
}

TEST_F(SessionRoutes, the_exchange_is_for_anybody_and_the_question_for_any_token) {
    EXPECT_EQ(std::ranges::find(routes, http::Method::post, &http::Route::method)->role, http::Role::none);
    EXPECT_EQ(std::ranges::find(routes, http::Method::get, &http::Route::method)->role, http::Role::ingest);
}

}  // namespace
}  // namespace sf::app
