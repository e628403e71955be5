// One file of a partition: a header, then records. The newest segment is written to; the others never change.
#pragma once

#include "messaging/embedded/disk.hpp"
#include "messaging/embedded/record.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sf::messaging::embedded {

inline constexpr std::size_t kSegmentHeaderSize = 64;

/// Something wrong in a segment: where, and what it looks like.
struct Damage {
    std::filesystem::path file;
    std::uint64_t position = 0;
    std::string what;
    Offset offset = 0;  // The first offset that can't be trusted.
};

[[nodiscard]] Error damage_error(const Damage& damage);

/// What a walk through a segment found.
struct SegmentScan {
    std::uint64_t end = kSegmentHeaderSize;  // Where the last good record ends.
    Offset next_offset = 0;
    bool torn = false;             // Unfinished bytes follow, written after the last sync: to be cut.
    std::optional<Damage> damage;  // Bytes that were durable have changed.
    std::uint64_t records = 0;
    std::optional<ProducerStamp> last_stamp;
};

/// Any thread reads; one thread writes.
class Segment {
public:
    [[nodiscard]] static std::string name_of(Offset base);
    [[nodiscard]] static std::optional<Offset> base_of(const std::string& name);

    /// Makes the file with its header, synced, and its name synced into the folder.
    [[nodiscard]] static Result<std::shared_ptr<Segment>> create(Disk& disk, const std::filesystem::path& folder,
                                                                 Offset base, std::uint64_t size_step);
    /// Opens a file that is there. `corrupt` if its header is not right.
    [[nodiscard]] static Result<std::shared_ptr<Segment>> open(Disk& disk, const std::filesystem::path& folder,
                                                               Offset base, bool write);

    /// Whether the file has no header and no content, as a power loss during create() leaves it.
    [[nodiscard]] static Result<bool> is_unfinished(Disk& disk, const std::filesystem::path& folder, Offset base);

    /// Checks every record. `last`: nothing newer exists, so an unfinished end is no damage.
    [[nodiscard]] Result<SegmentScan> scan(bool last);

    /// Appends frames at end(); readers see them after publish().
    [[nodiscard]] Result<> write(std::span<const std::byte> frames);
    [[nodiscard]] Result<> sync() { return file_->sync(); }
    void publish(std::uint64_t end, Offset next_offset);

    /// Removes everything at and behind `end`.
    [[nodiscard]] Result<> cut(std::uint64_t end, Offset next_offset);

    /// Durable records from `from` on, until `bytes_max` or the end; `from` is in this segment.
    [[nodiscard]] Result<> read(Offset from, std::size_t bytes_max, std::vector<StoredRecord>& out, std::size_t& bytes);

    [[nodiscard]] Offset base() const { return base_; }
    [[nodiscard]] Offset next_offset() const { return next_offset_.load(std::memory_order_acquire); }
    [[nodiscard]] std::uint64_t end() const { return end_.load(std::memory_order_acquire); }
    [[nodiscard]] std::uint64_t written() const { return written_; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// For a sealed segment that was not scanned: its extent, known from where the next one begins, or ended_at().
    void seal(Offset next_base);

    /// Says in the header that the records end here although the next segment begins later: a repair gave up what was
    /// between. Durable when it returns.
    [[nodiscard]] Result<> end_at(Offset end);
    [[nodiscard]] std::optional<Offset> ended_at() const { return ended_at_; }

private:
    struct IndexEntry {
        Offset offset;
        std::uint64_t position;
    };

    Segment(std::unique_ptr<File> file, std::filesystem::path path, Offset base, std::uint64_t size_step)
        : file_(std::move(file)), path_(std::move(path)), base_(base), size_step_(size_step), next_offset_(base) {}

    [[nodiscard]] Result<bool> valid_record_follows(std::uint64_t position, std::uint64_t size, std::uint64_t torn_at);
    [[nodiscard]] std::uint64_t position_near(Offset offset);
    void remember(Offset offset, std::uint64_t position);

    std::unique_ptr<File> file_;
    std::filesystem::path path_;
    Offset base_;
    std::optional<Offset> ended_at_;
    std::uint64_t size_step_;                              // Space is reserved in such pieces.
    std::uint64_t reserved_ = 0;                           // Writer only.
    std::uint64_t written_ = kSegmentHeaderSize;           // Writer only: the end of what was written, durable or not.
    std::atomic<std::uint64_t> end_ = kSegmentHeaderSize;  // Of what readers may see.
    std::atomic<Offset> next_offset_;

    std::mutex index_mutex_;
    std::vector<IndexEntry> index_;  // Sparse, rising. Under index_mutex_.
};

}  // namespace sf::messaging::embedded
