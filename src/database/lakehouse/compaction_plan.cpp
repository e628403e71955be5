#include "database/lakehouse/compaction_plan.hpp"

#include <algorithm>
#include <bit>
#include <map>

namespace sf::database {
namespace {

using Files = std::vector<const MergeCandidate*>;

// Files of about the same size share a tier: up to 1 MiB, 8 MiB, 64 MiB, ...
int tier(const MergeCandidate& file) { return (std::bit_width(file.bytes >> 20) + 2) / 3; }

// The smallest files that together stay below the target; nothing if that is fewer than `least`.
std::optional<std::vector<std::int64_t>> choose(Files files, std::size_t least, const CompactionOptions& options) {
    if (files.size() < least) return std::nullopt;
    std::ranges::sort(files, {}, [](const MergeCandidate* file) { return std::pair(file->bytes, file->id); });
    std::vector<std::int64_t> ids;
    std::uint64_t bytes = 0;
    for (const MergeCandidate* file : files) {
        if (bytes + file->bytes > options.bytes_target || ids.size() == options.files_max) break;
        bytes += file->bytes;
        ids.push_back(file->id);
    }
    if (ids.size() < least) return std::nullopt;
    return ids;
}

}  // namespace

std::optional<std::vector<std::int64_t>> plan_compaction(std::span<const MergeCandidate> files,
                                                         const std::string& today, const CompactionOptions& options) {
    if (!options.enabled) return std::nullopt;
    std::map<std::string, Files> days;
    for (const MergeCandidate& file : files) {
        if (file.bytes < options.bytes_target / 2) days[file.day].push_back(&file);
    }
    for (const auto& [day, small] : days) {
        if (day < today) {
            if (auto ids = choose(small, 2, options)) return ids;
            continue;
        }
        std::map<int, Files> tiers;
        for (const MergeCandidate* file : small) tiers[tier(*file)].push_back(file);
        for (const auto& [size, alike] : tiers) {
            if (auto ids = choose(alike, std::max<std::size_t>(2, options.files_min), options)) return ids;
        }
    }
    return std::nullopt;
}

}  // namespace sf::database
