#include "engine/value_set.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace sf::engine {
namespace {

std::string some_value(std::mt19937& random, unsigned different) {
    const unsigned number = random() % different;
    return number == 0 ? "" : std::string(number % 40, 'x') + std::to_string(number);
}

ValueSet reloaded(const ValueSet& set) {
    std::vector<std::byte> bytes;
    ByteWriter writer([&](std::span<const std::byte> piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); });
    set.save(writer);
    writer.flush();
    ByteReader reader(bytes);
    ValueSet read;
    read.load(reader);
    EXPECT_TRUE(reader.ok() && reader.at_end());
    return read;
}

TEST(ValueSet, holds_each_value_once) {
    std::mt19937 random(7);
    for (const unsigned different : {1u, 3u, 8u, 9u, 100u, 20'000u}) {
        ValueSet set;
        std::set<std::string> expected;
        for (int i = 0; i < 30'000; ++i) {
            const std::string value = some_value(random, different);
            set.insert(value);
            expected.insert(value);
            ASSERT_EQ(set.size(), expected.size()) << "after " << value;
        }
        EXPECT_EQ(reloaded(set).size(), expected.size());
    }
}

TEST(ValueSet, merged_sets_hold_what_either_had) {
    std::mt19937 random(11);
    ValueSet all;
    std::set<std::string> expected;
    for (int part = 0; part < 200; ++part) {
        ValueSet set;
        for (unsigned i = random() % 60; i > 0; --i) {
            const std::string value = some_value(random, 3'000);
            set.insert(value);
            expected.insert(value);
        }
        all.merge(part % 2 == 0 ? set : reloaded(set));
        all.merge(set);
        ASSERT_EQ(all.size(), expected.size());
    }
    all.clear();
    EXPECT_EQ(all.size(), 0u);
    all.insert("x");
    EXPECT_EQ(all.size(), 1u);
}

}  // namespace
}  // namespace sf::engine
