#include "engine/shard_keys.hpp"

#include "engine/group_key.hpp"
#include "engine/view.hpp"
#include "sql/planner.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sf::engine {
namespace {

sql::ViewPlan plan_by_source(const std::string& options = "") {
    auto plan = sql::plan_view(
        "CREATE MATERIALIZED VIEW v " + options + " AS SELECT source, count(*) FROM events GROUP BY source",
        aggregate_catalog());
    EXPECT_TRUE(plan);
    return std::move(*plan);
}

// A record in which each of these keys is a cell, and the key block has others before them.
CellBlock cells_of(const std::vector<std::string>& keys, const std::vector<std::string>& others = {}) {
    auto block = std::make_shared<KeyBlock>();
    CellBlock cells;
    for (const auto* list : {&others, &keys}) {
        for (const std::string& key : *list) {
            if (list == &keys) cells.key.push_back(static_cast<std::uint32_t>(block->ends.size()));
            block->bytes += key;
            block->ends.push_back(static_cast<std::uint32_t>(block->bytes.size()));
            block->hashes.push_back(hash_of_key(key));
        }
    }
    cells.keys = std::move(block);
    return cells;
}

std::vector<KeyId> ids(ShardKeys& keys, const CellBlock& cells) {
    const ShardKeys::Numbers numbers = keys.number(cells);
    std::vector<KeyId> ids;
    for (const std::uint32_t cell : numbers.cells) ids.push_back(numbers.ids[cell]);
    return ids;
}

TEST(ShardKeys, views_of_one_space_number_their_own_keys_without_gaps) {
    KeySpaces spaces;
    const sql::ViewPlan plan = plan_by_source();
    ShardKeys one(plan, 0, 1, spaces.of(plan)), other(plan, 0, 1, spaces.of(plan));
    EXPECT_EQ(ids(one, cells_of({"a", "b", "c"})), (std::vector<KeyId>{0, 1, 2}));
    EXPECT_EQ(ids(other, cells_of({"c", "d", "c"}, {"x", "y"})), (std::vector<KeyId>{0, 1, 0}));
    EXPECT_EQ(ids(one, cells_of({"d", "a"})), (std::vector<KeyId>{3, 0}));
    EXPECT_EQ(one.size(), 4u);
    EXPECT_EQ(other.size(), 2u);
    EXPECT_EQ(other.key(1), "d");
    EXPECT_EQ(one.key(3), "d");
}

TEST(ShardKeys, new_keys_are_refused_at_the_limit_and_old_ones_are_known) {
    KeySpaces spaces;
    const sql::ViewPlan plan = plan_by_source("WITH (keys_max = 2)");
    ShardKeys keys(plan, 0, 1, spaces.of(plan));
    EXPECT_EQ(ids(keys, cells_of({"a", "b"})), (std::vector<KeyId>{0, 1}));
    const CellBlock cells = cells_of({"c", "b", "d", "c"});
    const ShardKeys::Numbers numbers = keys.number(cells);
    EXPECT_EQ(numbers.refused, 2u);
    ASSERT_EQ(std::vector<std::uint32_t>(numbers.cells.begin(), numbers.cells.end()), (std::vector<std::uint32_t>{1}));
    EXPECT_EQ(numbers.ids[1], 1u);
}

TEST(ShardKeys, what_is_refused_does_not_stay_in_the_space) {
    KeySpaces spaces;
    const sql::ViewPlan plan = plan_by_source("WITH (keys_max = 2)");
    const KeySpacePtr space = spaces.of(plan);
    ShardKeys keys(plan, 0, 1, space);
    for (int record = 0; record < 400; ++record) {
        std::vector<std::string> many;
        for (int i = 0; i < 1000; ++i) many.push_back(std::to_string(record * 1000 + i));
        (void)keys.number(cells_of(many));
    }
    EXPECT_EQ(keys.size(), 2u);
    EXPECT_LT(space->frozen()->size(), 140'000u);
    EXPECT_EQ(keys.key(1), "1");
}

TEST(ShardKeys, forgetting_in_one_view_leaves_the_others_theirs) {
    KeySpaces spaces;
    const sql::ViewPlan plan = plan_by_source();
    const KeySpacePtr space = spaces.of(plan);
    ShardKeys one(plan, 0, 1, space), other(plan, 0, 1, space);
    std::vector<std::string> many;
    for (int i = 0; i < 100'000; ++i) many.push_back("key " + std::to_string(i));
    (void)one.number(cells_of(many));
    EXPECT_EQ(ids(other, cells_of({many[70'000], many[5]})), (std::vector<KeyId>{0, 1}));
    const auto moved = one.forget_unused([](std::vector<bool>& used) { used[9] = used[70'000] = true; });
    ASSERT_TRUE(moved);
    EXPECT_EQ((*moved)[9], 0u);
    EXPECT_EQ((*moved)[70'000], 1u);
    EXPECT_EQ((*moved)[8], kNoKey);
    EXPECT_EQ(space->frozen()->size(), 3u);
    EXPECT_EQ(one.key(1), many[70'000]);
    EXPECT_EQ(other.key(1), many[5]);
    EXPECT_EQ(ids(one, cells_of({many[5], many[9]})), (std::vector<KeyId>{2, 0}));
    EXPECT_EQ(ids(other, cells_of({many[9], many[70'000]})), (std::vector<KeyId>{2, 0}));
}

TEST(ShardKeys, each_shard_takes_its_own) {
    KeySpaces spaces;
    const sql::ViewPlan plan = plan_by_source();
    std::vector<std::string> many;
    for (int i = 0; i < 1000; ++i) many.push_back(std::to_string(i));
    const CellBlock cells = cells_of(many);
    std::set<std::uint32_t> all;
    for (std::size_t shard = 0; shard < 3; ++shard) {
        ShardKeys keys(plan, shard, 3, spaces.of(plan));
        const ShardKeys::Numbers numbers = keys.number(cells);
        EXPECT_GT(numbers.cells.size(), 100u);
        for (const std::uint32_t cell : numbers.cells) EXPECT_TRUE(all.insert(cell).second);
    }
    EXPECT_EQ(all.size(), many.size());
}

TEST(ShardKeys, a_checkpoint_has_a_views_own_keys_and_a_frozen_copy_what_was_there) {
    KeySpaces spaces;
    const sql::ViewPlan plan = plan_by_source();
    ShardKeys one(plan, 0, 1, spaces.of(plan)), other(plan, 0, 1, spaces.of(plan));
    (void)one.number(cells_of({"a", "b", "c"}));
    (void)other.number(cells_of({"c", "a"}));
    const ShardKeys::Frozen frozen = other.freeze();
    (void)other.number(cells_of({"z"}));
    std::vector<std::byte> bytes;
    ByteWriter writer([&](std::span<const std::byte> piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); });
    frozen.save(writer);
    writer.flush();
    KeySpaces later;
    ShardKeys loaded(plan, 0, 1, later.of(plan));
    ByteReader reader(bytes);
    loaded.load(reader);
    ASSERT_TRUE(reader.ok());
    ASSERT_EQ(loaded.size(), 2u);
    EXPECT_EQ(loaded.key(0), "c");
    EXPECT_EQ(ids(loaded, cells_of({"a", "b"})), (std::vector<KeyId>{1, 2}));
}

TEST(ShardKeys, keys_move_to_another_space) {
    KeySpaces spaces, others;
    const sql::ViewPlan plan = plan_by_source();
    ShardKeys keys(plan, 0, 1, spaces.of(plan)), there(plan, 0, 1, others.of(plan));
    (void)keys.number(cells_of({"a", "b"}));
    (void)there.number(cells_of({"b", "c"}));
    keys.move_to(others.of(plan));
    EXPECT_EQ(keys.key(0), "a");
    EXPECT_EQ(ids(keys, cells_of({"c", "b", "a"})), (std::vector<KeyId>{2, 1, 0}));
    EXPECT_EQ(ids(there, cells_of({"a", "b"})), (std::vector<KeyId>{2, 0}));
}

}  // namespace
}  // namespace sf::engine
