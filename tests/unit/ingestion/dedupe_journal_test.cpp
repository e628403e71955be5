#include "services/ingestion/dedupe_journal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace sf::ingestion {
namespace {

class DedupeJournalTest : public ::testing::Test {
protected:
    DedupeJournalTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sf-dedupe-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
    }
    ~DedupeJournalTest() override { std::filesystem::remove_all(folder_); }

    models::EventBatchPtr batch_without_ids() {
        models::EventBatchBuilder builder;
        models::EventRow row;
        row.type = "a";
        row.source = "b";
        row.data = "{}";
        builder.append(row);
        return builder.seal();
    }
    models::EventBatchPtr batch(std::uint64_t first, std::size_t count) {
        models::EventBatchBuilder builder;
        for (std::size_t i = 0; i < count; ++i) {
            models::EventRow row;
            row.id = uuid_from_name(std::to_string(first + i));
            row.id_from_client = true;
            row.type = "a";
            row.source = "b";
            row.data = "{}";
            builder.append(row);
        }
        return builder.seal();
    }
    std::size_t known(DedupeWindow& window, std::uint64_t first, std::size_t count) {
        std::size_t known = 0;
        std::vector<DedupeShard::Found> found;
        for (std::size_t i = 0; i < count; ++i) {
            const Uuid id = uuid_from_name(std::to_string(first + i));
            window.add(std::span(&id, 1), 1, 0, {}, found);
            known += found[0].known ? 1 : 0;
        }
        return known;
    }

    // A journal that has read what is there, as after a start.
    std::unique_ptr<DedupeJournal> loaded(std::size_t ids_max = 1'000'000, DedupeJournal::Sync sync = sync_file) {
        auto journal = std::make_unique<DedupeJournal>(folder_ / "dedupe", 1, ids_max, std::move(sync));
        window_ = std::make_unique<DedupeWindow>(1u << 20);
        EXPECT_TRUE(journal->load(*window_));
        return journal;
    }
    std::vector<std::filesystem::path> files() {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(folder_ / "dedupe")) files.push_back(entry.path());
        std::ranges::sort(files);
        return files;
    }

    std::filesystem::path folder_;
    std::unique_ptr<DedupeWindow> window_;
    const Timestamp now_ = timestamp_from_micros(1'000'000);
};

TEST_F(DedupeJournalTest, gives_back_every_id_and_how_far_it_reaches) {
    {
        DedupeJournal journal(folder_ / "dedupe", 2, 1'000'000);
        DedupeWindow window(1u << 20);
        ASSERT_TRUE(journal.load(window));
        journal.add(0, 0, batch(0, 100).get(), now_);
        journal.add(1, 0, batch(100, 50).get(), now_);
        journal.add(0, 1, batch(150, 50).get(), now_);
        EXPECT_EQ(journal.covered(0), 0u) << "not written yet";
        journal.save(now_);
        EXPECT_EQ(journal.covered(0), 2u);
    }
    DedupeJournal journal(folder_ / "dedupe", 2, 1'000'000);
    DedupeWindow window(1u << 20);
    ASSERT_TRUE(journal.load(window));
    EXPECT_EQ(journal.covered(0), 2u);
    EXPECT_EQ(journal.covered(1), 1u);
    EXPECT_EQ(known(window, 0, 200), 200u);
    EXPECT_EQ(known(window, 200, 10), 0u);
}

TEST_F(DedupeJournalTest, covers_records_that_bring_no_ids) {
    {
        const auto journal = loaded();
        journal->add(0, 0, batch_without_ids().get(), now_);
        journal->add(0, 1, nullptr, now_);
        journal->save(now_);
        EXPECT_EQ(journal->covered(0), 2u);
    }
    EXPECT_EQ(loaded()->covered(0), 2u);
}

TEST_F(DedupeJournalTest, an_unfinished_piece_is_left_to_the_log) {
    {
        const auto journal = loaded();
        journal->add(0, 0, batch(0, 100).get(), now_);
        journal->save(now_);
        journal->add(0, 1, batch(100, 100).get(), now_);
        journal->save(now_);
    }
    std::filesystem::resize_file(files().at(0), std::filesystem::file_size(files().at(0)) - 1);
    {
        const auto journal = loaded();
        EXPECT_EQ(journal->covered(0), 1u) << "the second piece is not trusted";
        EXPECT_EQ(known(*window_, 0, 100), 100u);
        EXPECT_EQ(known(*window_, 100, 100), 0u);
        journal->add(0, 1, batch(100, 100).get(), now_);  // Read from the log again.
        journal->save(now_);
    }
    EXPECT_EQ(loaded()->covered(0), 2u) << "another piece stands in the place of the unfinished one";
    EXPECT_EQ(known(*window_, 0, 200), 200u);
}

TEST_F(DedupeJournalTest, a_missing_piece_is_not_covered_by_later_ones) {
    {
        const auto journal = loaded();
        journal->add(0, 0, batch(0, 100).get(), now_);
        journal->save(now_);
    }
    {
        const auto journal = loaded();
        journal->add(0, 1, batch(100, 100).get(), now_);
        journal->save(now_);
    }
    {
        const auto journal = loaded();
        journal->add(0, 2, batch(200, 100).get(), now_);
        journal->save(now_);
    }
    ASSERT_EQ(files().size(), 3u);
    std::filesystem::resize_file(files()[1], 0);
    EXPECT_EQ(loaded()->covered(0), 1u);
    EXPECT_EQ(known(*window_, 200, 100), 100u) << "what later pieces have is known all the same";
}

// What a sync brings to the disk is copied: at every moment a start on the copies must know each id below covered(), or
// find it in the log.
TEST_F(DedupeJournalTest, a_power_loss_takes_nothing_that_is_covered) {
    const std::filesystem::path after = folder_ / "after" / "dedupe";
    std::filesystem::create_directories(after);
    const auto start_after_power_loss = [&](messaging::Offset covered) {
        DedupeJournal journal(after, 1, 1'000'000);
        DedupeWindow window(8u << 20);
        ASSERT_TRUE(journal.load(window));
        EXPECT_GE(journal.covered(0), covered);
        EXPECT_EQ(known(window, 0, covered * 1000), covered * 1000);
    };
    DedupeJournal* running = nullptr;
    int syncs = 0;
    const auto journal = loaded(1'000'000, [&](const Fd&, const std::filesystem::path& path) -> Result<> {
        start_after_power_loss(running->covered(0));
        std::filesystem::copy_file(path, after / path.filename(), std::filesystem::copy_options::overwrite_existing);
        ++syncs;
        return {};
    });
    running = journal.get();
    for (std::uint64_t i = 0; i < 200; ++i) {
        journal->add(0, i, batch(i * 1000, 1000).get(), now_);
        if (i % 37 == 36) journal->save(now_);
        if (i % 10 == 0) start_after_power_loss(journal->covered(0));
        if (::testing::Test::HasFailure()) return;
    }
    journal->save(now_);
    EXPECT_EQ(journal->covered(0), 200u);
    start_after_power_loss(200);
    EXPECT_EQ(syncs, 6);
}

TEST_F(DedupeJournalTest, after_a_failed_sync_nothing_more_is_covered) {
    int syncs = 0;
    const auto journal = loaded(1'000'000, [&](const Fd&, const std::filesystem::path&) -> Result<> {
        if (++syncs == 2) return fail(ErrorCode::internal, "syncing failed");
        return {};
    });
    for (messaging::Offset offset = 0; offset < 4; ++offset) {
        journal->add(0, offset, batch(offset * 10, 10).get(), now_);
        journal->save(now_);
        EXPECT_EQ(journal->covered(0), 1u);
    }
    EXPECT_EQ(syncs, 2) << "a sync that failed is not repeated";
}

TEST_F(DedupeJournalTest, a_log_that_was_cut_is_covered_up_to_its_end) {
    {
        const auto journal = loaded();
        journal->add(0, 99, batch(0, 10).get(), now_);
        journal->save(now_);
        EXPECT_EQ(journal->covered(0), 100u);
    }
    {
        const auto journal = loaded();
        journal->read_on(0, 50);
        journal->save(now_);
        EXPECT_EQ(journal->covered(0), 50u);
    }
    EXPECT_EQ(loaded()->covered(0), 50u) << "what comes at 50 and later is read from the log";
    EXPECT_EQ(known(*window_, 0, 10), 10u);
}

TEST_F(DedupeJournalTest, a_part_of_the_log_that_can_not_be_read_is_not_covered) {
    {
        const auto journal = loaded();
        journal->add(0, 0, batch(0, 10).get(), now_);
        journal->hold(0);
        journal->add(0, 7, batch(10, 10).get(), now_);
        journal->save(now_);
        EXPECT_EQ(journal->covered(0), 1u);
    }
    EXPECT_EQ(loaded()->covered(0), 1u);
    EXPECT_EQ(known(*window_, 0, 20), 20u);
}

TEST_F(DedupeJournalTest, old_files_go_once_newer_ones_fill_the_window) {
    const auto journal = loaded(1'000);
    for (std::uint64_t i = 0; i < 2'200; ++i) {
        journal->add(0, i, batch(i * 1000, 1000).get(), now_);
        if (i % 100 == 0) journal->save(now_);
    }
    journal->save(now_);
    EXPECT_LE(files().size(), 2u);
}

TEST_F(DedupeJournalTest, files_without_ids_do_not_pile_up) {
    for (messaging::Offset start = 0; start < 5; ++start) {
        const auto journal = loaded();
        journal->add(0, start, nullptr, now_);
        journal->save(now_);
    }
    EXPECT_EQ(files().size(), 1u);
    EXPECT_EQ(loaded()->covered(0), 5u);
}

}  // namespace
}  // namespace sf::ingestion
