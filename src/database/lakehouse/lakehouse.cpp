#include "database/lakehouse/lakehouse.hpp"

#include "base/assert.hpp"
#include "base/file.hpp"
#include "base/logging.hpp"
#include "database/lakehouse/event_catalog.hpp"
#include "database/lakehouse/event_merger.hpp"
#include "database/lakehouse/event_scan.hpp"
#include "database/lakehouse/parquet_writer.hpp"
#include "database/lakehouse/points/lake_points.hpp"
#include "database/lakehouse/sql_engine.hpp"

#include <malloc.h>

#include <algorithm>
#include <condition_variable>
#include <optional>
#include <set>
#include <thread>

namespace sf::database {

using namespace std::chrono_literals;
using SteadyTime = std::chrono::steady_clock::time_point;

// What the thread of a kind of flush goes by.
struct Flusher {
    const char* what;  // "events", for people.
    std::function<Result<>()> flush;
    bool wanted = false;  // Under the state's mutex.
    std::thread thread;
};

struct Lakehouse::State {
    explicit State(LakehouseOptions given)
        : options(std::move(given)),
          catalog(options.dir / "events", options.at_step),
          writer({.folder = options.dir / "events",
                  .temporary = options.dir / "tmp" / "writer",
                  .memory_bytes = options.writer_memory_bytes,
                  .threads = options.writer_threads,
                  .at_step = options.at_step}),
          merger({.dir = options.dir,
                  .compaction = options.compaction,
                  .disk_free_min = options.disk_free_min,
                  .clock = options.clock},
                 catalog, writer),
          points({.folder = options.dir / "points",
                  .temporary = options.dir / "tmp" / "points",
                  .live_bytes_max = options.point_bytes_max,
                  .compaction = options.compaction,
                  .disk_free_min = options.disk_free_min,
                  .clock = options.clock,
                  .at_step = options.at_step,
                  .request_flush = [this] { request_flush(point_flusher); },
                  .end_queries = [this] { engine.evict(); }}),
          engine({.folders = {options.dir / "events", options.dir / "points"},
                  .temporary = options.dir / "tmp" / "queries",
                  .memory_bytes = options.query_memory_bytes,
                  .spill_bytes = options.query_spill_bytes,
                  .threads = options.query_threads,
                  .queries_max = options.queries_max,
                  .clock = options.clock}),
          scanner({.worker = {.temporary = options.dir / "tmp" / "scan", .memory_bytes = options.scan_memory_bytes},
                   .slice_events = options.scan_slice_events}) {}

    Result<> start();
    void stop();
    Result<> add(messaging::Partition partition, std::span<const messaging::StoredRecord> records, Deadline deadline);
    Result<> flush_events();
    Result<> flush_points();
    Result<> flush();
    Result<bool> compact_once();
    Result<std::uint64_t> drop_before(Timestamp before, Drop extent);

    void run_flusher(Flusher& flusher);
    void run_compactor();
    void request_flush(Flusher& flusher);
    void request_compaction();

    const LakehouseOptions options;
    std::shared_ptr<LiveBudget> budget =
        std::make_shared<LiveBudget>();  // Shared with batches, which may outlive the store.
    EventCatalog catalog;
    ParquetWriter writer;
    EventMerger merger;
    LakePoints points;
    SqlEngine engine;
    EventScanner scanner;

    std::mutex flush_mutex;  // One flush at a time.

    std::mutex mutex;  // Below: under mutex.
    std::condition_variable changed;
    bool running = false;
    bool compaction_wanted = false;
    bool compactor_ended = true;

    std::atomic<std::uint64_t> flushes{0};
    std::atomic<std::uint64_t> flush_failures{0};
    std::atomic<std::uint64_t> flush_failures_in_row{0};

    Flusher event_flusher{.what = "events", .flush = [this] { return flush_events(); }};
    Flusher point_flusher{.what = "points", .flush = [this] { return flush_points(); }};
    std::thread compactor;
};

Result<> Lakehouse::State::start() {
    {
        std::lock_guard lock(mutex);
        if (running) return {};
    }
    SF_ASSERT(options.dir.is_absolute());  // DuckDB compares paths of files with the folder that it may read as text.
    SF_TRY(make_folders(options.dir / "events"));
    SF_TRY(catalog.open(options.dir / "manifest.db"));
    SF_TRY(writer.start());
    merger.start();
    SF_TRY(points.start(options.dir / "manifest.db", writer));
    SF_TRY(engine.start());
    scanner.start();
    budget->open();
    std::lock_guard lock(mutex);
    running = true;
    compactor_ended = false;
    compaction_wanted = true;
    for (Flusher* flusher : {&event_flusher, &point_flusher}) {
        flusher->wanted = false;
        flusher->thread = std::thread([this, flusher] { run_flusher(*flusher); });
    }
    compactor = std::thread([this] { run_compactor(); });
    return {};
}

void Lakehouse::State::stop() {
    scanner.stop();
    budget->close();
    points.begin_stop();
    {
        std::unique_lock lock(mutex);
        running = false;
        changed.notify_all();
        // DuckDB forgets an interrupt that comes between two statements, so it is repeated.
        while (!compactor_ended) {
            writer.interrupt();
            points.begin_stop();
            changed.wait_for(lock, 5ms, [this] { return compactor_ended; });
        }
    }
    for (Flusher* flusher : {&event_flusher, &point_flusher}) {
        if (flusher->thread.joinable()) flusher->thread.join();
    }
    if (compactor.joinable()) compactor.join();
    engine.stop();
    points.stop();
    std::lock_guard flush_lock(flush_mutex);
    const auto paused = merger.pause();
    catalog.close();
}

void Lakehouse::State::request_flush(Flusher& flusher) {
    std::lock_guard lock(mutex);
    flusher.wanted = true;
    changed.notify_all();
}

void Lakehouse::State::request_compaction() {
    std::lock_guard lock(mutex);
    compaction_wanted = true;
    changed.notify_all();
}

Result<> Lakehouse::State::add(messaging::Partition partition, std::span<const messaging::StoredRecord> records,
                               Deadline deadline) {
    // A feeder that starts again may repeat what is here already.
    const messaging::Offset expected = catalog.expected(partition).value_or(0);
    std::uint64_t cost = 0;
    for (const messaging::StoredRecord& record : records) {
        if (record.offset >= expected && record.record.batch) cost += LiveBatch::cost(*record.record.batch);
    }
    if (!budget->wait_for_room(cost, options.live_bytes_max, SteadyTime::min())) {
        request_flush(event_flusher);
        if (merger.merging()) writer.interrupt();  // It can wait.
        const std::uint64_t pinned = budget->flushed();
        if (pinned > 0 && budget->bytes() - pinned + cost <= options.live_bytes_max) engine.evict();
        if (!budget->wait_for_room(cost, options.live_bytes_max, deadline)) {
            std::lock_guard lock(mutex);
            if (!running) return fail(ErrorCode::unavailable, "the event store is not running");
            return fail(ErrorCode::overloaded, "live events are at their limit", "",
                        "storage is behind: see its flushes and the disk, or raise LIVE_BYTES");
        }
    }
    std::vector<LiveBatchPtr> batches;
    messaging::Offset next = expected;
    for (const messaging::StoredRecord& record : records) {
        if (record.offset < next) continue;
        next = record.offset + 1;
        if (record.record.batch) {
            batches.push_back(std::make_shared<const LiveBatch>(budget, record.record.batch, partition, record.offset));
        }
    }
    if (next == expected) return {};
    catalog.add(partition, std::move(batches), next);
    if (catalog.unflushed_bytes() >= options.flush_bytes) request_flush(event_flusher);
    return {};
}

Result<> Lakehouse::State::flush_events() {
    std::lock_guard flush_lock(flush_mutex);
    EventCatalog::Flushable flushable = catalog.flushable();
    if (!flushable.anything) return {};
    std::set<std::int64_t> days;
    for (const LiveBatchPtr& batch : flushable.live) {
        // A batch spans two days at midnight; more only where a clock jumped, and then each event is asked.
        const std::int64_t first = ParquetWriter::day_begin(batch->received().least);
        const std::int64_t last = ParquetWriter::day_begin(batch->received().greatest);
        days.insert(first);
        days.insert(last);
        if (last - first <= ParquetWriter::kDay) continue;
        for (const std::int64_t micros : batch->batch().received()) days.insert(ParquetWriter::day_begin(micros));
    }
    const SteadyTime begin = std::chrono::steady_clock::now();
    std::vector<FileEntry> files;
    std::uint64_t events = 0, bytes = 0;
    Result<> result = catalog.settle();
    for (const std::int64_t day : days) {
        if (!result) break;
        auto file = writer.write(flushable.live, day);
        if (!file) {
            result = fail(std::move(file.error()));
            break;
        }
        events += file->events;
        bytes += file->bytes;
        files.push_back(std::move(*file));
    }
    const std::size_t files_written = files.size();
    if (!result) {
        std::error_code ignored;  // What is left is an orphan to the next start.
        for (const FileEntry& file : files) std::filesystem::remove(options.dir / "events" / file.path, ignored);
    } else {
        result = catalog.commit_flush(flushable, std::move(files));
    }
    if (!result) {
        ++flush_failures;
        ++flush_failures_in_row;
        return fail(std::move(result.error()).during("writing live events to files"));
    }
    ++flushes;
    flush_failures_in_row = 0;
    if (files_written > 0) {
        const auto took =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
        logging::debug("flushed",
                       {{"events", events}, {"bytes", bytes}, {"files", files_written}, {"ms", took.count()}});
    }
    malloc_trim(0);  // The batches are gone in one go: give their memory back instead of keeping it for the next ones.
    request_compaction();
    return {};
}

Result<> Lakehouse::State::flush_points() {
    SF_TRY(points.flush());
    request_compaction();
    return {};
}

// One that fails does not keep the other from its turn.
Result<> Lakehouse::State::flush() {
    auto events = flush_events();
    auto of_points = flush_points();
    return events ? of_points : events;
}

void Lakehouse::State::run_flusher(Flusher& flusher) {
    SteadyTime due = std::chrono::steady_clock::now() + options.flush_interval;
    SteadyTime not_before{};  // After a failure.
    std::chrono::milliseconds pause = 1s;
    while (true) {
        {
            std::unique_lock lock(mutex);
            changed.wait_until(lock, due, [&] { return !running || (flusher.wanted && not_before == SteadyTime{}); });
            if (!running) return;
            flusher.wanted = false;
        }
        if (auto flushed = flusher.flush(); !flushed) {
            logging::error("a flush failed; what it had stays in memory and in the log, and it is tried again",
                           {{"what", flusher.what}, {"error", flushed.error().line()}, {"retry_ms", pause.count()}});
            due = not_before = std::chrono::steady_clock::now() + pause;
            pause = std::min(pause * 2, options.retry_max);
            continue;
        }
        not_before = {};
        pause = 1s;
        due = std::chrono::steady_clock::now() + options.flush_interval;
    }
}

Result<bool> Lakehouse::State::compact_once() {
    auto events = merger.merge_once();
    if (events && *events) return true;
    auto of_points = points.compact_once();  // Its turn also where merging events fails.
    return events ? of_points : events;
}

void Lakehouse::State::run_compactor() {
    while (true) {
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return !running || compaction_wanted; });
            compaction_wanted = false;
            if (!running) break;
        }
        // One merge at a time; a flush that is due has the disk and the processor first.
        while (catalog.unflushed_bytes() < options.flush_bytes) {
            const auto merged = compact_once();
            if (merged && *merged) {
                std::lock_guard lock(mutex);
                if (running) continue;
                break;
            }
            if (!merged && merged.error().code != ErrorCode::cancelled) {
                logging::error("merging files failed; it is tried again after the next flush",
                               {{"error", merged.error().line()}});
            }
            break;
        }
    }
    std::lock_guard lock(mutex);
    compactor_ended = true;
    changed.notify_all();
}

// What frees room comes first, and one that fails keeps none of the others from its turn.
Result<std::uint64_t> Lakehouse::State::drop_before(Timestamp before, Drop extent) {
    std::uint64_t dropped = 0;
    std::optional<Error> first;
    const auto note = [&](Result<> done) {
        if (!done && !first) first = std::move(done.error());
    };
    const auto count = [&](Result<std::uint64_t> done) {
        if (done) dropped += *done;
        else note(fail(std::move(done.error())));
    };
    const std::int64_t limit = to_micros(before);
    count(merger.drop_whole(limit));
    note(points.drop_whole(before));
    if (extent == Drop::all) {
        note(flush_events());
        count(merger.drop_all(limit));
        note(points.flush());
        note(points.drop_all(before));
    }
    if (!first) return dropped;
    return fail(std::move(*first));
}

Lakehouse::Lakehouse(LakehouseOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Lakehouse::~Lakehouse() { stop(); }

Result<> Lakehouse::start() {
    auto started = state_->start();
    if (!started) stop();
    return started;
}

void Lakehouse::stop() { state_->stop(); }

std::map<messaging::Partition, messaging::Offset> Lakehouse::next_offsets() { return state_->catalog.next_offsets(); }

Result<> Lakehouse::add(messaging::Partition partition, std::span<const messaging::StoredRecord> records,
                        Deadline deadline) {
    return state_->add(partition, records, deadline);
}

Result<> Lakehouse::flush() { return state_->flush(); }

Result<std::uint64_t> Lakehouse::drop_before(Timestamp before, Drop extent) {
    return state_->drop_before(before, extent);
}

Result<NextOffsets> Lakehouse::scan(TimeColumn order, const TakeEvents& take, std::stop_token stop) {
    NextOffsets offsets;
    const auto begin = [&]() -> Result<std::vector<DataFilePtr>> {
        SF_TRY(state_->flush());
        EventCatalog::Stored stored = state_->catalog.stored();
        offsets = std::move(stored.next_offsets);
        return std::move(stored.files);
    };
    SF_TRY(state_->scanner.run(begin, order, take, stop));
    return offsets;
}

EventStoreStatistics Lakehouse::statistics() {
    EventStoreStatistics statistics = state_->catalog.file_statistics();
    statistics.live_bytes = state_->budget->bytes();
    statistics.live_events = state_->catalog.live_events();
    statistics.flushes = state_->flushes;
    statistics.flush_failures = state_->flush_failures;
    statistics.flush_failures_in_row = state_->flush_failures_in_row;
    statistics.compactions = state_->merger.merges();
    statistics.queries_running = state_->engine.running();
    return statistics;
}

Result<QueryResult> Lakehouse::query(const std::string& sql, const QueryLimits& limits, std::stop_token stop) {
    // Batches that are in files already and held by queries alone may take a quarter of the room, no more.
    if (state_->budget->flushed() > state_->options.live_bytes_max / 4) {
        return fail(ErrorCode::unavailable, "running queries hold too much memory", "", "try again when one has ended");
    }
    return state_->engine.run(sql, limits, std::move(stop), state_->catalog, state_->points.tables());
}

PointStore& Lakehouse::points() { return state_->points; }

Result<> Lakehouse::compact() {
    while (true) {
        SF_ASSIGN(const bool merged, state_->compact_once());
        if (!merged) return {};
    }
}

void Lakehouse::break_query_engine() { state_->engine.break_instance(); }

}  // namespace sf::database
