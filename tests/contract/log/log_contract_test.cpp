// What log.hpp promises, held against every adapter.
#include "messaging/embedded/embedded_log.hpp"
#include "messaging/testing/memory_disk.hpp"
#include "messaging/testing/memory_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace sf::messaging {
namespace {

using namespace std::chrono_literals;

models::EventBatchPtr batch_named(const std::string& name) {
    models::EventBatchBuilder builder;
    models::EventRow row;
    row.type = "test.event";
    row.source = name;
    row.data = "{}";
    builder.append(row);
    return builder.seal();
}

Result<Offset> append(Log& log, std::string_view topic, Partition partition, Record record) {
    std::promise<Result<Offset>> promise;
    log.append(topic, partition, std::move(record),
               [&](Result<Offset> offset) { promise.set_value(std::move(offset)); });
    return promise.get_future().get();
}

Offset append_ok(Log& log, const std::string& name, Partition partition = 0) {
    const auto offset = append(log, "events", partition, {RecordKind::batch, batch_named(name)});
    EXPECT_TRUE(offset) << offset.error().text();
    return offset.value_or(999);
}

std::string name_of(const StoredRecord& record) { return std::string(record.record.batch->source(0)); }

enum class Adapter { memory, embedded };

class LogContract : public ::testing::TestWithParam<Adapter> {
protected:
    LogContract() { make(); }

    void make() {
        if (GetParam() == Adapter::memory) {
            if (!log_) log_ = std::make_unique<testing::MemoryLog>();
            return;
        }
        EmbeddedLogOptions options;
        options.folder = "log";
        options.reserve_bytes = 4096;
        options.partition.size_step = 64u << 10;
        options.partition.segment_bytes = 4u << 10;   // Rolls every few records.
        options.partition.ring_bytes_max = 2u << 10;  // Most reads come from the files.
        log_.reset();
        log_ = std::make_unique<EmbeddedLog>(options, system_clock(), disk_);
    }
    void start() {
        ASSERT_TRUE(log_->start());
        ASSERT_TRUE(log_->ensure_topic("events", 2));
    }
    void restart() {
        log_->stop();
        make();
        start();
    }
    std::vector<StoredRecord> read_all(Partition partition, Offset from = 0) {
        std::vector<StoredRecord> all;
        while (true) {
            auto records = log_->read("events", partition, from, {.bytes_max = 1});
            EXPECT_TRUE(records) << records.error().text();
            if (!records || records->empty()) return all;
            from = records->back().offset + 1;
            for (auto& record : *records) all.push_back(std::move(record));
        }
    }

    std::shared_ptr<testing::MemoryDisk> disk_ = std::make_shared<testing::MemoryDisk>();
    std::unique_ptr<Log> log_;
};

TEST_P(LogContract, offsets_are_dense_and_order_is_kept) {
    start();
    for (int i = 0; i < 50; ++i) EXPECT_EQ(append_ok(*log_, std::to_string(i)), static_cast<Offset>(i));
    EXPECT_EQ(append_ok(*log_, "other", 1), 0u);
    const auto records = read_all(0);
    ASSERT_EQ(records.size(), 50u);
    for (std::size_t i = 0; i < records.size(); ++i) {
        EXPECT_EQ(records[i].offset, i);
        EXPECT_EQ(records[i].stamp.sequence, i);
        EXPECT_EQ(name_of(records[i]), std::to_string(i));
    }
    const auto range = log_->range("events", 0);
    ASSERT_TRUE(range);
    EXPECT_EQ(range->begin, 0u);
    EXPECT_EQ(range->end, 50u);
}

TEST_P(LogContract, control_records_travel_in_order_with_the_batches) {
    start();
    append_ok(*log_, "a");
    ASSERT_TRUE(append(*log_, "events", 0, {RecordKind::flush, nullptr}));
    ASSERT_TRUE(append(*log_, "events", 0, {RecordKind::tick, nullptr}));
    append_ok(*log_, "b");
    const auto records = read_all(0);
    ASSERT_EQ(records.size(), 4u);
    EXPECT_EQ(records[1].record.kind, RecordKind::flush);
    EXPECT_EQ(records[2].record.kind, RecordKind::tick);
    EXPECT_GT(to_micros(records[2].appended_at), 0);
    EXPECT_EQ(name_of(records[3]), "b");
}

TEST_P(LogContract, what_views_emit_and_times_of_ticks_come_back_as_they_were) {
    start();
    auto batch = std::make_shared<models::MetricBatch>();
    for (int i = 0; i < 40; ++i) {
        models::MetricPoint& point = batch->points.emplace_back();
        point.view = "clicks";
        point.keys = R"({"n":)" + std::to_string(i) + "}";
        point.window_start = timestamp_from_micros(i);
        point.version = static_cast<std::uint64_t>(i);
    }
    batch->late_events.push_back({"clicks", {}, timestamp_from_micros(3), timestamp_from_micros(4)});
    for (int i = 0; i < 10; ++i) {  // More than the ring holds.
        ASSERT_TRUE(append(*log_, "events", 0, {.kind = RecordKind::points, .points = batch}));
        ASSERT_TRUE(append(*log_, "events", 0, {.kind = RecordKind::tick, .time = timestamp_from_micros(i)}));
    }
    restart();
    const auto records = read_all(0);
    ASSERT_EQ(records.size(), 20u);
    for (std::size_t i = 0; i < records.size(); i += 2) {
        ASSERT_NE(records[i].record.points, nullptr);
        EXPECT_EQ(records[i].record.points->points, batch->points);
        EXPECT_EQ(records[i].record.points->late_events, batch->late_events);
        EXPECT_EQ(records[i + 1].record.points, nullptr);
        EXPECT_EQ(records[i + 1].record.time, timestamp_from_micros(static_cast<std::int64_t>(i / 2)));
    }
}

TEST_P(LogContract, a_record_beyond_the_limit_is_refused_and_the_next_one_taken) {
    start();
    auto batch = std::make_shared<models::MetricBatch>();
    batch->points.emplace_back().values.assign(kRecordBytesMax, 'x');
    EXPECT_EQ(append(*log_, "events", 0, {.kind = RecordKind::points, .points = batch}).error().code,
              ErrorCode::invalid_input);
    EXPECT_EQ(append_ok(*log_, "a"), 0u);
}

TEST_P(LogContract, a_reader_waits_for_the_next_record) {
    start();
    EXPECT_TRUE(log_->read("events", 0, 0, {})->empty());
    auto reader = std::async(std::launch::async, [&] {
        return log_->read("events", 0, 0, {.wait_until = std::chrono::steady_clock::now() + 20s});
    });
    append_ok(*log_, "awaited");
    const auto records = reader.get();
    ASSERT_TRUE(records);
    ASSERT_EQ(records->size(), 1u);
    EXPECT_EQ(name_of(records->front()), "awaited");
}

TEST_P(LogContract, reading_outside_is_an_error) {
    start();
    append_ok(*log_, "a");
    EXPECT_EQ(log_->read("events", 0, 2, {}).error().code, ErrorCode::invalid_input);
    EXPECT_EQ(log_->read("events", 7, 0, {}).error().code, ErrorCode::not_found);
    EXPECT_EQ(log_->read("nothing", 0, 0, {}).error().code, ErrorCode::not_found);
}

TEST_P(LogContract, trimmed_records_are_gone_and_later_ones_stay) {
    start();
    for (int i = 0; i < 60; ++i) append_ok(*log_, std::to_string(i));
    ASSERT_TRUE(log_->trim("events", 0, 40));
    const auto range = log_->range("events", 0);
    EXPECT_GT(range->begin, 0u);
    EXPECT_LE(range->begin, 40u) << "nothing that may still be needed goes";
    EXPECT_EQ(log_->read("events", 0, 0, {}).error().code, ErrorCode::not_found);
    const auto records = read_all(0, range->begin);
    EXPECT_EQ(records.size(), 60 - range->begin);
    EXPECT_EQ(name_of(records.back()), "59");
}

TEST_P(LogContract, the_number_of_partitions_is_fixed) {
    start();
    EXPECT_TRUE(log_->ensure_topic("events", 2));
    EXPECT_EQ(log_->ensure_topic("events", 3).error().code, ErrorCode::conflict);
    EXPECT_EQ(append(*log_, "events", 2, {RecordKind::tick, nullptr}).error().code, ErrorCode::not_found);
    ASSERT_EQ(log_->topics().size(), 1u);
    EXPECT_EQ(log_->topics()[0].partitions, 2u);
}

TEST_P(LogContract, stop_runs_every_callback_once_and_can_be_repeated) {
    start();
    std::atomic<int> called = 0;
    for (int i = 0; i < 100; ++i) {
        log_->append("events", 0, {RecordKind::batch, batch_named("x")}, [&](Result<Offset>) { ++called; });
    }
    log_->stop();
    EXPECT_EQ(called, 100);
    log_->stop();
    EXPECT_EQ(called, 100);
    EXPECT_EQ(append(*log_, "events", 0, {RecordKind::tick, nullptr}).error().code, ErrorCode::unavailable);
}

TEST_P(LogContract, a_restart_keeps_everything_and_raises_the_epoch) {
    start();
    for (int i = 0; i < 30; ++i) append_ok(*log_, std::to_string(i));
    const ProducerStamp before = read_all(0).back().stamp;
    restart();
    EXPECT_EQ(append_ok(*log_, "after"), 30u);
    const auto records = read_all(0);
    ASSERT_EQ(records.size(), 31u);
    EXPECT_EQ(name_of(records[7]), "7");
    EXPECT_EQ(records[30].stamp.producer_id, before.producer_id);
    EXPECT_EQ(records[30].stamp.epoch, before.epoch + 1);
    EXPECT_EQ(records[30].stamp.sequence, 0u);
}

TEST_P(LogContract, many_threads_may_append_and_read) {
    start();
    constexpr int kThreads = 4;
    constexpr int kEach = 100;
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < kEach; ++i)
                append_ok(*log_, std::to_string(t) + ":" + std::to_string(i), static_cast<Partition>(t % 2));
        });
    }
    threads.clear();
    std::map<std::string, int> last;
    std::size_t count = 0;
    for (Partition p = 0; p < 2; ++p) {
        for (const StoredRecord& record : read_all(p)) {
            const std::string name = name_of(record);
            const std::string thread = name.substr(0, name.find(':'));
            const int number = std::stoi(name.substr(name.find(':') + 1));
            EXPECT_EQ(number, last.contains(thread) ? last[thread] + 1 : 0) << "one thread's appends keep their order";
            last[thread] = number;
            ++count;
        }
    }
    EXPECT_EQ(count, static_cast<std::size_t>(kThreads * kEach));
}

INSTANTIATE_TEST_SUITE_P(Adapters, LogContract, ::testing::Values(Adapter::memory, Adapter::embedded),
                         [](const auto& param) { return param.param == Adapter::memory ? "memory" : "embedded"; });

}  // namespace
}  // namespace sf::messaging
