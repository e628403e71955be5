// What every checkpoint store promises, run against each adapter.

#include "database/checkpoint_store.hpp"

#include "database/lakehouse/file_checkpoint_store.hpp"
#include "database/testing/memory_checkpoint_store.hpp"
#include "unit/database/stored_events.hpp"

#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>

namespace sf::database::testing {
namespace {

struct Adapter {
    std::string name;
    std::function<std::unique_ptr<CheckpointStore>(const std::filesystem::path& folder)> open;
    bool lasting = false;  // Opening the folder again gives the same checkpoints.
};

Result<> put(CheckpointStore& store, std::string_view name, std::uint32_t epoch, std::string_view content) {
    return store.write(name, epoch,
                       [&](const CheckpointStore::Sink& sink) { return sink(std::as_bytes(std::span(content))); });
}

std::string get(CheckpointStore& store, std::string_view name) {
    const auto content = store.read(name);
    if (!content) return "error: " + content.error().text();
    if (!*content) return "absent";
    return {reinterpret_cast<const char*>((*content)->data()), (*content)->size()};
}

class CheckpointStoreContract : public ::testing::TestWithParam<Adapter> {
protected:
    TestFolder folder_;
    std::unique_ptr<CheckpointStore> store_ = GetParam().open(folder_.path());
};

TEST_P(CheckpointStoreContract, there_is_nothing_at_first) {
    EXPECT_EQ(get(*store_, "a"), "absent");
    SF_ASSERT_OK(store_->remove("a"));
}

TEST_P(CheckpointStoreContract, each_take_over_raises_the_epoch_of_its_name_alone) {
    EXPECT_EQ(*store_->take_over("a"), 1u);
    EXPECT_EQ(*store_->take_over("a"), 2u);
    EXPECT_EQ(*store_->take_over("b"), 1u);
    EXPECT_EQ(*store_->take_over("a"), 3u);
}

TEST_P(CheckpointStoreContract, a_take_over_raises_the_epoch_above_what_the_caller_knows) {
    EXPECT_EQ(*store_->take_over("a", 41), 42u);
    EXPECT_EQ(*store_->take_over("a", 3), 43u);
}

TEST_P(CheckpointStoreContract, what_was_written_is_read_and_replaced_whole) {
    const std::uint32_t epoch = *store_->take_over("a");
    SF_ASSERT_OK(put(*store_, "a", epoch, "a long first one"));
    EXPECT_EQ(get(*store_, "a"), "a long first one");
    SF_ASSERT_OK(put(*store_, "a", epoch, "short"));
    EXPECT_EQ(get(*store_, "a"), "short");
    SF_ASSERT_OK(put(*store_, "a", epoch, ""));
    EXPECT_EQ(get(*store_, "a"), "");
    EXPECT_EQ(get(*store_, "b"), "absent");
}

TEST_P(CheckpointStoreContract, pieces_of_any_size_become_one_content) {
    const std::uint32_t epoch = *store_->take_over("a");
    std::string expected;
    SF_ASSERT_OK(store_->write("a", epoch, [&](const CheckpointStore::Sink& sink) -> Result<> {
        for (std::size_t size : {0u, 1u, 7u, 100'000u, 3u, 1'000'000u, 65'536u}) {
            const std::string piece(size, static_cast<char>('a' + expected.size() % 26));
            expected += piece;
            SF_TRY(sink(std::as_bytes(std::span(piece))));
        }
        return {};
    }));
    EXPECT_EQ(get(*store_, "a"), expected);
}

TEST_P(CheckpointStoreContract, only_the_holder_of_the_epoch_writes) {
    EXPECT_EQ(put(*store_, "a", 0, "x").error().code, ErrorCode::conflict) << "nobody has taken over";
    EXPECT_EQ(put(*store_, "a", 1, "x").error().code, ErrorCode::conflict) << "nobody has taken over";
    const std::uint32_t old = *store_->take_over("a");
    SF_ASSERT_OK(put(*store_, "a", old, "old"));
    const std::uint32_t now = *store_->take_over("a");
    EXPECT_EQ(put(*store_, "a", old, "x").error().code, ErrorCode::conflict);
    EXPECT_EQ(put(*store_, "a", now + 1, "x").error().code, ErrorCode::conflict);
    EXPECT_EQ(get(*store_, "a"), "old");
    SF_ASSERT_OK(put(*store_, "a", now, "new"));
    EXPECT_EQ(get(*store_, "a"), "new");
}

TEST_P(CheckpointStoreContract, a_take_over_in_the_middle_of_a_write_wins) {
    const std::uint32_t old = *store_->take_over("a");
    SF_ASSERT_OK(put(*store_, "a", old, "before"));
    std::uint32_t now = 0;
    const auto written = store_->write("a", old, [&](const CheckpointStore::Sink& sink) -> Result<> {
        SF_TRY(sink(std::as_bytes(std::span("paused"))));
        now = *store_->take_over("a");
        SF_TRY(put(*store_, "a", now, "new"));
        return sink(std::as_bytes(std::span("resumed")));
    });
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::conflict);
    EXPECT_EQ(get(*store_, "a"), "new");
    SF_ASSERT_OK(put(*store_, "a", now, "newer"));
    EXPECT_EQ(get(*store_, "a"), "newer");
}

TEST_P(CheckpointStoreContract, a_write_that_gives_up_changes_nothing) {
    const std::uint32_t epoch = *store_->take_over("a");
    SF_ASSERT_OK(put(*store_, "a", epoch, "kept"));
    const auto written = store_->write("a", epoch, [](const CheckpointStore::Sink& sink) -> Result<> {
        SF_TRY(sink(std::as_bytes(std::span("half"))));
        return fail(ErrorCode::cancelled, "enough");
    });
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::cancelled);
    EXPECT_EQ(get(*store_, "a"), "kept");
}

TEST_P(CheckpointStoreContract, what_was_removed_is_gone_but_the_epoch_stays) {
    const std::uint32_t epoch = *store_->take_over("a");
    SF_ASSERT_OK(put(*store_, "a", epoch, "1"));
    SF_ASSERT_OK(put(*store_, "a", epoch, "2"));
    SF_ASSERT_OK(store_->remove("a"));
    EXPECT_EQ(get(*store_, "a"), "absent");
    EXPECT_EQ(*store_->take_over("a"), epoch + 1);
    EXPECT_EQ(put(*store_, "a", epoch, "x").error().code, ErrorCode::conflict);
    SF_ASSERT_OK(put(*store_, "a", epoch + 1, "again"));
    EXPECT_EQ(get(*store_, "a"), "again");
}

TEST_P(CheckpointStoreContract, names_are_any_bytes_and_stay_apart) {
    std::vector<std::string> names = {"view/a",
                                      "view%2fa",
                                      "View/a",
                                      "..",
                                      ".",
                                      "a.b",
                                      "a b",
                                      "\xc3\xa9\n",
                                      "~",
                                      std::string("a\0b", 3),
                                      std::string(80, '/')};
    for (const std::string& name : names) {
        const auto epoch = store_->take_over(name);
        SF_ASSERT_OK(epoch);
        EXPECT_EQ(*epoch, 1u) << name;
        SF_ASSERT_OK(put(*store_, name, *epoch, "of " + name));
    }
    for (const std::string& name : names) EXPECT_EQ(get(*store_, name), "of " + name);
    for (const std::string& name : {std::string(), std::string(81, 'x')}) {
        EXPECT_EQ(store_->take_over(name).error().code, ErrorCode::invalid_input);
        EXPECT_EQ(store_->read(name).error().code, ErrorCode::invalid_input);
        EXPECT_EQ(store_->remove(name).error().code, ErrorCode::invalid_input);
        EXPECT_EQ(put(*store_, name, 1, "x").error().code, ErrorCode::invalid_input);
    }
}

TEST_P(CheckpointStoreContract, lasts_if_its_place_does) {
    const std::uint32_t epoch = *store_->take_over("a");
    SF_ASSERT_OK(put(*store_, "a", epoch, "1"));
    SF_ASSERT_OK(put(*store_, "a", epoch, "2"));
    store_ = GetParam().open(folder_.path());
    if (!GetParam().lasting) return;
    EXPECT_EQ(get(*store_, "a"), "2");
    EXPECT_EQ(*store_->take_over("a"), epoch + 1);
}

// Some write, some read, one takes over again and again: a reader sees something whole, and no write of an epoch that
// is over.
TEST_P(CheckpointStoreContract, many_threads_may_use_it) {
    SF_ASSERT_OK(store_->take_over("a"));
    std::atomic<std::uint32_t> epoch = 1;
    std::atomic<bool> done = false;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 100; ++i) {
                const std::uint32_t mine = epoch;
                const std::string content(1 + static_cast<std::size_t>(i) * 100, static_cast<char>('0' + mine));
                const auto written = put(*store_, "a", mine, content);
                EXPECT_TRUE(written || written.error().code == ErrorCode::conflict);
            }
            done = true;
        });
    }
    threads.emplace_back([&] {
        for (; epoch < 9; ++epoch) {
            const auto taken = store_->take_over("a");
            ASSERT_TRUE(taken);
            EXPECT_EQ(*taken, epoch + 1);
        }
    });
    char last = '0';
    while (!done) {
        const auto content = store_->read("a");
        ASSERT_TRUE(content) << content.error().text();
        if (!*content) continue;
        const char first = static_cast<char>((*content)->front());
        EXPECT_GE(first, last);
        last = first;
        EXPECT_TRUE(std::ranges::all_of(**content, [&](std::byte b) { return static_cast<char>(b) == first; }));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Adapters, CheckpointStoreContract,
    ::testing::Values(Adapter{"memory", [](const auto&) { return std::make_unique<MemoryCheckpointStore>(); }, false},
                      Adapter{"files",
                              [](const std::filesystem::path& folder) {
                                  return std::make_unique<FileCheckpointStore>(
                                      FileCheckpointOptions{folder / "checkpoints", {}});
                              },
                              true}),
    [](const auto& adapter) { return adapter.param.name; });

}  // namespace
}  // namespace sf::database::testing
