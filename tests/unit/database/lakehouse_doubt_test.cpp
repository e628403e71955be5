// Transactions of the manifest that fail while they are committed: what was written may be whole on the disk, and come
// back at the next start. The disk fails here, as far as the manifest is concerned, when the tests say so.

#include "database/lakehouse/lakehouse.hpp"
#include "unit/database/stored_points.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

namespace {

std::atomic<bool> manifest_fails{false};

int sync_or_fail(long call, int fd) {
    char path[4096];
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = manifest_fails ? ::readlink(link.c_str(), path, sizeof path) : 0;
    if (length > 0 && std::string_view(path, static_cast<std::size_t>(length)).ends_with("manifest.db-wal")) {
        errno = EIO;
        return -1;
    }
    return static_cast<int>(::syscall(call, fd));
}

}  // namespace

// In the place of libc's, for all of this program.
extern "C" int fsync(int fd) { return sync_or_fail(SYS_fsync, fd); }
extern "C" int fdatasync(int fd) { return sync_or_fail(SYS_fdatasync, fd); }

namespace sf::database::testing {
namespace {

constexpr int kRecords = 6;

// The same for events and for points.
struct Kind {
    const char* folder;
    Result<> (*add)(Lakehouse&, int n);
    messaging::Offset (*next)(Lakehouse&);
    std::string (*found)(Lakehouse&);
    std::uint64_t (*files)(Lakehouse&);
    std::uint64_t (*damaged)(Lakehouse&);
};

const Kind kEvents{"events",
                   [](Lakehouse& store, int n) {
                       return add(store, 0, static_cast<messaging::Offset>(n),
                                  numbered("r" + std::to_string(n) + "-", 5));
                   },
                   [](Lakehouse& store) {
                       const auto offsets = store.next_offsets();
                       return offsets.contains(0) ? offsets.at(0) : 0;
                   },
                   [](Lakehouse& store) { return rows(store, "SELECT count(*), count(DISTINCT id) FROM events"); },
                   [](Lakehouse& store) { return store.statistics().files; },
                   [](Lakehouse& store) { return store.statistics().damaged_files; }};

const Kind kPoints{"points",
                   [](Lakehouse& store, int n) {
                       std::vector<TestPoint> points;
                       for (int i = 0; i < 5; ++i) points.push_back({.window = n * 5 + i});
                       return add(store.points(), static_cast<messaging::Offset>(n), points);
                   },
                   [](Lakehouse& store) {
                       const auto offsets = store.points().next_point_offsets();
                       return offsets.contains(0) ? offsets.at(0) : 0;
                   },
                   [](Lakehouse& store) {
                       return rows(store, "SELECT count(*), count(DISTINCT window_start) FROM metrics");
                   },
                   [](Lakehouse& store) { return store.points().point_statistics().files; },
                   [](Lakehouse& store) { return store.points().point_statistics().damaged_files; }};

class LakehouseDoubt : public ::testing::TestWithParam<Kind> {
protected:
    ~LakehouseDoubt() override { manifest_fails = false; }

    [[nodiscard]] LakehouseOptions options() const {
        LakehouseOptions options;
        options.dir = folder_.path();
        return options;
    }
    [[nodiscard]] std::uint64_t files_on_disk() const {
        std::uint64_t files = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path() / GetParam().folder))
            files += entry.is_regular_file();
        return files;
    }
    static Result<> feed(Lakehouse& store) {
        for (int n = static_cast<int>(GetParam().next(store)); n < kRecords; ++n) SF_TRY(GetParam().add(store, n));
        return {};
    }

    // In a child, which dies as kill -9 would have it.
    template <class Life>
    void live_and_die(Life life) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) ::_exit(life());
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        ASSERT_EQ(WEXITSTATUS(status), 42);
    }
    void expect_all_and_nothing_else() {
        Lakehouse store(options());
        SF_ASSERT_OK(store.start());
        EXPECT_EQ(GetParam().damaged(store), 0u);
        EXPECT_EQ(GetParam().next(store), static_cast<messaging::Offset>(kRecords)) << "it has come back";
        SF_ASSERT_OK(feed(store));
        EXPECT_EQ(GetParam().found(store), "[[30, 30]]");
        SF_ASSERT_OK(store.flush());
        SF_ASSERT_OK(store.compact());
        EXPECT_EQ(GetParam().found(store), "[[30, 30]]");
        EXPECT_EQ(files_on_disk(), GetParam().files(store));
    }

    TestFolder folder_;
};

TEST_P(LakehouseDoubt, a_flush_that_failed_and_came_back_has_its_files) {
    live_and_die([&] {
        Lakehouse store(options());
        if (!store.start() || !feed(store)) return 1;
        manifest_fails = true;
        return store.flush() ? 2 : 42;
    });
    expect_all_and_nothing_else();
}

TEST_P(LakehouseDoubt, a_merge_that_failed_and_came_back_has_its_file) {
    live_and_die([&] {
        LakehouseOptions unmerged = options();
        unmerged.compaction.enabled = false;
        {
            Lakehouse store(unmerged);
            if (!store.start()) return 1;
            for (int n = 0; n < kRecords; ++n) {
                if (!GetParam().add(store, n) || !store.flush()) return 2;
            }
        }
        LakehouseOptions failing = options();
        failing.at_step = [](std::string_view step) {
            if (step.ends_with("merge.before_commit")) manifest_fails = true;
        };
        Lakehouse store(failing);
        return !store.start() || store.compact() ? 3 : 42;
    });
    expect_all_and_nothing_else();
}

TEST_P(LakehouseDoubt, files_of_a_failed_commit_do_not_pile_up_and_go_in_the_end) {
    Lakehouse store(options());
    SF_ASSERT_OK(store.start());
    SF_ASSERT_OK(feed(store));
    manifest_fails = true;
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(store.flush());
        EXPECT_EQ(files_on_disk(), 1u);
    }
    EXPECT_EQ(GetParam().found(store), "[[30, 30]]");
    manifest_fails = false;
    SF_ASSERT_OK(store.flush());
    SF_ASSERT_OK(store.compact());
    EXPECT_EQ(files_on_disk(), GetParam().files(store));
    EXPECT_EQ(GetParam().found(store), "[[30, 30]]");
    EXPECT_EQ(GetParam().next(store), static_cast<messaging::Offset>(kRecords));
}

INSTANTIATE_TEST_SUITE_P(Kinds, LakehouseDoubt, ::testing::Values(kEvents, kPoints),
                         [](const auto& kind) { return std::string(kind.param.folder); });

}  // namespace
}  // namespace sf::database::testing
