#include "messaging/embedded/verify.hpp"

#include "messaging/embedded/producer_file.hpp"
#include "messaging/embedded/repair.hpp"
#include "messaging/embedded/topic_folder.hpp"

#include <fmt/format.h>

#include <charconv>

namespace sf::messaging::embedded {
namespace {

Result<PartitionReport> check_partition(Disk& disk, const std::filesystem::path& folder) {
    PartitionReport report;
    std::vector<Offset> bases;
    SF_ASSIGN(const std::vector<std::string> names, disk.list(folder));
    for (const std::string& name : names) {
        if (const auto base = Segment::base_of(name)) bases.push_back(*base);
    }
    report.segments = bases.size();
    if (!bases.empty()) report.begin = report.end = bases.front();
    for (std::size_t i = 0; i < bases.size() && !report.damage; ++i) {
        const bool last = i + 1 == bases.size();
        auto segment = Segment::open(disk, folder, bases[i], false);
        if (!segment) {
            if (segment.error().code != ErrorCode::corrupt) return fail(std::move(segment.error()));
            SF_ASSIGN(const bool unfinished, Segment::is_unfinished(disk, folder, bases[i]));
            report.torn = last && unfinished;
            if (!report.torn)
                report.damage =
                    Damage{folder / Segment::name_of(bases[i]), 0, "the file's header is not right", bases[i]};
            break;
        }
        SF_ASSIGN(const SegmentScan scan, (*segment)->scan(last));
        report.records += scan.records;
        report.end = scan.next_offset;
        report.torn = scan.torn;
        report.bytes += scan.end;
        report.damage = scan.damage;
        if (report.damage || last) break;
        const Offset end = (*segment)->ended_at().value_or(bases[i + 1]);
        if (scan.next_offset != end)
            report.damage = Damage{(*segment)->path(), scan.end, "the file ends too early", scan.next_offset};
    }
    return report;
}

std::string text_of(const Repair& repair, const std::filesystem::path& away) {
    std::string text = "kept what can be read";
    for (const OffsetRange& range : repair.given_up)
        text += fmt::format("; gave up offsets {} to {}", range.begin, range.end - 1);
    return text + fmt::format("; goes on at offset {}; damaged files are kept in {}", repair.end, away.string());
}

}  // namespace

Result<LogReport> verify_log(Disk& disk, const std::filesystem::path& folder, const VerifyOptions& options,
                             const Clock& clock) {
    SF_ASSIGN(const auto lock, disk.lock(folder / kLockFile));
    LogReport report;
    SF_ASSIGN(report.producer_damaged, producer_is_damaged(disk, folder));
    if (report.producer_damaged && options.repair) SF_TRY(replace_producer(disk, folder, clock));
    // One epoch for all records that this repair writes.
    std::optional<ProducerStamp> stamp;
    const auto epoch = [&]() -> Result<ProducerStamp> {
        if (!stamp) {
            SF_ASSIGN(stamp, next_epoch(disk, folder, clock));
        }
        return *stamp;
    };
    SF_ASSIGN(const std::vector<std::string> topics, disk.list(folder));
    for (const std::string& topic : topics) {
        if (!is_topic_name(topic)) continue;
        SF_ASSIGN(const std::vector<std::string> partitions, disk.list(folder / topic));
        for (const std::string& name : partitions) {
            Partition partition = 0;
            const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), partition);
            if (error != std::errc{} || end != name.data() + name.size()) continue;
            SF_ASSIGN(PartitionReport checked, check_partition(disk, folder / topic / name));
            checked.topic = topic;
            checked.partition = partition;
            const auto read_up_to = options.read_up_to ? options.read_up_to(topic, partition) : std::nullopt;
            if (read_up_to && (*read_up_to < checked.begin || *read_up_to > checked.end))
                checked.read_up_to = read_up_to;
            if (!checked.sound() && options.repair) {
                const std::filesystem::path away = folder / kQuarantineFolder / topic / name;
                SF_ASSIGN(const Repair repair,
                          repair_partition(disk, {folder / topic / name, away, read_up_to, epoch}, clock.now()));
                checked.repair = text_of(repair, away);
            }
            report.partitions.push_back(std::move(checked));
        }
    }
    return report;
}

}  // namespace sf::messaging::embedded
