#include "http/message.hpp"

#include <gtest/gtest.h>

namespace sf::http {
namespace {

TEST(Body, keeps_its_content_and_its_padding_while_it_grows) {
    Body body;
    EXPECT_EQ(body.view(), "");
    std::string text;
    for (int i = 0; i < 12; ++i) {
        const std::string more(std::size_t{1} << i, static_cast<char>('a' + i));
        body.reserve(text.size() + more.size());
        std::memcpy(body.data() + body.size(), more.data(), more.size());
        body.resize(text.size() + more.size());
        text += more;
        EXPECT_EQ(body.view(), text);
        unsigned sum = 0;
        for (std::size_t p = 0; p < Body::kPadding; ++p)
            sum += static_cast<unsigned char>(body.data()[body.capacity() + p]);
        EXPECT_EQ(sum, 0u);
    }
}

TEST(Body, moved_from_is_empty) {
    Body body = Body::copy_of("text");
    const Body other = std::move(body);
    EXPECT_EQ(other.view(), "text");
    EXPECT_EQ(body.size(), 0u);
    EXPECT_EQ(body.capacity(), 0u);
    EXPECT_EQ(body.view(), "");
}

TEST(Role, names_and_order) {
    for (const auto& name : {"none", "ingest", "viewer", "editor", "operations", "admin"})
        EXPECT_EQ(to_string(*parse_role(name)), name);
    for (const auto& name : {"", "Admin", "root", "admin "}) EXPECT_FALSE(parse_role(name)) << name;
    EXPECT_LT(Role::ingest, Role::viewer);
    EXPECT_LT(Role::operations, Role::admin);
}

}  // namespace
}  // namespace sf::http
