#include "messaging/embedded/record.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sf::messaging::embedded {
namespace {

Result<StoredRecord> decoded(std::span<const std::byte> frame) {
    const auto header = parse_header(frame);
    EXPECT_TRUE(header && checksum_fits(*header, frame));
    return decode_frame(*header, frame);
}

std::vector<std::byte> framed(const Record& record) {
    RecordHeader header;
    header.kind = record.kind;
    header.offset = 5;
    header.stamp = {0x0102030405060708, 3, 9};
    header.group_start = 64;
    header.appended_at = 1'770'000'000'000'000;
    std::vector<std::byte> out;
    append_frame(out, header, record);
    return out;
}

TEST(Record, carries_what_views_emit) {
    auto batch = std::make_shared<models::MetricBatch>();
    batch->points.emplace_back().view = "clicks";
    batch->late_events.emplace_back().view = "clicks";
    const auto record = decoded(framed({.kind = RecordKind::points, .points = batch}));
    ASSERT_TRUE(record) << record.error().text();
    EXPECT_EQ(record->record.kind, RecordKind::points);
    EXPECT_EQ(record->record.batch, nullptr);
    ASSERT_NE(record->record.points, nullptr);
    EXPECT_EQ(record->record.points->points, batch->points);
    EXPECT_EQ(record->record.points->late_events, batch->late_events);
}

TEST(Record, a_tick_carries_its_time) {
    const auto record = decoded(framed({.kind = RecordKind::tick, .time = timestamp_from_micros(-77)}));
    ASSERT_TRUE(record) << record.error().text();
    EXPECT_EQ(record->record.kind, RecordKind::tick);
    EXPECT_EQ(to_micros(record->record.time), -77);
    EXPECT_EQ(record->stamp.sequence, 9u);
}

// The bytes of a tick as the first version wrote it, without a time.
TEST(Record, an_old_tick_can_be_read) {
    constexpr std::array<std::uint8_t, kRecordHeaderSize> kOld = {
        0x53, 0x46, 0x52, 0x31, 0x00, 0x00, 0x00, 0x00, 0x47, 0xc5, 0xf2, 0x4f, 0x03, 0x00,
        0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x07, 0x06, 0x05,
        0x04, 0x03, 0x02, 0x01, 0x03, 0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x09, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xa0, 0x40, 0x3d, 0xce, 0x49, 0x06, 0x00};
    const auto record = decoded(std::as_bytes(std::span(kOld)));
    ASSERT_TRUE(record) << record.error().text();
    EXPECT_EQ(record->record.kind, RecordKind::tick);
    EXPECT_EQ(record->record.time, Timestamp{});
    EXPECT_EQ(record->offset, 5u);
    EXPECT_EQ(to_micros(record->appended_at), 1'770'000'000'000'000);
}

TEST(Record, a_tick_of_half_a_time_is_damage) {
    std::vector<std::byte> frame = framed({.kind = RecordKind::tick, .time = timestamp_from_micros(1)});
    auto header = parse_header(frame);
    header->payload_size = 7;
    const auto record = decode_frame(*header, frame);
    ASSERT_FALSE(record);
    EXPECT_EQ(record.error().code, ErrorCode::corrupt);
}

TEST(Record, an_unknown_kind_is_refused) {
    auto header = parse_header(framed({.kind = RecordKind::flush}));
    header->kind = static_cast<RecordKind>(9);
    const auto record = decode_frame(*header, framed({.kind = RecordKind::flush}));
    ASSERT_FALSE(record);
    EXPECT_EQ(record.error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace sf::messaging::embedded
