// A Parquet file that the manifest names. Whoever reads it holds it; once it has been replaced, the last to let go of
// it removes it from the disk.
#pragma once

#include "database/lakehouse/manifest.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace sf::database {

class StoredFile {
public:
    explicit StoredFile(std::filesystem::path path) : path_(std::move(path)) {}
    ~StoredFile();
    StoredFile(const StoredFile&) = delete;
    StoredFile& operator=(const StoredFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// The manifest names it no longer.
    void replace() const { replaced_ = true; }

private:
    std::filesystem::path path_;
    mutable std::atomic<bool> replaced_{false};
};

/// With what the manifest says of it.
template <class Entry>
class ManifestFile : public StoredFile {
public:
    ManifestFile(const std::filesystem::path& folder, Entry entry)
        : StoredFile(folder / entry.path), entry_(std::move(entry)) {}

    [[nodiscard]] const Entry& entry() const { return entry_; }

private:
    Entry entry_;
};

using DataFile = ManifestFile<FileEntry>;
using DataFilePtr = std::shared_ptr<const DataFile>;  // Shared by the store and the queries that read it.

/// Whether the file is there with as many bytes as it should have. Otherwise the log says that it was set aside with
/// its `rows` of `what`.
[[nodiscard]] bool check_file(const StoredFile& file, std::uint64_t bytes, std::string_view what, std::uint64_t rows);

/// Clears `folder`, of which the manifest names `paths`, at the start. What is unfinished (.tmp) is removed. Whole
/// files that are not named were left by a crash between writing and the manifest, or the manifest is an older one:
/// they go to the folder orphans/ beside `folder`, and come back from there when a manifest names them again. What has
/// been there for kOrphansKept is removed.
[[nodiscard]] Result<> clear_orphans(const std::filesystem::path& folder, const std::set<std::string>& paths);

inline constexpr std::chrono::hours kOrphansKept{7 * 24};

/// Files that a transaction of the manifest names which failed at its end. On the disk it may be whole, and then comes
/// back after a crash: so they stay until another transaction has taken its place.
class DoubtfulFiles {
public:
    void add(std::filesystem::path path) { paths_.push_back(std::move(path)); }
    [[nodiscard]] bool empty() const { return paths_.empty(); }

    /// Another transaction has been committed.
    void remove();

    /// They are left to the next start.
    void forget() { paths_.clear(); }

private:
    std::vector<std::filesystem::path> paths_;
};

}  // namespace sf::database
