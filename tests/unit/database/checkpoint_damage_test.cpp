// Checkpoints in files: every bit flipped, every length, and a kill at every step. What is read is the newest whole one
// or the one before it, or it is said that there is none; never anything else.

#include "database/lakehouse/file_checkpoint_store.hpp"
#include "unit/database/stored_events.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace sf::database::testing {
namespace {

Result<> put(CheckpointStore& store, std::uint32_t epoch, std::string_view content) {
    return store.write("a", epoch,
                       [&](const CheckpointStore::Sink& sink) { return sink(std::as_bytes(std::span(content))); });
}

std::string get(CheckpointStore& store) {
    const auto content = store.read("a");
    if (!content) return content.error().code == ErrorCode::corrupt ? "corrupt" : "error: " + content.error().text();
    if (!*content) return "absent";
    return {reinterpret_cast<const char*>((*content)->data()), (*content)->size()};
}

class CheckpointFiles : public ::testing::Test {
protected:
    [[nodiscard]] FileCheckpointStore open() const { return FileCheckpointStore({folder_.path(), {}}); }
    [[nodiscard]] std::filesystem::path file(int sequence) const {
        char name[32];
        std::snprintf(name, sizeof name, "%020d.ckpt", sequence);
        return folder_.path() / "a" / name;
    }
    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / "a"))
            count += entry.path().filename() != "epoch";
        return count;
    }
    static std::string content_of(const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static void put_content(const std::filesystem::path& path, const std::string& content) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    }
    TestFolder folder_;
};

TEST_F(CheckpointFiles, the_newest_and_one_spare_are_kept) {
    FileCheckpointStore store = open();
    const std::uint32_t epoch = *store.take_over("a");
    for (int i = 1; i <= 5; ++i) SF_ASSERT_OK(put(store, epoch, std::to_string(i)));
    EXPECT_EQ(files(), 2u);
    EXPECT_EQ(get(store), "5");
    put_content(file(5), "");
    EXPECT_EQ(get(store), "4");
}

TEST_F(CheckpointFiles, every_flipped_bit_leads_to_the_one_before_or_to_corrupt) {
    FileCheckpointStore store = open();
    const std::uint32_t epoch = *store.take_over("a");
    SF_ASSERT_OK(put(store, epoch, "the one before"));
    SF_ASSERT_OK(put(store, epoch, "the newest checkpoint, of some length"));
    const std::string before = content_of(file(1));
    const std::string newest = content_of(file(2));
    for (std::size_t bit = 0; bit < newest.size() * 8; ++bit) {
        std::string damaged = newest;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        put_content(file(2), damaged);
        ASSERT_EQ(get(store), "the one before") << "bit " << bit;
    }
    for (std::size_t bit = 0; bit < before.size() * 8; ++bit) {
        std::string damaged = before;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        put_content(file(1), damaged);
        ASSERT_EQ(get(store), "corrupt") << "bit " << bit;
    }
}

TEST_F(CheckpointFiles, every_other_length_leads_to_the_one_before_or_to_corrupt) {
    FileCheckpointStore store = open();
    const std::uint32_t epoch = *store.take_over("a");
    SF_ASSERT_OK(put(store, epoch, "the one before"));
    SF_ASSERT_OK(put(store, epoch, "the newest"));
    const std::string before = content_of(file(1));
    const std::string newest = content_of(file(2));
    for (std::size_t length = 0; length < newest.size(); ++length) {
        put_content(file(2), newest.substr(0, length));
        ASSERT_EQ(get(store), "the one before") << length;
    }
    put_content(file(2), newest + '\0');
    EXPECT_EQ(get(store), "the one before");
    for (std::size_t length = 0; length < before.size(); ++length) {
        put_content(file(1), before.substr(0, length));
        ASSERT_EQ(get(store), "corrupt") << length;
    }
}

TEST_F(CheckpointFiles, one_that_stands_under_another_ones_name_is_not_believed) {
    FileCheckpointStore store = open();
    const std::uint32_t epoch = *store.take_over("a");
    SF_ASSERT_OK(put(store, epoch, "1"));
    SF_ASSERT_OK(put(store, epoch, "2"));
    std::filesystem::copy_file(file(1), file(9));
    EXPECT_EQ(get(store), "2");
}

TEST_F(CheckpointFiles, a_damaged_one_is_not_kept_as_the_spare) {
    {
        FileCheckpointStore store = open();
        const std::uint32_t epoch = *store.take_over("a");
        SF_ASSERT_OK(put(store, epoch, "1"));
        SF_ASSERT_OK(put(store, epoch, "2"));
    }
    put_content(file(2), "damaged");
    FileCheckpointStore store = open();
    EXPECT_EQ(get(store), "1");
    SF_ASSERT_OK(put(store, *store.take_over("a"), "3"));
    EXPECT_EQ(files(), 2u);
    put_content(file(3), "damaged");
    EXPECT_EQ(get(store), "1");
}

TEST_F(CheckpointFiles, one_that_the_disk_does_not_give_leads_to_the_one_before_or_to_corrupt) {
    FileCheckpointStore store = open();
    const std::uint32_t epoch = *store.take_over("a");
    SF_ASSERT_OK(put(store, epoch, "1"));
    SF_ASSERT_OK(put(store, epoch, "2"));
    // Reading a folder fails as reading from a broken disk does.
    const auto break_file = [&](int sequence) {
        std::filesystem::remove(file(sequence));
        std::filesystem::create_directory(file(sequence));
    };
    break_file(2);
    EXPECT_EQ(get(store), "1");
    break_file(1);
    EXPECT_EQ(get(store), "corrupt");
    SF_ASSERT_OK(put(store, epoch, "3"));
    EXPECT_EQ(get(store), "3");
}

TEST_F(CheckpointFiles, every_damage_to_the_epoch_is_found) {
    FileCheckpointStore store = open();
    for (int i = 0; i < 17; ++i) SF_ASSERT_OK(store.take_over("a"));
    const std::string epoch = content_of(folder_.path() / "a" / "epoch");
    for (std::size_t bit = 0; bit < epoch.size() * 8; ++bit) {
        std::string damaged = epoch;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        put_content(folder_.path() / "a" / "epoch", damaged);
        ASSERT_EQ(store.take_over("a").error().code, ErrorCode::corrupt) << bit;
        ASSERT_EQ(put(store, 17, "x").error().code, ErrorCode::corrupt) << bit;
    }
    for (std::size_t length = 0; length < epoch.size(); ++length) {
        put_content(folder_.path() / "a" / "epoch", epoch.substr(0, length));
        ASSERT_EQ(store.take_over("a").error().code, ErrorCode::corrupt) << length;
    }
}

class CheckpointCrash : public ::testing::TestWithParam<std::string> {};

// In the child: takes over and writes "1", "2", ..., and dies at the `nth` time that `step` is reached. Says before
// each write, in a file of its own, what is durable already.
[[noreturn]] void write_and_die(const std::filesystem::path& folder, const std::string& step, int nth) {
    int seen = 0;
    FileCheckpointStore store({folder / "checkpoints", [&](std::string_view at_step) {
                                   if (at_step == step && ++seen == nth) _exit(42);
                               }});
    for (int i = 1; i <= 4; ++i) {
        const auto epoch = store.take_over("a");
        if (!epoch) _exit(1);
        std::ofstream(folder / "epoch", std::ios::trunc) << *epoch;
        if (!put(store, *epoch, std::to_string(i))) _exit(2);
        std::ofstream(folder / "durable", std::ios::trunc) << i;
    }
    _exit(0);
}

TEST_P(CheckpointCrash, the_newest_durable_one_or_the_one_under_way_is_there) {
    for (int nth = 1; nth <= 3; ++nth) {
        TestFolder folder;
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) write_and_die(folder.path(), GetParam(), nth);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        ASSERT_EQ(WEXITSTATUS(status), 42);

        int durable = 0;
        std::uint32_t told = 0;
        std::ifstream(folder.path() / "durable") >> durable;
        std::ifstream(folder.path() / "epoch") >> told;
        FileCheckpointStore store({folder.path() / "checkpoints", {}});
        const std::string found = get(store);
        EXPECT_TRUE(found == (durable == 0 ? "absent" : std::to_string(durable)) ||
                    found == std::to_string(durable + 1))
            << found << " instead of " << durable << " or the next";
        const auto epoch = store.take_over("a");
        SF_ASSERT_OK(epoch);
        EXPECT_GT(*epoch, told);
        SF_ASSERT_OK(put(store, *epoch, "after"));
        EXPECT_EQ(get(store), "after");
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "checkpoints" / "a")) {
            files += entry.path().filename() != "epoch";
        }
        EXPECT_LE(files, 2u);
    }
}

INSTANTIATE_TEST_SUITE_P(Steps, CheckpointCrash,
                         ::testing::Values("taken_over", "filled", "written", "renamed", "synced", "swept"),
                         [](const auto& step) { return step.param; });

}  // namespace
}  // namespace sf::database::testing
