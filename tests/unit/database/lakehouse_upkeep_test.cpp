// Merging and retention where something is in the way: a full disk, files that can't be read or were set aside.

#include "database/lakehouse/lakehouse.hpp"
#include "database/lakehouse/merge_guard.hpp"
#include "unit/database/stored_points.hpp"

#include <sys/mount.h>

#include <fstream>

namespace sf::database::testing {
namespace {

constexpr int kDay = 24 * 60;  // Minutes.

class LakehouseUpkeep : public ::testing::Test {
protected:
    Lakehouse& start(bool merging) {
        store_.reset();
        LakehouseOptions options;
        options.dir = folder_.path();
        options.compaction.enabled = merging;
        store_ = std::make_unique<Lakehouse>(std::move(options));
        const auto started = store_->start();
        EXPECT_TRUE(started.has_value()) << started.error().text();
        return *store_;
    }
    void add_events(const std::string& name, std::string_view received) {
        SF_ASSERT_OK(add(*store_, 0, next_event_++, numbered(name, 5, at(received))));
    }
    void add_points(const std::vector<TestPoint>& points) {
        SF_ASSERT_OK(add(store_->points(), next_point_++, points));
    }
    [[nodiscard]] std::set<std::filesystem::path> files(const char* below) const {
        std::set<std::filesystem::path> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path() / below)) {
            if (entry.is_regular_file()) names.insert(entry.path());
        }
        return names;
    }
    // Flushes, and returns the file that this made.
    std::filesystem::path flush(const char* below) {
        const auto before = files(below);
        EXPECT_TRUE(store_->flush().has_value());
        for (const auto& path : files(below)) {
            if (!before.contains(path)) return path;
        }
        return {};
    }
    // Of the same size as before, but unreadable.
    static void damage(const std::filesystem::path& path) {
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(4);
        file << std::string(200, '\xff');
    }

    TestFolder folder_;
    std::unique_ptr<Lakehouse> store_;
    messaging::Offset next_event_ = 0;
    messaging::Offset next_point_ = 0;
};

TEST_F(LakehouseUpkeep, an_unreadable_file_keeps_no_other_from_being_merged) {
    start(false);
    std::vector<std::filesystem::path> paths;
    for (int i = 0; i < 4; ++i) {
        add_events("e" + std::to_string(i), "2015-05-17T10:00:00Z");
        add_points({{.window = i, .n = i}});
        const auto path = flush("points");
        if (i == 1) damage(path);
    }
    add_events("damaged", "2015-05-17T10:00:00Z");
    damage(flush("events"));
    Lakehouse& store = start(true);
    while (!store.compact()) {
    }
    EXPECT_EQ(store.statistics().files, 2u);
    EXPECT_EQ(store.statistics().damaged_files, 1u);
    EXPECT_EQ(store.points().point_statistics().files, 2u);
    EXPECT_EQ(store.points().point_statistics().damaged_files, 1u);
    // Once it is over, its file goes as any other, and nothing is damaged any more.
    SF_ASSERT_OK(store.drop_before(at("2016-01-01T00:00:00Z"), Drop::whole_files));
    EXPECT_EQ(store.statistics().files, 0u);
    EXPECT_EQ(store.statistics().damaged_files + store.points().point_statistics().damaged_files, 0u);
}

TEST_F(LakehouseUpkeep, retention_drops_whole_files_although_nothing_can_be_written) {
    Lakehouse& store = start(false);
    add_events("old", "2015-05-16T10:00:00Z");
    add_points({{.window = -kDay, .n = 1}});
    SF_ASSERT_OK(store.flush());
    add_events("new", "2015-05-17T10:00:00Z");
    add_points({{.window = 0, .n = 2}});
    for (const char* folder : {"events/received=2015-05-17", "points/window=2015-05-17"})
        std::ofstream(folder_.path() / folder) << "in the way";
    ASSERT_FALSE(store.flush());
    EXPECT_FALSE(store.drop_before(at("2015-05-17T05:00:00Z"), Drop::all));
    EXPECT_EQ(store.statistics().files, 0u);
    EXPECT_EQ(store.points().point_statistics().files, 0u);
    EXPECT_EQ(rows(store, "SELECT count(*), min(received_at) FROM events"), R"([[5, "2015-05-17T10:00:00Z"]])");
    EXPECT_EQ(latest(store.points()), "a@0=2");
}

TEST_F(LakehouseUpkeep, events_that_can_not_be_dropped_keep_no_points) {
    Lakehouse& store = start(false);
    add_events("old", "2015-05-17T10:00:00Z");
    add_events("new", "2015-05-17T20:00:00Z");
    damage(flush("events"));
    add_points({{.window = 0, .n = 1}, {.window = 10 * 60, .n = 2}});
    EXPECT_FALSE(store.drop_before(at("2015-05-17T12:00:00Z"), Drop::all));
    EXPECT_EQ(latest(store.points()), "a@600=2");
    EXPECT_EQ(rows(store, "SELECT count(*) FROM metrics"), "[[1]]");
}

TEST_F(LakehouseUpkeep, retention_by_whole_files_writes_none_anew) {
    Lakehouse& store = start(false);
    add_events("old", "2015-05-17T10:00:00Z");
    add_events("new", "2015-05-17T20:00:00Z");
    add_points({{.window = 0, .n = 1}, {.window = 10 * 60, .n = 2}});
    SF_ASSERT_OK(store.flush());
    const auto events = files("events"), points = files("points");
    const auto dropped = store.drop_before(at("2015-05-17T12:00:00Z"), Drop::whole_files);
    SF_ASSERT_OK(dropped);
    EXPECT_EQ(*dropped, 0u);
    EXPECT_EQ(files("events"), events);
    EXPECT_EQ(files("points"), points);
}

TEST_F(LakehouseUpkeep, a_tombstone_stays_while_a_file_that_it_may_hide_rows_of_is_set_aside) {
    start(false);
    add_points({{.key = "a"}});
    const std::filesystem::path hidden = flush("points");
    add_points({{.key = "a", .version = 2, .deleted = true}});
    SF_ASSERT_OK(store_->flush());
    add_points({{.key = "b"}});
    SF_ASSERT_OK(store_->flush());
    store_.reset();
    const std::filesystem::path away = folder_.path() / "away";
    std::filesystem::rename(hidden, away);
    Lakehouse& store = start(true);
    SF_ASSERT_OK(store.compact());
    EXPECT_EQ(store.points().point_statistics().files, 1u);
    // Nor does retention take it away with what is old of that day.
    SF_ASSERT_OK(store.drop_before(minute(1), Drop::all));
    store_.reset();
    std::filesystem::rename(away, hidden);
    EXPECT_EQ(latest(start(false).points()), "b@0=0");
}

TEST(MergeGuard, what_a_merge_needs_and_what_must_stay_free_have_to_fit) {
    TestFolder folder;
    const auto space = std::filesystem::space(folder.path());
    EXPECT_TRUE(MergeGuard(folder.path(), 0).need_room(0));
    const auto room = MergeGuard(folder.path(), 0).need_room(space.capacity + 1);
    ASSERT_FALSE(room);
    EXPECT_EQ(room.error().code, ErrorCode::unavailable);
    // What must stay free counts too, but never more than a twentieth of the disk.
    EXPECT_FALSE(MergeGuard(folder.path(), UINT64_MAX).need_room(space.capacity - space.capacity / 20 + 1));
}

// A file system of 6 MiB that something else has filled. Needs the right to mount one.
TEST_F(LakehouseUpkeep, merging_waits_for_room_on_the_disk) {
    if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=6m") != 0)
        GTEST_SKIP() << "may not mount a file system";
    struct Unmount {
        std::filesystem::path path;
        ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
    } unmount{folder_.path()};
    start(false);
    for (int i = 0; i < 3; ++i) {
        add_events("e" + std::to_string(i), "2015-05-17T10:00:00Z");
        add_points({{.window = i}});
        SF_ASSERT_OK(store_->flush());
    }
    store_.reset();
    const std::filesystem::path filler = folder_.path() / "filler";
    std::ofstream(filler).put('x');
    std::ofstream(filler, std::ios::binary)
        << std::string(std::filesystem::space(folder_.path()).available - (100u << 10), 'x');
    Lakehouse& store = start(true);
    SF_ASSERT_OK(store.compact());
    EXPECT_EQ(files("events").size(), 3u);
    EXPECT_EQ(files("points").size(), 3u);
    std::filesystem::remove(filler);
    SF_ASSERT_OK(store.compact());
    EXPECT_EQ(files("events").size(), 1u);
    EXPECT_EQ(files("points").size(), 1u);
    store_.reset();
}

}  // namespace
}  // namespace sf::database::testing
