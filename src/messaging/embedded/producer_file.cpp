#include "messaging/embedded/producer_file.hpp"

#include "base/uuid.hpp"
#include "messaging/embedded/topic_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sf::messaging::embedded {
namespace {

Result<std::string> read_text(Disk& disk, const std::filesystem::path& path) {
    SF_ASSIGN(auto file, disk.open(path, {}));
    SF_ASSIGN(const std::uint64_t size, file->size());
    std::string text(std::min<std::uint64_t>(size, 4096), '\0');
    SF_ASSIGN(const std::size_t got, file->read(0, std::as_writable_bytes(std::span(text))));
    text.resize(got);
    return text;
}

Result<> replace_text(Disk& disk, const std::filesystem::path& path, std::string_view text) {
    std::filesystem::path beside = path;
    beside += ".new";
    if (auto old = disk.remove(beside); !old && old.error().code != ErrorCode::not_found)
        return fail(std::move(old.error()));
    {
        SF_ASSIGN(auto file, disk.open(beside, {.create = true, .write = true}));
        SF_TRY(file->write(0, std::as_bytes(std::span(text))));
        SF_TRY(file->sync());
    }
    SF_TRY(disk.rename(beside, path));
    return disk.sync_folder(path.parent_path());
}

Result<> write(Disk& disk, const std::filesystem::path& log, const ProducerStamp& stamp) {
    return replace_text(disk, log / kProducerFile, fmt::format("{:016x} {}\n", stamp.producer_id, stamp.epoch));
}

// Nothing: there is no such file yet.
Result<std::optional<ProducerStamp>> read(Disk& disk, const std::filesystem::path& log) {
    const std::filesystem::path path = log / kProducerFile;
    const auto text = read_text(disk, path);
    if (!text && text.error().code == ErrorCode::not_found) return std::nullopt;
    if (!text) return fail(text.error());
    ProducerStamp stamp;
    if (std::sscanf(text->c_str(), "%16lx %u", &stamp.producer_id, &stamp.epoch) != 2) {
        return fail(ErrorCode::corrupt, "the file " + path.string() + " is damaged",
                    "it holds the log's producer id and epoch", "run: streamflow verify --repair");
    }
    return stamp;
}

}  // namespace

Result<ProducerStamp> next_epoch(Disk& disk, const std::filesystem::path& log, const Clock& clock) {
    SF_ASSIGN(std::optional<ProducerStamp> stamp, read(disk, log));
    if (!stamp) {
        UuidGenerator generator;
        stamp = ProducerStamp{.producer_id = generator.next(clock.now()).low()};
    }
    ++stamp->epoch;
    SF_TRY(write(disk, log, *stamp));
    return *stamp;
}

Result<> replace_producer(Disk& disk, const std::filesystem::path& log, const Clock& clock) {
    UuidGenerator generator;
    return write(disk, log, {.producer_id = generator.next(clock.now()).low()});
}

Result<bool> producer_is_damaged(Disk& disk, const std::filesystem::path& log) {
    const auto stamp = read(disk, log);
    if (!stamp && stamp.error().code != ErrorCode::corrupt) return fail(stamp.error());
    return !stamp;
}

}  // namespace sf::messaging::embedded
