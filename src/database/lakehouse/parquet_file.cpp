#include "database/lakehouse/parquet_file.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <system_error>

namespace sf::database {
namespace {

Result<std::uint64_t> copy(const duck::Connection& connection, const std::string& select, const ParquetFile& file,
                           const std::filesystem::path& to) {
    SF_ASSIGN(
        const std::uint64_t rows,
        duck::execute(connection,
                      fmt::format("COPY ({}) TO {} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, "
                                  "ROW_GROUP_SIZE {}, ROW_GROUP_SIZE_BYTES {}, KV_METADATA {{streamflow_format: '1', "
                                  "streamflow_offsets: {}}})",
                                  select, duck::quoted(to.string()), file.row_group_rows, file.row_group_bytes,
                                  duck::quoted(file.offsets))));
    if (!file.rows || rows == *file.rows) return rows;
    return fail(ErrorCode::internal, "a Parquet file has not the rows that it should have",
                fmt::format("{} instead of {}", rows, *file.rows));
}

// Makes the file durable, then its name.
Result<std::uint64_t> settle(const std::filesystem::path& written, const std::filesystem::path& path,
                             std::string_view what, const AtStep& at_step) {
    const auto step = [&](const char* name) {
        if (at_step) at_step(std::string(what) + name);
    };
    {
        SF_ASSIGN(const Fd fd, open_file(written, O_RDONLY | O_CLOEXEC));
        if (::fsync(fd.get()) != 0) return fail(errno_error("syncing", written));
    }
    step(".written");
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(written, error);
    if (!error) std::filesystem::rename(written, path, error);
    if (error)
        return fail(ErrorCode::internal, "a Parquet file can't be renamed", path.string() + ": " + error.message());
    SF_TRY(sync_folder(path.parent_path()));
    step(".renamed");
    return bytes;
}

}  // namespace

Result<ParquetWritten> write_parquet(const duck::Connection& connection, const std::string& select,
                                     const ParquetFile& file, std::string_view what, const AtStep& at_step) {
    const std::filesystem::path path = file.folder / file.path;
    const std::filesystem::path temporary = path.string() + ".tmp";
    SF_TRY(make_folders(path.parent_path()));
    ParquetWritten written;
    const auto write = [&]() -> Result<> {
        SF_ASSIGN(written.rows, copy(connection, select, file, temporary));
        SF_ASSIGN(written.bytes, settle(temporary, path, what, at_step));
        return {};
    };
    auto done = write();
    if (done) return written;
    std::error_code ignored;  // Whatever is left is an orphan to the next start.
    std::filesystem::remove(temporary, ignored);
    std::filesystem::remove(path, ignored);
    return fail(std::move(done.error()).during("writing " + file.path));
}

Result<> check_parquet(const duck::Connection& connection, const std::filesystem::path& path, std::uint64_t rows) {
    // The condition holds for any rows at all, but to know that DuckDB has to look at every value.
    auto found =
        duck::execute(connection, fmt::format("SELECT count(*) FROM read_parquet({}, hive_partitioning = false) AS t "
                                              "HAVING bit_xor(hash(t)) IS NOT NULL",
                                              duck::quoted(path.string())));
    if (!found) return fail(duck::unreadable(std::move(found.error()), "a stored file can't be read"));
    if (*found == rows) return {};
    return fail(ErrorCode::corrupt, "a stored file has not the rows that it should have",
                fmt::format("{} instead of {}", *found, rows));
}

std::string ParquetNames::next(Timestamp time) {
    std::string of_day = format_rfc3339(time).substr(11, 8);
    std::erase(of_day, ':');
    std::lock_guard lock(mutex_);
    return fmt::format("{}-{}.parquet", of_day, to_string(ids_.next(Timestamp{})).substr(24));
}

}  // namespace sf::database
