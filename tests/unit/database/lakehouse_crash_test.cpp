// Kills: a child process ends itself at a chosen step of a flush or a merge, without any clean-up; the store is opened
// again and fed from the "log" as it asks. No event may be missing or there twice.

#include "database/lakehouse/lakehouse.hpp"
#include "unit/database/stored_events.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace sf::database::testing {
namespace {

constexpr int kRecordsOfEvents = 12;
constexpr int kEventsOfRecord = 5;

std::vector<TestEvent> logged(int offset) { return numbered("r" + std::to_string(offset) + "-", kEventsOfRecord); }

LakehouseOptions options_of(const std::filesystem::path& dir) {
    LakehouseOptions options;
    options.dir = dir;
    options.compaction.files_min = 3;
    return options;
}

// Feeds what the store asks for, up to kRecordsOfEvents.
Result<> feed(EventStore& store, int end) {
    const auto offsets = store.next_offsets();
    const int next = offsets.contains(0) ? static_cast<int>(offsets.at(0)) : 0;
    for (int i = next; i < end; ++i) SF_TRY(add(store, 0, static_cast<messaging::Offset>(i), logged(i)));
    return {};
}

// In the child: opens, feeds, flushes and merges, and dies at the `nth` time that `step` is reached.
[[noreturn]] void feed_and_die(const std::filesystem::path& dir, const std::string& step, int nth) {
    LakehouseOptions options = options_of(dir);
    std::atomic<int> seen{0};
    options.at_step = [&](std::string_view at_step) {
        if (at_step == step && ++seen == nth) _exit(42);
    };
    Lakehouse store(std::move(options));
    if (!store.start()) _exit(1);
    for (int end = 2; end <= kRecordsOfEvents; end += 2) {
        if (!feed(store, end)) _exit(2);
        const auto offsets = store.next_offsets();
        for (int i = static_cast<int>(offsets.at(0)); i < end; ++i) {
            if (!add(store, 0, static_cast<messaging::Offset>(i), logged(i))) _exit(3);
        }
        if (!store.flush()) _exit(4);
        if (!store.compact()) _exit(5);
    }
    _exit(0);
}

class LakehouseCrash : public ::testing::TestWithParam<std::string> {};

TEST_P(LakehouseCrash, no_event_is_missing_or_twice) {
    for (int nth = 1; nth <= 3; ++nth) {
        TestFolder folder;
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) feed_and_die(folder.path(), GetParam(), nth);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        ASSERT_TRUE(WEXITSTATUS(status) == 42 || (WEXITSTATUS(status) == 0 && nth > 1))
            << "exit status " << WEXITSTATUS(status);

        Lakehouse store(options_of(folder.path()));
        SF_ASSERT_OK(store.start());
        SF_ASSERT_OK(feed(store, kRecordsOfEvents));
        EXPECT_EQ(rows(store, "SELECT count(*), count(DISTINCT id) FROM events"), "[[60, 60]]")
            << GetParam() << " " << nth;
        SF_ASSERT_OK(store.flush());
        SF_ASSERT_OK(store.compact());
        EXPECT_EQ(rows(store, "SELECT count(*), count(DISTINCT id) FROM events"), "[[60, 60]]")
            << GetParam() << " " << nth;
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "events"))
            files += entry.is_regular_file();
        EXPECT_EQ(files, store.statistics().files);
    }
}

INSTANTIATE_TEST_SUITE_P(Steps, LakehouseCrash,
                         ::testing::Values("flush.written", "flush.renamed", "flush.before_commit", "flush.committed",
                                           "merge.written", "merge.renamed", "merge.before_commit", "merge.committed"),
                         [](const auto& step) {
                             std::string name = step.param;
                             std::ranges::replace(name, '.', '_');
                             return name;
                         });

}  // namespace
}  // namespace sf::database::testing
