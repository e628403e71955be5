// What a repair keeps: every record that can be read, at its offset; and no offset is ever used twice.
#include "messaging/embedded/embedded_log.hpp"
#include "messaging/embedded/verify.hpp"
#include "messaging/sequence_check.hpp"
#include "messaging/testing/memory_disk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <array>
#include <future>
#include <map>
#include <random>
#include <set>

namespace sf::messaging {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MemoryDisk;

class LogRepair : public ::testing::Test {
protected:
    explicit LogRepair(std::uint64_t segment_bytes = 1u << 20) {
        options_.folder = "log";
        options_.disk_free_min = 0;
        options_.reserve_bytes = 1;
        options_.partition.commit_window = std::chrono::milliseconds{0};
        options_.partition.size_step = 4u << 10;
        options_.partition.segment_bytes = segment_bytes;
        options_.partition.ring_bytes_max = 1;
    }

    std::unique_ptr<EmbeddedLog> started() {
        auto log = std::make_unique<EmbeddedLog>(options_, system_clock(), disk_);
        EXPECT_TRUE(log->start());
        EXPECT_TRUE(log->ensure_topic("events", 1));
        return log;
    }
    // One event; its source says which.
    static Offset append(EmbeddedLog& log, const std::string& name) {
        models::EventBatchBuilder builder;
        models::EventRow row;
        row.type = "a";
        row.source = name;
        row.data = "{}";
        builder.append(row);
        std::promise<Offset> done;
        log.append("events", 0, {.kind = RecordKind::batch, .batch = builder.seal()}, [&](Result<Offset> offset) {
            EXPECT_TRUE(offset) << offset.error().text();
            done.set_value(offset.value_or(UINT64_MAX));
        });
        return done.get_future().get();
    }
    static std::string name_of(Offset offset) { return fmt::format("{:03}", offset); }  // All of one size.
    // Records 0 to count - 1, named by their offsets.
    void fill(std::size_t count = 10) {
        const auto log = started();
        for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(append(*log, name_of(i)), i);
    }

    struct Content {
        std::map<Offset, std::string> events;
        std::size_t gaps = 0;
        Offset end = 0;
    };
    static Content read(EmbeddedLog& log, Offset from) {
        Content content;
        SequenceCheck check(from);
        while (true) {
            const auto records = log.read("events", 0, from, {});
            EXPECT_TRUE(records) << records.error().text();
            if (!records || records->empty()) break;
            for (const StoredRecord& record : *records) {
                if (check.look(record) == SequenceCheck::Verdict::gap) ++content.gaps;
                if (record.record.batch) content.events[record.offset] = record.record.batch->source(0);
                from = record.offset + 1;
            }
        }
        content.end = from;
        EXPECT_EQ(from, log.range("events", 0)->end) << "a reader gets to the end";
        return content;
    }
    static std::vector<Offset> offsets(const Content& content) {
        std::vector<Offset> offsets;
        for (const auto& [offset, name] : content.events) {
            EXPECT_EQ(name, name_of(offset));
            offsets.push_back(offset);
        }
        return offsets;
    }

    std::string repair(std::optional<Offset> read_up_to = {}) {
        const auto report =
            embedded::verify_log(*disk_, "log", {.repair = true, .read_up_to = [&](auto, auto) { return read_up_to; }});
        EXPECT_TRUE(report) << report.error().text();
        const auto after = embedded::verify_log(*disk_, "log", {.read_up_to = [&](auto, auto) { return read_up_to; }});
        EXPECT_TRUE(after && after->partitions.at(0).sound()) << "it is sound afterwards";
        return report ? report->partitions.at(0).repair : "";
    }
    // All changes of files are durable, as damage is.
    std::unique_ptr<embedded::File> file(Offset base = 0) {
        auto opened = disk_->open("log/events/0/" + embedded::Segment::name_of(base), {.write = true});
        EXPECT_TRUE(opened);
        return std::move(*opened);
    }
    void flip(std::uint64_t position, std::uint8_t bits, Offset base = 0) {
        const auto opened = file(base);
        std::byte byte{};
        EXPECT_TRUE(opened->read(position, std::span(&byte, 1)));
        byte ^= std::byte{bits};
        EXPECT_TRUE(opened->write(position, std::span(&byte, 1)) && opened->sync());
    }
    void cut(std::uint64_t size) {
        const auto opened = file();
        EXPECT_TRUE(opened->truncate(size) && opened->sync());
    }
    // Where record `number` begins in the first file.
    std::uint64_t place(std::size_t number) {
        std::array<std::byte, embedded::kRecordHeaderSize> bytes{};
        EXPECT_TRUE(file()->read(embedded::kSegmentHeaderSize, bytes));
        return embedded::kSegmentHeaderSize + number * embedded::parse_header(bytes)->framed_size();
    }
    void damage(std::size_t number) { flip(place(number) + embedded::kRecordHeaderSize, 1); }

    EmbeddedLogOptions options_;
    std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
};

class LogRepairOfSmallFiles : public LogRepair {
protected:
    LogRepairOfSmallFiles() : LogRepair(embedded::kSegmentHeaderSize + 1) {}  // A file for each record.
};

TEST_F(LogRepair, keeps_what_stands_before_and_behind_the_damage) {
    fill();
    damage(4);
    damage(7);
    EXPECT_THAT(repair(), HasSubstr("gave up offsets 4 to 4; gave up offsets 7 to 7; goes on at offset 10"));
    auto log = started();
    EXPECT_THAT(offsets(read(*log, 0)), ElementsAre(0, 1, 2, 3, 5, 6, 8, 9));
    EXPECT_EQ(read(*log, 0).gaps, 2u);
    EXPECT_THAT(offsets(read(*log, 4)), ElementsAre(5, 6, 8, 9)) << "a reader that stood before the gap";
    EXPECT_EQ(append(*log, "10"), 10u);
    log.reset();
    EXPECT_EQ(read(*started(), 0).events.size(), 9u) << "after another start";
    const auto files = disk_->files();
    EXPECT_TRUE(std::ranges::any_of(files, [](const auto& path) {
        return path.string().starts_with("log/quarantine/events/0/00000000000000000000.log.");
    })) << "the damaged file is kept";
}

TEST_F(LogRepair, does_not_use_an_offset_again_that_an_unreadable_end_may_have_had) {
    fill();
    damage(2);
    for (std::size_t number = 6; number < 10; ++number) damage(number);
    repair();
    auto log = started();
    EXPECT_THAT(offsets(read(*log, 0)), ElementsAre(0, 1, 3, 4, 5));
    EXPECT_GE(append(*log, "new"), 10u);
    EXPECT_EQ(read(*log, 8).events.size(), 1u) << "a reader that had read up to 8 sees what is new";
}

TEST_F(LogRepair, goes_on_behind_what_a_reader_has_read) {
    fill();
    cut(place(5));  // As a disk that forgot, or an older copy: no damage to see.
    const auto report = embedded::verify_log(*disk_, "log", {.read_up_to = [](auto, auto) { return 8; }});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->partitions.at(0).read_up_to, 8u);
    EXPECT_EQ(report->partitions.at(0).end, 5u);
    EXPECT_THAT(repair(8), HasSubstr("gave up offsets 5 to 7; goes on at offset 9"));
    auto log = started();
    EXPECT_EQ(append(*log, "new"), 9u);
    EXPECT_EQ(read(*log, 8).gaps, 0u) << "for that reader nothing is missing";
    EXPECT_EQ(read(*log, 8).events.size(), 1u);
    EXPECT_EQ(read(*log, 0).gaps, 1u);
    EXPECT_EQ(read(*log, 0).events.size(), 6u);
    EXPECT_EQ(read(*log, 6).gaps, 1u) << "from within the gap";
}

TEST_F(LogRepair, a_reader_gets_over_a_gap_at_the_end_without_new_events) {
    fill();
    cut(place(5));
    repair(8);
    const auto log = started();
    const auto records = log->read("events", 0, 5, {});
    ASSERT_TRUE(records);
    ASSERT_EQ(records->size(), 1u);
    EXPECT_EQ(records->at(0).offset, 8u);
    EXPECT_EQ(records->at(0).record.kind, RecordKind::tick);
}

TEST_F(LogRepairOfSmallFiles, keeps_the_records_of_a_file_whose_header_is_damaged) {
    fill();
    flip(10, 1, 3);
    EXPECT_THAT(repair(), ::testing::StartsWith("kept what can be read; goes on at offset 10"));
    const auto log = started();
    EXPECT_EQ(read(*log, 0).gaps, 0u);
    EXPECT_EQ(offsets(read(*log, 0)).size(), 10u);
}

TEST_F(LogRepairOfSmallFiles, gives_up_only_the_files_that_are_gone) {
    fill();
    ASSERT_TRUE(disk_->remove("log/events/0/" + embedded::Segment::name_of(0)));
    ASSERT_TRUE(disk_->remove("log/events/0/" + embedded::Segment::name_of(5)));
    repair(0);
    const auto log = started();
    EXPECT_THAT(offsets(read(*log, 0)), ElementsAre(1, 2, 3, 4, 6, 7, 8, 9));
    EXPECT_EQ(read(*log, 0).gaps, 2u);
}

TEST_F(LogRepairOfSmallFiles, a_partition_without_files_begins_where_its_reader_stands) {
    fill();
    for (const auto& path : disk_->files()) {
        if (path.string().starts_with("log/events/0/")) {
            ASSERT_TRUE(disk_->remove(path));
        }
    }
    started().reset();  // A start makes the partition anew.
    repair(8);
    const auto log = started();
    EXPECT_EQ(read(*log, 8).gaps, 0u);
    EXPECT_GE(append(*log, "new"), 8u);
}

TEST_F(LogRepair, a_damaged_producer_file_gets_a_new_id) {
    fill();
    disk_->content("log/producer")[0] = std::byte{'x'};
    EmbeddedLog damaged(options_, system_clock(), disk_);
    EXPECT_EQ(damaged.start().error().code, ErrorCode::corrupt);
    damaged.stop();
    const auto report = embedded::verify_log(*disk_, "log", {.repair = true});
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->producer_damaged);
    const auto log = started();
    EXPECT_EQ(append(*log, "10"), 10u);
    EXPECT_EQ(read(*log, 0).gaps, 0u);
}

// At every operation on the disk the power goes; the repair that is begun again must come to the same end.
TEST_F(LogRepair, can_be_interrupted_at_any_moment) {
    fill(12);
    damage(0);
    damage(4);
    damage(8);
    cut(place(11));
    const auto damaged = disk_->copy();
    std::mt19937 random(11);
    bool finished = false;
    for (int operations = 0; !finished; ++operations) {
        disk_ = damaged->copy();
        int left = operations;
        disk_->fault = [&](MemoryDisk::Operation) -> std::optional<Error> {
            if (left-- > 0) return std::nullopt;
            return Error{ErrorCode::internal, "the power is gone", "", ""};
        };
        finished = embedded::verify_log(*disk_, "log", {.repair = true, .read_up_to = [](auto, auto) { return 14; }})
                       .has_value();
        disk_->fault = nullptr;
        disk_->crash(random);
        if (!finished) repair(14);
        const auto log = started();
        ASSERT_THAT(offsets(read(*log, 0)), ElementsAre(1, 2, 3, 5, 6, 7, 9, 10)) << "after " << operations;
        ASSERT_EQ(append(*log, "new"), 15u) << "after " << operations;
    }
}

TEST_F(LogRepair, of_any_damage_leaves_only_true_records_at_their_offsets) {
    fill(40);
    const auto whole = disk_->copy();
    const std::uint64_t begin = place(0), size = place(1) - begin;
    std::mt19937 random(23);
    for (int round = 0; round < 200; ++round) {
        disk_ = whole->copy();
        std::set<Offset> hit;
        for (unsigned i = random() % 4 + 1; i > 0; --i) {
            const std::uint64_t at = random() % (40 * size);
            flip(begin + at, static_cast<std::uint8_t>(random() % 255 + 1));
            hit.insert(at / size);
        }
        repair(40);
        const auto log = started();
        const Content found = read(*log, 0);
        for (Offset offset = 0; offset < 40; ++offset) {
            ASSERT_TRUE(hit.contains(offset) || found.events.contains(offset)) << "round " << round;
        }
        (void)offsets(found);
        if (HasFailure()) return;
        ASSERT_GE(append(*log, "new"), 40u);
    }
}

}  // namespace
}  // namespace sf::messaging
