// Files of the program: headers, tags, both representations.
#include "http/static_files.hpp"
#include "unit/http/test_server.hpp"

namespace sf::http {
namespace {

using namespace testing;

constexpr std::string_view kPlainText = "hello, hello, hello, hello, hello\n";
constexpr std::string_view kPacked = {
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\xc0\x49\x71\x01\x00\x32\xbd\xb1\xf0\x22"
    "\x00\x00\x00",
    31};

class StaticFiles : public ::testing::Test {
protected:
    static RouteTable files() {
        RouteTable routes;
        const StaticFileOptions options{
            .service = "test", .summary = "A file", .content_security_policy = "default-src 'none'"};
        add_static_file(routes, {.path = "/assets/app-1234.js", .gzipped = kPacked, .immutable = true}, options);
        add_static_file(routes, {.path = "/", .gzipped = kPacked}, options);
        add_static_file(routes, {.path = "/plain.css", .gzipped = {}, .plain = "body {}"}, options);
        add_static_file(routes, {.path = "/logo.svg", .gzipped = kPacked}, options);
        add_static_file(routes, {.path = "/font.woff2", .gzipped = kPacked}, options);
        add_static_file(routes, {.path = "/what.bin", .gzipped = kPacked}, options);
        return routes;
    }
    RawResponse get(std::string_view path, std::string_view headers = {}) {
        return client.ask(request_text("GET", path, {}, headers)).value_or(RawResponse());
    }

    TestServer server{{}, files()};
    RawConnection client{server.port()};
};

TEST_F(StaticFiles, come_packed_or_plain_as_the_client_likes) {
    const RawResponse packed = get("/", "Accept-Encoding: br, gzip\r\n");
    EXPECT_EQ(packed.header("content-encoding"), "gzip");
    EXPECT_EQ(packed.body, kPacked);
    const RawResponse plain = get("/");
    EXPECT_EQ(plain.header("content-encoding"), "");
    EXPECT_EQ(plain.body, kPlainText);
    EXPECT_EQ(get("/", "Accept-Encoding: gzip;q=0\r\n").body, kPlainText);
    for (const RawResponse& response : {packed, plain}) EXPECT_EQ(response.header("vary"), "Accept-Encoding");
    EXPECT_EQ(get("/plain.css", "Accept-Encoding: gzip\r\n").body, "body {}");
    client.send(request_text("HEAD", "/"));
    EXPECT_EQ(client.read_response(true)->header("content-length"), std::to_string(kPlainText.size()));
}

TEST_F(StaticFiles, are_unpacked_once_for_all_who_take_no_gzip) {
    std::vector<std::shared_ptr<const std::string>> bodies;
    const RouteTable routes = files();
    for (int i = 0; i < 2; ++i)
        routes.front().handler(Request(), [&](Response response) { bodies.push_back(response.shared_body); });
    ASSERT_TRUE(bodies.front());
    EXPECT_EQ(*bodies.front(), kPlainText);
    EXPECT_EQ(bodies.front(), bodies.back());
}

TEST_F(StaticFiles, have_their_types) {
    EXPECT_EQ(get("/").header("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(get("/assets/app-1234.js").header("content-type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(get("/plain.css").header("content-type"), "text/css; charset=utf-8");
    EXPECT_EQ(get("/logo.svg").header("content-type"), "image/svg+xml");
    EXPECT_EQ(get("/font.woff2").header("content-type"), "font/woff2");
    EXPECT_EQ(get("/what.bin").header("content-type"), "application/octet-stream");
}

TEST_F(StaticFiles, are_not_sent_again_to_a_client_that_has_them) {
    for (const auto& encoding : {"", "Accept-Encoding: gzip\r\n"}) {
        const std::string tag = get("/", encoding).header("etag");
        ASSERT_FALSE(tag.empty());
        for (const std::string& header : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
            const RawResponse again = get("/", std::string(encoding) + "If-None-Match: " + header + "\r\n");
            EXPECT_EQ(again.status, 304) << header;
            EXPECT_EQ(again.body, "");
            EXPECT_EQ(again.header("etag"), tag);
            EXPECT_EQ(again.header("cache-control"), "no-cache");
        }
        EXPECT_EQ(get("/", std::string(encoding) + "If-None-Match: \"other\"\r\n").status, 200);
    }
    // The packed form is another representation than the plain one.
    EXPECT_NE(get("/").header("etag"), get("/", "Accept-Encoding: gzip\r\n").header("etag"));
    EXPECT_NE(get("/plain.css").header("etag"), get("/").header("etag"));
}

TEST_F(StaticFiles, whose_names_change_with_their_content_are_kept_for_good) {
    EXPECT_EQ(get("/assets/app-1234.js").header("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(get("/").header("cache-control"), "no-cache");
}

TEST_F(StaticFiles, keep_to_themselves) {
    for (const auto& path : {"/", "/plain.css", "/assets/app-1234.js"}) {
        const RawResponse response = get(path);
        EXPECT_EQ(response.header("content-security-policy"), "default-src 'none'") << path;
        EXPECT_EQ(response.header("referrer-policy"), "no-referrer") << path;
        EXPECT_EQ(response.header("cross-origin-opener-policy"), "same-origin") << path;
        EXPECT_EQ(response.header("cross-origin-resource-policy"), "same-origin") << path;
        EXPECT_EQ(response.header("x-frame-options"), "DENY") << path;
        EXPECT_EQ(response.header("x-content-type-options"), "nosniff") << path;
    }
}

}  // namespace
}  // namespace sf::http
