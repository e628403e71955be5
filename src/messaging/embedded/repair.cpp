#include "messaging/embedded/repair.hpp"

#include "messaging/embedded/file_window.hpp"
#include "messaging/embedded/segment.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

namespace sf::messaging::embedded {
namespace {

constexpr std::size_t kCopyBytes = 4u << 20;

// Records that follow on one another in a file.
struct Run {
    std::uint64_t begin = 0;  // Bytes.
    std::uint64_t end = 0;
    Offset first = 0;
    Offset next = 0;
};

struct FoundFile {
    Offset base = 0;
    std::vector<Run> runs;
    std::uint64_t garbage_end = 0;  // Of bytes that are neither a sound record nor zero; 0: there are none.
    bool whole = false;             // Nothing but records from the base on: it stays as it is.
};

// A segment as it will be.
struct Planned {
    enum class How { keep, copy, empty, new_end };

    How how = How::keep;
    Offset first = 0;
    Offset next = 0;
    Offset source = 0;  // The base of the file to copy from.
    Run run;
};

bool blank(std::span<const std::byte> bytes) {
    return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

// Every sound record from offset `from` on and below `before`, wherever it stands.
Result<FoundFile> look_at(Disk& disk, const std::filesystem::path& folder, Offset base, Offset from, Offset before) {
    FoundFile found{.base = base};
    const bool overlaps = base < from;  // An interrupted repair has written its records anew, further on.
    SF_ASSIGN(auto file, disk.open(folder / Segment::name_of(base), {}));
    SF_ASSIGN(const std::uint64_t size, file->size());
    FileWindow window(*file);
    for (std::uint64_t at = kSegmentHeaderSize; at < size;) {
        SF_ASSIGN(auto bytes, window.at(at, kRecordHeaderSize));
        const auto header = parse_header(bytes);
        if (header && header->offset >= from && header->offset < before) {
            SF_ASSIGN(const auto frame, window.at(at, kRecordHeaderSize + header->payload_size));
            if (checksum_fits(*header, frame)) {
                if (found.runs.empty() || found.runs.back().end != at || found.runs.back().next != header->offset)
                    found.runs.push_back({at, at, header->offset, header->offset});
                at += header->framed_size();
                found.runs.back().end = at;
                found.runs.back().next = from = header->offset + 1;
                continue;
            }
            SF_ASSIGN(bytes, window.at(at, kRecordAlignment));  // The window may have moved.
        }
        if (!blank(bytes.first(std::min(bytes.size(), kRecordAlignment)))) found.garbage_end = at + kRecordAlignment;
        at += kRecordAlignment;
    }
    auto header = Segment::open(disk, folder, base, false);
    if (!header && header.error().code != ErrorCode::corrupt) return fail(std::move(header.error()));
    found.whole = header && !overlaps && found.garbage_end == 0 &&
                  (found.runs.empty() || (found.runs.size() == 1 && found.runs[0].begin == kSegmentHeaderSize &&
                                          found.runs[0].first == base));
    return found;
}

Result<> copy_file(Disk& disk, const std::filesystem::path& from, const std::filesystem::path& to) {
    SF_ASSIGN(auto source, disk.open(from, {}));
    SF_ASSIGN(auto target, disk.open(to, {.create = true, .write = true}));
    std::vector<std::byte> piece(kCopyBytes);
    for (std::uint64_t at = 0;;) {
        SF_ASSIGN(const std::size_t got, source->read(at, piece));
        if (got == 0) break;
        SF_TRY(target->write(at, std::span(piece).first(got)));
        at += got;
    }
    return target->sync();
}

class PartitionRepair {
public:
    PartitionRepair(Disk& disk, const RepairOptions& options, Timestamp now)
        : disk_(disk), options_(options), now_(now), made_(options.away / "made") {}

    Result<Repair> run() {
        SF_TRY(look());
        plan();
        SF_TRY(keep_damaged_files());
        // From the last to the first: a file that is copied from stays until all that is behind its beginning is done.
        for (std::size_t i = plan_.size(); i-- > 0;) SF_TRY(make(i));
        SF_TRY(remove_leftovers());
        return std::move(repair_);
    }

private:
    Result<> look() {
        SF_TRY(disk_.make_folders(options_.folder));
        SF_ASSIGN(const std::vector<std::string> names, disk_.list(options_.folder));
        std::vector<Offset> bases;
        for (const std::string& name : names) {
            if (const auto base = Segment::base_of(name)) bases.push_back(*base);
        }
        Offset from = bases.empty() ? 0 : bases.front();
        for (std::size_t i = 0; i < bases.size(); ++i) {
            const Offset before = i + 1 < bases.size() ? bases[i + 1] : UINT64_MAX;
            SF_ASSIGN(FoundFile file, look_at(disk_, options_.folder, bases[i], from, before));
            if (!file.runs.empty()) from = file.runs.back().next;
            files_.push_back(std::move(file));
        }
        return {};
    }

    void plan() {
        for (const FoundFile& file : files_) {
            if (file.whole) {
                plan_.push_back(
                    {Planned::How::keep, file.base, file.runs.empty() ? file.base : file.runs[0].next, 0, {}});
                continue;
            }
            for (const Run& run : file.runs) plan_.push_back({Planned::How::copy, run.first, run.next, file.base, run});
        }
        Offset begin = files_.empty() ? 0 : files_.front().base;
        if (options_.read_up_to) begin = files_.empty() ? *options_.read_up_to : std::min(begin, *options_.read_up_to);
        if (plan_.empty() || plan_.front().first > begin)
            plan_.insert(plan_.begin(), {Planned::How::empty, begin, begin, 0, {}});
        Offset end = std::max(plan_.back().next, options_.read_up_to.value_or(0));
        if (!files_.empty()) end = std::max(end, behind_all_of(files_.back()));
        if (end > plan_.back().next) plan_.push_back({Planned::How::new_end, end, end + 1, 0, {}});
        for (std::size_t i = 0; i + 1 < plan_.size(); ++i) {
            if (ends_early(i)) repair_.given_up.push_back({plan_[i].next, plan_[i + 1].first});
        }
        repair_.end = plan_.back().next;
    }

    // No record of the newest file can have had this offset or a later one, whatever became of it.
    Offset behind_all_of(const FoundFile& file) const {
        const Offset next = file.runs.empty() ? file.base : file.runs.back().next;
        const std::uint64_t good_end = file.runs.empty() ? kSegmentHeaderSize : file.runs.back().end;
        return file.garbage_end <= good_end ? next : next + (file.garbage_end - good_end) / kRecordHeaderSize + 1;
    }

    [[nodiscard]] bool ends_early(std::size_t i) const {
        return i + 1 < plan_.size() && plan_[i].next != plan_[i + 1].first;
    }

    Result<> keep_damaged_files() {
        SF_TRY(disk_.make_folders(made_));
        bool any = false;
        for (const FoundFile& file : files_) {
            if (file.whole) continue;
            any = true;
            const std::string name = Segment::name_of(file.base);
            SF_TRY(copy_file(disk_, options_.folder / name,
                             options_.away / (name + "." + std::to_string(to_micros(now_)))));
        }
        return any ? disk_.sync_folder(options_.away) : Result<>();
    }

    Result<> make(std::size_t i) {
        const Planned& planned = plan_[i];
        if (planned.how == Planned::How::keep) {
            if (!ends_early(i)) return {};
            SF_ASSIGN(auto segment, Segment::open(disk_, options_.folder, planned.first, true));
            if (segment->ended_at() == planned.next) return {};
            return segment->end_at(planned.next);
        }
        const std::string name = Segment::name_of(planned.first);
        if (auto old = disk_.remove(made_ / name); !old && old.error().code != ErrorCode::not_found)
            return fail(std::move(old.error()));
        const std::uint64_t bytes = planned.run.end - planned.run.begin;
        SF_ASSIGN(auto segment, Segment::create(disk_, made_, planned.first, kSegmentHeaderSize + bytes));
        if (planned.how == Planned::How::copy) SF_TRY(copy_run(planned, *segment));
        if (planned.how == Planned::How::new_end) SF_TRY(write_first_record(planned, *segment));
        SF_TRY(segment->sync());
        if (ends_early(i)) SF_TRY(segment->end_at(planned.next));
        SF_TRY(disk_.rename(made_ / name, options_.folder / name));
        return disk_.sync_folder(options_.folder);
    }

    // Each record says of itself that all before it was durable: if it ever looks wrong again, it is damage.
    Result<> copy_run(const Planned& planned, Segment& segment) {
        SF_ASSIGN(auto file, disk_.open(options_.folder / Segment::name_of(planned.source), {}));
        FileWindow window(*file);
        std::vector<std::byte> frame;
        for (std::uint64_t at = planned.run.begin; at < planned.run.end; at += frame.size()) {
            SF_ASSIGN(const auto head, window.at(at, kRecordHeaderSize));
            const auto header = parse_header(head);
            if (!header)
                return fail(ErrorCode::corrupt, "a record changed while it was copied", segment.path().string());
            SF_ASSIGN(const auto bytes, window.at(at, header->framed_size()));
            frame.assign(bytes.begin(), bytes.end());
            frame.resize(header->framed_size());  // The file may end in the padding.
            set_group_start(frame, static_cast<std::uint32_t>(segment.written()));
            SF_TRY(segment.write(frame));
        }
        return {};
    }

    // A tick, so that readers get over the hole before it without waiting for events.
    Result<> write_first_record(const Planned& planned, Segment& segment) {
        RecordHeader header{.kind = RecordKind::tick, .offset = planned.first};
        SF_ASSIGN(header.stamp, options_.next_epoch());
        header.group_start = kSegmentHeaderSize;
        header.appended_at = to_micros(now_);
        std::vector<std::byte> frame;
        append_frame(frame, header, {.kind = RecordKind::tick});
        return segment.write(frame);
    }

    Result<> remove_leftovers() {
        for (const FoundFile& file : files_) {
            if (std::ranges::find(plan_, file.base, &Planned::first) != plan_.end()) continue;
            SF_TRY(disk_.remove(options_.folder / Segment::name_of(file.base)));
        }
        return disk_.sync_folder(options_.folder);
    }

    Disk& disk_;
    const RepairOptions& options_;
    const Timestamp now_;
    const std::filesystem::path made_;  // New segments, until they get their names.
    std::vector<FoundFile> files_;
    std::vector<Planned> plan_;
    Repair repair_;
};

}  // namespace

Result<Repair> repair_partition(Disk& disk, const RepairOptions& options, Timestamp now) {
    return PartitionRepair(disk, options, now).run();
}

}  // namespace sf::messaging::embedded
