// One Parquet file: written from a SELECT, made durable, then given its name.
#pragma once

#include "base/uuid.hpp"
#include "database/lakehouse/duck.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace sf::database {

struct ParquetFile {
    std::filesystem::path folder;      // What `path` is below.
    std::string path;                  // New.
    std::string offsets;               // Which records of the log its rows came from; for the file's own metadata.
    unsigned row_group_rows = 61'440;  // A multiple of DuckDB's vectors; each thread holds one row group.
    std::uint64_t row_group_bytes = 8u << 20;  // In memory, at most about so much.
    std::optional<std::uint64_t> rows = {};    // How many there must be, where that is known.
};

struct ParquetWritten {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
};

/// Told each step, for crash tests. May be empty.
using AtStep = std::function<void(std::string_view)>;

/// `at_step` is told "<what>.written" and "<what>.renamed". After an error nothing is left behind. `unavailable` when
/// the disk is full, `cancelled` after an interrupt.
[[nodiscard]] Result<ParquetWritten> write_parquet(const duck::Connection& connection, const std::string& select,
                                                   const ParquetFile& file, std::string_view what,
                                                   const AtStep& at_step);

/// Reads all of a file that should have so many rows: `corrupt` where it can't be read or has others, `unavailable`
/// where memory is lacking, `cancelled` after an interrupt.
[[nodiscard]] Result<> check_parquet(const duck::Connection& connection, const std::filesystem::path& path,
                                     std::uint64_t rows);

/// New names of files: "154210-c20ed33e2125.parquet". The time is for people; the random part makes the name new. Any
/// thread.
class ParquetNames {
public:
    [[nodiscard]] std::string next(Timestamp time);

private:
    std::mutex mutex_;
    UuidGenerator ids_;  // Under mutex_.
};

}  // namespace sf::database
