// Which files to merge next. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sf::database {

struct CompactionOptions {
    bool enabled = true;
    std::uint64_t bytes_target = 512u << 20;  // Merged files are at most about so large.
    std::size_t files_min = 8;                // So many files of like size are merged while their day lasts.
    std::size_t files_max = 64;               // Merged at once.
};

/// A file as far as the plan is concerned.
struct MergeCandidate {
    std::int64_t id = 0;
    std::string day;  // "2015-05-17"; files of different days stay apart.
    std::uint64_t bytes = 0;
};

/// Ids of two or more files of one day. While a day lasts, files of like size are merged (each event is then rewritten
/// about once for every eightfold growth of its file); a day before `today` ("2015-05-17") is merged down to files of
/// the target size. Nothing when there is nothing worth doing.
[[nodiscard]] std::optional<std::vector<std::int64_t>> plan_compaction(std::span<const MergeCandidate> files,
                                                                       const std::string& today,
                                                                       const CompactionOptions& options);

}  // namespace sf::database
