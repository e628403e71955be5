// Files that the manifest does not name, and manifests that do not belong to the files.

#include "database/lakehouse/data_file.hpp"
#include "database/lakehouse/lakehouse.hpp"
#include "unit/database/stored_points.hpp"

#include <fstream>

namespace sf::database::testing {
namespace {

class LakehouseOrphans : public ::testing::Test {
protected:
    void SetUp() override { SF_ASSERT_OK(start()); }

    Result<> start() {
        LakehouseOptions options;
        options.dir = folder_.path();
        options.compaction.enabled = false;
        store_ = std::make_unique<Lakehouse>(std::move(options));
        return store_->start();
    }
    void stop() { store_.reset(); }

    // Events and points, and a file of each.
    void store(int n) {
        SF_ASSERT_OK(add(*store_, 0, static_cast<messaging::Offset>(n), numbered("r" + std::to_string(n) + "-", 5)));
        SF_ASSERT_OK(add(store_->points(), static_cast<messaging::Offset>(n), {{.window = n, .n = n}}));
        SF_ASSERT_OK(store_->flush());
    }
    [[nodiscard]] std::set<std::string> files(const std::string& below = "") const {
        std::set<std::string> names;
        const std::filesystem::path folder = folder_.path() / below;
        if (!std::filesystem::exists(folder)) return names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            const std::string name = entry.path().lexically_relative(folder).string();
            if (!entry.is_directory() && name.contains(".parquet")) names.insert(name);
        }
        return names;
    }
    [[nodiscard]] std::filesystem::path manifest() const { return folder_.path() / "manifest.db"; }
    void copy_manifest(const char* to) { std::filesystem::copy_file(manifest(), folder_.path() / to); }
    void put_manifest(const char* from) {
        std::filesystem::copy_file(folder_.path() / from, manifest(),
                                   std::filesystem::copy_options::overwrite_existing);
    }

    TestFolder folder_;
    std::unique_ptr<Lakehouse> store_;
};

TEST_F(LakehouseOrphans, an_older_manifest_costs_no_file_and_the_right_one_brings_them_back) {
    store(0);
    stop();
    copy_manifest("older");
    SF_ASSERT_OK(start());
    store(1);
    stop();
    const std::set<std::string> all = files();
    ASSERT_EQ(all.size(), 4u);
    copy_manifest("right");

    put_manifest("older");
    SF_ASSERT_OK(start());
    EXPECT_EQ(rows(*store_, "SELECT count(*) FROM events"), "[[5]]");
    EXPECT_EQ(latest(store_->points()), "a@0=0");
    EXPECT_EQ(files("orphans/events").size(), 1u);
    EXPECT_EQ(files("orphans/points").size(), 1u);
    stop();

    put_manifest("right");
    SF_ASSERT_OK(start());
    EXPECT_EQ(files(), all);
    EXPECT_EQ(rows(*store_, "SELECT count(*) FROM events"), "[[10]]");
    EXPECT_EQ(latest(store_->points()), "a@1=1 a@0=0");
    EXPECT_EQ(store_->statistics().damaged_files + store_->points().point_statistics().damaged_files, 0u);
}

TEST_F(LakehouseOrphans, a_missing_or_empty_manifest_beside_files_is_refused_and_no_file_is_touched) {
    store(0);
    stop();
    const std::set<std::string> all = files();
    copy_manifest("right");
    for (const bool missing : {true, false}) {
        if (missing) std::filesystem::remove(manifest());
        else std::filesystem::resize_file(manifest(), 0);
        for (int i = 0; i < 2; ++i) {  // The first attempt leaves nothing that the second would take for a manifest.
            const auto started = start();
            ASSERT_FALSE(started.has_value());
            EXPECT_EQ(started.error().code, ErrorCode::corrupt);
            EXPECT_NE(started.error().text().find("missing or empty"), std::string::npos) << started.error().text();
            stop();
            EXPECT_EQ(files(), all);
        }
        put_manifest("right");
        SF_ASSERT_OK(start());
        EXPECT_EQ(rows(*store_, "SELECT count(*) FROM events"), "[[5]]");
        stop();
    }
    for (const char* folder : {"events", "points"}) std::filesystem::remove_all(folder_.path() / folder);
    std::filesystem::remove(manifest());
    SF_ASSERT_OK(start());  // Without files there is nothing to lose.
}

TEST_F(LakehouseOrphans, unfinished_files_and_links_go_at_once) {
    store(0);
    stop();
    const std::set<std::string> all = files();
    const std::filesystem::path day = folder_.path() / "events" / "received=2015-05-17";
    std::ofstream(day / "x.parquet.tmp") << "half";
    std::filesystem::create_symlink("/etc/passwd", day / "z.parquet");
    SF_ASSERT_OK(start());
    EXPECT_EQ(files(), all);
    EXPECT_TRUE(std::filesystem::exists("/etc/passwd"));
}

TEST_F(LakehouseOrphans, orphans_are_kept_for_a_while) {
    stop();
    const std::filesystem::path day = folder_.path() / "events" / "received=2015-05-17";
    std::filesystem::create_directories(day);
    std::ofstream(day / "y.parquet") << "whole but unnamed";
    // However old it is: the time counts from when it was found.
    std::filesystem::last_write_time(day / "y.parquet", std::filesystem::file_time_type{});
    for (int i = 0; i < 2; ++i) {
        SF_ASSERT_OK(start());
        stop();
        EXPECT_EQ(files("events").size(), 0u);
        EXPECT_EQ(files("orphans/events"), std::set<std::string>{"received=2015-05-17/y.parquet"});
    }
    const std::filesystem::path orphan = folder_.path() / "orphans/events/received=2015-05-17/y.parquet";
    std::filesystem::last_write_time(
        orphan, std::filesystem::last_write_time(orphan) - kOrphansKept - std::chrono::minutes{1});
    SF_ASSERT_OK(start());
    EXPECT_FALSE(std::filesystem::exists(orphan));
}

}  // namespace
}  // namespace sf::database::testing
