#include "database/lakehouse/points/point_writer.hpp"

#include "base/assert.hpp"
#include "database/lakehouse/duck_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace sf::database {

// Where interrupt() finds the worker.
class PointWriter::Merging {
public:
    Merging(PointWriter& writer, const duck::Worker& worker) : writer_(writer) { set(&worker); }
    ~Merging() { set(nullptr); }
    Merging(const Merging&) = delete;
    Merging& operator=(const Merging&) = delete;

private:
    void set(const duck::Worker* worker) {
        std::lock_guard lock(writer_.merging_mutex_);
        writer_.merging_ = worker;
    }

    PointWriter& writer_;
};

Result<> PointWriter::start(ParquetWriter& writer) {
    SF_ASSIGN(flush_, writer.connect());
    return scan_->install(flush_);
}

Result<PointFileEntry> PointWriter::write(PointRows rows) {
    SF_ASSERT(!rows.empty());
    // Readers ask for a view and a range of time: in this order they skip most of the file.
    std::ranges::sort(rows, {}, [](const LivePointPtr& point) {
        return std::tuple<std::string_view, std::int64_t, std::string_view>((*point)->view, start_key(**point),
                                                                            (*point)->keys);
    });
    PointFileEntry file;
    file.day = day_of(**rows.front());
    for (const LivePointPtr& live : rows) {
        const models::MetricPoint& point = **live;
        if (point.window_start) file.starts.include(to_micros(*point.window_start));
        if (point.window_end) file.ends.include(to_micros(*point.window_end));
        std::int64_t& longest = file.views[point.view];
        longest = std::max(longest, window_length(point));
    }
    const std::uint64_t count = rows.size();
    const ShownHere shown(scan_->points, duck::connection_id(flush_),
                          std::make_shared<const PointRows>(std::move(rows)));
    SF_TRY(copy(flush_, fmt::format("SELECT {} FROM {}()", kPointColumns, PointScan::kPointFunction), "points.flush",
                file, count));
    return file;
}

Result<PointFileEntry> PointWriter::write_late(const LateRows& rows) {
    SF_ASSERT(!rows.events.empty());
    PointFileEntry file;
    file.kind = PointFileEntry::Kind::late;
    file.day = format_day(rows.events.front()->closed_until);
    for (const models::LateEvent* event : rows.events) {
        file.starts.include(to_micros(event->timestamp));
        file.ends.include(to_micros(event->closed_until));
        file.views[event->view] = 0;
    }
    const ShownHere shown(scan_->late_events, duck::connection_id(flush_), std::make_shared<const LateRows>(rows));
    SF_TRY(copy(flush_, fmt::format("SELECT {} FROM {}()", kLateColumns, PointScan::kLateFunction), "points.flush",
                file, rows.events.size()));
    return file;
}

Result<std::optional<PointFileEntry>> PointWriter::merge(const std::vector<PointFilePtr>& files,
                                                         const MergeOptions& options) {
    SF_ASSERT(!files.empty() && (options.whole_day || !options.ends_from));
    PointFileEntry file;
    file.kind = files.front()->entry().kind;
    file.day = files.front()->entry().day;
    for (const PointFilePtr& part : files) {
        file.starts.include(part->entry().starts);
        file.ends.include(part->entry().ends);
    }
    const bool late = file.kind == PointFileEntry::Kind::late;
    const auto rows =
        late ? stored_rows(files, kLateColumns, options.dropped) : newest_stored_rows(files, options.dropped);
    SF_ASSERT(rows);
    std::string select;
    if (late) {
        select = fmt::format(
            "SELECT view, event_id, max(\"timestamp\") AS \"timestamp\", max(closed_until) AS closed_until FROM ({}) "
            "GROUP BY view, event_id",
            *rows);
        if (options.ends_from)
            select += fmt::format(" HAVING max(closed_until) >= make_timestamptz({})", to_micros(*options.ends_from));
        select += " ORDER BY view, \"timestamp\"";
    } else {
        select = fmt::format("SELECT {} FROM ({}) WHERE true", kPointColumns, *rows);
        if (options.whole_day) select += " AND NOT deleted";
        if (options.ends_from) {
            select += fmt::format(" AND coalesce(window_end, window_start) >= make_timestamptz({})",
                                  to_micros(*options.ends_from));
        }
        select += " ORDER BY view, window_start, keys";
    }
    SF_ASSIGN(const duck::Worker worker, duck::Worker::open(options_.worker));
    const Merging merging(*this, worker);
    auto merged = copy(worker.connection(), select, "points.merge", file, std::nullopt);
    if (merged && file.rows > 0) merged = describe(worker.connection(), file);
    if (merged && file.rows > 0) return file;
    std::error_code ignored;  // An orphan to the next start, if need be.
    std::filesystem::remove(options_.folder / file.path, ignored);
    if (!merged) return fail(std::move(merged.error()));
    return std::nullopt;
}

Result<> PointWriter::check(const PointFile& file) {
    SF_ASSIGN(const duck::Worker worker, duck::Worker::open(options_.worker));
    const Merging merging(*this, worker);
    return check_parquet(worker.connection(), file.path(), file.entry().rows);
}

void PointWriter::interrupt() {
    std::lock_guard lock(merging_mutex_);
    if (merging_ != nullptr) merging_->interrupt();
}

Result<> PointWriter::copy(const duck::Connection& connection, const std::string& select, std::string_view what,
                           PointFileEntry& file, std::optional<std::uint64_t> rows) {
    const std::int64_t first = file.starts.least <= file.starts.greatest ? file.starts.least : 0;
    const bool late = file.kind == PointFileEntry::Kind::late;
    const std::string folder = late                                   ? "late=" + file.day
                               : file.day == PointFileEntry::kRunning ? file.day
                                                                      : "window=" + file.day;
    file.path = folder + '/' + names_.next(timestamp_from_micros(first));
    SF_ASSIGN(
        const ParquetWritten written,
        write_parquet(connection, select, {.folder = options_.folder, .path = file.path, .offsets = "", .rows = rows},
                      what, options_.at_step));
    file.rows = written.rows;
    file.bytes = written.bytes;
    return {};
}

// What is in a file that a merge has written.
Result<> PointWriter::describe(const duck::Connection& connection, PointFileEntry& file) {
    const char* const columns = file.kind == PointFileEntry::Kind::late
                                    ? "epoch_us(\"timestamp\") AS s, epoch_us(closed_until) AS e, 0::BIGINT AS length"
                                    : "epoch_us(window_start) AS s, epoch_us(window_end) AS e, epoch_us(window_end) - "
                                      "epoch_us(window_start) AS length";
    SF_ASSIGN(duck::Rows rows,
              duck::Rows::of(
                  connection,
                  fmt::format("SELECT view, min(s), max(s), min(e), max(e), greatest(coalesce(max(length), 0), 0) FROM "
                              "(SELECT view, {} FROM read_parquet({}, hive_partitioning = false)) GROUP BY view",
                              columns, duck::quoted((options_.folder / file.path).string()))));
    file.starts = {};
    file.ends = {};
    while (true) {
        SF_ASSIGN(const duck::Chunk chunk, rows.next());
        if (!chunk) return {};
        const duck::Column view(chunk, 0), length(chunk, 5);
        for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk.get()); ++i) {
            for (idx_t c = 1; c <= 4; ++c) {
                const duck::Column bound(chunk, c);
                if (!bound.is_null(i)) (c <= 2 ? file.starts : file.ends).include(bound.number<std::int64_t>(i));
            }
            file.views[std::string(view.text(i))] = length.number<std::int64_t>(i);
        }
    }
}

}  // namespace sf::database
