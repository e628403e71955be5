// The lakehouse by numbers: rows a second into Parquet, memory while it does so, and a few queries over what it wrote,
// each beside DuckDB itself doing the same with a table of its own and with the bare files.
//
//   storage_bench [events] [folder]      10,000,000 events in a folder of its own below the temporary one, removed
//   afterwards

#include "database/lakehouse/duck.hpp"
#include "database/lakehouse/lakehouse.hpp"
#include "models/event_batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace sf;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// "VmRSS:" or "VmHWM:" of this process, in MiB.
double memory_mib(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name)) return std::stod(line.substr(name.size())) / 1024;
    }
    return 0;
}

void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

[[noreturn]] void give_up(const Error& error) {
    fmt::print(stderr, "{}\n", error.text());
    std::exit(1);
}

template <class T>
T must(Result<T> result) {
    if (!result) give_up(result.error());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Plausible web traffic: about 290 bytes an event as JSON.
std::vector<models::EventBatchPtr> make_batches(std::size_t count) {
    std::mt19937_64 random(7);
    const std::array<std::string_view, 6> types = {"web.pageview", "web.click",     "api.request",
                                                   "user.login",   "business.sale", "system.error"};
    const std::array<std::string_view, 4> sources = {"shop-frontend", "shop-api", "mobile", "checkout"};
    UuidGenerator ids;
    std::vector<models::EventBatchPtr> batches;
    models::EventBatchBuilder builder;
    std::int64_t now = 1'431'857'103'000'000;
    while (batches.size() < count) {
        const std::uint64_t dice = random();
        const std::string user = fmt::format("user-{}", (dice >> 8) % 100'000);
        const std::string data = fmt::format(
            R"({{"path":"/product/{}","method":"GET","status":{},"latency_ms":{}.{},"bytes":{},"session":"s{:08x}"}})",
            dice % 5000, dice % 50 == 0 ? 500 : 200, dice % 400, dice % 10, dice % 90'000, dice % 700'000);
        models::EventRow row;
        now += 2;
        row.id = ids.next(timestamp_from_micros(now));
        row.type = types[dice % 16 < 8 ? 0 : dice % types.size()];
        row.source = sources[dice % sources.size()];
        row.timestamp = now;
        row.received_at = now + 1500;
        row.has_user_id = dice % 4 != 0;
        row.user_id = row.has_user_id ? std::string_view(user) : std::string_view();
        row.data = data;
        if (!builder.fits(row)) batches.push_back(builder.seal());
        builder.append(row);
    }
    return batches;
}

// The same events in memory of their own, as they come out of the log.
models::EventBatchPtr fresh(const models::EventBatch& batch) {
    const auto bytes = batch.flatbuffer();
    return must(models::EventBatch::from_bytes({bytes.begin(), bytes.end()}));
}

class Feeder {
public:
    Feeder(database::EventStore& store, const std::vector<models::EventBatchPtr>& pool) : store_(store), pool_(pool) {}

    std::uint64_t feed(std::uint64_t events) {
        std::uint64_t fed = 0;
        while (fed < events) {
            messaging::StoredRecord record;
            record.offset = offset_;
            record.record.batch = fresh(*pool_[offset_ % pool_.size()]);
            fed += record.record.batch->size();
            ++offset_;
            must(store_.add(0, std::span(&record, 1), Clock::now() + std::chrono::minutes{5}));
        }
        return fed;
    }

private:
    database::EventStore& store_;
    const std::vector<models::EventBatchPtr>& pool_;
    messaging::Offset offset_ = 0;
};

template <class Run>
double best_of(int times, Run run) {
    double best = 1e9;
    for (int i = 0; i < times; ++i) {
        const auto begin = Clock::now();
        run();
        best = std::min(best, seconds_since(begin));
    }
    return best;
}

void idle_bench(const std::filesystem::path& folder) {
    const double before = memory_mib("VmRSS:");
    database::LakehouseOptions options;
    options.dir = folder / "idle";
    database::Lakehouse store(options);
    const auto begin = Clock::now();
    must(store.start());
    fmt::print("\nan empty store: {:.0f} ms to start, {:.0f} MiB\n", seconds_since(begin) * 1000,
               memory_mib("VmRSS:") - before);
}

void write_bench(const std::filesystem::path& folder, const std::vector<models::EventBatchPtr>& pool) {
    database::LakehouseOptions options;
    options.dir = folder / "flush";
    options.live_bytes_max = 1u << 30;
    options.flush_bytes = 1u << 30;
    options.compaction.enabled = false;
    database::Lakehouse store(options);
    must(store.start());
    Feeder feeder(store, pool);
    fmt::print("\n256 MiB of live events to Parquet (zstd), best of 3\n");
    double best = 1e9, peak = 0, before = 0;
    std::uint64_t events = 0;
    for (int i = 0; i < 3; ++i) {
        events = 0;
        while (store.statistics().live_bytes < (256u << 20)) events += feeder.feed(1);
        before = memory_mib("VmRSS:");
        forget_peak();
        const auto begin = Clock::now();
        must(store.flush());
        best = std::min(best, seconds_since(begin));
        peak = std::max(peak, memory_mib("VmHWM:"));
    }
    const auto statistics = store.statistics();
    fmt::print("  {:<44}{:>12.0f} rows/s   {} events, {:.1f} bytes each on disk\n", "lakehouse: flush",
               static_cast<double>(events) / best, events,
               static_cast<double>(statistics.stored_bytes) / static_cast<double>(statistics.stored_events));
    fmt::print("  {:<44}{:>12.0f} MiB      of which {:.0f} MiB were there before\n",
               "lakehouse: most memory during a flush", peak, before);
    store.stop();

    // The baseline: DuckDB with its defaults, from a table of its own that has the same rows.
    auto database = must(database::duck::open_database());
    auto connection = must(database::duck::connect(database));
    const std::string files = (options.dir / "events/*/*.parquet").string();
    const auto load = Clock::now();
    must(database::duck::execute(
        connection, fmt::format("CREATE TABLE e AS SELECT * FROM read_parquet({}, hive_partitioning = false) LIMIT {}",
                                database::duck::quoted(files), events)));
    const double loaded = seconds_since(load);
    const double copied = best_of(3, [&] {
        must(database::duck::execute(connection,
                                     fmt::format("COPY e TO {} (FORMAT parquet, COMPRESSION zstd)",
                                                 database::duck::quoted((folder / "baseline.parquet").string()))));
    });
    fmt::print("  {:<44}{:>12.0f} rows/s   the flush has {:.2f} of it\n", "baseline: DuckDB, its table to Parquet",
               static_cast<double>(events) / copied, copied / best);
    fmt::print("  {:<44}{:>12.0f} rows/s\n", "baseline: DuckDB, Parquet into its table",
               static_cast<double>(events) / loaded);
}

struct Question {
    const char* name;
    const char* sql;
};

constexpr std::array<Question, 8> kQuestions = {{
    {"count", "SELECT count(*) FROM events"},
    {"by type and source", "SELECT type, source, count(*) FROM events GROUP BY 1, 2 ORDER BY 1, 2"},
    {"one minute by second",
     "SELECT date_trunc('second', \"timestamp\") s, count(*) FROM events WHERE \"timestamp\" < "
     "TIMESTAMPTZ '2015-05-17 10:05:10Z' GROUP BY s ORDER BY s"},
    {"distinct users", "SELECT count(DISTINCT user_id) FROM events"},
    {"one event by its id", "SELECT count(*) FROM events WHERE id = '00112233-4455-6677-8899-aabbccddeeff'"},
    {"distinct ids", "SELECT count(DISTINCT id) FROM events"},
    {"average of a JSON field", "SELECT avg((data->>'latency_ms')::float8) FROM events"},
    {"errors by path, top 10",
     "SELECT data->>'path' p, count(*) n FROM events WHERE (data->>'status')::INT = 500 GROUP BY p ORDER BY n "
     "DESC, p LIMIT 10"},
}};

void query_bench(const std::filesystem::path& folder, const std::vector<models::EventBatchPtr>& pool,
                 std::uint64_t events) {
    database::LakehouseOptions options;
    options.dir = folder / "queries";
    database::Lakehouse store(options);
    must(store.start());
    Feeder feeder(store, pool);
    forget_peak();
    const auto begin = Clock::now();
    const std::uint64_t fed = feeder.feed(events);
    must(store.flush());
    const double took = seconds_since(begin);
    fmt::print("\n{} events through the store as it comes (flush and merge by themselves)\n", fed);
    fmt::print("  {:<44}{:>12.0f} rows/s   most memory {:.0f} MiB, {} flushes, {} merges\n",
               "lakehouse: add to committed", static_cast<double>(fed) / took, memory_mib("VmHWM:"),
               store.statistics().flushes, store.statistics().compactions);
    must(store.compact());

    auto database = must(database::duck::open_database());
    auto connection = must(database::duck::connect(database));
    must(database::duck::execute(connection, "SET GLOBAL threads = 2"));
    must(database::duck::execute(connection, "SET TimeZone = 'UTC'"));
    const std::string files = fmt::format("read_parquet({}, hive_partitioning = false)",
                                          database::duck::quoted((options.dir / "events/*/*.parquet").string()));
    must(database::duck::execute(connection, "CREATE TABLE native AS SELECT * FROM " + files));
    must(database::duck::execute(connection, "CREATE VIEW bare AS SELECT * FROM " + files));
    fmt::print("\nqueries over {} events, milliseconds, best of 3\n  {:<28}{:>12}{:>20}{:>20}{:>14}\n", fed, "",
               "lakehouse", "DuckDB, same files", "DuckDB, own table", "of own table");
    for (const Question& question : kQuestions) {
        const double ours = best_of(3, [&] { (void)must(store.query(question.sql, {}, {})); });
        const auto theirs = [&](const std::string& table) {
            std::string sql = question.sql;
            sql.replace(sql.find("FROM events"), 11, "FROM " + table);
            return best_of(3, [&] { must(database::duck::execute(connection, sql)); });
        };
        const double bare = theirs("bare"), native = theirs("native");
        fmt::print("  {:<28}{:>12.0f}{:>20.0f}{:>20.0f}{:>13.1f}x\n", question.name, ours * 1000, bare * 1000,
                   native * 1000, ours / native);
    }
    fmt::print("  {:<28}{:>12.1f}\n", "SELECT 1 (fixed cost)",
               best_of(10, [&] { (void)must(store.query("SELECT 1", {}, {})); }) * 1000);
}

void live_bench(const std::filesystem::path& folder, const std::vector<models::EventBatchPtr>& pool) {
    database::LakehouseOptions options;
    options.dir = folder / "live";
    options.flush_bytes = 1u << 30;
    database::Lakehouse store(options);
    must(store.start());
    Feeder feeder(store, pool);
    const std::uint64_t fed = feeder.feed(1'000'000);
    fmt::print("\nqueries over {} live events, million rows a second, best of 3; the count is the baseline\n", fed);
    double baseline = 0;
    for (const Question& question : kQuestions) {
        const double took = best_of(3, [&] { (void)must(store.query(question.sql, {}, {})); });
        if (baseline == 0) baseline = took;
        fmt::print("  {:<28}{:>12.1f}{:>9.2f} of the count\n", question.name, static_cast<double>(fed) / took / 1e6,
                   baseline / took);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
    std::string name = (std::filesystem::temp_directory_path() / "storage-bench-XXXXXX").string();
    const std::filesystem::path folder =
        argc > 2 ? std::filesystem::path(argv[2]) : std::filesystem::path(::mkdtemp(name.data()));
    idle_bench(folder);
    const auto pool = make_batches(64);
    std::uint64_t size = 0, bytes = 0;
    for (const auto& batch : pool) size += batch->size(), bytes += batch->bytes();
    fmt::print("batches of {} events, {} bytes an event in memory\n", size / pool.size(), bytes / size);
    write_bench(folder, pool);
    live_bench(folder, pool);
    query_bench(folder, pool, events);
    if (argc <= 2) std::filesystem::remove_all(folder);
}
