// Files: days, merging, damage.

#include "database/lakehouse/data_file.hpp"
#include "database/lakehouse/lakehouse.hpp"
#include "database/lakehouse/sqlite.hpp"
#include "unit/database/stored_events.hpp"

#include <atomic>
#include <fstream>
#include <thread>

namespace sf::database::testing {
namespace {

const char* const kCounts = "SELECT count(*), count(DISTINCT id) FROM events";

class LakehouseFiles : public ::testing::Test {
protected:
    void SetUp() override {
        open();
        SF_ASSERT_OK(store_->start());
    }
    void open() {
        LakehouseOptions options;
        options.dir = folder_.path();
        options.compaction.files_min = 4;
        store_ = std::make_unique<Lakehouse>(std::move(options));
    }
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path() / "events")) {
            if (!entry.is_directory())
                names.push_back(entry.path().lexically_relative(folder_.path() / "events").string());
        }
        std::ranges::sort(names);
        return names;
    }
    TestFolder folder_;
    std::unique_ptr<Lakehouse> store_;
};

TEST_F(LakehouseFiles, a_flush_over_midnight_makes_a_file_a_day) {
    std::vector<TestEvent> events = numbered("a", 6, at("2015-05-17T23:59:59.999999Z"));
    for (std::size_t i = 3; i < 6; ++i) events[i].received = at("2015-05-18T00:00:00Z");
    events[5].received = at("2015-05-20T12:00:00Z");
    SF_ASSERT_OK(add(*store_, 0, 0, events));
    SF_ASSERT_OK(store_->flush());
    EXPECT_EQ(rows(*store_, kCounts), "[[6, 6]]");
    const auto names = files();
    ASSERT_EQ(names.size(), 3u);
    EXPECT_TRUE(names[0].starts_with("received=2015-05-17/235959-")) << names[0];
    EXPECT_TRUE(names[1].starts_with("received=2015-05-18/000000-")) << names[1];
    EXPECT_TRUE(names[2].starts_with("received=2015-05-20/120000-")) << names[2];
    EXPECT_EQ(store_->statistics().stored_events, 6u);
}

TEST_F(LakehouseFiles, merging_keeps_every_event_once_and_removes_what_it_replaced) {
    for (int i = 0; i < 9; ++i) {
        SF_ASSERT_OK(add(*store_, 0, static_cast<messaging::Offset>(i), numbered("b" + std::to_string(i), 10)));
        SF_ASSERT_OK(store_->flush());
    }
    SF_ASSERT_OK(store_->compact());
    EXPECT_EQ(rows(*store_, kCounts), "[[90, 90]]");
    EXPECT_EQ(store_->statistics().stored_events, 90u);
    EXPECT_EQ(files().size(), store_->statistics().files);
    EXPECT_EQ(files().size(), 1u);  // The day is long over.
    EXPECT_GE(store_->statistics().compactions, 1u);
    store_->stop();
    open();
    SF_ASSERT_OK(store_->start());
    EXPECT_EQ(rows(*store_, kCounts), "[[90, 90]]");
    EXPECT_EQ(store_->next_offsets().at(0), 9u);
}

TEST_F(LakehouseFiles, a_missing_or_cut_file_is_set_aside_and_the_rest_stays_readable) {
    SF_ASSERT_OK(add(*store_, 0, 0, numbered("a", 3, at("2015-05-16T00:00:00Z"))));
    SF_ASSERT_OK(store_->flush());
    SF_ASSERT_OK(add(*store_, 0, 1, numbered("b", 4, at("2015-05-17T00:00:00Z"))));
    SF_ASSERT_OK(store_->flush());
    store_->stop();
    std::filesystem::resize_file(folder_.path() / "events" / files().front(), 10);
    open();
    SF_ASSERT_OK(store_->start());
    EXPECT_EQ(rows(*store_, kCounts), "[[4, 4]]");
    EXPECT_EQ(store_->statistics().damaged_files, 1u);
    EXPECT_EQ(store_->next_offsets().at(0), 2u);
}

TEST_F(LakehouseFiles, a_damaged_manifest_stops_the_start_with_a_clear_word) {
    store_->stop();
    store_.reset();
    std::filesystem::remove(folder_.path() / "manifest.db-wal");
    std::ofstream(folder_.path() / "manifest.db", std::ios::trunc) << std::string(8192, 'x');
    open();
    const auto started = store_->start();
    ASSERT_FALSE(started.has_value());
    EXPECT_EQ(started.error().code, ErrorCode::corrupt);
    EXPECT_NE(started.error().message.find("manifest"), std::string::npos);
}

TEST_F(LakehouseFiles, a_manifest_of_a_later_version_is_refused) {
    store_->stop();
    {
        auto manifest = SqliteDatabase::open(folder_.path() / "manifest.db");
        SF_ASSERT_OK(manifest);
        SF_ASSERT_OK(manifest->execute("INSERT INTO format VALUES (99)"));
    }
    open();
    const auto started = store_->start();
    ASSERT_FALSE(started.has_value());
    EXPECT_NE(started.error().text().find("later version"), std::string::npos);
}

// A thread adds, one flushes, one merges, and one counts.
TEST_F(LakehouseFiles, a_query_sees_each_event_exactly_once_whatever_goes_on) {
    constexpr int kBatches = 400;
    constexpr int kEventsOfBatch = 10;
    std::atomic<int> added{0};
    std::atomic<bool> failed{false};
    std::thread feeder([&] {
        for (int i = 0; i < kBatches; ++i) {
            if (!add(*store_, 0, static_cast<messaging::Offset>(i), numbered("b" + std::to_string(i) + "-", kEventsOfBatch)))
                failed = true;
            ++added;
        }
    });
    std::thread flusher([&] {
        while (added < kBatches) {
            if (!store_->flush()) failed = true;
        }
    });
    std::thread merger([&] {
        while (added < kBatches) {
            if (!store_->compact()) failed = true;
        }
    });
    int looks = 0;
    while (added < kBatches || looks < 5) {
        const int before = added;
        const auto result = store_->query(kCounts, {}, {});
        const int after = added;
        ASSERT_TRUE(result.has_value()) << result.error().text();
        int count = 0, distinct = 0;
        ASSERT_EQ(std::sscanf(result->rows_json.c_str(), "[[%d, %d]]", &count, &distinct), 2);
        EXPECT_EQ(count, distinct);
        EXPECT_GE(count, before * kEventsOfBatch);
        EXPECT_LE(count, (after + 1) * kEventsOfBatch);
        ++looks;
    }
    feeder.join();
    flusher.join();
    merger.join();
    EXPECT_FALSE(failed);
    SF_ASSERT_OK(store_->flush());
    SF_ASSERT_OK(store_->compact());
    EXPECT_EQ(rows(*store_, kCounts), "[[4000, 4000]]");
    EXPECT_EQ(files().size(), store_->statistics().files);
}

TEST(DataFile, a_replaced_file_goes_when_the_last_reader_lets_go) {
    TestFolder folder;
    std::ofstream(folder.path() / "a.parquet") << "x";
    FileEntry entry;
    entry.path = "a.parquet";
    DataFilePtr store = std::make_shared<DataFile>(folder.path(), entry);
    DataFilePtr query = store;
    store->replace();
    store.reset();
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "a.parquet"));
    query.reset();
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "a.parquet"));
}

}  // namespace
}  // namespace sf::database::testing
