// Records that wait are folded as one where that is less work.
#include "services/analytics/record_joiner.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sf::analytics {
namespace {

constexpr std::size_t kManyViews = 1000;

models::EventBatchPtr batch_of(std::size_t events, const std::string& source = "shop") {
    models::EventBatchBuilder builder;
    for (std::size_t i = 0; i < events; ++i) {
        models::EventRow row;
        row.timestamp = static_cast<std::int64_t>(i);
        row.type = "test.event";
        row.source = source;
        row.data = R"({"n":1})";
        builder.append(row);
    }
    return builder.seal();
}

messaging::StoredRecord record(messaging::Offset offset, models::EventBatchPtr batch) {
    messaging::StoredRecord stored{.offset = offset};
    if (!batch) stored.record.kind = messaging::RecordKind::flush;
    stored.record.batch = std::move(batch);
    return stored;
}

TEST(RecordJoiner, joins_small_records_of_many_views) {
    const std::vector<messaging::StoredRecord> records = {record(0, batch_of(100)), record(1, batch_of(100)),
                                                          record(3, batch_of(100))};
    EXPECT_EQ(RecordJoiner::count(records, UINT64_MAX, kManyViews), 3u);
    EXPECT_EQ(RecordJoiner::count(records, 3, kManyViews), 2u);
    EXPECT_EQ(RecordJoiner::count(records, UINT64_MAX, 1), 1u);  // To copy the events would cost more.
}

TEST(RecordJoiner, does_not_join_over_what_is_not_a_batch) {
    const std::vector<messaging::StoredRecord> records = {record(0, batch_of(1)), record(1, nullptr),
                                                          record(2, batch_of(1))};
    EXPECT_EQ(RecordJoiner::count(records, UINT64_MAX, kManyViews), 1u);
    EXPECT_EQ(RecordJoiner::count(std::span(records).subspan(1), UINT64_MAX, kManyViews), 1u);
}

TEST(RecordJoiner, makes_no_more_than_one_batch_may_hold) {
    const std::vector<messaging::StoredRecord> records = {record(0, batch_of(3000)), record(1, batch_of(1000)),
                                                          record(2, batch_of(1000))};
    EXPECT_EQ(RecordJoiner::count(records, UINT64_MAX, kManyViews), 2u);
}

TEST(RecordJoiner, keeps_every_event_as_it_was) {
    models::EventRow row;
    row.id.bytes.fill(7);
    row.id_from_client = row.has_user_id = row.has_correlation_id = true;
    row.severity = models::Severity::high;
    row.timestamp = 5;
    row.received_at = 6;
    row.type = "a.b";
    row.source = "app";
    row.user_id = "u";
    row.correlation_id = "c";
    row.tags_encoded = std::string_view("\1\0t", 3);
    row.data = R"({"x":2})";
    models::EventBatchBuilder builder;
    builder.append(row);
    const std::vector<messaging::StoredRecord> records = {record(0, batch_of(2)), record(1, builder.seal())};
    RecordJoiner joiner;
    const auto joined = joiner.join(records);
    ASSERT_EQ(joined->size(), 3u);
    EXPECT_EQ(joined->source(0), "shop");
    EXPECT_EQ(joined->timestamp(1), timestamp_from_micros(1));
    EXPECT_EQ(joined->id(2), row.id);
    EXPECT_TRUE(joined->id_from_client(2) && joined->has_user_id(2) && joined->has_correlation_id(2));
    EXPECT_FALSE(joined->has_user_id(0));
    EXPECT_EQ(joined->severity(2), models::Severity::high);
    EXPECT_EQ(joined->timestamps()[2], 5);
    EXPECT_EQ(joined->received()[2], 6);
    EXPECT_EQ(joined->type(2), "a.b");
    EXPECT_EQ(joined->source(2), "app");
    EXPECT_EQ(joined->user_id(2), "u");
    EXPECT_EQ(joined->correlation_id(2), "c");
    EXPECT_EQ(joined->tags_encoded(2), row.tags_encoded);
    EXPECT_EQ(joined->data(2), R"({"x":2})");
}

TEST(RecordJoiner, one_record_keeps_its_batch) {
    const std::vector<messaging::StoredRecord> records = {record(0, batch_of(2))};
    RecordJoiner joiner;
    EXPECT_EQ(joiner.join(records), records.front().record.batch);
}

}  // namespace
}  // namespace sf::analytics
