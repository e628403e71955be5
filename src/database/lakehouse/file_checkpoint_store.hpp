// Checkpoints as files: a folder a name, with the newest checkpoint, the one before it, and the epoch.
// docs/formats/checkpoints.md.
#pragma once

#include "database/checkpoint_store.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sf::database {

struct FileCheckpointOptions {
    std::filesystem::path folder;  // Made where missing; one process at a time (the data directory's lock sees to it).
    std::function<void(std::string_view)>
        at_step;  // Told each step of take_over() and write(); for crash tests. May be empty.
};

class FileCheckpointStore : public CheckpointStore {
public:
    explicit FileCheckpointStore(FileCheckpointOptions options) : options_(std::move(options)) {}

    /// Errors: `corrupt` if the epoch can't be read; nobody may write then.
    [[nodiscard]] Result<std::uint32_t> take_over(std::string_view name, std::uint32_t above = 0) override;

    /// `fill` runs without a lock: a take-over does not wait for it. `unavailable` on a full disk, and all is as
    /// before.
    [[nodiscard]] Result<> write(std::string_view name, std::uint32_t epoch,
                                 const std::function<Result<>(const Sink&)>& fill) override;
    [[nodiscard]] Result<std::optional<std::vector<std::byte>>> read(std::string_view name) override;
    [[nodiscard]] Result<> remove(std::string_view name) override;

private:
    using Sequence = std::uint64_t;

    [[nodiscard]] Result<std::filesystem::path> folder_of(std::string_view name) const;
    [[nodiscard]] Result<> check_epoch(const std::filesystem::path& folder, std::string_view name,
                                       std::uint32_t epoch) const;
    void keep_one_spare(const std::filesystem::path& folder, Sequence newest);
    void step(std::string_view what) const {
        if (options_.at_step) options_.at_step(what);
    }

    const FileCheckpointOptions options_;
    std::mutex mutex_;          // Below: under mutex_, and changes of names in the folders.
    std::uint64_t writes_ = 0;  // For names of unfinished files.
    std::map<std::filesystem::path, std::set<Sequence>> damaged_;  // By folder: what read() found, no good as a spare.
};

}  // namespace sf::database
