// What every event store promises of scan(): all events of one moment, each once, in order, and the offsets that go
// with them.

#include "contract/event_store/event_store_contract.hpp"

#include "unit/database/stored_events.hpp"

#include <atomic>
#include <random>
#include <thread>

namespace sf::database::testing {
namespace {

struct Scanned {
    std::vector<Uuid> ids;
    std::vector<std::pair<Timestamp, Uuid>> order;
    std::map<messaging::Partition, messaging::Offset> offsets;
};

Scanned scan(EventStore& store, TimeColumn column) {
    Scanned scanned;
    const auto take = [&](const models::EventBatchPtr& batch) -> Result<> {
        for (std::size_t i = 0; i < batch->size(); ++i) {
            scanned.ids.push_back(batch->id(i));
            scanned.order.emplace_back(column == TimeColumn::timestamp ? batch->timestamp(i) : batch->received_at(i),
                                       batch->id(i));
        }
        return {};
    };
    auto offsets = store.scan(column, take, {});
    EXPECT_TRUE(offsets) << offsets.error().text();
    if (offsets) scanned.offsets = std::move(*offsets);
    EXPECT_TRUE(std::ranges::is_sorted(scanned.order));
    return scanned;
}

// Events whose times are in disorder, several of one time among them.
std::vector<TestEvent> shuffled(const std::string& prefix, int count, std::mt19937& random) {
    std::vector<TestEvent> events = numbered(prefix, count);
    for (TestEvent& event : events) {
        event.time = at("2015-05-17T10:00:00Z") + std::chrono::milliseconds{random() % 5000};
        event.received = at("2015-05-17T23:59:00Z") + std::chrono::seconds{random() % 100};
    }
    return events;
}

TEST_P(EventStoreContract, a_scan_of_nothing_gives_nothing) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    EXPECT_EQ(store->scan(TimeColumn::timestamp, [](const auto&) -> Result<> { return {}; }, {}).error().code,
              ErrorCode::unavailable);
    SF_ASSERT_OK(store->start());
    const Scanned nothing = scan(*store, TimeColumn::timestamp);
    EXPECT_TRUE(nothing.ids.empty());
    EXPECT_TRUE(nothing.offsets.empty());
}

TEST_P(EventStoreContract, a_scan_gives_every_event_of_memory_and_files_in_order) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    std::mt19937 random(5);
    for (messaging::Offset i = 0; i < 12; ++i) {
        SF_ASSERT_OK(add(*store, i % 2, i / 2 + 7, shuffled("b" + std::to_string(i) + "-", 50, random)));
        if (i % 5 == 4) SF_ASSERT_OK(store->flush());
    }
    for (const TimeColumn column : {TimeColumn::timestamp, TimeColumn::received_at}) {
        const Scanned scanned = scan(*store, column);
        EXPECT_EQ(scanned.ids.size(), 600u);
        EXPECT_EQ(std::set<Uuid>(scanned.ids.begin(), scanned.ids.end()).size(), 600u);
        EXPECT_EQ(scanned.offsets, (std::map<messaging::Partition, messaging::Offset>{{0, 13}, {1, 13}}));
    }
}

TEST_P(EventStoreContract, a_scan_gives_events_whole) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    TestEvent full;
    full.name = "full";
    full.source = "a source of more than twelve bytes";
    full.time = at("2015-05-17T10:05:03.123456Z");
    full.severity = models::Severity::critical;
    full.user = "u1";
    full.correlation = "";
    full.tags = {"a", "", "a tag of more than twelve bytes"};
    full.data = R"({"price": 12.50, "nested": {"x": [1,2]}})";
    TestEvent bare;
    bare.name = "bare";
    bare.time = at("2015-05-17T10:05:02Z");
    SF_ASSERT_OK(add(*store, 0, 0, {full, bare}));
    const models::EventBatchPtr expected = batch_of({bare, full});
    std::size_t batches = 0;
    SF_ASSERT_OK(store->scan(TimeColumn::timestamp,
                             [&](const models::EventBatchPtr& batch) -> Result<> {
                                 ++batches;
                                 EXPECT_EQ(batch->size(), 2u);
                                 for (std::size_t i = 0; i < batch->size(); ++i) {
                                     EXPECT_EQ(batch->id(i), expected->id(i));
                                     EXPECT_EQ(batch->type(i), expected->type(i));
                                     EXPECT_EQ(batch->source(i), expected->source(i));
                                     EXPECT_EQ(batch->timestamp(i), expected->timestamp(i));
                                     EXPECT_EQ(batch->received_at(i), expected->received_at(i));
                                     EXPECT_EQ(batch->severity(i), expected->severity(i));
                                     EXPECT_EQ(batch->has_user_id(i), expected->has_user_id(i));
                                     EXPECT_EQ(batch->user_id(i), expected->user_id(i));
                                     EXPECT_EQ(batch->has_correlation_id(i), expected->has_correlation_id(i));
                                     EXPECT_EQ(batch->correlation_id(i), expected->correlation_id(i));
                                     EXPECT_EQ(batch->tags_encoded(i), expected->tags_encoded(i));
                                     EXPECT_EQ(batch->data(i), expected->data(i));
                                 }
                                 return {};
                             },
                             {}));
    EXPECT_EQ(batches, 1u);
}

TEST_P(EventStoreContract, a_scan_ends_when_its_taker_does_or_it_is_told_to) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    SF_ASSERT_OK(add(*store, 0, 0, numbered("a", 3)));
    const auto refused = store->scan(TimeColumn::timestamp,
                                     [](const auto&) -> Result<> { return fail(ErrorCode::conflict, "no more"); }, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
    std::stop_source stop;
    stop.request_stop();
    const auto cancelled =
        store->scan(TimeColumn::timestamp, [](const auto&) -> Result<> { return {}; }, stop.get_token());
    ASSERT_FALSE(cancelled);
    EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
    EXPECT_EQ(scan(*store, TimeColumn::timestamp).ids.size(), 3u);
}

TEST_P(EventStoreContract, a_second_scan_waits_for_the_first_and_stopping_ends_both) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    for (messaging::Offset i = 0; i < 3; ++i) SF_ASSERT_OK(add(*store, 0, i, numbered(std::to_string(i) + "-", 4000)));
    std::atomic<int> taking = 0;
    std::atomic<bool> stopping = false;
    std::vector<std::jthread> scanners;
    for (int i = 0; i < 2; ++i) {
        scanners.emplace_back([&] {
            bool mine = false;
            const auto scanned = store->scan(TimeColumn::timestamp,
                                             [&](const auto&) -> Result<> {
                                                 if (!mine) ++taking;
                                                 EXPECT_EQ(taking, 1) << "two at once";
                                                 mine = true;
                                                 while (!stopping) std::this_thread::yield();
                                                 return {};
                                             },
                                             {});
            if (mine) --taking;
            EXPECT_TRUE(scanned || scanned.error().code == ErrorCode::cancelled ||
                        scanned.error().code == ErrorCode::unavailable);
        });
    }
    while (taking == 0) std::this_thread::yield();
    stopping = true;
    store->stop();
    scanners.clear();
    EXPECT_EQ(store->scan(TimeColumn::timestamp, [](const auto&) -> Result<> { return {}; }, {}).error().code,
              ErrorCode::unavailable);
}

// One adds, one flushes, one scans: a scan gives exactly the events of the records below the offsets that it returns.
TEST_P(EventStoreContract, a_scan_and_its_offsets_are_of_one_moment_whatever_goes_on) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    constexpr int kBatches = 300;
    constexpr int kEvents = 20;
    std::atomic<int> added{0};
    std::atomic<bool> failed{false};
    std::thread feeder([&] {
        for (int i = 0; i < kBatches; ++i) {
            if (!add(*store, 0, static_cast<messaging::Offset>(i), numbered("b" + std::to_string(i) + "-", kEvents)))
                failed = true;
            ++added;
        }
    });
    std::thread flusher([&] {
        while (added < kBatches) {
            if (!store->flush()) failed = true;
        }
    });
    int scans = 0;
    while (added < kBatches || scans < 3) {
        const int before = added;
        const Scanned scanned = scan(*store, scans % 2 == 0 ? TimeColumn::timestamp : TimeColumn::received_at);
        ++scans;
        const messaging::Offset end = scanned.offsets.empty() ? 0 : scanned.offsets.at(0);
        ASSERT_GE(end, static_cast<messaging::Offset>(before)) << "what was added before is there";
        std::set<Uuid> expected;
        for (messaging::Offset i = 0; i < end; ++i) {
            for (int n = 0; n < kEvents; ++n)
                expected.insert(uuid_from_name("b" + std::to_string(i) + "-" + std::to_string(n)));
        }
        ASSERT_EQ(scanned.ids.size(), expected.size());
        ASSERT_EQ(std::set<Uuid>(scanned.ids.begin(), scanned.ids.end()), expected);
    }
    feeder.join();
    flusher.join();
    EXPECT_FALSE(failed);
}

}  // namespace
}  // namespace sf::database::testing
