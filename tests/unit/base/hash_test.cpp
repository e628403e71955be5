#include "base/hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

namespace sf {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

// RFC 3720, appendix B.4, and the usual check value.
TEST(Hash, crc32c_gives_the_published_values) {
    EXPECT_EQ(crc32c(bytes_of("123456789")), 0xE3069283u);
    const std::array<std::byte, 32> zeros{};
    EXPECT_EQ(crc32c(zeros), 0x8A9136AAu);
    EXPECT_EQ(crc32c(bytes_of("56789"), crc32c(bytes_of("1234"))), 0xE3069283u);
}

TEST(Hash, hash64_differs_for_every_length_and_byte) {
    std::set<std::uint64_t> seen;
    std::string text;
    for (int length = 0; length < 200; ++length) {
        EXPECT_TRUE(seen.insert(hash64(text)).second) << length;
        for (std::size_t i = 0; i < text.size(); ++i) {
            std::string other = text;
            other[i] = static_cast<char>(other[i] ^ 1);
            EXPECT_TRUE(seen.insert(hash64(other)).second) << length << " " << i;
        }
        text += 'x';
    }
}

// Partitions are on disk: these values must never change.
TEST(Hash, partitions_stay_where_they_are_and_are_even) {
    EXPECT_EQ(hash64("streamflow", 1), hash64("streamflow", 1));
    std::vector<int> counts(4);
    for (int i = 0; i < 40'000; ++i) ++counts[partition_of("user-" + std::to_string(i), 4)];
    for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
    EXPECT_EQ(partition_of("anything", 1), 0u);
}

}  // namespace
}  // namespace sf
