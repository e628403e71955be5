#include "messaging/embedded/segment.hpp"

#include "base/assert.hpp"
#include "base/hash.hpp"
#include "messaging/embedded/file_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sf::messaging::embedded {
namespace {

constexpr char kSegmentMagic[8] = {'S', 'F', 'L', 'O', 'G', '0', '0', '1'};
constexpr std::uint64_t kIndexStep = 64u << 10;

struct HeaderLayout {
    char magic[8];
    std::uint64_t base;
    std::uint64_t end;     // Where a repair ended the segment,
    std::uint8_t has_end;  // if it did: 1.
    std::uint8_t zero[35];
    std::uint32_t crc;
};
static_assert(sizeof(HeaderLayout) == kSegmentHeaderSize);

std::uint32_t header_crc(const HeaderLayout& header) {
    return crc32c(std::as_bytes(std::span(&header, 1)).first(kSegmentHeaderSize - 4));
}

HeaderLayout header_of(Offset base, std::optional<Offset> end) {
    HeaderLayout header{};
    std::memcpy(header.magic, kSegmentMagic, sizeof kSegmentMagic);
    header.base = base;
    header.end = end.value_or(0);
    header.has_end = end ? 1 : 0;
    header.crc = header_crc(header);
    return header;
}

}  // namespace

Error damage_error(const Damage& damage) {
    return Error{ErrorCode::corrupt, "the log is damaged",
                 fmt::format("{} at byte {}: {}; events from offset {} on can't be trusted", damage.file.string(),
                             damage.position, damage.what, damage.offset),
                 "run: streamflow verify --repair"};
}

std::string Segment::name_of(Offset base) { return fmt::format("{:020}.log", base); }

std::optional<Offset> Segment::base_of(const std::string& name) {
    Offset base = 0;
    if (name.size() != 24 || !name.ends_with(".log")) return std::nullopt;
    const auto [end, error] = std::from_chars(name.data(), name.data() + 20, base);
    if (error != std::errc{} || end != name.data() + 20) return std::nullopt;
    return base;
}

Result<std::shared_ptr<Segment>> Segment::create(Disk& disk, const std::filesystem::path& folder, Offset base,
                                                 std::uint64_t size_step) {
    const std::filesystem::path path = folder / name_of(base);
    SF_ASSIGN(auto file, disk.open(path, {.create = true, .write = true}));
    const HeaderLayout header = header_of(base, std::nullopt);
    std::shared_ptr<Segment> segment(new Segment(std::move(file), path, base, size_step));
    auto made = segment->file_->preallocate(size_step);
    if (made) made = segment->file_->write(0, std::as_bytes(std::span(&header, 1)));
    if (made) made = segment->file_->sync();
    if (made) made = disk.sync_folder(folder);
    if (!made) {
        // Half a segment would look like damage at the next start.
        Error error = std::move(made.error());
        if (auto removed = disk.remove(path); !removed) error.detail += "; " + removed.error().line();
        return fail(std::move(error));
    }
    segment->reserved_ = size_step;
    return segment;
}

Result<std::shared_ptr<Segment>> Segment::open(Disk& disk, const std::filesystem::path& folder, Offset base,
                                               bool write) {
    const std::filesystem::path path = folder / name_of(base);
    SF_ASSIGN(auto file, disk.open(path, {.create = false, .write = write}));
    HeaderLayout header{};
    SF_ASSIGN(const std::size_t got, file->read(0, std::as_writable_bytes(std::span(&header, 1))));
    if (got < sizeof header || std::memcmp(header.magic, kSegmentMagic, sizeof kSegmentMagic) != 0 ||
        header.crc != header_crc(header) || header.base != base) {
        return fail(damage_error({path, 0, "the file's header is not right", base}));
    }
    std::shared_ptr<Segment> segment(new Segment(std::move(file), path, base, 0));
    if (header.has_end != 0) segment->ended_at_ = header.end;
    return segment;
}

Result<bool> Segment::is_unfinished(Disk& disk, const std::filesystem::path& folder, Offset base) {
    SF_ASSIGN(auto file, disk.open(folder / name_of(base), {}));
    std::vector<std::byte> start(4096);
    SF_ASSIGN(const std::size_t got, file->read(0, start));
    return std::all_of(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(got),
                       [](std::byte b) { return b == std::byte{0}; });
}

void Segment::remember(Offset offset, std::uint64_t position) {
    std::lock_guard lock(index_mutex_);
    if (index_.empty() || position >= index_.back().position + kIndexStep) index_.push_back({offset, position});
}

std::uint64_t Segment::position_near(Offset offset) {
    std::lock_guard lock(index_mutex_);
    const auto after = std::ranges::upper_bound(index_, offset, {}, &IndexEntry::offset);
    return after == index_.begin() ? kSegmentHeaderSize : std::prev(after)->position;
}

// Looks for a record behind `position` that was written after the byte at `torn_at` had been made durable.
Result<bool> Segment::valid_record_follows(std::uint64_t position, std::uint64_t size, std::uint64_t torn_at) {
    FileWindow window(*file_);
    for (position = position / kRecordAlignment * kRecordAlignment + kRecordAlignment;
         position + kRecordHeaderSize <= size; position += kRecordAlignment) {
        SF_ASSIGN(const auto bytes, window.at(position, kRecordHeaderSize));
        const auto header = parse_header(bytes);
        if (!header || header->group_start <= torn_at) continue;
        SF_ASSIGN(const auto frame, window.at(position, kRecordHeaderSize + header->payload_size));
        if (checksum_fits(*header, frame)) return true;
    }
    return false;
}

Result<SegmentScan> Segment::scan(bool last) {
    SF_ASSIGN(const std::uint64_t size, file_->size());
    SegmentScan scan;
    scan.next_offset = base_;
    FileWindow window(*file_);
    while (true) {
        const std::uint64_t at = scan.end;
        SF_ASSIGN(const auto bytes, window.at(at, kRecordHeaderSize));
        const auto header = parse_header(bytes);
        bool good = false;
        if (header && header->offset == scan.next_offset && header->group_start <= at) {
            SF_ASSIGN(const auto frame, window.at(at, kRecordHeaderSize + header->payload_size));
            good = checksum_fits(*header, frame);
        }
        if (good) {
            remember(header->offset, at);
            scan.end = at + header->framed_size();
            scan.next_offset = header->offset + 1;
            scan.last_stamp = header->stamp;
            ++scan.records;
            continue;
        }
        const bool blank = std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
        SF_ASSIGN(const bool followed, valid_record_follows(at, size, at));
        if (followed)
            scan.damage =
                Damage{path_, at, "a record does not match its checksum, and good ones follow", scan.next_offset};
        else if (!last && !blank)
            scan.damage = Damage{path_, at, "a record does not match its checksum", scan.next_offset};
        else scan.torn = !blank;
        break;
    }
    written_ = scan.end;
    reserved_ = size;
    if (size_step_ == 0) size_step_ = 8u << 20;
    publish(scan.end, scan.next_offset);
    return scan;
}

Result<> Segment::write(std::span<const std::byte> frames) {
    const std::uint64_t end = written_ + frames.size();
    if (end > reserved_) {
        const std::uint64_t wanted = (end + size_step_ - 1) / size_step_ * size_step_;
        SF_TRY(file_->preallocate(wanted));
        reserved_ = wanted;
    }
    SF_TRY(file_->write(written_, frames));
    written_ = end;
    return {};
}

void Segment::publish(std::uint64_t end, Offset next_offset) {
    end_.store(end, std::memory_order_release);
    next_offset_.store(next_offset, std::memory_order_release);
}

Result<> Segment::cut(std::uint64_t end, Offset next_offset) {
    SF_TRY(file_->truncate(end));
    SF_TRY(file_->sync());
    written_ = end;
    reserved_ = end;
    publish(end, next_offset);
    return {};
}

Result<> Segment::end_at(Offset end) {
    const HeaderLayout header = header_of(base_, end);
    SF_TRY(file_->write(0, std::as_bytes(std::span(&header, 1))));
    SF_TRY(file_->sync());
    ended_at_ = end;
    return {};
}

void Segment::seal(Offset next_base) {
    const Offset next_offset = ended_at_.value_or(next_base);
    // Without a scan only the file's size is known; reading stops at next_offset in any case.
    const auto size = file_->size();
    publish(size ? *size : kSegmentHeaderSize, next_offset);
}

Result<> Segment::read(Offset from, std::size_t bytes_max, std::vector<StoredRecord>& out, std::size_t& bytes) {
    const Offset stop = next_offset();
    const std::uint64_t end = this->end();
    SF_DEBUG_ASSERT(from >= base_);
    std::uint64_t at = position_near(from);
    FileWindow window(*file_);
    Offset expected = 0;
    bool first = true;
    while (at < end && (first || expected < stop)) {
        SF_ASSIGN(const auto head, window.at(at, kRecordHeaderSize));
        const auto header = parse_header(head);
        if (!header || (!first && header->offset != expected)) {
            return fail(damage_error({path_, at, "no record stands where one was written", first ? from : expected}));
        }
        if (header->offset >= stop) break;
        SF_ASSIGN(const auto frame, window.at(at, kRecordHeaderSize + header->payload_size));
        if (!checksum_fits(*header, frame)) {
            return fail(damage_error({path_, at, "a record does not match its checksum", header->offset}));
        }
        remember(header->offset, at);
        if (header->offset >= from) {
            SF_ASSIGN(StoredRecord record, decode_frame(*header, frame));
            bytes += record.record.bytes();
            out.push_back(std::move(record));
            if (bytes >= bytes_max) return {};
        }
        first = false;
        expected = header->offset + 1;
        at += header->framed_size();
    }
    if (expected < stop && !(first && from >= stop)) {
        return fail(damage_error({path_, at, "the file ends too early", first ? from : expected}));
    }
    return {};
}

}  // namespace sf::messaging::embedded
