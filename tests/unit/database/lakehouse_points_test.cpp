// Points in memory and files: what is answered from which, how much of it is kept, merging, and what an older data
// directory becomes.

#include "database/lakehouse/lakehouse.hpp"
#include "database/lakehouse/sqlite.hpp"
#include "unit/database/stored_points.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>

namespace sf::database::testing {
namespace {

class LakehousePoints : public ::testing::Test {
protected:
    PointStore& start(LakehouseOptions options = {}) {
        if (store_) store_->stop();
        options.dir = folder_.path();
        store_ = std::make_unique<Lakehouse>(std::move(options));
        const auto started = store_->start();
        EXPECT_TRUE(started.has_value()) << started.error().text();
        return store_->points();
    }
    static LakehouseOptions unmerged() {
        LakehouseOptions options;
        options.compaction.enabled = false;
        return options;
    }
    void flush() { SF_ASSERT_OK(store_->flush()); }
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path() / "points")) {
            if (!entry.is_directory())
                names.push_back(entry.path().lexically_relative(folder_.path() / "points").string());
        }
        std::ranges::sort(names);
        return names;
    }
    [[nodiscard]] std::uint64_t stored() { return store_->points().point_statistics().stored_points; }

    TestFolder folder_;
    std::unique_ptr<Lakehouse> store_;
};

TEST_F(LakehousePoints, files_are_by_the_day_of_the_window_and_kind) {
    PointStore& points = start();
    std::vector<models::MetricPoint> made = {point_of({.window = 0}), point_of({.window = 14 * 60}),
                                             point_of({.key = "t", .window = {}})};
    SF_ASSERT_OK(points.add_points(
        0, std::vector{record_of(0, made, {{"clicks", uuid_from_name("e"), minute(0), minute(14 * 60)}})}, soon()));
    flush();
    const auto names = files();
    ASSERT_EQ(names.size(), 4u);
    EXPECT_TRUE(names[0].starts_with("late=2015-05-18/100000-")) << names[0];
    EXPECT_TRUE(names[1].starts_with("running/000000-")) << names[1];
    EXPECT_TRUE(names[2].starts_with("window=2015-05-17/100000-")) << names[2];
    EXPECT_TRUE(names[3].starts_with("window=2015-05-18/000000-")) << names[3];
    EXPECT_EQ(points.point_statistics().files, 4u);
    EXPECT_EQ(points.point_statistics().stored_points, 3u);
}

TEST_F(LakehousePoints, a_flush_writes_only_the_latest_of_each_identity) {
    PointStore& points = start(unmerged());
    for (int i = 0; i < 50; ++i) {
        SF_ASSERT_OK(
            add(points, static_cast<messaging::Offset>(i), {{.n = i, .version = static_cast<std::uint64_t>(i) + 1}}));
    }
    EXPECT_EQ(points.point_statistics().live_points, 1u);
    flush();
    EXPECT_EQ(stored(), 1u);
    flush();
    EXPECT_EQ(files().size(), 1u) << "nothing new, no file";
}

// So many that they are found another way than few are.
TEST_F(LakehousePoints, of_many_rows_in_many_files_the_newest_count_and_each_once) {
    constexpr int kKeys = 60'000, kOfRecord = 20'000;
    messaging::Offset offset = 0;
    // The third says again what the second has said, as a log does whose writer was not sure. The fourth takes half
    // away.
    for (const auto& [version, n] : {std::pair{1, 1}, {2, 5}, {2, 5}, {3, 100}}) {
        PointStore& points = start(unmerged());
        for (int begin = 0; begin < kKeys; begin += kOfRecord) {
            std::vector<TestPoint> some;
            for (int key = begin; key < begin + kOfRecord; ++key) {
                if (version == 3 && key % 2 == 0) continue;
                some.push_back({.key = std::to_string(key),
                                .window = key % 3 == 0 ? std::optional<int>() : 0,
                                .n = n,
                                .version = static_cast<std::uint64_t>(version),
                                .deleted = version == 3});
            }
            SF_ASSERT_OK(add(points, offset++, some));
        }
        flush();
    }
    start(unmerged());
    EXPECT_EQ(stored(), 210'000u);
    EXPECT_EQ(rows(*store_, R"(SELECT count(*), count(DISTINCT keys->>'k'), sum(("values"->>'n')::int) FROM metrics)"),
              "[[30000, 30000, 150000]]");
    EXPECT_EQ(rows(*store_, R"(SELECT count(*) FROM metrics WHERE window_start IS NULL)"), "[[10000]]");
}

// Files are taken away, so an answer can only come from memory.
TEST_F(LakehousePoints, what_is_recent_is_answered_without_files) {
    PointStore& points = start(unmerged());
    SF_ASSERT_OK(add(points, 0, {{.window = 1, .n = 1}, {.view = "totals", .key = "t", .window = {}, .n = 9}}));
    flush();
    start(unmerged());
    PointStore& again = store_->points();
    SF_ASSERT_OK(add(again, 1, {{.window = 2, .n = 2}, {.window = 3, .n = 3}}));
    flush();
    for (const std::string& name : files()) std::filesystem::remove(folder_.path() / "points" / name);
    EXPECT_EQ(latest(again, "clicks", {.limit = 2}), "a@3=3 a@2=2");
    EXPECT_EQ(latest(again, "clicks", {.from = minute(3)}), "a@3=3");
    EXPECT_EQ(latest(again, "clicks", {.from = minute(2), .to = minute(3)}), "a@2=2")
        << "the one before ended at minute 2";
    EXPECT_EQ(latest(again, "clicks", {.limit = 3}).substr(0, 6), "error:") << "the third is in a file";
    EXPECT_EQ(latest(again, "clicks", {.from = minute(1)}).substr(0, 6), "error:");
    EXPECT_EQ(latest(again, "totals").substr(0, 6), "error:");
}

TEST_F(LakehousePoints, many_versions_of_one_window_do_not_hide_the_windows_before_it) {
    PointStore& points = start(unmerged());
    SF_ASSERT_OK(add(points, 0,
                     {{.window = 1, .n = 1}, {.key = "t", .window = {}, .n = 1}, {.key = "u", .window = {}, .n = 1}}));
    for (int i = 1; i <= 70; ++i) {
        const auto version = static_cast<std::uint64_t>(i) + 1;
        SF_ASSERT_OK(
            add(points, static_cast<messaging::Offset>(i),
                {{.window = 2, .n = i, .version = version}, {.key = "t", .window = {}, .n = i, .version = version}}));
        flush();
    }
    PointStore& again = start(unmerged());
    EXPECT_EQ(latest(again, "clicks", {.limit = 2}), "a@2=70 a@1=1");
    EXPECT_EQ(latest(again, "clicks", {.limit = 4}), "a@2=70 a@1=1 t=70 u=1");
}

TEST_F(LakehousePoints, memory_stays_below_its_limit_and_what_was_let_go_of_comes_from_files) {
    LakehouseOptions options;
    options.point_bytes_max = 64u << 10;
    PointStore& points = start(std::move(options));
    std::string expected;
    for (int i = 0; i < 1000; ++i) {
        SF_ASSERT_OK(add(points, static_cast<messaging::Offset>(i), {{.window = i, .n = i}}));
        ASSERT_LE(points.point_statistics().live_bytes, 64u << 10);
        expected = "a@" + std::to_string(i) + "=" + std::to_string(i) + (i > 0 ? " " : "") + expected;
    }
    EXPECT_EQ(latest(points, "clicks", {.limit = 1000}), expected);
    EXPECT_EQ(rows(*store_, "SELECT count(*), count(DISTINCT window_start) FROM metrics"), "[[1000, 1000]]");
}

TEST_F(LakehousePoints, a_store_that_can_not_write_says_overloaded_and_goes_on_later) {
    LakehouseOptions options;
    options.point_bytes_max = 32u << 10;
    options.retry_max = std::chrono::milliseconds{50};
    PointStore& points = start(std::move(options));
    // A file where the folder of a day would be made.
    std::ofstream(folder_.path() / "points" / "window=2015-05-17") << "in the way";
    messaging::Offset next = 0;
    Result<> added;
    while (next < 1000) {
        std::vector<messaging::StoredRecord> record = {
            record_of(next, {point_of({.window = static_cast<int>(next % 700), .n = 1})})};
        added = points.add_points(0, record, std::chrono::steady_clock::now() + std::chrono::milliseconds{20});
        if (!added) break;
        ++next;
    }
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, ErrorCode::overloaded);
    EXPECT_LE(points.point_statistics().live_bytes, 32u << 10);
    EXPECT_EQ(rows(*store_, "SELECT count(*) FROM metrics"), "[[" + std::to_string(next) + "]]");
    std::filesystem::remove(folder_.path() / "points" / "window=2015-05-17");
    SF_ASSERT_OK(add(points, next, {{.window = 701, .n = 1}}));
    EXPECT_EQ(rows(*store_, "SELECT count(*) FROM metrics"), "[[" + std::to_string(next + 1) + "]]");
}

TEST_F(LakehousePoints, merging_keeps_the_latest_and_drops_tombstones_that_hide_nothing) {
    PointStore& points = start(unmerged());
    SF_ASSERT_OK(add(points, 0, {{.key = "a"}, {.key = "b"}, {.key = "c"}}));
    flush();
    SF_ASSERT_OK(add(points, 1, {{.key = "a", .n = 5, .version = 2}, {.key = "b", .version = 2, .deleted = true}}));
    flush();
    EXPECT_EQ(stored(), 5u);
    SF_ASSERT_OK(start({}).latest_points("clicks", {}));
    SF_ASSERT_OK(store_->compact());
    EXPECT_EQ(stored(), 2u) << "of a whole day";
    EXPECT_EQ(latest(store_->points()), "a@0=5 c@0=0");
    EXPECT_EQ(files().size(), 1u);
}

TEST_F(LakehousePoints, merging_some_files_of_a_day_keeps_tombstones) {
    PointStore& points = start(unmerged());
    SF_ASSERT_OK(add(points, 0, {{.key = "a"}}));
    std::vector<TestPoint> many;
    for (int i = 0; i < 3000; ++i) many.push_back({.key = "k" + std::to_string(i), .n = i});
    SF_ASSERT_OK(add(points, 1, many));
    flush();  // The larger file, with the point that is to be hidden.
    SF_ASSERT_OK(add(points, 2, {{.key = "a", .version = 2, .deleted = true}}));
    flush();
    SF_ASSERT_OK(add(points, 3, {{.key = "b"}}));
    flush();
    LakehouseOptions two;
    two.compaction.files_max = 2;
    start(std::move(two));
    SF_ASSERT_OK(store_->compact());
    EXPECT_EQ(latest(store_->points(), "clicks", {.keys = {{"k", "a"}}}), "");
    EXPECT_EQ(rows(*store_, "SELECT count(*) FROM metrics WHERE keys->>'k' = 'a'"), "[[0]]");
    EXPECT_EQ(rows(*store_, "SELECT count(*) FROM metrics"), "[[3001]]");
    EXPECT_EQ(stored(), 3001u) << "in the end all of them are together, and the tombstone has nothing left to hide";
}

TEST_F(LakehousePoints, merging_takes_dropped_views_out_of_files_and_then_forgets_the_drop) {
    PointStore& points = start(unmerged());
    SF_ASSERT_OK(points.add_points(0,
                                   std::vector{record_of(0, {point_of({}), point_of({.view = "other"})},
                                                         {{"clicks", uuid_from_name("e"), minute(0), minute(1)}})},
                                   soon()));
    flush();
    SF_ASSERT_OK(points.drop_points("clicks", {{0, 1}}));
    EXPECT_EQ(stored(), 2u) << "not yet";
    start({});
    SF_ASSERT_OK(store_->compact());
    EXPECT_EQ(stored(), 1u);
    EXPECT_EQ(store_->points().point_statistics().late_events, 0u);
    EXPECT_EQ(files().size(), 1u);
    store_->stop();
    auto manifest = SqliteDatabase::open(folder_.path() / "manifest.db");
    SF_ASSERT_OK(manifest);
    auto left = manifest->prepare("SELECT count(*) FROM dropped_views");
    SF_ASSERT_OK(left);
    SF_ASSERT_OK(left->step());
    EXPECT_EQ(left->integer(0), 0);
}

TEST_F(LakehousePoints, a_missing_or_cut_file_is_set_aside_and_the_rest_stays_readable) {
    PointStore& points = start(unmerged());
    SF_ASSERT_OK(add(points, 0, {{.window = 0, .n = 1}}));
    flush();
    SF_ASSERT_OK(add(points, 1, {{.window = 14 * 60, .n = 2}}));
    flush();
    store_->stop();
    std::filesystem::resize_file(folder_.path() / "points" / files().front(), 10);
    PointStore& again = start(unmerged());
    EXPECT_EQ(again.point_statistics().damaged_files, 1u);
    EXPECT_EQ(latest(again), "a@840=2");
    EXPECT_EQ(rows(*store_, "SELECT count(*) FROM metrics"), "[[1]]");
    EXPECT_EQ(again.next_point_offsets().at(0), 2u);
}

TEST_F(LakehousePoints, failed_flushes_are_counted_until_one_succeeds) {
    PointStore& points = start(unmerged());
    std::ofstream(folder_.path() / "points" / "window=2015-05-17") << "in the way";
    SF_ASSERT_OK(add(points, 0, {{.n = 1}}));
    for (int i = 0; i < 2; ++i) EXPECT_FALSE(store_->flush());
    EXPECT_EQ(points.point_statistics().flush_failures_in_row, 2u);
    std::filesystem::remove(folder_.path() / "points" / "window=2015-05-17");
    flush();
    EXPECT_EQ(points.point_statistics().flush_failures_in_row, 0u);
    EXPECT_EQ(points.point_statistics().flush_failures, 2u);
}

// Each reading of a page looks at all rows.
TEST_F(LakehousePoints, few_pages_are_read_however_many_rows_do_not_match) {
    PointStore& points = start(unmerged());
    std::vector<TestPoint> many;
    for (int i = 0; i < 20'000; ++i)
        many.push_back({.key = "a/" + std::to_string(i), .window = 1, .deleted = i % 2 == 0});
    many.push_back({.key = "wanted/1", .window = 0, .n = 7});
    many.push_back({.view = "deleted", .key = "last", .window = 0, .n = 8});
    for (int i = 0; i < 20'000; ++i)
        many.push_back({.view = "deleted", .key = std::to_string(i), .window = 1, .deleted = true});
    SF_ASSERT_OK(add(points, 0, many));
    flush();
    LakehouseOptions counting = unmerged();
    std::atomic<int> reads{0};
    counting.at_step = [&](std::string_view step) { reads += step == "points.read"; };
    PointStore& again = start(std::move(counting));
    EXPECT_EQ(latest(again, "clicks", {.keys = {{"k", "wanted/1"}}, .limit = 1}), "wanted/1@0=7");
    EXPECT_LE(reads.exchange(0), 1);
    EXPECT_EQ(latest(again, "clicks", {.keys = {{"k", "none"}}, .limit = 1}), "");
    EXPECT_LE(reads.exchange(0), 2);
    EXPECT_EQ(latest(again, "deleted", {.limit = 1}), "last@0=8");
    EXPECT_LE(reads.exchange(0), 6);
    store_->stop();
}

// Little memory is no damage.
TEST_F(LakehousePoints, what_does_not_fit_into_memory_is_unavailable) {
    PointStore& points = start(unmerged());
    for (int n = 0; n < 40; ++n) {
        std::vector<models::MetricPoint> made;
        for (int i = 0; i < 100; ++i) {
            made.push_back(point_of({.key = std::to_string(i), .window = n}));
            made.back().values = R"({"n":0,"text":")" + std::string(5000, static_cast<char>('a' + i % 26)) + "\"}";
        }
        SF_ASSERT_OK(points.add_points(0, std::vector{record_of(static_cast<messaging::Offset>(n), made)}, soon()));
    }
    flush();
    LakehouseOptions little = unmerged();
    little.writer_memory_bytes = 8u << 20;
    const auto read = start(std::move(little)).latest_points("clicks", {.limit = 4000});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::unavailable) << read.error().text();
    SF_ASSERT_OK(start(unmerged()).latest_points("clicks", {.limit = 4000}));
}

TEST_F(LakehousePoints, keys_of_any_text_are_found_in_files) {
    PointStore& points = start(unmerged());
    const std::vector<std::pair<std::string, std::string>> keys = {  // In JSON, and as text.
        {"a/b", "a/b"},
        {R"(c\/d)", "c/d"},
        {R"(say \"hi\")", R"(say "hi")"},
        {"it's", "it's"},
        {"Z\u00fcrich", "Z\u00fcrich"},
        {R"(Z\u00fcrich 2)", "Z\u00fcrich 2"},
        {"", ""}};
    std::vector<TestPoint> made;
    for (const auto& [json, text] : keys) made.push_back({.key = json, .n = static_cast<int>(made.size())});
    SF_ASSERT_OK(add(points, 0, made));
    flush();
    PointStore& again = start(unmerged());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const std::string& text = keys[i].second;
        EXPECT_EQ(latest(again, "clicks", {.keys = {{"k", text}}}), keys[i].first + "@0=" + std::to_string(i)) << text;
    }
    for (const std::string& text : {std::string("\xff"), std::string("\0", 1)})
        EXPECT_EQ(latest(again, "clicks", {.keys = {{"k", text}}}), "");
}

// The manifest as the first version made it, with a file in it.
TEST_F(LakehousePoints, a_manifest_of_the_first_format_is_taken_over) {
    start();
    SF_ASSERT_OK(database::testing::add(*store_, 0, 0, numbered("a", 3)));
    flush();
    store_->stop();
    {
        auto manifest = SqliteDatabase::open(folder_.path() / "manifest.db");
        SF_ASSERT_OK(manifest);
        SF_ASSERT_OK(
            manifest->execute("DROP TABLE point_file_views; DROP TABLE point_files; DROP TABLE point_offsets; "
                              "DROP TABLE dropped_offsets; DROP TABLE dropped_views; UPDATE format SET version = 1"));
    }
    std::filesystem::remove_all(folder_.path() / "points");
    PointStore& points = start();
    EXPECT_EQ(rows(*store_, "SELECT count(*) FROM events"), "[[3]]");
    EXPECT_EQ(store_->next_offsets().at(0), 1u);
    EXPECT_TRUE(points.next_point_offsets().empty());
    SF_ASSERT_OK(add(points, 0, {{.n = 1}}));
    flush();
    start();
    EXPECT_EQ(latest(store_->points()), "a@0=1");
    store_->stop();
    auto manifest = SqliteDatabase::open(folder_.path() / "manifest.db");
    SF_ASSERT_OK(manifest);
    auto version = manifest->prepare("SELECT count(*), max(version) FROM format");
    SF_ASSERT_OK(version);
    SF_ASSERT_OK(version->step());
    EXPECT_EQ(version->integer(0), 1);
    EXPECT_EQ(version->integer(1), 2);
}

}  // namespace
}  // namespace sf::database::testing
