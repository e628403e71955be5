#include "database/lakehouse/event_scan.hpp"

#include "database/lakehouse/duck_rows.hpp"
#include "database/lakehouse/live_scan.hpp"
#include "database/lakehouse/parquet_writer.hpp"

#include <fmt/format.h>

#include <optional>

namespace sf::database {
namespace {

constexpr std::uint64_t kSliceEventsMin = 64;  // Fewer are not tried.

std::unexpected<Error> cancelled() { return fail(ErrorCode::cancelled, "the scan was cancelled"); }

// One scan on a DuckDB of its own, so that it takes no memory from queries and flushes, and gives its own back at the
// end.
class EventScan {
public:
    EventScan(const EventScanOptions& options, const std::vector<DataFilePtr>& files, TimeColumn order)
        : options_(options),
          files_(files),
          order_(order),
          column_(order == TimeColumn::timestamp ? "\"timestamp\"" : "received_at") {
        for (const DataFilePtr& file : files) {
            total_ += file->entry().events;
            range_.include(range_of(*file));
        }
    }

    Result<> open() {
        SF_ASSIGN(worker_, duck::Worker::open(options_.worker));
        return {};
    }

    Result<> run(const TakeEvents& take, const std::stop_token& stop) {
        if (total_ == 0) return {};
        // An interrupt that comes between two statements is forgotten; each is short, and the token is looked at before
        // each.
        const std::stop_callback interrupt(stop, [this] { worker_->interrupt(); });
        auto scanned = scan_all(take, stop);
        if (scanned) scanned = hand_out(take);
        if (!scanned) return stop.stop_requested() ? cancelled() : fail(std::move(scanned.error()));
        if (given_ == total_) return {};
        return fail(ErrorCode::corrupt, "stored events can't be read whole",
                    fmt::format("{} instead of {} were found", given_, total_));
    }

private:
    [[nodiscard]] TimeRange range_of(const DataFile& file) const {
        return order_ == TimeColumn::timestamp ? file.entry().event_time : file.entry().received;
    }

    static Error unreadable(Error error) { return duck::unreadable(std::move(error), "stored events can't be read"); }

    // Where a slice needs more memory than there is (its events are large), the rest is cut into smaller ones.
    Result<> scan_all(const TakeEvents& take, const std::stop_token& stop) {
        std::uint64_t slice_events = options_.slice_events;
        while (true) {
            auto edges = slice_edges(last_ ? last_->first : range_.least, slice_events);
            if (!edges) return fail(unreadable(std::move(edges.error())));
            Result<> scanned;
            for (std::size_t i = 0; scanned && i + 1 < edges->size(); ++i)
                scanned = scan_slice((*edges)[i], (*edges)[i + 1], take, stop);
            if (scanned) return {};
            if (!duck::is_out_of_memory(scanned.error()) || slice_events < kSliceEventsMin)
                return fail(unreadable(std::move(scanned.error())));
            slice_events /= 4;
        }
    }

    // Rising, the last one past all events. Where exactly they fall does not matter, but for the size of the slices.
    Result<std::vector<std::int64_t>> slice_edges(std::int64_t begin, std::uint64_t slice_events) {
        std::vector<std::int64_t> edges = {begin};
        const std::uint64_t left = total_ - given_ - builder_.size();
        if (const std::uint64_t slices = (left + slice_events - 1) / slice_events; slices > 1) {
            std::string fractions;
            for (std::uint64_t i = 1; i < slices; ++i) {
                fractions +=
                    fmt::format("{}{}", i > 1 ? ", " : "", static_cast<double>(i) / static_cast<double>(slices));
            }
            SF_ASSIGN(duck::Rows rows,
                      duck::Rows::of(worker_->connection(),
                                     fmt::format("SELECT approx_quantile(epoch_us({}), [{}]) FROM {} WHERE {} >= "
                                                 "make_timestamptz({})",
                                                 column_, fractions, parquet_list(files_), column_, begin)));
            SF_ASSIGN(const duck::Chunk chunk, rows.next());
            const duck::Column lists(chunk, 0);
            const duckdb_list_entry list = lists.is_null(0) ? duckdb_list_entry{0, 0} : lists.list(0);
            for (idx_t i = 0; i < list.length; ++i) {
                const auto edge = lists.elements().number<std::int64_t>(list.offset + i);
                if (edge > edges.back() && edge <= range_.greatest) edges.push_back(edge);
            }
        }
        edges.push_back(range_.greatest + 1);
        return edges;
    }

    Result<> scan_slice(std::int64_t begin, std::int64_t end, const TakeEvents& take, const std::stop_token& stop) {
        std::vector<DataFilePtr> touched;
        for (const DataFilePtr& file : files_) {
            if (range_of(*file).least < end && range_of(*file).greatest >= begin) touched.push_back(file);
        }
        if (touched.empty()) return {};
        std::string where =
            fmt::format("{0} >= make_timestamptz({1}) AND {0} < make_timestamptz({2})", column_, begin, end);
        if (last_ && last_->first >= begin) {
            where += fmt::format(" AND ({0} > make_timestamptz({1}) OR id > '{2}'::UUID)", column_, last_->first,
                                 to_string(last_->second));
        }
        if (stop.stop_requested()) return cancelled();
        SF_ASSIGN(duck::Rows rows, duck::Rows::of(worker_->connection(),
                                                  fmt::format("SELECT {} FROM {} WHERE {} ORDER BY {}, id",
                                                              kEventColumns, parquet_list(touched), where, column_)));
        while (true) {
            if (stop.stop_requested()) return cancelled();
            SF_ASSIGN(const duck::Chunk chunk, rows.next());
            if (!chunk) return {};
            SF_TRY(append(chunk, take));
        }
    }

    // The columns of a chunk, in the order of kEventColumns.
    Result<> append(const duck::Chunk& chunk, const TakeEvents& take) {
        const duck::Column id(chunk, 0), type(chunk, 1), source(chunk, 2), timestamp(chunk, 3), received_at(chunk, 4);
        const duck::Column severity(chunk, 5), user_id(chunk, 6), correlation_id(chunk, 7), tags(chunk, 8),
            data(chunk, 9);
        for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk.get()); ++i) {
            models::EventRow row;
            row.id = id.uuid(i);
            row.type = type.text(i);
            row.source = source.text(i);
            row.timestamp = timestamp.number<std::int64_t>(i);
            row.received_at = received_at.number<std::int64_t>(i);
            row.severity = models::parse_severity(severity.text(i)).value_or(models::Severity::low);
            row.has_user_id = !user_id.is_null(i);
            if (row.has_user_id) row.user_id = user_id.text(i);
            row.has_correlation_id = !correlation_id.is_null(i);
            if (row.has_correlation_id) row.correlation_id = correlation_id.text(i);
            encode_tags(tags, i);
            row.tags_encoded = tags_;
            row.data = data.text(i);
            if (!builder_.fits(row)) SF_TRY(hand_out(take));
            builder_.append(row);
            last_ = {order_ == TimeColumn::timestamp ? row.timestamp : row.received_at, row.id};
        }
        return {};
    }

    // As models::TagReader reads them.
    void encode_tags(const duck::Column& tags, idx_t row) {
        tags_.clear();
        const duckdb_list_entry list = tags.list(row);
        if (list.length == 0) return;
        const duck::Column elements = tags.elements();
        for (idx_t i = 0; i < list.length; ++i) {
            const std::string_view tag = elements.text(list.offset + i);
            tags_ += static_cast<char>(tag.size() & 0xFF);
            tags_ += static_cast<char>(tag.size() >> 8);
            tags_ += tag;
        }
    }

    Result<> hand_out(const TakeEvents& take) {
        if (builder_.empty()) return {};
        given_ += builder_.size();
        return take(builder_.seal());
    }

    const EventScanOptions& options_;
    const std::vector<DataFilePtr>& files_;
    const TimeColumn order_;
    const char* const column_;
    std::uint64_t total_ = 0;
    std::uint64_t given_ = 0;
    TimeRange range_;
    std::optional<duck::Worker> worker_;
    models::EventBatchBuilder builder_;
    std::optional<std::pair<std::int64_t, Uuid>> last_;  // The event that was read last.
    std::string tags_;
};

}  // namespace

void EventScanner::start() {
    std::lock_guard lock(mutex_);
    stopped_ = false;
}

void EventScanner::stop() {
    std::unique_lock lock(mutex_);
    stopped_ = true;
    running_.request_stop();
    changed_.notify_all();
    changed_.wait(lock, [this] { return !scanning_; });
}

Result<> EventScanner::run(const std::function<Result<std::vector<DataFilePtr>>()>& begin, TimeColumn order,
                           const TakeEvents& take, const std::stop_token& stop) {
    std::stop_source mine;
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [this] { return !scanning_ || stopped_; })) return cancelled();
        if (stopped_) return fail(ErrorCode::unavailable, "the event store is not running");
        scanning_ = true;
        running_ = mine;
    }
    const std::stop_callback passed_on(stop, [&] { mine.request_stop(); });
    const auto scan = [&]() -> Result<> {
        SF_ASSIGN(const std::vector<DataFilePtr> files, begin());
        EventScan one(options_, files, order);
        SF_TRY(one.open());
        return one.run(take, mine.get_token());
    };
    auto done = scan();
    std::lock_guard lock(mutex_);
    scanning_ = false;
    changed_.notify_all();
    return done;
}

}  // namespace sf::database
