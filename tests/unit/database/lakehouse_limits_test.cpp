// Bounds: of memory, rows, bytes, time and how many at once; cancelling; failing disks.

#include "base/file.hpp"
#include "database/lakehouse/lakehouse.hpp"
#include "unit/database/stored_events.hpp"

#include <sys/mount.h>

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <random>
#include <thread>

namespace sf::database::testing {
namespace {

using namespace std::chrono_literals;

// Runs until it is ended: 10^18 rows.
const char* const kRunaway =
    "SELECT count(*) FROM generate_series(1, 1000000000) a(x), generate_series(1, 1000000000) b(y) "
    "WHERE (x::bigint * y) % 7 = 3";

class LakehouseLimits : public ::testing::Test {
protected:
    Lakehouse& start(LakehouseOptions options = {}) {
        options.dir = folder_.path();
        store_ = std::make_unique<Lakehouse>(std::move(options));
        const auto started = store_->start();
        EXPECT_TRUE(started.has_value()) << started.error().text();
        return *store_;
    }
    // Waits until a condition of the store holds; false after 20 s.
    template <class Condition>
    [[nodiscard]] static bool eventually(Condition condition) {
        const Deadline end = soon();
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::yield();
        }
        return true;
    }
    TestFolder folder_;
    std::unique_ptr<Lakehouse> store_;
};

TEST_F(LakehouseLimits, rows_are_cut_at_the_limit_and_said_to_be) {
    Lakehouse& store = start();
    auto result = store.query("SELECT x FROM generate_series(0, 9) t(x)", {.rows_max = 3}, {});
    SF_ASSERT_OK(result);
    EXPECT_EQ(result->rows, 3u);
    EXPECT_TRUE(result->truncated);
    EXPECT_EQ(result->rows_json, "[[0],\n[1],\n[2]]");
    result = store.query("SELECT x FROM generate_series(0, 2) t(x)", {.rows_max = 3}, {});
    SF_ASSERT_OK(result);
    EXPECT_EQ(result->rows, 3u);
    EXPECT_FALSE(result->truncated);
    result = store.query("SELECT 1 WHERE false", {.rows_max = 0}, {});
    SF_ASSERT_OK(result);
    EXPECT_FALSE(result->truncated);
    EXPECT_EQ(result->rows_json, "[]");
}

TEST_F(LakehouseLimits, bytes_are_cut_at_the_limit_and_nothing_large_is_held) {
    Lakehouse& store = start();
    const std::string sql = "SELECT '" + std::string(1000, 'x') + "' FROM generate_series(1, 1000000000)";
    const auto result = store.query(sql, {.bytes_max = 1u << 20}, {});
    SF_ASSERT_OK(result);
    EXPECT_TRUE(result->truncated);
    EXPECT_LE(result->rows_json.size(), 1u << 20);
    EXPECT_GT(result->rows, 1000u);
    EXPECT_EQ(result->rows_json.back(), ']');
    EXPECT_EQ(rows(store, "SELECT 1"), "[[1]]");
}

TEST_F(LakehouseLimits, a_runaway_query_ends_at_its_time) {
    Lakehouse& store = start();
    const auto begin = std::chrono::steady_clock::now();
    const auto result = store.query(kRunaway, {.time_max = 100ms}, {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    EXPECT_EQ(rows(store, "SELECT 1"), "[[1]]");
}

TEST_F(LakehouseLimits, a_result_that_never_ends_is_timed_out_too) {
    Lakehouse& store = start();
    const auto result = store.query("SELECT x FROM generate_series(1, 1000000000000) t(x) WHERE x % 10000000 = 0",
                                    {.time_max = 100ms}, {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::timed_out);
}

TEST_F(LakehouseLimits, a_query_can_be_cancelled) {
    Lakehouse& store = start();
    std::stop_source stop;
    std::jthread canceller([&] {
        EXPECT_TRUE(eventually([&] { return store.statistics().queries_running == 1; }));
        stop.request_stop();
    });
    const auto result = store.query(kRunaway, {}, stop.get_token());
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::cancelled);
    EXPECT_EQ(rows(store, "SELECT 1"), "[[1]]");
}

TEST_F(LakehouseLimits, a_query_that_was_cancelled_before_it_began_does_not_run) {
    Lakehouse& store = start();
    std::stop_source stop;
    stop.request_stop();
    const auto result = store.query(kRunaway, {}, stop.get_token());
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::cancelled);
}

TEST_F(LakehouseLimits, one_query_too_many_is_told_so_and_stopping_ends_the_others) {
    LakehouseOptions options;
    options.queries_max = 2;
    Lakehouse& store = start(std::move(options));
    std::atomic<int> ended{0};
    std::vector<std::jthread> runners;
    for (int i = 0; i < 2; ++i) {
        runners.emplace_back([&] {
            const auto result = store.query(kRunaway, {}, {});
            EXPECT_FALSE(result.has_value());
            EXPECT_EQ(result ? ErrorCode::internal : result.error().code, ErrorCode::unavailable);
            ++ended;
        });
    }
    ASSERT_TRUE(eventually([&] { return store.statistics().queries_running == 2; }));
    const auto result = store.query("SELECT 1", {}, {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::overloaded);
    store.stop();
    runners.clear();
    EXPECT_EQ(ended, 2);
}

TEST_F(LakehouseLimits, a_query_that_needs_too_much_memory_is_ended_and_the_next_one_runs) {
    LakehouseOptions options;
    options.query_memory_bytes = 64u << 20;
    options.query_spill_bytes = 1u << 20;
    Lakehouse& store = start(std::move(options));
    for (const char* sql :
         {"SELECT x FROM generate_series(1, 100000000) t(x) ORDER BY -x",
          "SELECT x % 50000000 AS k, count(*) FROM generate_series(1, 100000000) t(x) GROUP BY k ORDER BY 2 LIMIT 1",
          "SELECT count(DISTINCT x::text) FROM generate_series(1, 20000000) t(x)"}) {
        const auto result = store.query(sql, {}, {});
        ASSERT_FALSE(result.has_value()) << sql;
        EXPECT_EQ(result.error().code, ErrorCode::invalid_input) << sql << result.error().text();
        EXPECT_NE(result.error().text().find("QUERY_MEMORY"), std::string::npos) << result.error().text();
        EXPECT_EQ(rows(store, "SELECT 1"), "[[1]]");
    }
}

TEST_F(LakehouseLimits, large_events_are_read_within_the_memory_of_a_query) {
    LakehouseOptions options;
    options.query_memory_bytes = 128u << 20;
    Lakehouse& store = start(std::move(options));
    std::mt19937_64 random(7);  // Text that does not compress: in a file as in memory there are 90 MiB.
    for (messaging::Offset record = 0; record < 40; ++record) {
        std::vector<TestEvent> events = numbered(fmt::format("r{}-", record), 150);
        for (TestEvent& event : events) {
            std::string text;
            while (text.size() < 16'000) text += fmt::format("{:016x}", random());
            event.data = R"({"text": ")" + text + "\"}";
        }
        SF_ASSERT_OK(add(store, 0, record, events));
    }
    SF_ASSERT_OK(store.flush());
    SF_ASSERT_OK(store.compact());
    EXPECT_EQ(rows(store, "SELECT count(*), max(length(data->>'text')) FROM events"), "[[6000, 16000]]");
}

TEST_F(LakehouseLimits, a_broken_engine_is_replaced) {
    Lakehouse& store = start();
    SF_ASSERT_OK(add(store, 0, 0, numbered("a", 3)));
    EXPECT_EQ(rows(store, "SELECT count(*) FROM events"), "[[3]]");
    store.break_query_engine();
    EXPECT_EQ(rows(store, "SELECT count(*) FROM events"), "[[3]]");
}

TEST_F(LakehouseLimits, add_waits_at_the_limit_and_then_says_overloaded) {
    LakehouseOptions options;
    const std::uint64_t one = batch_of(numbered("b0-", 100))->bytes() + 512;
    options.live_bytes_max = one * 4;
    options.flush_bytes = one * 100;  // No flush by itself because of the size,
    struct Gate {
        std::mutex mutex;
        std::condition_variable changed;
        bool open = false;
    };
    const auto gate =
        std::make_shared<Gate>();  // Shared, since the store outlives this function and flushes at its end.
    options.at_step = [gate](std::string_view step) {  // and none gets past this until it may.
        if (step != "flush.before_commit") return;
        std::unique_lock lock(gate->mutex);
        gate->changed.wait(lock, [&] { return gate->open; });
    };
    Lakehouse& store = start(std::move(options));
    for (int i = 0; i < 4; ++i) {
        SF_ASSERT_OK(add(store, 0, static_cast<messaging::Offset>(i), numbered("b" + std::to_string(i) + "-", 100)));
    }
    const std::vector<messaging::StoredRecord> records = {record_of(4, numbered("b4-", 100))};
    const auto refused = store.add(0, records, std::chrono::steady_clock::now() + 20ms);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
    EXPECT_EQ(rows(store, "SELECT count(*), count(DISTINCT id) FROM events"), "[[400, 400]]");
    {
        std::lock_guard lock(gate->mutex);
        gate->open = true;
    }
    gate->changed.notify_all();
    SF_ASSERT_OK(store.add(0, records, soon()));  // The flush that the wait asked for makes room.
    EXPECT_EQ(rows(store, "SELECT count(*), count(DISTINCT id) FROM events"), "[[500, 500]]");
    EXPECT_LE(store.statistics().live_bytes, one * 4);
}

TEST_F(LakehouseLimits, one_batch_larger_than_the_limit_still_passes) {
    LakehouseOptions options;
    options.live_bytes_max = 1000;
    Lakehouse& store = start(std::move(options));
    SF_ASSERT_OK(add(store, 0, 0, numbered("a", 1000)));
    SF_ASSERT_OK(add(store, 0, 1, numbered("b", 1000)));
    EXPECT_EQ(rows(store, "SELECT count(*) FROM events"), "[[2000]]");
}

// A query holds batches that are in files by now: new events are worth more than it.
TEST_F(LakehouseLimits, queries_give_way_to_new_events) {
    LakehouseOptions options;
    const std::uint64_t one = batch_of(numbered("b0-", 100))->bytes() + 512;
    options.live_bytes_max = one * 8;
    Lakehouse& store = start(std::move(options));
    messaging::Offset next = 0;
    const auto add_batches = [&](int count) {
        for (int i = 0; i < count; ++i, ++next) SF_ASSERT_OK(add(store, 0, next, numbered("b0-", 100)));
    };
    // Until a query has its snapshot before the flush, so that the flush leaves the batches held.
    for (int attempt = 0; attempt < 1000; ++attempt) {
        add_batches(6);
        std::stop_source stop;
        std::optional<Error> error;
        std::jthread runner([&] {
            const auto result = store.query(
                "SELECT count(*) FROM events a, generate_series(1, 1000000000) b(x), generate_series(1, 1000000000) "
                "c(y) "
                "WHERE (x::bigint * y) % 7 "
                "= 3",
                {}, stop.get_token());
            if (!result) error = result.error();
        });
        ASSERT_TRUE(eventually([&] { return store.statistics().queries_running == 1; }));
        SF_ASSERT_OK(store.flush());
        const bool held = store.statistics().live_bytes > 0;
        if (held) {
            EXPECT_EQ(store.query("SELECT 1", {}, {}).error().code, ErrorCode::unavailable);  // No new ones meanwhile.
            add_batches(4);
        } else {
            stop.request_stop();
        }
        runner.join();
        ASSERT_TRUE(error);
        if (!held) continue;
        EXPECT_EQ(error->code, ErrorCode::unavailable);
        EXPECT_NE(error->message.find("new events"), std::string::npos);
        EXPECT_EQ(rows(store, "SELECT 1"), "[[1]]");
        return;
    }
    FAIL() << "no query ever held its batches over a flush";
}

// Row 9 of the fault matrix, for this store: the disk does not take the file.
TEST_F(LakehouseLimits, a_failed_flush_loses_nothing_and_is_tried_again) {
    Lakehouse& store = start();
    SF_ASSERT_OK(add(store, 0, 0, numbered("a", 3)));
    // A file stands where the day's folder should be.
    const std::filesystem::path day = folder_.path() / "events" / "received=2015-05-17";
    {
        Fd fd = std::move(*open_file(day, 0x42));
    }  // O_CREAT | O_RDWR
    const auto flushed = store.flush();
    ASSERT_FALSE(flushed.has_value());
    EXPECT_EQ(store.statistics().flush_failures, 1u);
    EXPECT_EQ(rows(store, "SELECT count(*) FROM events"), "[[3]]");
    EXPECT_EQ(store.next_offsets().at(0), 0u);
    std::filesystem::remove(day);
    SF_ASSERT_OK(store.flush());
    EXPECT_EQ(rows(store, "SELECT count(*) FROM events"), "[[3]]");
    EXPECT_EQ(store.next_offsets().at(0), 1u);
    EXPECT_EQ(store.statistics().live_bytes, 0u);
}

// A file system of 6 MiB that something else has filled. Needs the right to mount one.
TEST_F(LakehouseLimits, a_full_disk_keeps_events_in_memory_until_there_is_room) {
    if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=6m") != 0)
        GTEST_SKIP() << "may not mount a file system";
    struct Unmount {
        std::filesystem::path path;
        ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
    } unmount{folder_.path()};
    Lakehouse& store = start();
    const std::filesystem::path filler = folder_.path() / "filler";
    const auto fill = [&] {
        std::ofstream file(filler, std::ios::binary);
        const std::string block(4096, 'x');
        while (file.write(block.data(), static_cast<std::streamsize>(block.size())) && file.flush()) {
        }
    };
    fill();
    for (int i = 0; i < 20; ++i) {
        SF_ASSERT_OK(add(store, 0, static_cast<messaging::Offset>(i), numbered("b" + std::to_string(i) + "-", 1000)));
    }
    const auto flushed = store.flush();
    ASSERT_FALSE(flushed.has_value());
    EXPECT_EQ(flushed.error().code, ErrorCode::unavailable) << flushed.error().text();
    EXPECT_EQ(rows(store, "SELECT count(*), count(DISTINCT id) FROM events"), "[[20000, 20000]]");
    EXPECT_EQ(store.next_offsets().at(0), 0u);
    std::filesystem::remove(filler);
    SF_ASSERT_OK(store.flush());
    EXPECT_EQ(rows(store, "SELECT count(*), count(DISTINCT id) FROM events"), "[[20000, 20000]]");
    EXPECT_EQ(store.statistics().live_bytes, 0u);
    store.stop();
}

}  // namespace
}  // namespace sf::database::testing
