#include "models/event_batch.hpp"

#include "models/event_batch_wire.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sf::models {
namespace {

EventRow row_number(std::uint32_t n, std::string& user, std::string& data) {
    user = "user-" + std::to_string(n % 7);
    data = R"({"n":)" + std::to_string(n) + "}";
    EventRow row;
    row.id.bytes[15] = static_cast<std::uint8_t>(n);
    row.id.bytes[14] = static_cast<std::uint8_t>(n >> 8);
    row.id_from_client = n % 2 == 0;
    row.severity = static_cast<Severity>(n % 4);
    row.timestamp = 1'000'000 * static_cast<std::int64_t>(n) - 5;
    row.received_at = 7;
    row.type = n % 3 == 0 ? "web.click" : "api.request";
    row.source = "shop";
    row.has_user_id = n % 5 != 0;
    row.user_id = row.has_user_id ? std::string_view(user) : std::string_view();
    row.data = data;
    return row;
}

EventBatchPtr batch_of(std::uint32_t count) {
    EventBatchBuilder builder;
    std::string user;
    std::string data;
    for (std::uint32_t n = 0; n < count; ++n) builder.append(row_number(n, user, data));
    return builder.seal();
}

void expect_rows(const EventBatch& batch, std::uint32_t count) {
    ASSERT_EQ(batch.size(), count);
    std::string user;
    std::string data;
    for (std::uint32_t n = 0; n < count; ++n) {
        const EventRow expected = row_number(n, user, data);
        ASSERT_EQ(batch.id(n), expected.id);
        ASSERT_EQ(batch.id_from_client(n), expected.id_from_client);
        ASSERT_EQ(batch.severity(n), expected.severity);
        ASSERT_EQ(to_micros(batch.timestamp(n)), expected.timestamp);
        ASSERT_EQ(to_micros(batch.received_at(n)), 7);
        ASSERT_EQ(batch.type(n), expected.type);
        ASSERT_EQ(batch.source(n), "shop");
        ASSERT_EQ(batch.has_user_id(n), expected.has_user_id);
        ASSERT_EQ(batch.user_id(n), expected.user_id);
        ASSERT_FALSE(batch.has_correlation_id(n));
        ASSERT_EQ(batch.data(n), expected.data);
    }
}

TEST(EventBatch, gives_back_what_was_put_in) { expect_rows(*batch_of(1000), 1000); }

TEST(EventBatch, survives_the_wire) {
    std::vector<std::byte> wire;
    encode_batch(*batch_of(kBatchEventsMax), wire);
    const auto batch = decode_batch(wire);
    ASSERT_TRUE(batch) << batch.error().text();
    expect_rows(**batch, kBatchEventsMax);
}

TEST(EventBatch, the_builder_starts_afresh_after_a_seal) {
    EventBatchBuilder builder;
    std::string user;
    std::string data;
    for (std::uint32_t n = 0; n < 500; ++n) builder.append(row_number(n, user, data));
    (void)builder.seal();
    EXPECT_TRUE(builder.empty());
    for (std::uint32_t n = 0; n < 10; ++n) builder.append(row_number(n, user, data));
    expect_rows(*builder.seal(), 10);
}

TEST(EventBatch, a_full_builder_says_so_before_its_limits) {
    EventBatchBuilder builder;
    const std::string data(kEventBytesMax - 100, 'x');
    EventRow row;
    row.type = "a";
    row.source = "b";
    row.data = data;
    std::size_t rows = 0;
    for (; builder.fits(row); ++rows) builder.append(row);
    EXPECT_EQ(rows, 3u);
    std::vector<std::byte> wire;
    encode_batch(*builder.seal(), wire);
    EXPECT_LE(wire.size(), 1u << 20);

    row.data = "{}";
    for (rows = 0; builder.fits(row); ++rows) builder.append(row);
    EXPECT_EQ(rows, kBatchEventsMax);
}

TEST(EventBatch, many_names_keep_their_own_codes) {
    EventBatchBuilder builder;
    std::vector<std::string> names;
    for (std::size_t n = 0; n < 3000; ++n) names.push_back("type" + std::to_string(n * 7919 % 3000));
    for (int round = 0; round < 2; ++round) {
        for (const std::string& name : names) {
            EventRow row;
            row.type = name;
            row.source = name;
            row.data = "{}";
            builder.append(row);
        }
        const auto batch = builder.seal();
        for (std::size_t n = 0; n < names.size(); ++n) ASSERT_EQ(batch->type(n), names[n]);
    }
}

TEST(EventBatch, flags_that_are_not_known_are_refused) {
    const auto batch = batch_of(40);
    const auto bytes = batch->flatbuffer();
    const auto at = reinterpret_cast<const std::byte*>(batch->flags().data()) - bytes.data();
    for (const unsigned bit : {5u, 6u, 7u}) {
        std::vector<std::byte> changed(bytes.begin(), bytes.end());
        changed[static_cast<std::size_t>(at) + 17] |= static_cast<std::byte>(1u << bit);
        const auto read = EventBatch::from_bytes(std::move(changed));
        ASSERT_FALSE(read) << bit;
        EXPECT_EQ(read.error().code, ErrorCode::corrupt);
    }
}

// Damage either shows as `corrupt` or leaves a batch that can be read without harm (under the sanitizers); the log's
// checksum is what finds the rest.
TEST(EventBatch, damaged_bytes_never_lead_a_reader_astray) {
    std::vector<std::byte> wire;
    encode_batch(*batch_of(40), wire);
    std::mt19937 random(7);
    std::size_t refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::byte> damaged = wire;
        if (round % 4 == 0) damaged.resize(random() % wire.size());
        else damaged[random() % damaged.size()] ^= static_cast<std::byte>(1u << (random() % 8));
        const auto batch = decode_batch(damaged);
        if (!batch) {
            EXPECT_EQ(batch.error().code, ErrorCode::corrupt);
            ++refused;
            continue;
        }
        std::size_t bytes = 0;
        for (std::size_t n = 0; n < (*batch)->size(); ++n) {
            bytes += (*batch)->type(n).size() + (*batch)->source(n).size() + (*batch)->user_id(n).size() +
                     (*batch)->data(n).size();
        }
        EXPECT_LT(bytes, 1u << 20);
    }
    EXPECT_GT(refused, 5'000u);
}

}  // namespace
}  // namespace sf::models
