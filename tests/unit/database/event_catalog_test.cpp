#include "database/lakehouse/event_catalog.hpp"

#include "unit/database/stored_events.hpp"

#include <atomic>
#include <thread>

namespace sf::database::testing {
namespace {

class EventCatalogTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directory(folder_.path() / "events");
        SF_ASSERT_OK(catalog_.open(folder_.path() / "manifest.db"));
    }

    void add(messaging::Offset offset, int events) {
        auto batch = std::make_shared<const LiveBatch>(
            budget_, batch_of(numbered(std::to_string(offset) + "-", events)), 0, offset);
        catalog_.add(0, {std::move(batch)}, offset + 1);
    }
    // A flush as far as the catalog is concerned: the file itself is not looked at.
    [[nodiscard]] Result<> flush(int number) {
        EventCatalog::Flushable flushable = catalog_.flushable();
        if (flushable.live.empty()) return {};
        FileEntry file;
        file.path = std::to_string(number) + ".parquet";
        file.day = "2015-05-17";
        file.received = file.event_time = {0, 1};
        for (const LiveBatchPtr& batch : flushable.live) file.events += batch->batch().size();
        return catalog_.commit_flush(flushable, {file});
    }
    [[nodiscard]] std::uint64_t events_in_snapshot() {
        const EventSnapshot snapshot = catalog_.snapshot();
        std::uint64_t events = 0;
        for (const DataFilePtr& file : snapshot.files) events += file->entry().events;
        for (const LiveBatchPtr& batch : *snapshot.live) events += batch->batch().size();
        return events;
    }

    TestFolder folder_;
    std::shared_ptr<LiveBudget> budget_ = std::make_shared<LiveBudget>();
    EventCatalog catalog_{folder_.path() / "events", {}};
};

TEST_F(EventCatalogTest, accounts_return_to_nothing_after_a_flush) {
    add(0, 3);
    EXPECT_EQ(catalog_.live_events(), 3u);
    EXPECT_EQ(catalog_.unflushed_bytes(), budget_->bytes());
    EXPECT_GT(budget_->bytes(), 0u);
    {
        const EventSnapshot pinned = catalog_.snapshot();
        SF_ASSERT_OK(flush(1));
        EXPECT_EQ(catalog_.unflushed_bytes(), 0u);
        EXPECT_EQ(catalog_.live_events(), 0u);
        EXPECT_EQ(budget_->flushed(), budget_->bytes());
        EXPECT_GT(budget_->bytes(), 0u);
    }
    EXPECT_EQ(budget_->bytes(), 0u);
    EXPECT_EQ(budget_->flushed(), 0u);
}

TEST_F(EventCatalogTest, a_snapshot_has_each_event_once_at_any_moment) {
    constexpr int kFlushes = 200;
    constexpr int kAdds = 10;  // A flush moves more events at once than the one that may be in before it is counted.
    std::atomic<std::uint64_t> added{0};
    std::atomic<bool> done{false};
    std::jthread writer([&] {
        for (int i = 0; i < kFlushes * kAdds; ++i) {
            add(static_cast<messaging::Offset>(i), 1);
            ++added;
            if (i % kAdds == kAdds - 1) {
                EXPECT_TRUE(flush(i).has_value());
            }
        }
        done = true;
    });
    while (!done) {
        const std::uint64_t before = added;
        const std::uint64_t seen = events_in_snapshot();
        const std::uint64_t after = added;
        ASSERT_GE(seen, before);
        ASSERT_LE(seen, after + 1);
    }
    writer.join();
    EXPECT_EQ(events_in_snapshot(), static_cast<std::uint64_t>(kFlushes * kAdds));
}

}  // namespace
}  // namespace sf::database::testing
