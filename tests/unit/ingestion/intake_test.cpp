#include "services/ingestion/intake.hpp"

#include "base/hash.hpp"
#include "messaging/testing/memory_log.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>

namespace sf::ingestion {
namespace {

using namespace std::chrono_literals;

class IntakeTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(log_.start());
        ASSERT_TRUE(log_.ensure_topic(kEventsTopic, 2));
        intake_.start();
    }
    void TearDown() override {
        log_.release();
        intake_.stop();
    }

    static models::EventRow row(const Uuid& id, std::string_view user = "user") {
        models::EventRow row;
        row.id = id;
        row.id_from_client = true;
        row.type = "test.event";
        row.source = "test";
        row.user_id = user;
        row.has_user_id = true;
        row.data = "{}";
        return row;
    }
    std::future<Result<Admission>> admit(std::vector<models::EventRow> rows) { return admit(intake_, std::move(rows)); }
    static std::future<Result<Admission>> admit(Intake& intake, const std::vector<models::EventRow>& rows) {
        auto promise = std::make_shared<std::promise<Result<Admission>>>();
        intake.admit(rows, [promise](Result<Admission> admission) { promise->set_value(std::move(admission)); });
        return promise->get_future();
    }
    void wait_until_held(std::size_t count) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (log_.held() < count && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
        ASSERT_GE(log_.held(), count);
    }
    std::size_t stored() {
        std::size_t count = 0;
        for (messaging::Partition p = 0; p < 2; ++p) {
            const auto records = log_.read(kEventsTopic, p, 0, {.bytes_max = 1u << 30});
            for (const auto& record : *records) {
                if (record.record.batch) count += record.record.batch->size();
            }
        }
        return count;
    }
    static bool waits(const std::future<Result<Admission>>& future) {
        return future.wait_for(0s) == std::future_status::timeout;
    }

    UuidGenerator ids_;
    const Uuid a_ = ids_.next({});
    const Uuid b_ = ids_.next({});
    messaging::testing::MemoryLog log_;
    DedupeWindow dedupe_{1u << 20};
    Intake intake_{{.partitions = 2}, log_, dedupe_, system_clock(), nullptr};
};

TEST_F(IntakeTest, answers_when_the_log_has_it_and_not_before) {
    log_.hold();
    auto first = admit({row(a_)});
    wait_until_held(1);
    EXPECT_TRUE(waits(first));
    log_.release();
    const auto admission = first.get();
    ASSERT_TRUE(admission);
    EXPECT_EQ(admission->accepted, 1u);
    EXPECT_EQ(stored(), 1u);
}

TEST_F(IntakeTest, a_repeated_event_is_stored_once) {
    EXPECT_EQ(admit({row(a_), row(b_), row(a_)}).get()->duplicates, 1u);
    const auto again = admit({row(a_), row(b_)}).get();
    EXPECT_EQ(again->accepted, 0u);
    EXPECT_EQ(again->duplicates, 2u);
    EXPECT_EQ(stored(), 2u);
}

TEST_F(IntakeTest, a_duplicate_of_a_pending_event_waits_for_it) {
    log_.hold();
    auto first = admit({row(a_)});
    wait_until_held(1);
    auto second = admit({row(a_)});
    EXPECT_TRUE(waits(second)) << "it is durable only when the first is";
    log_.release();
    EXPECT_EQ(first.get()->accepted, 1u);
    EXPECT_EQ(second.get()->duplicates, 1u);
    EXPECT_EQ(stored(), 1u);
}

TEST_F(IntakeTest, a_duplicate_shares_the_fate_of_the_pending_event) {
    // One commit at a time: what comes after the first is not yet with the log when that fails.
    Intake intake({.partitions = 2, .commits_max = 1}, log_, dedupe_, system_clock(), nullptr);
    intake.start();
    log_.hold();
    auto first = admit(intake, {row(a_)});
    wait_until_held(1);
    auto second = admit(intake, {row(a_), row(b_)});
    auto third = admit(intake, {row(a_)});
    log_.fail_held({ErrorCode::unavailable, "the disk is full"});
    EXPECT_EQ(first.get().error().code, ErrorCode::unavailable);
    EXPECT_EQ(third.get().error().code, ErrorCode::unavailable);
    wait_until_held(1);
    log_.release();
    EXPECT_EQ(second.get().error().code, ErrorCode::unavailable) << "it counted on an event that is not stored";
    const auto again = admit(intake, {row(a_), row(b_)}).get();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->accepted, 1u) << "a is new again";
    EXPECT_EQ(again->duplicates, 1u) << "b was stored";
    EXPECT_EQ(stored(), 2u);
}

TEST_F(IntakeTest, requests_that_come_meanwhile_share_a_commit) {
    log_.hold();
    std::vector<std::future<Result<Admission>>> answers;
    answers.push_back(admit({row(ids_.next({}))}));
    wait_until_held(1);
    for (int i = 1; i < 200; ++i) answers.push_back(admit({row(ids_.next({}))}));
    wait_until_held(2);
    log_.release();
    for (auto& answer : answers) EXPECT_EQ(answer.get()->accepted, 1u);
    EXPECT_EQ(stored(), 200u);
    EXPECT_LE(intake_.statistics().commits, 5u);
}

TEST_F(IntakeTest, a_full_queue_refuses_and_forgets_nothing) {
    Intake small({.partitions = 2, .queue_bytes_max = 1000}, log_, dedupe_, system_clock(), nullptr);
    small.start();
    log_.hold();
    int refused = 0;
    std::atomic<int> accepted = 0;
    for (int i = 0; i < 100; ++i) {
        const models::EventRow event = row(ids_.next({}));
        small.admit(std::span(&event, 1), [&](Result<Admission> admission) {
            if (admission) ++accepted;
            else if (admission.error().code == ErrorCode::overloaded) ++refused;
        });
    }
    EXPECT_GT(refused, 0);
    log_.release();
    small.stop();
    EXPECT_EQ(accepted + refused, 100);
}

TEST_F(IntakeTest, a_control_record_stands_behind_what_was_admitted_before) {
    log_.hold();
    auto event = admit({row(a_, "x")});
    std::promise<Result<std::vector<messaging::Offset>>> flushed;
    intake_.control(messaging::RecordKind::flush, [&](auto offsets) { flushed.set_value(std::move(offsets)); });
    log_.release();
    const auto offsets = flushed.get_future().get();
    ASSERT_TRUE(offsets);
    ASSERT_EQ(offsets->size(), 2u);
    EXPECT_TRUE(event.get());
    const messaging::Partition partition = partition_of("x", 2);
    EXPECT_EQ((*offsets)[partition], 1u);
    EXPECT_EQ((*offsets)[1 - partition], 0u);
}

TEST_F(IntakeTest, stop_answers_everything) {
    log_.hold();
    auto answer = admit({row(a_)});
    wait_until_held(1);
    auto stopping = std::async(std::launch::async, [&] { intake_.stop(); });
    log_.release();
    stopping.get();
    EXPECT_TRUE(answer.get());
    EXPECT_EQ(admit({row(b_)}).get().error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace sf::ingestion
