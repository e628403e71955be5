// Kills: a child process ends itself at a chosen step of a flush, a merge or a drop of points, without any clean-up;
// the store is opened again and fed from the "log" as it asks. It must answer what it would have answered without the
// kill.

#include "database/lakehouse/lakehouse.hpp"
#include "unit/database/stored_points.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace sf::database::testing {
namespace {

constexpr int kRecordsOfPoints = 12;

// Each record has new windows, a new version of an old one, a tombstone, a late event, and a view that is dropped in
// the end.
messaging::StoredRecord logged(int n) {
    const auto version = static_cast<std::uint64_t>(n) + 1;
    std::vector<models::MetricPoint> points = {
        point_of({.key = "new", .window = n, .n = n, .version = version}),
        point_of({.key = "again", .window = 0, .n = n, .version = version}),
        point_of({.key = "gone", .window = n, .version = version}),
        point_of({.key = "gone", .window = n - 1, .version = version, .deleted = true}),
        point_of({.key = "total", .window = {}, .n = n, .version = version}),
        point_of({.view = "dropped", .window = n, .version = version})};
    return record_of(static_cast<messaging::Offset>(n), std::move(points),
                     {{"clicks", uuid_from_name(std::to_string(n)), minute(n), minute(n + 1)}});
}

LakehouseOptions options_of(const std::filesystem::path& dir) {
    LakehouseOptions options;
    options.dir = dir;
    options.compaction.files_min = 3;
    options.compaction.files_max = 3;
    return options;
}

// Feeds what the store asks for, and what comes after, up to `end`.
Result<> feed(Lakehouse& store, int end) {
    const auto offsets = store.points().next_point_offsets();
    for (int i = offsets.contains(0) ? static_cast<int>(offsets.at(0)) : 0; i < end; ++i) {
        SF_TRY(store.points().add_points(0, std::vector{logged(i)}, soon()));
    }
    return {};
}

[[noreturn]] void feed_points_and_die(const std::filesystem::path& dir, const std::string& step, int nth) {
    LakehouseOptions options = options_of(dir);
    std::atomic<int> seen{0};
    options.at_step = [&](std::string_view at_step) {
        if (at_step == step && ++seen == nth) _exit(42);
    };
    Lakehouse store(std::move(options));
    if (!store.start()) _exit(1);
    for (int end = 2; end <= kRecordsOfPoints; end += 2) {
        if (!feed(store, end)) _exit(2);
        if (!store.flush()) _exit(3);
        if (!store.compact()) _exit(4);
    }
    for (int i = 0; i < 3; ++i) {
        if (!store.points().drop_points("dropped", {{0, kRecordsOfPoints}})) _exit(5);
        std::ofstream(dir / "dropped") << "yes";
        if (!store.compact()) _exit(6);
    }
    _exit(0);
}

std::string expected() {
    std::string text;
    for (int i = kRecordsOfPoints - 1; i >= 0; --i) {
        if (i == kRecordsOfPoints - 1) text += "gone@11=0 ";
        if (i == 0) text += "again@0=11 ";
        text += "new@" + std::to_string(i) + "=" + std::to_string(i) + " ";
    }
    return text + "total=11";
}

void expect_all(Lakehouse& store, const std::string& what, bool dropped) {
    EXPECT_EQ(latest(store.points()), expected()) << what;
    EXPECT_EQ(rows(store, "SELECT count(*) FROM metrics WHERE view = 'clicks'"), "[[15]]") << what;
    EXPECT_EQ(rows(store, "SELECT count(*), count(DISTINCT event_id) FROM late_events"), "[[12, 12]]") << what;
    const std::string left = rows(store, "SELECT count(*) FROM metrics WHERE view = 'dropped'");
    EXPECT_TRUE(left == "[[0]]" || (!dropped && left == "[[12]]")) << what << ": " << left;
}

class PointsCrash : public ::testing::TestWithParam<std::string> {};

TEST_P(PointsCrash, nothing_is_missing_twice_or_back) {
    for (int nth = 1; nth <= 3; ++nth) {
        TestFolder folder;
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) feed_points_and_die(folder.path(), GetParam(), nth);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        ASSERT_TRUE(WEXITSTATUS(status) == 42 || (WEXITSTATUS(status) == 0 && nth > 1))
            << "exit status " << WEXITSTATUS(status);
        const bool dropped = std::filesystem::exists(folder.path() / "dropped");
        const std::string what = GetParam() + " " + std::to_string(nth);

        Lakehouse store(options_of(folder.path()));
        SF_ASSERT_OK(store.start());
        SF_ASSERT_OK(feed(store, kRecordsOfPoints));
        expect_all(store, what, dropped);
        SF_ASSERT_OK(store.flush());
        SF_ASSERT_OK(store.compact());
        expect_all(store, what + ", merged", dropped);
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "points"))
            files += entry.is_regular_file();
        EXPECT_EQ(files, store.points().point_statistics().files) << what;
    }
}

INSTANTIATE_TEST_SUITE_P(Steps, PointsCrash,
                         ::testing::Values("points.flush.written", "points.flush.renamed", "points.flush.before_commit",
                                           "points.flush.committed", "points.merge.written", "points.merge.renamed",
                                           "points.merge.before_commit", "points.merge.committed", "points.dropped"),
                         [](const auto& step) {
                             std::string name = step.param;
                             std::ranges::replace(name, '.', '_');
                             return name;
                         });

}  // namespace
}  // namespace sf::database::testing
