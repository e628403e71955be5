// Scans of more events than are sorted at once: slices, spilling, damage, and merges meanwhile.

#include "database/lakehouse/lakehouse.hpp"
#include "unit/database/stored_events.hpp"

#include <atomic>
#include <fstream>
#include <random>
#include <thread>

namespace sf::database::testing {
namespace {

class LakehouseScan : public ::testing::Test {
protected:
    Lakehouse& start(LakehouseOptions options) {
        options.dir = folder_.path();
        options.compaction.files_min = 2;
        store_ = std::make_unique<Lakehouse>(std::move(options));
        const auto started = store_->start();
        EXPECT_TRUE(started.has_value()) << started.error().text();
        return *store_;
    }
    // As one text, so that it can be held against a query's rows.
    static std::string scanned(Lakehouse& store) {
        std::string text = "[";
        const auto offsets = store.scan(TimeColumn::timestamp,
                                        [&](const models::EventBatchPtr& batch) -> Result<> {
                                            for (std::size_t i = 0; i < batch->size(); ++i) {
                                                if (text.size() > 1) text += ',';
                                                text += "[\"" + to_string(batch->id(i)) + "\"]";
                                            }
                                            return {};
                                        },
                                        {});
        EXPECT_TRUE(offsets) << offsets.error().text();
        return text + "]";
    }
    // Times over a day with a heap at one microsecond, so that slices are of very different sizes.
    void fill(int batches, int events, std::size_t text = 10) {
        std::mt19937 random(9);
        for (int b = 0; b < batches; ++b) {
            std::vector<TestEvent> made = numbered(std::to_string(b) + "-", events);
            for (TestEvent& event : made) {
                event.time = random() % 3 == 0 ? at("2015-05-17T12:00:00Z")
                                               : at("2015-05-17T00:00:00Z") + std::chrono::seconds{random() % 86'400};
                event.data = R"({"text":")" + std::string(text, static_cast<char>('a' + random() % 26)) + "\"}";
            }
            SF_ASSERT_OK(add(*store_, 0, static_cast<messaging::Offset>(b), made));
            if (b % 3 == 2) SF_ASSERT_OK(store_->flush());
        }
    }
    TestFolder folder_;
    std::unique_ptr<Lakehouse> store_;
};

const char* const kInOrder = "SELECT id FROM events ORDER BY \"timestamp\", id";

TEST_F(LakehouseScan, small_slices_give_the_same_as_a_query) {
    LakehouseOptions options;
    options.scan_slice_events = 70;
    Lakehouse& store = start(std::move(options));
    fill(8, 100);
    EXPECT_EQ(scanned(store), rows(store, kInOrder));
}

TEST_F(LakehouseScan, a_slice_that_does_not_fit_into_memory_spills) {
    LakehouseOptions options;
    options.scan_memory_bytes = 48u << 20;
    Lakehouse& store = start(std::move(options));
    fill(60, 2000, 600);
    EXPECT_EQ(scanned(store), rows(store, kInOrder, {.bytes_max = 1u << 30}));
}

TEST_F(LakehouseScan, large_events_are_sorted_in_smaller_slices) {
    LakehouseOptions options;
    options.scan_memory_bytes = 48u << 20;
    Lakehouse& store = start(std::move(options));
    fill(30, 100, 40'000);
    EXPECT_EQ(scanned(store), rows(store, kInOrder));
}

TEST_F(LakehouseScan, goes_on_while_files_are_merged) {
    LakehouseOptions options;
    options.scan_slice_events = 50;
    Lakehouse& store = start(std::move(options));
    fill(12, 50);
    const std::string expected = rows(store, kInOrder);
    std::atomic<bool> done = false;
    std::jthread merger([&] {
        while (!done) EXPECT_TRUE(store.compact());
    });
    for (int i = 0; i < 5; ++i) EXPECT_EQ(scanned(store), expected);
    done = true;
}

TEST_F(LakehouseScan, a_damaged_file_is_said_to_be) {
    Lakehouse& store = start({});
    fill(3, 500);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path() / "events")) {
        if (!entry.is_regular_file()) continue;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(-200, std::ios::end);  // Where the columns are described.
        file << std::string(190, 'x');
    }
    const auto scanned = store.scan(TimeColumn::timestamp, [](const auto&) -> Result<> { return {}; }, {});
    ASSERT_FALSE(scanned);
    EXPECT_EQ(scanned.error().code, ErrorCode::corrupt) << scanned.error().text();
}

}  // namespace
}  // namespace sf::database::testing
