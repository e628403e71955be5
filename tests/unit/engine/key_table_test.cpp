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

KeyId intern(KeyTable& table, const std::string& key, std::uint64_t keys_max = 1'000'000) {
    const std::uint32_t wanted = 0;
    KeyId id = kNoKey;
    table.intern(block_of({key}), std::span(&wanted, 1), keys_max, std::span(&id, 1));
    return id;
}

TEST(KeyTable, numbers_keys_in_the_order_they_come) {
    KeyTable table;
    for (int i = 0; i < 10'000; ++i) ASSERT_EQ(intern(table, "key " + std::to_string(i)), static_cast<KeyId>(i));
    for (int i = 0; i < 10'000; ++i) ASSERT_EQ(intern(table, "key " + std::to_string(i)), static_cast<KeyId>(i));
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
    table.intern(block_of(keys), wanted, 1'000'000, ids);
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

TEST(KeyTable, refuses_new_keys_at_its_limit_and_knows_the_old_ones) {
    KeyTable table;
    EXPECT_EQ(intern(table, "a", 2), 0u);
    EXPECT_EQ(intern(table, "b", 2), 1u);
    EXPECT_EQ(intern(table, "c", 2), kNoKey);
    EXPECT_EQ(intern(table, "a", 2), 0u);
}

TEST(KeyTable, a_frozen_copy_keeps_what_it_had) {
    KeyTable table;
    (void)intern(table, "first");
    const KeyTable frozen = table.frozen();
    for (int i = 0; i < 100'000; ++i) (void)intern(table, "more " + std::to_string(i));
    EXPECT_EQ(frozen.size(), 1u);
    EXPECT_EQ(frozen.key(0), "first");
}

TEST(KeyTable, compacting_drops_what_is_not_used_and_keeps_the_order) {
    KeyTable table;
    for (int i = 0; i < 1000; ++i) (void)intern(table, std::to_string(i));
    std::vector<bool> used(1000, false);
    used[5] = used[900] = true;
    const std::vector<KeyId> moved = table.compact(used);
    EXPECT_EQ(table.size(), 2u);
    EXPECT_EQ(moved[5], 0u);
    EXPECT_EQ(moved[900], 1u);
    EXPECT_EQ(moved[6], kNoKey);
    EXPECT_EQ(intern(table, "900"), 1u);
    EXPECT_EQ(intern(table, "6"), 2u);
}

TEST(KeyTable, comes_back_from_a_checkpoint) {
    KeyTable table;
    for (int i = 0; i < 500; ++i) (void)intern(table, "key " + std::to_string(i));
    std::vector<std::byte> bytes;
    ByteWriter writer([&](std::span<const std::byte> piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); });
    table.save(writer);
    writer.flush();
    KeyTable loaded;
    ByteReader reader(bytes);
    loaded.load(reader);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(loaded.size(), 500u);
    EXPECT_EQ(intern(loaded, "key 499"), 499u);
}

}  // namespace
}  // namespace sf::engine
