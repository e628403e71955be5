// /openapi.json and /docs.
#include "http/openapi.hpp"
#include "unit/http/test_server.hpp"

#include <simdjson.h>
#include <zlib.h>

#include <set>

namespace sf::http {
namespace {

using namespace testing;

RouteTable sample_routes() {
    RouteTable routes;
    routes.push_back({.method = Method::get,
                      .pattern = "/api/v1/things/{id}/parts/{part}",
                      .service = "storage",
                      .summary = "A \"quoted\" summary",
                      .description = "Line one\nline two",
                      .role = Role::viewer});
    routes.back().query_parameters = {
        {.name = "limit", .description = "How many", .required = false, .schema = R"({"type":"integer"})"}};
    routes.back().answers = {{200, "The part", R"({"type":"object"})"}, {404, "None", ""}};
    routes.push_back({.method = Method::del,
                      .pattern = "/api/v1/things/{id}/parts/{part}",
                      .service = "storage",
                      .summary = "Gone",
                      .role = Role::admin});
    routes.push_back({.method = Method::post,
                      .pattern = "/api/v1/events",
                      .service = "ingestion",
                      .summary = "In",
                      .role = Role::ingest});
    routes.back().bodies = {{"application/json", R"({"type":"object"})", R"({"type":"web.click"})"},
                            {"application/x-ndjson", "", ""}};
    routes.back().answers = {{202, "Taken", ""}};
    routes.push_back(
        {.method = Method::get, .pattern = "/open", .service = "health", .summary = "Open", .role = Role::none});
    return routes;
}

TEST(OpenApi, every_route_with_all_that_it_declares) {
    const RouteTable routes = sample_routes();
    const std::string text = openapi_document(routes, "A \"title\"", "1.2.3");
    simdjson::dom::parser parser;
    simdjson::dom::element document;
    ASSERT_EQ(parser.parse(text).get(document), simdjson::SUCCESS) << text;
    EXPECT_EQ(std::string_view(document["openapi"]), "3.1.0");
    EXPECT_EQ(std::string_view(document["info"]["title"]), "A \"title\"");
    EXPECT_EQ(std::string_view(document["info"]["version"]), "1.2.3");
    std::set<std::string> ids;
    for (const Route& route : routes) {
        std::string method(to_string(route.method));
        for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
        simdjson::dom::element operation;
        ASSERT_EQ(document["paths"][route.pattern][method].get(operation), simdjson::SUCCESS)
            << method << ' ' << route.pattern;
        EXPECT_EQ(std::string_view(operation["tags"].at(0)), route.service);
        EXPECT_EQ(std::string_view(operation["summary"]), route.summary);
        EXPECT_EQ(operation["security"].get_array().size() > 0, route.role != Role::none);
        EXPECT_EQ(operation["responses"]["default"]["content"]["application/problem+json"].error(), simdjson::SUCCESS);
        for (const Answer& answer : route.answers)
            EXPECT_EQ(operation["responses"][std::to_string(answer.status)].error(), simdjson::SUCCESS);
        EXPECT_TRUE(ids.insert(std::string(std::string_view(operation["operationId"]))).second)
            << "operation ids are for code generators: one each";
    }
    const auto part = document["paths"]["/api/v1/things/{id}/parts/{part}"]["get"];
    ASSERT_EQ(part["parameters"].get_array().size(), 3u);
    EXPECT_EQ(std::string_view(part["parameters"].at(0)["name"]), "id");
    EXPECT_EQ(std::string_view(part["parameters"].at(1)["in"]), "path");
    EXPECT_EQ(std::string_view(part["parameters"].at(2)["in"]), "query");
    EXPECT_EQ(bool(part["parameters"].at(2)["required"]), false);
    const auto body = document["paths"]["/api/v1/events"]["post"]["requestBody"]["content"];
    EXPECT_EQ(body["application/json"]["schema"].error(), simdjson::SUCCESS);
    EXPECT_EQ(std::string_view(body["application/json"]["example"]["type"]), "web.click");
    EXPECT_EQ(body["application/x-ndjson"]["schema"].error(), simdjson::SUCCESS);
    EXPECT_EQ(std::string_view(document["components"]["securitySchemes"]["token"]["scheme"]), "bearer");
    EXPECT_EQ(document["components"]["schemas"]["Problem"]["properties"]["errors"].error(), simdjson::SUCCESS);
}

TEST(OpenApi, is_served_to_anybody_and_names_every_route_of_the_server) {
    TestServer server({.version = "9.9"}, sample_routes());
    RawConnection client(server.port());
    const auto response = client.ask(request_text("GET", "/openapi.json"));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->header("content-type"), "application/json");
    simdjson::dom::parser parser;
    const simdjson::dom::element document = parser.parse(response->body);
    for (const auto& path : {"/hello", "/items/{id}", "/echo", "/api/v1/events", "/open"})
        EXPECT_EQ(document["paths"][path].error(), simdjson::SUCCESS) << path;
}

TEST(DocsPage, needs_nothing_from_elsewhere_and_no_inline_script) {
    TestServer server;
    RawConnection client(server.port());
    const auto page = client.ask(request_text("GET", "/docs"));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->status, 200);
    EXPECT_TRUE(page->header("content-type").starts_with("text/html"));
    const std::string policy = page->header("content-security-policy");
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(policy.find("script-src 'self';"), std::string::npos);
    EXPECT_EQ(page->body.find("http://"), std::string::npos);
    EXPECT_EQ(page->body.find("https://"), std::string::npos);
    EXPECT_EQ(page->body.find("<script>"), std::string::npos);
    EXPECT_EQ(page->body.find("onload"), std::string::npos);
    // Every file that the page names is there.
    for (std::size_t at = page->body.find("/docs/"); at != std::string::npos; at = page->body.find("/docs/", at + 1)) {
        const std::string path = page->body.substr(at, page->body.find('"', at) - at);
        EXPECT_EQ(client.ask(request_text("GET", path))->status, 200) << path;
    }
}

TEST(DocsPage, files_come_packed_or_plain_as_the_client_likes) {
    TestServer server;
    RawConnection client(server.port());
    for (const auto& path : {"/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js"}) {
        const auto packed = client.ask(request_text("GET", path, {}, "Accept-Encoding: gzip, deflate, br\r\n"));
        const auto plain = client.ask(request_text("GET", path));
        const auto refused = client.ask(request_text("GET", path, {}, "Accept-Encoding: identity, gzip;q=0\r\n"));
        ASSERT_TRUE(packed && plain && refused);
        EXPECT_EQ(packed->header("content-encoding"), "gzip");
        EXPECT_EQ(plain->header("content-encoding"), "");
        EXPECT_EQ(refused->header("content-encoding"), "");
        EXPECT_NE(packed->header("vary").find("Accept-Encoding"), std::string::npos);
        EXPECT_LT(packed->body.size(), plain->body.size());
        std::string inflated(plain->body.size() + 1, '\0');
        z_stream stream{};
        ASSERT_EQ(::inflateInit2(&stream, 15 + 16), Z_OK);
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed->body.data()));
        stream.avail_in = static_cast<uInt>(packed->body.size());
        stream.next_out = reinterpret_cast<Bytef*>(inflated.data());
        stream.avail_out = static_cast<uInt>(inflated.size());
        EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
        inflated.resize(stream.total_out);
        ::inflateEnd(&stream);
        EXPECT_EQ(inflated, plain->body);
    }
}

}  // namespace
}  // namespace sf::http
