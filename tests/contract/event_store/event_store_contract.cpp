#include "contract/event_store/event_store_contract.hpp"

#include "unit/database/stored_events.hpp"

#include <atomic>
#include <thread>

namespace sf::database::testing {
namespace {

const char* const kCounts = "SELECT count(*), count(DISTINCT id) FROM events";

TEST_P(EventStoreContract, an_empty_store_answers) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    EXPECT_EQ(rows(*store, kCounts), "[[0, 0]]");
    EXPECT_TRUE(store->next_offsets().empty());
    SF_ASSERT_OK(store->flush());
    EXPECT_EQ(store->statistics().live_events, 0u);
}

TEST_P(EventStoreContract, events_are_visible_when_add_returns) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    for (int i = 0; i < 5; ++i) {
        SF_ASSERT_OK(add(*store, 0, static_cast<messaging::Offset>(i), numbered("b" + std::to_string(i) + "-", 3)));
        const std::string count = std::to_string(3 * (i + 1));
        EXPECT_EQ(rows(*store, kCounts), "[[" + count + ", " + count + "]]");
    }
}

TEST_P(EventStoreContract, offsets_move_when_events_are_in_files) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    SF_ASSERT_OK(add(*store, 1, 7, numbered("a", 3)));
    SF_ASSERT_OK(add(*store, 1, 8, numbered("b", 3)));
    SF_ASSERT_OK(add(*store, 3, 0, numbered("c", 3)));
    SF_ASSERT_OK(store->flush());
    EXPECT_EQ(store->next_offsets(), (std::map<messaging::Partition, messaging::Offset>{{1, 9}, {3, 1}}));
    SF_ASSERT_OK(add(*store, 1, 9, numbered("d", 3)));
    EXPECT_EQ(store->next_offsets().at(1), 9u);
    EXPECT_EQ(rows(*store, kCounts), "[[12, 12]]");
}

TEST_P(EventStoreContract, unflushed_events_hold_their_first_offset) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    SF_ASSERT_OK(add(*store, 1, 7, numbered("a", 3)));
    const auto offsets = store->next_offsets();
    EXPECT_TRUE(offsets.empty() || offsets.at(1) == 7u);
}

TEST_P(EventStoreContract, control_records_move_the_offset_alone) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    std::vector<messaging::StoredRecord> records = {record_of(0, numbered("a", 2))};
    messaging::StoredRecord control;
    control.offset = 1;
    control.record.kind = messaging::RecordKind::flush;
    records.push_back(control);
    SF_ASSERT_OK(store->add(0, records, soon()));
    SF_ASSERT_OK(store->flush());
    EXPECT_EQ(store->next_offsets().at(0), 2u);
    control.offset = 2;
    SF_ASSERT_OK(store->add(0, std::vector{control}, soon()));
    SF_ASSERT_OK(store->flush());
    EXPECT_EQ(store->next_offsets().at(0), 3u);
    EXPECT_EQ(rows(*store, kCounts), "[[2, 2]]");
}

TEST_P(EventStoreContract, a_record_given_again_adds_nothing) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    SF_ASSERT_OK(add(*store, 0, 0, numbered("a", 2)));
    SF_ASSERT_OK(add(*store, 0, 0, numbered("a", 2)));
    SF_ASSERT_OK(store->flush());
    SF_ASSERT_OK(add(*store, 0, 0, numbered("a", 2)));
    EXPECT_EQ(rows(*store, kCounts), "[[2, 2]]");
}

TEST_P(EventStoreContract, after_a_restart_flushed_events_are_there_and_the_rest_is_asked_for_again) {
    TestFolder folder;
    {
        auto store = GetParam().open(folder.path());
        SF_ASSERT_OK(store->start());
        SF_ASSERT_OK(add(*store, 0, 0, numbered("a", 4)));
        SF_ASSERT_OK(store->flush());
        SF_ASSERT_OK(add(*store, 0, 1, numbered("b", 3)));
        store->stop();
        store->stop();
    }
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    const auto offsets = store->next_offsets();
    const messaging::Offset next = offsets.at(0);
    ASSERT_LE(next, 2u);
    if (next == 1) SF_ASSERT_OK(add(*store, 0, 1, numbered("b", 3)));
    EXPECT_EQ(rows(*store, kCounts), "[[7, 7]]");
}

TEST_P(EventStoreContract, every_column_survives_the_way_to_a_file) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    TestEvent full;
    full.name = "full";
    full.type = "api.request";
    full.source = "a source of more than twelve bytes";
    full.time = at("2015-05-17T10:05:03.123456Z");
    full.severity = models::Severity::critical;
    full.user = "u1";
    full.correlation = "c0ffee";
    full.tags = {"a", "a tag of more than twelve bytes", "twelve bytes"};
    full.data = R"({"status":500,"price":"12.50","nested":{"x":[1,2]}})";
    TestEvent bare;
    bare.name = "bare";
    SF_ASSERT_OK(add(*store, 0, 0, {full, bare}));
    const std::string sql =
        "SELECT id, type, source, \"timestamp\", received_at, severity, user_id, correlation_id, tags, data, "
        "data->>'price' "
        "FROM events ORDER BY type";
    const std::string expected =
        "[[\"" + to_string(uuid_from_name("full")) +
        "\", \"api.request\", \"a source of more than twelve bytes\", \"2015-05-17T10:05:03.123456Z\", "
        "\"2015-05-17T10:05:04Z\", \"critical\", \"u1\", \"c0ffee\", [\"a\", \"a tag of more than twelve bytes\", "
        "\"twelve bytes\"], {\"status\":500,\"price\":\"12.50\",\"nested\":{\"x\":[1,2]}}, \"12.50\"],[\"" +
        to_string(uuid_from_name("bare")) +
        "\", \"web.click\", \"shop\", \"2015-05-17T10:05:03Z\", \"2015-05-17T10:05:04Z\", \"low\", null, null, [], {}, "
        "null]]";
    EXPECT_EQ(rows(*store, sql), expected);
    SF_ASSERT_OK(store->flush());
    EXPECT_EQ(rows(*store, sql), expected);
    EXPECT_EQ(store->statistics().live_events, 0u);
    EXPECT_EQ(store->statistics().stored_events, 2u);
}

TEST_P(EventStoreContract, retention_drops_by_received_time_exactly) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    SF_ASSERT_OK(store->start());
    SF_ASSERT_OK(add(*store, 0, 0, numbered("a", 3, at("2015-05-16T23:59:59Z"))));
    SF_ASSERT_OK(add(*store, 0, 1, numbered("b", 4, at("2015-05-17T00:00:00Z"))));
    SF_ASSERT_OK(store->flush());
    SF_ASSERT_OK(add(*store, 0, 2, numbered("c", 5, at("2015-05-17T12:00:00Z"))));
    auto dropped = store->drop_before(at("2015-05-17T00:00:00Z"), Drop::all);
    SF_ASSERT_OK(dropped);
    EXPECT_EQ(*dropped, 3u);
    EXPECT_EQ(rows(*store, kCounts), "[[9, 9]]");
    dropped = store->drop_before(at("2015-05-17T06:00:00Z"), Drop::all);
    SF_ASSERT_OK(dropped);
    EXPECT_EQ(*dropped, 4u);
    EXPECT_EQ(rows(*store, "SELECT count(*), min(received_at) FROM events"), "[[5, \"2015-05-17T12:00:00Z\"]]");
    dropped = store->drop_before(at("2016-01-01T00:00:00Z"), Drop::all);
    SF_ASSERT_OK(dropped);
    EXPECT_EQ(*dropped, 5u);
    EXPECT_EQ(rows(*store, kCounts), "[[0, 0]]");
    // What was dropped does not come back from the log either.
    EXPECT_EQ(store->next_offsets().at(0), 3u);
}

// One thread adds, one flushes, one counts: whoever counts sees every event that was added before, once, and none
// twice.
TEST_P(EventStoreContract, a_query_sees_each_event_exactly_once_during_flushes) {
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
    int looks = 0;
    while (added < kBatches || looks < 3) {
        const int before = added;
        auto result = store->query(kCounts, {}, {});
        const int after = added;
        ASSERT_TRUE(result.has_value()) << result.error().text();
        int count = 0, distinct = 0;
        ASSERT_EQ(std::sscanf(result->rows_json.c_str(), "[[%d, %d]]", &count, &distinct), 2);
        EXPECT_EQ(count, distinct);
        EXPECT_GE(count, before * kEvents);
        EXPECT_LE(count, (after + 1) * kEvents);  // One batch may be in already whose add() has not been counted.
        ++looks;
    }
    feeder.join();
    flusher.join();
    EXPECT_FALSE(failed);
    SF_ASSERT_OK(store->flush());
    EXPECT_EQ(rows(*store, kCounts), "[[6000, 6000]]");
}

TEST_P(EventStoreContract, nothing_works_before_start_or_after_stop_and_nothing_crashes) {
    TestFolder folder;
    auto store = GetParam().open(folder.path());
    EXPECT_FALSE(store->query("SELECT 1", {}, {}).has_value());
    store->stop();
    SF_ASSERT_OK(store->start());
    EXPECT_EQ(rows(*store, "SELECT 1"), "[[1]]");
    store->stop();
    EXPECT_FALSE(store->query("SELECT 1", {}, {}).has_value());
    EXPECT_FALSE(add(*store, 0, 0, numbered("a", 1)).has_value());
    SF_ASSERT_OK(store->start());
    EXPECT_EQ(rows(*store, kCounts), "[[0, 0]]");
}

}  // namespace
}  // namespace sf::database::testing
