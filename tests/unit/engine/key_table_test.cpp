#include "engine/key_table.hpp"

#include "engine/group_key.hpp"

#include <gtest/gtest.h>

namespace sf::engine {
namespace {

KeyBlock block_of(const std::vector<std::string>& keys) {
    KeyBlock block;
    for (const std::string& key : keys) {
        block.bytes += key;
        block.ends.push_back(static_cast<std::uint32_t>(block.bytes.size()));
        block.hashes.push_back(hash_of_key(key));
    }
    return block;
}

TEST(KeyTable, numbers_keys_in_the_order_they_come) {
    KeyTable table;
    for (int i = 0; i < 10'000; ++i) ASSERT_EQ(table.intern("key " + std::to_string(i)), static_cast<KeyId>(i));
    for (int i = 0; i < 10'000; ++i) ASSERT_EQ(table.intern("key " + std::to_string(i)), static_cast<KeyId>(i));
    EXPECT_EQ(table.key(17), "key 17");
}

TEST(KeyTable, numbers_many_at_once_and_leaves_alone_what_is_not_wanted) {
    std::vector<std::string> keys;
    std::vector<std::uint32_t> wanted;
    for (std::uint32_t i = 0; i < 5000; ++i) {
        // Keys that come again, of all lengths, the empty one too, and some that differ in their last byte alone.
        keys.push_back(i % 500 == 0 ? "" : std::string(i % 40, 'x') + std::to_string(i % 3000));
        if (i % 7 != 3) wanted.push_back(i);
    }
    KeyTable table;
    std::vector<KeyId> ids(keys.size(), 12345);
    table.intern(block_of(keys), wanted, ids);
    std::map<std::string, KeyId> expected;
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
        if (i % 7 == 3) {
            ASSERT_EQ(ids[i], 12345u);
            continue;
        }
        const KeyId id = expected.try_emplace(keys[i], static_cast<KeyId>(expected.size())).first->second;
        ASSERT_EQ(ids[i], id) << keys[i];
        ASSERT_EQ(table.key(id), keys[i]);
    }
    EXPECT_EQ(table.size(), expected.size());
}

TEST(KeyTable, a_frozen_copy_keeps_what_it_had) {
    KeyTable table;
    (void)table.intern("first");
    const KeyTable frozen = table.frozen();
    for (int i = 0; i < 100'000; ++i) (void)table.intern("more " + std::to_string(i));
    EXPECT_EQ(frozen.size(), 1u);
    EXPECT_EQ(frozen.key(0), "first");
}

TEST(KeyTable, compacting_drops_what_is_not_used_and_keeps_the_order) {
    KeyTable table;
    for (int i = 0; i < 1000; ++i) (void)table.intern(std::to_string(i));
    std::vector<bool> used(1000, false);
    used[5] = used[900] = true;
    const std::vector<KeyId> moved = table.compact(used);
    EXPECT_EQ(table.size(), 2u);
    EXPECT_EQ(moved[5], 0u);
    EXPECT_EQ(moved[900], 1u);
    EXPECT_EQ(moved[6], kNoKey);
    EXPECT_EQ(table.intern("900"), 1u);
    EXPECT_EQ(table.intern("6"), 2u);
}

}  // namespace
}  // namespace sf::engine
