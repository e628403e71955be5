// The embedded log on a disk that loses power, fills up and fails.
#include "messaging/embedded/embedded_log.hpp"
#include "messaging/testing/memory_disk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <set>

namespace sf::messaging {
namespace {

using ::testing::HasSubstr;
using testing::MemoryDisk;
using Operation = MemoryDisk::Operation;

models::EventBatchPtr numbered_batch(std::uint32_t number) {
    models::EventBatchBuilder builder;
    models::EventRow row;
    const std::string source = std::to_string(number);
    row.type = "test.event";
    row.source = source;
    row.data = R"({"padding":"0123456789012345678901234567890123456789"})";
    for (int i = 0; i < 3; ++i) builder.append(row);
    return builder.seal();
}

std::unique_ptr<EmbeddedLog> make_log(const std::shared_ptr<MemoryDisk>& disk) {
    EmbeddedLogOptions options;
    options.folder = "log";
    options.disk_free_min = 0;
    options.reserve_bytes = 1024;
    options.partition.commit_window = std::chrono::milliseconds{0};
    options.partition.size_step = 8u << 10;
    options.partition.segment_bytes = 6u << 10;
    options.partition.ring_bytes_max = 1;
    return std::make_unique<EmbeddedLog>(options, system_clock(), disk);
}

Result<Offset> append(Log& log, std::uint32_t number) {
    std::promise<Result<Offset>> promise;
    log.append("events", 0, {RecordKind::batch, numbered_batch(number)},
               [&](Result<Offset> offset) { promise.set_value(std::move(offset)); });
    return promise.get_future().get();
}

std::vector<std::uint32_t> numbers_in(Log& log) {
    std::vector<std::uint32_t> numbers;
    Offset at = log.range("events", 0)->begin;
    while (true) {
        auto records = log.read("events", 0, at, {});
        if (!records) ADD_FAILURE() << records.error().text();
        if (!records || records->empty()) return numbers;
        for (const StoredRecord& record : *records)
            numbers.push_back(static_cast<std::uint32_t>(std::stoul(std::string(record.record.batch->source(0)))));
        at = records->back().offset + 1;
    }
}

TEST(EmbeddedLog, every_crash_point_keeps_what_was_acknowledged) {
    std::mt19937 random(1);
    // The power goes before operation k, for every k until the run gets through.
    for (std::uint64_t k = 0;; ++k) {
        const auto disk = std::make_shared<MemoryDisk>();
        std::uint64_t operations = 0;
        bool crashed = false;
        disk->fault = [&](Operation) -> std::optional<Error> {
            if (operations++ < k) return std::nullopt;
            crashed = true;
            return Error{ErrorCode::internal, "the power is gone"};
        };
        std::vector<std::uint32_t> acknowledged;
        {
            auto log = make_log(disk);
            if (log->start() && log->ensure_topic("events", 1)) {
                for (std::uint32_t n = 0; n < 25; ++n) {
                    if (append(*log, n)) acknowledged.push_back(n);
                }
            }
            log->stop();
        }
        disk->fault = nullptr;
        disk->crash(random);
        auto log = make_log(disk);
        const auto started = log->start();
        ASSERT_TRUE(started) << "crash before operation " << k << ": " << started.error().text();
        ASSERT_TRUE(log->ensure_topic("events", 1));
        ASSERT_TRUE(log->state().reason.empty()) << "crash before operation " << k << ": " << log->state().reason;
        const auto kept = numbers_in(*log);
        const std::set<std::uint32_t> unique(kept.begin(), kept.end());
        EXPECT_EQ(unique.size(), kept.size()) << "stored twice";
        for (const std::uint32_t n : acknowledged)
            ASSERT_TRUE(unique.contains(n)) << n << " is lost; crash before operation " << k;
        ASSERT_TRUE(append(*log, 1000)) << "and it goes on";
        if (!crashed) break;
    }
}

TEST(EmbeddedLog, a_full_disk_refuses_and_then_goes_on) {
    const auto disk = std::make_shared<MemoryDisk>();
    disk->bytes_max = 40u << 10;
    auto log = make_log(disk);
    ASSERT_TRUE(log->start());
    ASSERT_TRUE(log->ensure_topic("events", 1));
    std::vector<std::uint32_t> acknowledged;
    std::uint32_t n = 0;
    for (; n < 1000; ++n) {
        const auto offset = append(*log, n);
        if (!offset) {
            EXPECT_EQ(offset.error().code, ErrorCode::unavailable);
            break;
        }
        acknowledged.push_back(n);
    }
    ASSERT_LT(n, 1000u);
    EXPECT_FALSE(log->state().failed) << "a full disk is not the end";
    EXPECT_EQ(numbers_in(*log), acknowledged) << "reading goes on";
    disk->bytes_max = 1u << 20;
    ASSERT_TRUE(append(*log, 5000));
    acknowledged.push_back(5000);
    EXPECT_EQ(numbers_in(*log), acknowledged);
    log->stop();
    log = make_log(disk);
    ASSERT_TRUE(log->start());
    EXPECT_EQ(numbers_in(*log), acknowledged);
}

TEST(EmbeddedLog, a_failed_sync_ends_appending_for_good) {
    const auto disk = std::make_shared<MemoryDisk>();
    auto log = make_log(disk);
    ASSERT_TRUE(log->start());
    ASSERT_TRUE(log->ensure_topic("events", 1));
    ASSERT_TRUE(append(*log, 1));
    int syncs = 0;
    disk->fault = [&](Operation operation) -> std::optional<Error> {
        if (operation == Operation::sync && ++syncs == 1)
            return Error{ErrorCode::internal, "syncing failed: Input/output error"};
        return std::nullopt;
    };
    const auto refused = append(*log, 2);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_THAT(refused.error().text(), HasSubstr("ingestion has stopped"));
    EXPECT_FALSE(append(*log, 3)) << "a second sync would succeed, and mean nothing";
    EXPECT_EQ(syncs, 1) << "it is not even tried";
    EXPECT_TRUE(log->state().failed);
    EXPECT_EQ(numbers_in(*log), (std::vector<std::uint32_t>{1}));
    log->stop();
    disk->fault = nullptr;
    std::mt19937 random(3);
    disk->crash(random);
    log = make_log(disk);
    ASSERT_TRUE(log->start());
    EXPECT_TRUE(append(*log, 4));
}

TEST(EmbeddedLog, near_the_disks_end_appends_stop_before_it_is_full) {
    const auto disk = std::make_shared<MemoryDisk>();
    disk->bytes_max = 10u << 20;
    EmbeddedLogOptions options;
    options.folder = "log";
    options.disk_free_min = 256u << 20;  // 5 % of a small disk: 512 KiB.
    options.reserve_bytes = 1024;
    options.partition.size_step = 64u << 10;
    EmbeddedLog log(options, system_clock(), disk);
    ASSERT_TRUE(log.start());
    ASSERT_TRUE(log.ensure_topic("events", 1));
    EXPECT_TRUE(append(log, 1));
    disk->foreign_bytes = (10u << 20) - (300u << 10);
    // The disk is looked at every 100 ms at most.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (log.state().accepting && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_THAT(log.state().reason, HasSubstr("nearly full"));
    EXPECT_FALSE(append(log, 2));
    disk->foreign_bytes = 0;
    while (!log.state().accepting && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_TRUE(append(log, 3)) << "it resumes by itself";
}

TEST(EmbeddedLog, a_segment_that_was_never_begun_is_no_damage) {
    const auto disk = std::make_shared<MemoryDisk>();
    auto log = make_log(disk);
    ASSERT_TRUE(log->start());
    ASSERT_TRUE(log->ensure_topic("events", 1));
    ASSERT_TRUE(append(*log, 1));
    log->stop();
    for (const std::size_t size : {0u, 10u, 8192u}) {
        {
            const auto file =
                disk->open("log/events/0/" + embedded::Segment::name_of(1), {.create = true, .write = true});
            ASSERT_TRUE(file);
            ASSERT_TRUE((*file)->preallocate(size));
        }
        log = make_log(disk);
        ASSERT_TRUE(log->start());
        EXPECT_EQ(log->state().reason, "");
        EXPECT_EQ(numbers_in(*log), (std::vector<std::uint32_t>{1}));
        log->stop();
    }
}

TEST(EmbeddedLog, one_process_a_folder) {
    const auto disk = std::make_shared<MemoryDisk>();
    auto log = make_log(disk);
    ASSERT_TRUE(log->start());
    auto second = make_log(disk);
    EXPECT_EQ(second->start().error().code, ErrorCode::conflict);
    log->stop();
    EXPECT_TRUE(second->start());
}

}  // namespace
}  // namespace sf::messaging
