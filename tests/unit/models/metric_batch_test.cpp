#include "models/metric_batch_wire.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sf::models {
namespace {

MetricBatch sample_batch(std::uint32_t points, std::uint32_t late_events) {
    MetricBatch batch;
    for (std::uint32_t n = 0; n < points; ++n) {
        MetricPoint point;
        point.view = n % 3 == 0 ? "clicks" : "error_rate";
        point.keys = R"({"source":"shop-)" + std::to_string(n % 7) + "\"}";
        point.values = R"({"n":)" + std::to_string(n) + "}";
        if (n % 5 != 0) {
            point.window_start = timestamp_from_micros(1'000'000 * static_cast<std::int64_t>(n) - 5);
            point.window_end = *point.window_start + Duration{60'000'000};
        }
        point.final = n % 2 == 0;
        point.deleted = n % 11 == 0;
        point.epoch = n / 10;
        point.version = (1ull << 40) + n;
        batch.points.push_back(std::move(point));
    }
    for (std::uint32_t n = 0; n < late_events; ++n) {
        LateEvent late;
        late.view = n % 2 == 0 ? "clicks" : "only_late";
        late.event_id.bytes[15] = static_cast<std::uint8_t>(n);
        late.timestamp = timestamp_from_micros(-static_cast<std::int64_t>(n));
        late.closed_until = timestamp_from_micros(60'000'000);
        batch.late_events.push_back(late);
    }
    return batch;
}

std::vector<std::byte> encoded(const MetricBatch& batch) {
    std::vector<std::byte> wire;
    encode_metric_batch(batch, wire);
    return wire;
}

void expect_survives(const MetricBatch& batch) {
    const auto back = decode_metric_batch(encoded(batch));
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ((*back)->points, batch.points);
    EXPECT_EQ((*back)->late_events, batch.late_events);
}

TEST(MetricBatch, survives_the_wire) { expect_survives(sample_batch(1000, 100)); }

TEST(MetricBatch, may_hold_points_alone_late_events_alone_or_nothing) {
    expect_survives(sample_batch(3, 0));
    expect_survives(sample_batch(0, 3));
    expect_survives({});
}

TEST(MetricBatch, keeps_a_window_at_the_beginning_of_time_apart_from_none) {
    MetricBatch batch = sample_batch(3, 0);
    batch.points[0].window_start.reset();
    batch.points[0].window_end.reset();
    batch.points[1].window_start = batch.points[1].window_end = Timestamp{};
    batch.points[2].window_start = timestamp_from_micros(std::numeric_limits<std::int64_t>::min());
    batch.points[2].window_end = timestamp_from_micros(std::numeric_limits<std::int64_t>::max());
    expect_survives(batch);
}

TEST(MetricBatch, is_appended_behind_what_is_there) {
    std::vector<std::byte> wire(3, std::byte{7});
    encode_metric_batch(sample_batch(5, 5), wire);
    EXPECT_EQ(wire[2], std::byte{7});
    EXPECT_TRUE(decode_metric_batch(std::span(wire).subspan(3)));
}

TEST(MetricBatch, is_never_larger_on_the_wire_than_in_memory) {
    std::mt19937 random(3);
    for (const std::uint32_t points : {1u, 10u, 5000u}) {
        MetricBatch batch = sample_batch(points, points);
        for (MetricPoint& point : batch.points) {
            for (int i = 0; i < 40; ++i) point.values += static_cast<char>(random());  // Does not compress.
        }
        EXPECT_LE(encoded(batch).size(), batch.bytes() + 512);
    }
}

TEST(MetricBatch, of_a_newer_version_is_refused_with_a_hint) {
    std::vector<std::byte> wire = encoded(sample_batch(1, 0));
    wire[0] = std::byte{2};
    const auto batch = decode_metric_batch(wire);
    ASSERT_FALSE(batch);
    EXPECT_EQ(batch.error().code, ErrorCode::corrupt);
    EXPECT_EQ(batch.error().hint, "it may have been written by a newer StreamFlow");
}

// Damage either shows as `corrupt` or leaves a batch that can be read without harm (under the sanitizers); the log's
// checksum is what finds the rest.
TEST(MetricBatch, damaged_bytes_never_lead_a_reader_astray) {
    const std::vector<std::byte> wire = encoded(sample_batch(40, 10));
    std::mt19937 random(7);
    std::size_t refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::byte> damaged = wire;
        if (round % 4 == 0) damaged.resize(random() % wire.size());
        else damaged[random() % damaged.size()] ^= static_cast<std::byte>(1u << (random() % 8));
        const auto batch = decode_metric_batch(damaged);
        if (!batch) {
            EXPECT_EQ(batch.error().code, ErrorCode::corrupt);
            ++refused;
            continue;
        }
        EXPECT_LT((*batch)->bytes(), 1u << 20);
    }
    EXPECT_GT(refused, 5'000u);
}

}  // namespace
}  // namespace sf::models
