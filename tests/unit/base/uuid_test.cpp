#include "base/uuid.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sf {
namespace {

TEST(Uuid, reads_and_writes) {
    const auto id = parse_uuid("018F4E9C-1c2b-7a3d-8e4f-5a6b7c8d9e0f");
    ASSERT_TRUE(id);
    EXPECT_EQ(to_string(*id), "018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f");
    for (const char* text : {"", "018f4e9c1c2b7a3d8e4f5a6b7c8d9e0f", "018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0",
                             "018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0g", "018f4e9c+1c2b-7a3d-8e4f-5a6b7c8d9e0f",
                             "{018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f}"}) {
        EXPECT_FALSE(parse_uuid(text)) << text;
    }
}

TEST(Uuid, version_7_carries_the_time_and_never_repeats) {
    UuidGenerator generator;
    const Timestamp now = *parse_rfc3339("2026-03-01T12:00:00.123Z");
    std::set<Uuid> seen;
    for (int i = 0; i < 100'000; ++i) {
        const Uuid id = generator.next(now);
        ASSERT_TRUE(seen.insert(id).second);
        ASSERT_EQ(id.bytes[6] >> 4, 7);
        ASSERT_EQ(id.bytes[8] >> 6, 2);
        ASSERT_EQ(id.high() >> 16, static_cast<std::uint64_t>(to_micros(now) / 1000));
    }
}

TEST(Uuid, of_a_name_is_always_the_same) {
    EXPECT_EQ(uuid_from_name("a"), uuid_from_name("a"));
    EXPECT_NE(uuid_from_name("a"), uuid_from_name("b"));
    // On disk and at clients: must never change.
    EXPECT_EQ(to_string(uuid_from_name("streamflow")), to_string(uuid_from_name("streamflow")));
    EXPECT_EQ(uuid_from_name("x").bytes[6] >> 4, 8);
}

}  // namespace
}  // namespace sf
