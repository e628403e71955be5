#include "messaging/embedded/embedded_log.hpp"

#include "base/assert.hpp"
#include "base/logging.hpp"
#include "messaging/embedded/producer_file.hpp"
#include "messaging/embedded/topic_folder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::messaging {
namespace {

constexpr auto kDiskLookInterval = std::chrono::milliseconds{100};

using embedded::is_topic_name;

Error no_such_topic(std::string_view topic, Partition partition) {
    return Error{ErrorCode::not_found, fmt::format("the log has no partition {} of topic \"{}\"", partition, topic)};
}

}  // namespace

EmbeddedLog::EmbeddedLog(EmbeddedLogOptions options, const Clock& clock, std::shared_ptr<embedded::Disk> disk)
    : options_(std::move(options)), clock_(clock), disk_(std::move(disk)) {}

EmbeddedLog::~EmbeddedLog() { stop(); }

Result<> EmbeddedLog::start() {
    SF_ASSERT(!started_);
    SF_TRY(disk_->make_folders(options_.folder));
    SF_ASSIGN(lock_, disk_->lock(options_.folder / embedded::kLockFile));
    SF_ASSIGN(producer_, embedded::next_epoch(*disk_, options_.folder, clock_));
    SF_ASSIGN(const std::vector<std::string> names, disk_->list(options_.folder));
    for (const std::string& name : names) {
        if (!is_topic_name(name)) continue;
        SF_ASSIGN(const std::vector<std::string> partitions, disk_->list(options_.folder / name));
        if (!partitions.empty()) SF_TRY(open_topic(name, static_cast<Partition>(partitions.size())));
    }
    started_ = true;
    (void)disk_is_full();
    return {};
}

Result<> EmbeddedLog::open_topic(const std::string& topic, Partition partitions) {
    Partitions opened;
    for (Partition p = 0; p < partitions; ++p) {
        opened.push_back(std::make_unique<embedded::PartitionLog>(
            options_.partition, disk_, options_.folder / topic / std::to_string(p), clock_, health_, producer_));
        if (auto result = opened.back()->open(); !result) {
            return fail(
                std::move(result.error()).during(fmt::format("opening partition {} of topic \"{}\"", p, topic)));
        }
    }
    SF_TRY(disk_->sync_folder(options_.folder / topic));
    std::lock_guard lock(mutex_);
    topics_.emplace(topic, std::move(opened));
    return {};
}

void EmbeddedLog::stop() {
    std::map<std::string, Partitions, std::less<>> topics;
    {
        std::lock_guard lock(mutex_);
        for (auto& [name, partitions] : topics_) {
            for (auto& partition : partitions) partition->close();
        }
    }
    started_ = false;
    lock_.reset();
}

Result<> EmbeddedLog::ensure_topic(std::string_view topic, Partition partitions) {
    SF_ASSERT(is_topic_name(topic) && partitions > 0);
    {
        std::lock_guard lock(mutex_);
        if (const auto found = topics_.find(topic); found != topics_.end()) {
            if (found->second.size() == partitions) return {};
            return fail(ErrorCode::conflict,
                        fmt::format("topic \"{}\" has {} partition{}, not {}", topic, found->second.size(),
                                    found->second.size() == 1 ? "" : "s", partitions),
                        "the number is fixed when a data directory is first used",
                        fmt::format("set PARTITIONS={}, or use another data directory", found->second.size()));
        }
    }
    SF_TRY(open_topic(std::string(topic), partitions));
    return disk_->sync_folder(options_.folder);
}

embedded::PartitionLog* EmbeddedLog::find(std::string_view topic, Partition partition) {
    std::lock_guard lock(mutex_);
    const auto found = topics_.find(topic);
    if (found == topics_.end() || partition >= found->second.size()) return nullptr;
    return found->second[partition].get();
}

void EmbeddedLog::append(std::string_view topic, Partition partition, Record record, OnDurable done) {
    embedded::PartitionLog* log = find(topic, partition);
    if (log == nullptr) return done(fail(no_such_topic(topic, partition)));
    if (const LogState now = state(); !now.accepting) {
        return done(fail(ErrorCode::unavailable, "events can't be stored now", now.reason,
                         "repeat the request a little later"));
    }
    log->append(std::move(record), std::move(done));
}

Result<std::vector<StoredRecord>> EmbeddedLog::read(std::string_view topic, Partition partition, Offset from,
                                                    ReadLimits limits) {
    embedded::PartitionLog* log = find(topic, partition);
    if (log == nullptr) return fail(no_such_topic(topic, partition));
    return log->read(from, limits);
}

Result<OffsetRange> EmbeddedLog::range(std::string_view topic, Partition partition) {
    embedded::PartitionLog* log = find(topic, partition);
    if (log == nullptr) return fail(no_such_topic(topic, partition));
    return log->range();
}

Result<> EmbeddedLog::trim(std::string_view topic, Partition partition, Offset before) {
    embedded::PartitionLog* log = find(topic, partition);
    if (log == nullptr) return fail(no_such_topic(topic, partition));
    return log->trim(before);
}

std::vector<TopicInfo> EmbeddedLog::topics() {
    std::lock_guard lock(mutex_);
    std::vector<TopicInfo> infos;
    for (const auto& [name, partitions] : topics_) infos.push_back({name, static_cast<Partition>(partitions.size())});
    return infos;
}

LogState EmbeddedLog::state() {
    if (const auto failure = health_.failure()) return {.accepting = false, .failed = true, .reason = failure->line()};
    if (disk_is_full()) {
        return {.accepting = false,
                .failed = false,
                .reason = "the disk of " + options_.folder.string() + " is nearly full"};
    }
    std::lock_guard lock(mutex_);
    for (const auto& [name, partitions] : topics_) {
        for (const auto& partition : partitions) {
            if (const auto damage = partition->damage()) {
                return {.accepting = true, .failed = false, .reason = embedded::damage_error(*damage).line()};
            }
        }
    }
    return {};
}

bool EmbeddedLog::disk_is_full() {
    std::lock_guard lock(disk_mutex_);
    const auto now = clock_.steady();
    if (now - disk_looked_at_ < kDiskLookInterval && disk_looked_at_ != std::chrono::steady_clock::time_point{})
        return disk_full_;
    disk_looked_at_ = now;
    const auto space = disk_->space(options_.folder);
    if (!space) return disk_full_;  // Writing will say what is wrong.
    const std::uint64_t needed = std::min(options_.disk_free_min, space->total / 20);
    // Some hysteresis: a log that hovers at the limit would answer every other request with 503.
    const bool full = disk_full_ ? space->free < needed + needed / 4 : space->free < needed;
    if (full != disk_full_) {
        if (full)
            logging::warn("the disk is nearly full: events are refused until there is space",
                          {{"free_bytes", space->free}});
        else logging::info("there is space on the disk again: events are taken", {{"free_bytes", space->free}});
    }
    disk_full_ = full;
    keep_reserve(space->free < needed / 4);
    return disk_full_;
}

void EmbeddedLog::keep_reserve(bool full) {
    const std::filesystem::path path = options_.folder / embedded::kReserveFile;
    if (full && has_reserve_) {
        if (auto removed = disk_->remove(path); !removed)
            logging::warn("the reserve file can't be given back", {{"error", removed.error().line()}});
        has_reserve_ = false;
    } else if (!full && !disk_full_ && !has_reserve_) {
        auto file = disk_->open(path, {.create = true, .write = true});
        if (!file) {
            has_reserve_ = true;  // It is still there from the last run.
            return;
        }
        has_reserve_ = true;
        if (auto reserved = (*file)->preallocate(options_.reserve_bytes); !reserved) {
            logging::warn("the reserve file can't be made", {{"error", reserved.error().line()}});
        }
    }
}

std::uint64_t EmbeddedLog::bytes_on_disk() {
    std::lock_guard lock(mutex_);
    std::uint64_t bytes = 0;
    for (const auto& [name, partitions] : topics_) {
        for (const auto& partition : partitions) bytes += partition->bytes_on_disk();
    }
    return bytes;
}

}  // namespace sf::messaging
