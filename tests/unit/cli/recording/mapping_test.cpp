#include "cli/recording/mapping.hpp"

#include <gtest/gtest.h>

namespace sf::recording {
namespace {

// The whole complaint, as a person reads it.
std::string complaint(const std::string& yaml) {
    const auto mapping = parse_mapping(yaml, "m.yaml");
    EXPECT_FALSE(mapping) << "was taken: " << yaml;
    return mapping ? "" : mapping.error().text();
}

TEST(Mapping, examples_are_read) {
    for (const char* name : {"nasa.yaml", "retail.yaml"}) {
        const auto mapping = read_mapping(std::filesystem::path(SF_SOURCE_DIR) / "examples" / name);
        EXPECT_TRUE(mapping) << mapping.error().text();
    }
}

TEST(Mapping, constants_keep_their_yaml_type) {
    const auto mapping =
        parse_mapping("event: {type: a.b, source: 7, data: {n: 1.50, s: '1.50', b: true, z: null, t: x y}}", "m");
    ASSERT_TRUE(mapping) << mapping.error().text();
    EXPECT_EQ(mapping->source->constant_json, "\"7\"");
    std::string all;
    for (const auto& rule : mapping->data) all += rule.member + "=" + rule.value.constant_json + " ";
    EXPECT_EQ(all, R"(n=1.50 s="1.50" b=true z=null t="x y" )");
}

TEST(Mapping, unknown_names_are_refused) {
    EXPECT_EQ(complaint("format: csv\nevent:\n  typ: web.click\n"),
              "event has no \"typ\"\ndetail: in mapping file m.yaml:3\nhint: did you mean \"type\"?");
    EXPECT_EQ(complaint("event: {type: a, data: {x: {column: y, colour: red}}}"),
              "event.data.x has no \"colour\"\ndetail: in mapping file m.yaml:1\nhint: it may have: column, as, empty");
}

TEST(Mapping, wrong_values_are_refused) {
    EXPECT_EQ(complaint("event: {type: a, data: {x: {column: y, as: float}}}"),
              "event.data.x: \"float\" is not a type of value\ndetail: in mapping file m.yaml:1\nhint: use string, "
              "integer, number or boolean");
    EXPECT_EQ(complaint("time_zone: Europe/Lundun\nevent: {type: a}"),
              "time zone \"Europe/Lundun\" is not known\ndetail: in mapping file m.yaml:1\n"
              "hint: use UTC, an offset such as +01:00, or a name such as Europe/London");
    EXPECT_EQ(complaint("event: {type: a, timestamp: {column: t, format: '%Q'}}"),
              "time format \"%Q\": %Q is not known\ndetail: in mapping file m.yaml:1\n"
              "hint: use epoch_s, epoch_ms, epoch_us, rfc3339, or %Y %m %d %b %H %I %p %M %S %f %z and the like");
    EXPECT_EQ(
        complaint("format: csv"),
        "the mapping has no \"event\"\ndetail: in mapping file m.yaml:1\nhint: docs/import.md shows a complete one");
    EXPECT_EQ(complaint("event: {source: s}"),
              "the mapping gives events no type\ndetail: in mapping file m.yaml:1\nhint: add type: to event, for "
              "example type: web.click");
    EXPECT_EQ(complaint("event: {type: a, type: b}"), "event has \"type\" twice\ndetail: in mapping file m.yaml:1");
    EXPECT_EQ(complaint("event: {type: ["),
              "the mapping file is no valid YAML: end of sequence flow not found\ndetail: in mapping file m.yaml:1");
    EXPECT_EQ(complaint("delimiter: ';;'\nevent: {type: a}"),
              "delimiter must be one character, such as \";\"\ndetail: in mapping file m.yaml:1");
}

TEST(Mapping, tags_and_members_of_the_event_are_texts) {
    for (const std::string type : {"number", "boolean"}) {
        EXPECT_EQ(complaint("event: {type: a, tags: [{column: y, as: " + type + "}]}"),
                  "a tag is a string\ndetail: in mapping file m.yaml:1\nhint: use as: integer to drop a \".0\"");
    }
    EXPECT_EQ(complaint("event: {type: a, tags: [{column: y, empty: null}]}"),
              "\"empty\" of a tag must be absent or a text\ndetail: in mapping file m.yaml:1");
    EXPECT_EQ(complaint("event: {type: a, user_id: {column: y, empty: null}}"),
              "\"empty\" of event.user_id must be absent or a text\ndetail: in mapping file m.yaml:1");
}

TEST(Mapping, odd_shapes_do_not_throw) {
    for (const char* yaml :
         {"", "a", "[]", "event: []", "event: {type: [a]}", "event: {type: a, data: [1]}", "event: {type: a, tags: x}",
          "event: {type: a, timestamp: t}", "event: {type: a, timestamp: {format: x}}", "format: [x]\nevent: {type: a}",
          "delimiter: [a]\nevent: {type: a}", "time_zone: {a: b}\nevent: {type: a}", "? [a]\n: b",
          "event: {type: a, timestamp: {column: t, time_zone: [x]}}", "columns: x\nevent: {type: a}"}) {
        EXPECT_NE(complaint(yaml), "") << yaml;
    }
}

}  // namespace
}  // namespace sf::recording
