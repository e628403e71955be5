#include "engine/value_set.hpp"

#include "engine/group_key.hpp"

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

TEST(ValueSet, takes_keys_of_a_block) {
    std::mt19937 random(13);
    ValueSet set;
    std::set<std::string> expected;
    for (int record = 0; record < 300; ++record) {
        KeyBlock block;
        std::vector<std::uint32_t> which;
        for (std::uint32_t i = 0; i < 100; ++i) {
            const std::string value = some_value(random, record < 100 ? 5 : 4'000);
            block.bytes += value;
            block.ends.push_back(static_cast<std::uint32_t>(block.bytes.size()));
            block.hashes.push_back(hash_of_key(value));
            if (i % 3 == 1) continue;
            which.push_back(i);
            expected.insert(value);
        }
        set.insert(block, which);
        ASSERT_EQ(set.size(), expected.size());
        for (const std::string& value : expected) set.insert(value);
        ASSERT_EQ(set.size(), expected.size()) << "one of them was not found";
    }
}

}  // namespace
}  // namespace sf::engine
