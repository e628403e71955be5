#include "base/json_text.hpp"

#include <gtest/gtest.h>

namespace sf {
namespace {

TEST(JsonText, escapes_what_must_be_escaped) {
    EXPECT_EQ(json_string("plain"), R"("plain")");
    EXPECT_EQ(json_string("a\"b\\c\n\t\r\x01\x7F"), R"("a\"b\\c\n\t\r\u0001\u007f")");
    EXPECT_EQ(json_string("caf\xC3\xA9 \xF0\x9F\x98\x80"), "\"caf\xC3\xA9 \xF0\x9F\x98\x80\"");
    EXPECT_EQ(json_string("a\xFF\xC3(b\xED\xA0\x80"), R"("a\ufffd\ufffd(b\ufffd\ufffd\ufffd")") << "no valid UTF-8";
}

}  // namespace
}  // namespace sf
