// What clients say, right and wrong.
#include "services/dashboard/live/live_message.hpp"
#include "unit/dashboard/dashboard_fixture.hpp"

namespace sf::dashboard {
namespace {

using namespace testing;

std::variant<LiveMessage, LiveMessageError> parse(std::string text) {
    const std::size_t size = text.size();
    text.append(http::Body::kPadding, '\0');
    return parse_live_message(std::string_view(text).substr(0, size));
}

template <class Kind>
Kind subscription(const std::string& text) {
    auto parsed = parse(text);
    if (const auto* error = std::get_if<LiveMessageError>(&parsed)) {
        ADD_FAILURE() << error->detail;
        return {};
    }
    return std::get<Kind>(*std::get<LiveMessage>(parsed).subscribe);
}

LiveMessageError refusal(const std::string& text) {
    auto parsed = parse(text);
    if (std::holds_alternative<LiveMessage>(parsed)) {
        ADD_FAILURE() << "taken: " << text;
        return {};
    }
    return std::get<LiveMessageError>(std::move(parsed));
}

TEST(LiveMessage, views) {
    const auto bare = subscription<WatchView>(R"({"type":"subscribe","id":"a","view":"errors"})");
    EXPECT_EQ(bare.view, "errors");
    EXPECT_EQ(bare.limit, 1000u);
    EXPECT_FALSE(bare.from);
    EXPECT_TRUE(bare.keys.empty());
    const auto full = subscription<WatchView>(
        R"({"limit":20000,"keys":{"source":"a {b}","n":1,"ok":true},"from":"2026-01-31T12:00:00Z","to":"2026-01-31T13:00:00Z","view":"v","id":"a","type":"subscribe"})");
    EXPECT_EQ(full.limit, 20'000u);
    EXPECT_EQ(full.from, at("2026-01-31T12:00:00Z"));
    EXPECT_EQ(full.to, at("2026-01-31T13:00:00Z"));
    EXPECT_EQ(full.keys, (std::map<std::string, std::string>{{"source", "a {b}"}, {"n", "1"}, {"ok", "true"}}));
}

TEST(LiveMessage, tails) {
    EXPECT_EQ(subscription<TailEvents>(R"({"type":"subscribe","id":"t","tail":{}})").filter, EventFilter{});
    const auto full = subscription<TailEvents>(
        R"({"type":"subscribe","id":"t","tail":{"type":"web.*","source":"shop","user_id":"u1","severity":"high","limit":5}})");
    EXPECT_EQ(full.filter,
              (EventFilter{.type = "web.*", .source = "shop", .user_id = "u1", .severity = models::Severity::high}));
    EXPECT_EQ(full.limit, 5u);
}

TEST(LiveMessage, the_overview_and_the_end_of_a_subscription) {
    (void)subscription<WatchOverview>(R"({"type":"subscribe","id":"o","overview":true})");
    const auto ended = parse(R"({"type":"unsubscribe","id":"o"})");
    ASSERT_TRUE(std::holds_alternative<LiveMessage>(ended));
    EXPECT_EQ(std::get<LiveMessage>(ended).id, "o");
    EXPECT_FALSE(std::get<LiveMessage>(ended).subscribe);
}

TEST(LiveMessage, what_is_wrong_is_named_with_the_id_where_there_is_one) {
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {R"({"type":"subscribe","id":"a","view":"v","more":1})", "/more there is no such member"},
        {R"({"type":"subscribe","id":"a","view":7})", "/view must be of type string"},
        {R"({"type":"subscribe","id":"a","view":"v","limit":0})", "/limit must be of type integer, from 1 to 20000"},
        {R"({"type":"subscribe","id":"a","view":"v","limit":20001})",
         "/limit must be of type integer, from 1 to 20000"},
        {R"({"type":"subscribe","id":"a","view":"v","limit":1.5})", "/limit must be of type integer, from 1 to 20000"},
        {R"({"type":"subscribe","id":"a","view":"v","from":"now"})", "/from must be of type string: an RFC 3339 time"},
        {R"({"type":"subscribe","id":"a","view":"v","keys":{"a":{}}})",
         "/keys must be of type object of at most 16 strings, numbers or booleans"},
        {R"({"type":"subscribe","id":"a","view":"v","keys":{"a":null}})",
         "/keys must be of type object of at most 16 strings, numbers or booleans"},
        {R"({"type":"subscribe","id":"a","view":"v","keys":[]})",
         "/keys must be of type object of at most 16 strings, numbers or booleans"},
        {R"({"type":"subscribe","id":"a","tail":{"severity":"worst"}})",
         "/tail/severity must be of type string: low, medium, high or critical"},
        {R"({"type":"subscribe","id":"a","tail":{"limit":51}})", "/tail/limit must be of type integer, from 1 to 50"},
        {R"({"type":"subscribe","id":"a","tail":{"type":"a*b"}})",
         "/tail/type must be of type string, with one * at its end or none"},
        {R"({"type":"subscribe","id":"a","tail":{"type":"a**"}})",
         "/tail/type must be of type string, with one * at its end or none"},
        {R"({"type":"subscribe","id":"a","tail":{"id":"x"}})", "/tail/id there is no such member"},
        {R"({"type":"subscribe","id":"a","tail":true})", "/tail must be of type object"},
        {R"({"type":"subscribe","id":"a","overview":false})", "/overview must be of type boolean: true"},
        {R"({"type":"subscribe","id":"a"})", "a subscription has exactly one of view, tail and overview"},
        {R"({"type":"subscribe","id":"a","view":"v","overview":true})",
         "a subscription has exactly one of view, tail and overview"},
        {R"({"type":"subscribe","id":"a","tail":{},"limit":5})", "from, to, limit and keys belong to a view"},
        {R"({"type":"subscribe","id":"a","overview":true,"keys":{}})", "from, to, limit and keys belong to a view"},
        {R"({"type":"unsubscribe","id":"a","view":"v"})", "an unsubscribe has no members but type and id"},
        {R"({"type":"hello","id":"a"})", "/type must be subscribe or unsubscribe"},
        {R"({"type":"subscribe","id":"a","id":"b","view":"v"})", "/id this key stands twice"},
    };
    for (const auto& [text, detail] : wrong) {
        const LiveMessageError error = refusal(text);
        EXPECT_EQ(error.detail, detail) << text;
        EXPECT_TRUE(error.id == "a") << text;
    }
    EXPECT_EQ(refusal(R"({"type":"subscribe","view":"v"})").detail, "/id is required");
    EXPECT_EQ(refusal(R"({"type":"subscribe","id":"","view":"v"})").detail, "/id must have 1 to 64 bytes");
    EXPECT_FALSE(refusal(R"({"type":"subscribe","id":")" + std::string(65, 'x') + R"(","view":"v"})").id);
    for (const auto& text : {"", "hello", "[]", "{", R"({"type":"subscribe")", "null", "{\"id\":\"a\",}"})
        EXPECT_FALSE(refusal(text).detail.empty()) << text;
}

}  // namespace
}  // namespace sf::dashboard
