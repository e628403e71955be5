// Writes events to Parquet files: live batches at a flush, other files at a merge. Has a DuckDB instance of its own,
// apart from the one that runs queries, with little memory: row groups are small and their order is left open.
#pragma once

#include "database/lakehouse/data_file.hpp"
#include "database/lakehouse/duck.hpp"
#include "database/lakehouse/live_scan.hpp"
#include "database/lakehouse/parquet_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sf::database {

struct ParquetWriterOptions {
    std::filesystem::path folder;     // Files go to <folder>/received=<day>/.
    std::filesystem::path temporary;  // Where DuckDB may spill; it has no need to as long as a row group fits.
    std::uint64_t memory_bytes = 192u << 20;
    unsigned threads = 2;
    unsigned row_group_rows = 61'440;           // A multiple of DuckDB's vectors; each thread holds one row group,
    std::uint64_t row_group_bytes = 16u << 20;  // of at most about so much in memory.
    AtStep at_step;                             // Told "flush.written", "merge.renamed" and so on.
};

/// A file that is complete and durable under its name, but unknown to the manifest until it is committed there.
class ParquetWriter {
public:
    explicit ParquetWriter(ParquetWriterOptions options) : options_(std::move(options)) {}

    [[nodiscard]] Result<> start();

    /// Writes the events of `live` that were received in [day_begin, day_begin + 24 h), of which there is at least one.
    /// One thread at a time. `unavailable` when the disk is full; nothing is left behind then.
    [[nodiscard]] Result<FileEntry> write(const LiveSnapshot& live, std::int64_t day_begin);

    /// Writes what is in `files`, all of one day, and was received at `received_from` or later, into one file. Nothing
    /// if no event is left. One thread at a time, which may be another than that of write(). `cancelled` after
    /// interrupt().
    [[nodiscard]] Result<std::optional<FileEntry>> merge(const std::vector<DataFilePtr>& files,
                                                         std::optional<std::int64_t> received_from);

    /// Reads all of a file: `corrupt` where that can't be done, `cancelled` after interrupt(). On merge()'s thread.
    [[nodiscard]] Result<> check(const DataFile& file);

    /// A connection of its own to this writer's DuckDB, with its settings and within its memory, for writing other
    /// things. After start().
    [[nodiscard]] Result<duck::Connection> connect() { return duck::connect(database_); }

    /// Ends a running merge() or check(). Any thread.
    void interrupt();

    static constexpr std::int64_t kDay = 86'400'000'000;
    [[nodiscard]] static std::int64_t day_begin(std::int64_t micros);

private:
    [[nodiscard]] Result<> copy(const duck::Connection& connection, const std::string& select, std::string_view what,
                                FileEntry& file);

    ParquetWriterOptions options_;
    std::shared_ptr<LiveScan> scan_ = std::make_shared<LiveScan>();  // Shared with its registration in database_.
    duck::Database database_;
    duck::Connection flush_;
    duck::Connection merge_;
    ParquetNames names_;
};

/// The parts of the log that `live` came from.
[[nodiscard]] std::map<messaging::Partition, FileEntry::Offsets> offsets_of(const LiveSnapshot& live);

/// A list of files for read_parquet().
[[nodiscard]] std::string parquet_list(const std::vector<DataFilePtr>& files);

}  // namespace sf::database
