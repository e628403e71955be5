#include "database/lakehouse/parquet_writer.hpp"

#include "base/assert.hpp"
#include "base/file.hpp"
#include "base/time.hpp"

#include <fmt/format.h>

namespace sf::database {
namespace {

// The offsets as text for the file's own metadata: with it the manifest can be made anew from the files.
std::string offsets_text(const std::map<messaging::Partition, FileEntry::Offsets>& offsets) {
    std::string text;
    for (const auto& [partition, range] : offsets) {
        text += fmt::format("{}{}:{}-{}", text.empty() ? "" : ",", partition, range.begin, range.end);
    }
    return text;
}

// Where `sql` gives one row of numbers.
Result<std::vector<std::int64_t>> numbers(const duck::Connection& connection, const std::string& sql) {
    duck::Output output;
    if (duckdb_query(connection.get(), sql.c_str(), output.get()) != DuckDBSuccess) {
        const bool interrupted = duckdb_result_error_type(output.get()) == DUCKDB_ERROR_INTERRUPT;
        return fail(interrupted ? ErrorCode::cancelled : ErrorCode::internal,
                    "a file that was just written can't be read", duckdb_result_error(output.get()));
    }
    const duck::Chunk chunk(duckdb_fetch_chunk(*output.get()));
    SF_ASSERT(chunk && duckdb_data_chunk_get_size(chunk.get()) == 1);  // The statement is ours and has no GROUP BY.
    std::vector<std::int64_t> values;
    for (idx_t i = 0; i < duckdb_data_chunk_get_column_count(chunk.get()); ++i) {
        values.push_back(
            *static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.get(), i))));
    }
    return values;
}

}  // namespace

std::int64_t ParquetWriter::day_begin(std::int64_t micros) {
    std::int64_t rest = micros % kDay;
    if (rest < 0) rest += kDay;
    return micros - rest;
}

std::map<messaging::Partition, FileEntry::Offsets> offsets_of(const LiveSnapshot& live) {
    std::map<messaging::Partition, FileEntry::Offsets> offsets;
    for (const LiveBatchPtr& batch : live) {
        const auto [entry, is_new] = offsets.try_emplace(batch->partition(), FileEntry::Offsets{batch->offset(), 0});
        entry->second.begin = std::min(entry->second.begin, batch->offset());
        entry->second.end = std::max(entry->second.end, batch->offset() + 1);
    }
    return offsets;
}

std::string parquet_list(const std::vector<DataFilePtr>& files) {
    std::string list = "read_parquet([";
    for (const DataFilePtr& file : files) {
        if (list.back() != '[') list += ", ";
        list += duck::quoted(file->path().string());
    }
    // The day in the folder's name is for other tools; here it would be one more column.
    return list + "], hive_partitioning = false)";
}

Result<> ParquetWriter::start() {
    SF_TRY(make_folders(options_.folder));
    SF_TRY(make_folders(options_.temporary));
    SF_ASSIGN(database_, duck::open_database());
    SF_ASSIGN(flush_, duck::connect(database_));
    SF_ASSIGN(merge_, duck::connect(database_));
    SF_TRY(duck::execute(flush_, fmt::format("SET GLOBAL memory_limit = '{}B'", options_.memory_bytes)));
    SF_TRY(duck::execute(flush_, fmt::format("SET GLOBAL threads = {}", options_.threads)));
    SF_TRY(duck::execute(flush_, "SET GLOBAL preserve_insertion_order = false"));
    SF_TRY(duck::execute(flush_, "SET GLOBAL autoinstall_known_extensions = false"));
    SF_TRY(duck::execute(flush_, "SET GLOBAL autoload_known_extensions = false"));
    // Files are read once, at a merge: caching what was read would only take memory from the writing.
    SF_TRY(duck::execute(flush_, "SET GLOBAL enable_external_file_cache = false"));
    SF_TRY(duck::execute(flush_, "SET GLOBAL temp_directory = " + duck::quoted(options_.temporary.string())));
    SF_TRY(duck::execute(flush_, "SET GLOBAL TimeZone = 'UTC'"));
    return scan_->install(flush_);
}

Result<FileEntry> ParquetWriter::write(const LiveSnapshot& live, std::int64_t day_begin) {
    const std::int64_t day_end = day_begin + kDay;
    FileEntry file;
    file.day = format_day(timestamp_from_micros(day_begin));
    bool whole = true;  // All events of all batches that have any of this day.
    auto chosen = std::make_shared<LiveSnapshot>();
    for (const LiveBatchPtr& live_batch : live) {
        const TimeRange& received = live_batch->received();
        if (received.greatest < day_begin || received.least >= day_end) continue;
        chosen->push_back(live_batch);
        const models::EventBatch& batch = live_batch->batch();
        const bool inside = received.least >= day_begin && received.greatest < day_end;
        whole = whole && inside;
        for (std::size_t row = 0; row < batch.size(); ++row) {
            if (!inside && (batch.received()[row] < day_begin || batch.received()[row] >= day_end)) continue;
            file.received.include(batch.received()[row]);
            file.event_time.include(batch.timestamps()[row]);
            ++file.events;
        }
    }
    SF_ASSERT(file.events > 0);
    file.offsets = offsets_of(*chosen);
    std::string select = fmt::format("SELECT {} FROM {}()", kEventColumns, LiveScan::kFunction);
    if (!whole)
        select += fmt::format(" WHERE received_at >= make_timestamptz({}) AND received_at < make_timestamptz({})",
                              day_begin, day_end);
    const ShownSnapshot shown(*scan_, duck::connection_id(flush_), std::move(chosen));
    SF_TRY(copy(flush_, select, "flush", file));
    return file;
}

Result<std::optional<FileEntry>> ParquetWriter::merge(const std::vector<DataFilePtr>& files,
                                                      std::optional<std::int64_t> received_from) {
    SF_ASSERT(!files.empty());
    FileEntry file;
    file.day = files.front()->entry().day;
    for (const DataFilePtr& part : files) {
        file.events += part->entry().events;
        file.received.include(part->entry().received);
        file.event_time.include(part->entry().event_time);
        for (const auto& [partition, range] : part->entry().offsets) {
            const auto [entry, is_new] = file.offsets.try_emplace(partition, range);
            entry->second.begin = std::min(entry->second.begin, range.begin);
            entry->second.end = std::max(entry->second.end, range.end);
        }
    }
    std::string from = parquet_list(files);
    if (received_from) {
        from += fmt::format(" WHERE received_at >= make_timestamptz({})", *received_from);
        SF_ASSIGN(const std::vector<std::int64_t> left,
                  numbers(merge_, fmt::format("SELECT count(*), coalesce(epoch_us(min(received_at)), 0), "
                                              "coalesce(epoch_us(max(received_at)), 0), "
                                              "coalesce(epoch_us(min(\"timestamp\")), 0), "
                                              "coalesce(epoch_us(max(\"timestamp\")), 0) FROM {}",
                                              from)));
        file.events = static_cast<std::uint64_t>(left[0]);
        if (file.events == 0) return std::nullopt;
        file.received = {left[1], left[2]};
        file.event_time = {left[3], left[4]};
    }
    SF_TRY(copy(merge_, fmt::format("SELECT {} FROM {}", kEventColumns, from), "merge", file));
    return file;
}

Result<> ParquetWriter::check(const DataFile& file) { return check_parquet(merge_, file.path(), file.entry().events); }

void ParquetWriter::interrupt() {
    if (merge_) duckdb_interrupt(merge_.get());
}

Result<> ParquetWriter::copy(const duck::Connection& connection, const std::string& select, std::string_view what,
                             FileEntry& file) {
    file.path = fmt::format("received={}/{}", file.day, names_.next(timestamp_from_micros(file.received.least)));
    SF_ASSIGN(const ParquetWritten written, write_parquet(connection, select,
                                                          {.folder = options_.folder,
                                                           .path = file.path,
                                                           .offsets = offsets_text(file.offsets),
                                                           .row_group_rows = options_.row_group_rows,
                                                           .row_group_bytes = options_.row_group_bytes,
                                                           .rows = file.events},
                                                          what, options_.at_step));
    file.bytes = written.bytes;
    return {};
}

}  // namespace sf::database
