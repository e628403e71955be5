// A disk in memory that can lose power and fail: for tests of what the log promises.
#pragma once

#include "messaging/embedded/disk.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <vector>

namespace sf::messaging::testing {

/// Any thread. Names are made durable by sync_folder(), contents by sync(); crash() forgets what was not, or keeps
/// parts of it.
class MemoryDisk final : public embedded::Disk, public std::enable_shared_from_this<MemoryDisk> {
public:
    struct Node {
        std::vector<std::byte> content;
        std::vector<std::byte> durable;
        std::vector<std::pair<std::uint64_t, std::vector<std::byte>>> unsynced;  // Writes since the last sync.
    };

    enum class Operation { write, sync, other };

    [[nodiscard]] Result<std::unique_ptr<embedded::File>> open(const std::filesystem::path& path,
                                                               OpenOptions options) override;
    [[nodiscard]] Result<> make_folders(const std::filesystem::path& folder) override;
    [[nodiscard]] Result<> sync_folder(const std::filesystem::path& folder) override;
    [[nodiscard]] Result<> remove(const std::filesystem::path& path) override;
    [[nodiscard]] Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    [[nodiscard]] Result<std::vector<std::string>> list(const std::filesystem::path& folder) override;
    [[nodiscard]] Result<Space> space(const std::filesystem::path& folder) override;
    [[nodiscard]] Result<std::shared_ptr<void>> lock(const std::filesystem::path& path) override;

    /// Called before each operation; an error makes it fail. For writes, the error comes after a part was written.
    std::function<std::optional<Error>(Operation)> fault;
    std::uint64_t bytes_max = 1ull << 40;  // The size of the disk.
    std::uint64_t foreign_bytes = 0;       // Used by others.

    /// The power goes: what was not synced is lost, or each unsynced write is kept with even odds (torn at a sector).
    void crash(std::mt19937& random);

    [[nodiscard]] std::vector<std::filesystem::path> files() const;
    [[nodiscard]] std::vector<std::byte>& content(const std::filesystem::path& path);  // For damage.
    [[nodiscard]] std::shared_ptr<MemoryDisk> copy() const;

private:
    friend class MemoryFile;
    using Names = std::map<std::string, std::shared_ptr<Node>>;

    [[nodiscard]] std::optional<Error> check(Operation operation);
    [[nodiscard]] std::uint64_t used() const;

    mutable std::recursive_mutex mutex_;
    Names names_;  // Under mutex_, as all below.
    Names durable_names_;
    std::map<std::string, std::weak_ptr<void>> locks_;
};

}  // namespace sf::messaging::testing
