// Values at paths, against simdjson's DOM over the same texts.
#include "models/json_fields.hpp"

#include "models/json_strict.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>
#include <set>

namespace sf::models {
namespace {

EventBatchPtr batch_of(const std::vector<std::string>& objects) {
    EventBatchBuilder builder;
    for (const std::string& object : objects) {
        EventRow row;
        row.type = "a.b";
        row.source = "source \"quoted\"";
        row.user_id = "{\"a\":\"not this\"}";
        row.has_user_id = true;
        row.data = object;
        builder.append(row);
    }
    return builder.seal();
}

// The values of each path, a row each.
std::vector<std::vector<std::string_view>> read_all(const EventBatch& batch, const std::vector<JsonPath>& paths) {
    std::vector<std::vector<std::string_view>> values(paths.size(),
                                                      std::vector<std::string_view>(batch.size(), "left over"));
    const std::vector<std::span<std::string_view>> columns(values.begin(), values.end());
    JsonFields(paths).read(batch, columns);
    return values;
}

std::vector<std::string> read(const std::vector<std::string>& objects, const JsonPath& path) {
    const EventBatchPtr batch = batch_of(objects);
    const auto values = read_all(*batch, {path});
    return {values[0].begin(), values[0].end()};
}

using Values = std::vector<std::string>;

TEST(JsonFields, finds_values_as_they_stand) {
    EXPECT_EQ(read({R"({"a":1})", R"({ "b" : 2 , "a" : "x\"y" })", "{}", R"({"b":{"a":1}})", R"({"a":null})"}, {"a"}),
              (Values{"1", "\"x\\\"y\"", "", "", "null"}));
    EXPECT_EQ(read({R"({"a": [1, {"b":2}] ,"c":1})", R"({"a":{"b":[ ]} })", R"({"c":1,"a":-1.50e3})"}, {"a"}),
              (Values{R"([1, {"b":2}])", R"({"b":[ ]})", "-1.50e3"}));
    EXPECT_EQ(read({R"({"a":{"x":0,"b":{"c":true}}})", R"({"a":{"b":5}})", R"({"a":[{"b":{"c":1}}]})",
                    R"({"a":{"b":{"c":"\u0041"}}})"},
                   {"a", "b", "c"}),
              (Values{"true", "", "", "\"\\u0041\""}));
}

TEST(JsonFields, names_are_compared_whole_and_without_escapes) {
    const std::vector<std::string> objects = {R"({"abcdefgh":1,"abcdefghi":2,"abcdefg":3,"":4,"abcdefgh\u0069":5})",
                                              R"({"\u0061bcdefg":6,"a\"":7})", R"({"é":8})"};
    EXPECT_EQ(read({objects[0]}, {"abcdefgh"}), Values{"1"});
    EXPECT_EQ(read({objects[0]}, {"abcdefg"}), Values{"3"});
    EXPECT_EQ(read({objects[0]}, {""}), Values{"4"});
    EXPECT_EQ(read({objects[0]}, {"abcdefghij"}), Values{""});
    EXPECT_EQ(read({objects[1]}, {"abcdefg"}), Values{"6"});
    EXPECT_EQ(read({objects[1]}, {"a\""}), Values{"7"});
    EXPECT_EQ(read({objects[2]}, {"é"}), Values{"8"});
}

TEST(JsonFields, paths_share_their_beginnings) {
    const EventBatchPtr batch = batch_of({R"({"a":{"b":1,"c":[2]},"d":3})", R"({"d":4})"});
    const auto values = read_all(*batch, {{"a", "b"}, {"a"}, {"d"}, {"a", "c"}, {"d"}, {"z", "z"}});
    EXPECT_EQ(values[0][0], "1");
    EXPECT_EQ(values[1][0], R"({"b":1,"c":[2]})");
    EXPECT_EQ(values[2][0], "3");
    EXPECT_EQ(values[3][0], "[2]");
    EXPECT_EQ(values[4][1], "4");
    EXPECT_EQ(values[5][0], "");
    EXPECT_EQ(values[1][1], "");
}

TEST(JsonFields, values_point_into_the_batch) {
    const EventBatchPtr batch = batch_of({R"({"x":0})", R"({"a":1})"});
    const auto values = read_all(*batch, {{"a"}});
    EXPECT_EQ(values[0][1].data(), batch->data(1).data() + 5);
}

TEST(JsonFields, finds_any_of_very_many) {
    std::vector<JsonPath> paths;
    for (int i = 0; i < 70'000; ++i) paths.push_back({"k" + std::to_string(i)});
    const EventBatchPtr batch = batch_of({R"({"k0":0,"k65534":1,"k65535":2,"k65536":3,"k69999":4,"k70000":5})"});
    const auto values = read_all(*batch, paths);
    EXPECT_EQ(values[0][0], "0");
    EXPECT_EQ(values[65'534][0], "1");
    EXPECT_EQ(values[65'535][0], "2");
    EXPECT_EQ(values[65'536][0], "3");
    EXPECT_EQ(values[69'999][0], "4");
    EXPECT_EQ(std::ranges::count_if(values, [](const auto& column) { return !column[0].empty(); }), 5);
}

TEST(JsonFields, damaged_text_only_loses_values) {
    // Events are checked when they come in. Should this be reached all the same, nothing may be read out of bounds.
    for (const char* broken : {"{\"a\":", "{\"a\"", "{\"a\":{", "{\"a\":[1,", "[\"a\":1]", "{\"a\" 1}", "{a:1}",
                               "{\"a\":1]", "}", "\"", "", "{\"b\":[[[[", "{,}", "{\"a\":}", "{:}"}) {
        const std::vector<std::string> around = {R"({"a":1})", broken, R"({"a":2})"};
        const Values values = read(around, {"a"});
        ASSERT_EQ(values.size(), 3u) << broken;
    }
    std::mt19937 random(1);
    const std::string_view letters = R"({}[]",:\ab1 )";
    for (int i = 0; i < 2'000; ++i) {
        std::vector<std::string> objects;
        for (int row = 0; row < 4; ++row) {
            std::string& object = objects.emplace_back("{");
            for (int k = 0; k < 12; ++k) object += letters[random() % letters.size()];
        }
        EXPECT_EQ(read(objects, {"a"}).size(), 4u);
    }
}

// Random objects over few names, so that paths meet.
class Maker {
public:
    explicit Maker(unsigned seed) : random_(seed) {}

    std::string object(int depth) {
        std::string text = "{" + space();
        std::set<std::string> used;
        const int members = static_cast<int>(random_() % 6);
        for (int i = 0; i < members; ++i) {
            const std::string name = pick({"a", "b", "userId", "long_name_1", "long_name_2", "é"});
            if (!used.insert(name).second) continue;
            if (text.size() > 2) text += "," + space();
            text += "\"" + (name == "a" && random_() % 4 == 0 ? std::string("\\u0061") : name) + "\"" + space() + ":" +
                    space() + value(depth) + space();
        }
        const std::size_t comma = text.find(',');
        if (comma != std::string::npos && text.substr(1, comma - 1).find('"') == std::string::npos)
            text.erase(comma, 1);
        return text + "}";
    }
    std::string space() { return random_() % 5 == 0 ? pick({" ", "\t", "  "}) : ""; }
    std::string pick(std::initializer_list<const char*> from) { return *(from.begin() + random_() % from.size()); }
    unsigned number() { return random_(); }

private:
    std::string value(int depth) {
        switch (random_() % 8) {
            case 0: return depth < 4 ? object(depth + 1) : "{}";
            case 1: return depth < 4 ? "[" + value(depth + 1) + "," + space() + object(depth + 1) + "]" : "[]";
            case 2: return pick({"\"\"", "\"a\"", "\"\\\"\\\\\"", "\"}{][:,\"", "\"\\u00e9 é\""});
            case 3: return pick({"true", "false", "null"});
            default: return pick({"0", "-1", "1.5e-3", "12345678901234567890", "-0.0", "1E5"});
        }
    }
    std::mt19937 random_;
};

std::string through_dom(simdjson::dom::parser& parser, const std::string& object, const JsonPath& path) {
    simdjson::dom::element element;
    if (parser.parse(object).get(element) != simdjson::SUCCESS) return "broken sample";
    for (const std::string& name : path) {
        simdjson::dom::object inside;
        if (element.get(inside) != simdjson::SUCCESS || inside.at_key(name).get(element) != simdjson::SUCCESS)
            return "";
    }
    return simdjson::minify(element);
}

TEST(JsonFields, agrees_with_simdjson) {
    simdjson::dom::parser parser;
    for (unsigned seed = 1; seed <= 60; ++seed) {
        Maker maker(seed);
        std::vector<std::string> objects;
        for (int i = 0; i < 200; ++i) objects.push_back(maker.object(0));
        std::vector<JsonPath> paths;
        for (int i = 0; i < 12; ++i) {
            JsonPath& path = paths.emplace_back();
            do path.push_back(maker.pick({"a", "b", "userId", "long_name_1", "long_name_2", "é", "nowhere"}));
            while (maker.number() % 3 == 0 && path.size() < 4);
        }
        const EventBatchPtr batch = batch_of(objects);
        const auto values = read_all(*batch, paths);
        for (std::size_t path = 0; path < paths.size(); ++path) {
            for (std::size_t row = 0; row < objects.size(); ++row) {
                const std::string_view value = values[path][row];
                std::string minified;
                if (!value.empty()) {
                    simdjson::dom::element element;
                    ASSERT_EQ(parser.parse(std::string(value)).get(element), simdjson::SUCCESS)
                        << value << " in " << objects[row];
                    minified = simdjson::minify(element);
                }
                ASSERT_EQ(minified, through_dom(parser, objects[row], paths[path])) << objects[row];
            }
        }
    }
}

}  // namespace
}  // namespace sf::models
