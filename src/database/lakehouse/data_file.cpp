#include "database/lakehouse/data_file.hpp"

#include "base/file.hpp"
#include "base/logging.hpp"

#include <set>
#include <system_error>

namespace sf::database {
namespace {

using FileClock = std::filesystem::file_time_type::clock;

// Symbolic links are among them, and not followed.
Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    if (!std::filesystem::exists(folder, error) && !error) return files;
    for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        if (!at->is_directory(error) || at->is_symlink(error)) files.push_back(at->path());
    }
    if (error)
        return fail(ErrorCode::internal, "a folder of stored files can't be listed",
                    folder.string() + ": " + error.message());
    return files;
}

Result<> move_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    SF_TRY(make_folders(to.parent_path()));
    std::error_code error;
    std::filesystem::rename(from, to, error);
    if (error) return fail(ErrorCode::internal, "a file can't be moved", from.string() + ": " + error.message());
    SF_TRY(sync_folder(to.parent_path()));
    return sync_folder(from.parent_path());
}

void move_away(const std::filesystem::path& path, const std::filesystem::path& to) {
    if (auto moved = move_file(path, to); !moved) {
        // Harmless: nobody reads it where it is.
        logging::warn("a stored file that the manifest does not name can't be moved away",
                      {{"path", path.string()}, {"error", moved.error().line()}});
        return;
    }
    std::error_code ignored;  // Then it goes a little earlier.
    std::filesystem::last_write_time(to, FileClock::now(), ignored);
    logging::warn("a stored file that the manifest does not name was moved to the orphans",
                  {{"path", path.string()}, {"to", to.string()}, {"kept_hours", kOrphansKept.count()}});
}

// What an older manifest did not name, and the right one does.
void bring_back(const std::filesystem::path& folder, const std::filesystem::path& orphans,
                const std::set<std::string>& paths) {
    std::error_code error;
    if (!std::filesystem::exists(orphans, error)) return;
    for (const std::string& name : paths) {
        if (std::filesystem::exists(folder / name, error) || !std::filesystem::exists(orphans / name, error)) continue;
        if (auto moved = move_file(orphans / name, folder / name); !moved) {
            logging::error("a stored file can't be brought back from the orphans",
                           {{"path", (orphans / name).string()}, {"error", moved.error().line()}});
        } else {
            logging::info("brought a stored file back from the orphans", {{"path", name}});
        }
    }
}

}  // namespace

StoredFile::~StoredFile() {
    if (!replaced_) return;
    std::error_code error;
    std::filesystem::remove(path_, error);
    // Harmless: the next start takes it for an orphan.
    if (error) logging::warn("replaced file was not removed", {{"path", path_.string()}, {"error", error.message()}});
}

bool check_file(const StoredFile& file, std::uint64_t bytes, std::string_view what, std::uint64_t rows) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file.path(), error);
    if (!error && size == bytes) return true;
    logging::error("a stored file is missing or damaged and was set aside; what it holds is not in query results",
                   {{"path", file.path().string()},
                    {what, rows},
                    {"found", error ? error.message() : std::to_string(size) + " bytes"},
                    {"expected_bytes", bytes}});
    return false;
}

Result<> clear_orphans(const std::filesystem::path& folder, const std::set<std::string>& paths) {
    const std::filesystem::path orphans = folder.parent_path() / "orphans" / folder.filename();
    bring_back(folder, orphans, paths);
    SF_ASSIGN(const std::vector<std::filesystem::path> found, files_below(folder));
    for (const std::filesystem::path& path : found) {
        const std::filesystem::path name = path.lexically_relative(folder);
        if (paths.contains(name.string())) continue;
        std::error_code error;
        // No symbolic link is followed or kept: nothing that we write is one.
        const bool regular = std::filesystem::is_regular_file(std::filesystem::symlink_status(path, error));
        if (regular && path.extension() != ".tmp") {
            move_away(path, orphans / name);
            continue;
        }
        std::filesystem::remove(path, error);
        if (error)
            return fail(ErrorCode::internal, "an unfinished file can't be removed",
                        path.string() + ": " + error.message());
        logging::info("removed an unfinished file", {{"path", path.string()}});
    }
    SF_ASSIGN(const std::vector<std::filesystem::path> kept, files_below(orphans));
    for (const std::filesystem::path& path : kept) {
        std::error_code error;
        const auto since = std::filesystem::last_write_time(path, error);
        if (error || FileClock::now() - since < kOrphansKept) continue;
        std::filesystem::remove(path, error);
        if (!error) logging::info("removed an orphaned file", {{"path", path.string()}});
    }
    return {};
}

void DoubtfulFiles::remove() {
    for (const std::filesystem::path& path : paths_) {
        std::error_code error;
        std::filesystem::remove(path, error);
        // Harmless: the next start takes it for an orphan.
        if (error) logging::warn("a file that counts for nothing was not removed", {{"path", path.string()}});
    }
    paths_.clear();
}

}  // namespace sf::database
