// Every bit flipped, every length: found or harmless, never a wrong event and never a crash.
#include "messaging/embedded/embedded_log.hpp"
#include "messaging/embedded/verify.hpp"
#include "messaging/testing/memory_disk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace sf::messaging {
namespace {

using testing::MemoryDisk;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kBitStride = 61;  // A prime, so that every position of a byte has its turn.
#else
constexpr std::size_t kBitStride = 1;
#endif

constexpr std::size_t kLogBytes = 64u << 10;

EmbeddedLogOptions small_log() {
    EmbeddedLogOptions options;
    options.folder = "log";
    options.disk_free_min = 0;
    options.reserve_bytes = 1;
    options.partition.commit_window = std::chrono::milliseconds{0};
    options.partition.size_step = 4u << 10;
    options.partition.ring_bytes_max = 1;
    return options;
}

std::string random_letters(std::mt19937& random) {
    std::string letters;
    for (int i = 0; i < 1500; ++i) letters += static_cast<char>('a' + random() % 26);
    return letters;
}

// By turns events, points and a tick.
Record sample_record(std::size_t number, std::mt19937& random) {
    const std::string name = "record-" + std::to_string(number);
    if (number % 5 == 4)
        return {.kind = RecordKind::tick, .time = timestamp_from_micros(static_cast<std::int64_t>(number))};
    if (number % 2 == 1) {
        auto batch = std::make_shared<models::MetricBatch>();
        models::MetricPoint& point = batch->points.emplace_back();
        point.view = name;
        point.values = random_letters(random);
        return {.kind = RecordKind::points, .points = std::move(batch)};
    }
    models::EventBatchBuilder builder;
    const std::string data = R"({"x":")" + random_letters(random) + "\"}";
    models::EventRow row;
    row.type = "test.event";
    row.source = name;
    row.data = data;
    builder.append(row);
    return {.kind = RecordKind::batch, .batch = builder.seal()};
}

std::string name_of(const Record& record) {
    if (record.batch) return std::string(record.batch->source(0));
    if (record.points) return record.points->points.at(0).view;
    return "record-" + std::to_string(to_micros(record.time));
}

// A log of about 64 KiB in one segment, written in groups of one record, and what it holds.
struct Sample {
    std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>();
    std::filesystem::path file;
    std::vector<std::string> names;
    std::uint64_t written = 0;

    Sample() {
        EmbeddedLog log(small_log(), system_clock(), disk);
        EXPECT_TRUE(log.start());
        EXPECT_TRUE(log.ensure_topic("events", 1));
        std::mt19937 random(5);
        while (log.bytes_on_disk() < kLogBytes) {
            const Record record = sample_record(names.size(), random);
            std::promise<bool> done;
            log.append("events", 0, record, [&](Result<Offset> offset) { done.set_value(offset.has_value()); });
            EXPECT_TRUE(done.get_future().get());
            names.push_back(name_of(record));
        }
        written = log.bytes_on_disk();
        file = "log/events/0/" + embedded::Segment::name_of(0);
    }
};

// Reads the damaged file as a start would. The events must be a beginning of the true ones.
void expect_a_true_beginning(MemoryDisk& disk, const Sample& sample, const std::string& what, bool& found_damage) {
    auto segment = embedded::Segment::open(disk, "log/events/0", 0, false);
    found_damage = true;
    if (!segment) {
        ASSERT_EQ(segment.error().code, ErrorCode::corrupt) << what;
        return;
    }
    const auto scan = (*segment)->scan(true);
    ASSERT_TRUE(scan) << what;
    found_damage = scan->damage.has_value();
    ASSERT_LE(scan->records, sample.names.size()) << what;
    if (!scan->damage && !scan->torn && scan->records == sample.names.size()) return;
    // The last good record is the true one at its place.
    if (scan->records == 0) return;
    std::vector<StoredRecord> records;
    std::size_t bytes = 0;
    const Offset last = scan->next_offset - 1;
    const auto read = (*segment)->read(last, 1, records, bytes);
    ASSERT_TRUE(read) << what << ": " << read.error().text();
    ASSERT_EQ(name_of(records.at(0).record), sample.names.at(last)) << what;
}

TEST(LogDamage, every_flipped_bit_is_found_or_harmless) {
    const Sample sample;
    std::size_t silent = 0;
    std::size_t flips = 0;
    const auto disk = sample.disk->copy();
    std::vector<std::byte>& content = disk->content(sample.file);
    for (std::size_t bit = 0; bit < sample.written * 8; bit += kBitStride) {
        content[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
        bool found = false;
        expect_a_true_beginning(*disk, sample, "bit " + std::to_string(bit), found);
        if (::testing::Test::HasFatalFailure()) return;
        ++flips;
        if (!found) ++silent;
        content[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    }
    // Without a word go only flips in the last record, which can't be told from an unfinished write, and in padding.
    EXPECT_LT(silent * kBitStride, 8u * 2'500u) << "of " << flips;
}

TEST(LogDamage, every_length_gives_a_true_beginning) {
    const Sample sample;
    const auto disk = sample.disk->copy();
    for (std::size_t length = sample.written - 1; length >= kBitStride; length -= kBitStride) {
        disk->content(sample.file).resize(length);
        bool found = false;
        expect_a_true_beginning(*disk, sample, "length " + std::to_string(length), found);
        if (::testing::Test::HasFatalFailure()) return;
    }
}

TEST(LogDamage, stops_its_partition_alone_and_can_be_repaired) {
    const auto disk = std::make_shared<MemoryDisk>();
    const auto append = [](EmbeddedLog& log, Partition partition) {
        models::EventBatchBuilder builder;
        models::EventRow row;
        row.type = "a";
        row.source = "s";
        row.data = "{}";
        builder.append(row);
        std::promise<Result<Offset>> done;
        log.append("events", partition, {RecordKind::batch, builder.seal()},
                   [&](Result<Offset> offset) { done.set_value(std::move(offset)); });
        return done.get_future().get();
    };
    {
        EmbeddedLog log(small_log(), system_clock(), disk);
        ASSERT_TRUE(log.start());
        ASSERT_TRUE(log.ensure_topic("events", 2));
        for (int i = 0; i < 10; ++i) {
            ASSERT_TRUE(append(log, 0));
            ASSERT_TRUE(append(log, 1));
        }
    }
    auto& content = disk->content("log/events/0/" + embedded::Segment::name_of(0));
    content[600] ^= std::byte{1};
    {
        EmbeddedLog log(small_log(), system_clock(), disk);
        ASSERT_TRUE(log.start());
        EXPECT_THAT(log.state().reason, ::testing::HasSubstr("verify --repair"));
        EXPECT_EQ(append(log, 0).error().code, ErrorCode::unavailable);
        EXPECT_TRUE(append(log, 1)) << "the other partition goes on";
        EXPECT_EQ(log.read("events", 0, log.range("events", 0)->end, {}).error().code, ErrorCode::corrupt);
    }
    const auto found = embedded::verify_log(*disk, "log", {});
    ASSERT_TRUE(found);
    ASSERT_EQ(found->partitions.size(), 2u);
    ASSERT_TRUE(found->partitions[0].damage);
    EXPECT_FALSE(found->partitions[1].damage);
    const auto repaired = embedded::verify_log(*disk, "log", {.repair = true});
    ASSERT_TRUE(repaired) << repaired.error().text();
    EXPECT_THAT(repaired->partitions[0].repair, ::testing::HasSubstr("goes on at offset 10"));
    EXPECT_EQ(repaired->partitions[1].repair, "");
    EmbeddedLog log(small_log(), system_clock(), disk);
    ASSERT_TRUE(log.start());
    const auto offset = append(log, 0);
    ASSERT_TRUE(offset) << offset.error().text();
    EXPECT_EQ(*offset, 10u);
    std::size_t records = 0;
    for (Offset at = 0; at < 11;) {
        const auto read = log.read("events", 0, at, {});
        ASSERT_TRUE(read) << read.error().text();
        records += read->size();
        at = read->back().offset + 1;
    }
    EXPECT_EQ(records, 10u) << "all but the damaged one";
}

}  // namespace
}  // namespace sf::messaging
