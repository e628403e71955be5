// Many groups over many panes, or with an open session each: what they take of memory, and how long a checkpoint holds
// a shard up. As ratios to eight bytes of count for each group and pane or session, and to the slowest record without a
// checkpoint.
//   state_bench [--groups N] [--panes N] [--window tumble|hop|session]
#include "engine/partial_fold.hpp"
#include "engine/shard.hpp"
#include "sql/planner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

using namespace sf;

namespace {

double resident_mib() {
    std::ifstream file("/proc/self/statm");
    double pages = 0, resident = 0;
    file >> pages >> resident;
    return resident * 4096 / (1 << 20);
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// One event of each group in the minute, record by record.
class Stream {
public:
    explicit Stream(std::size_t groups) {
        for (std::size_t g = 0; g < groups; ++g)
            names_.push_back(fmt::format("user-{:08}", g * 2654435761u % 100'000'000));
    }

    template <class Take>
    void minute(std::int64_t number, Take take) {
        models::EventBatchBuilder builder;
        const std::int64_t begin = 1'700'000'040'000'000 + number * 60'000'000;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            models::EventRow row;
            row.id = ids_.next(Timestamp{});
            row.timestamp = begin + static_cast<std::int64_t>(i * 60'000'000 / names_.size());
            row.received_at = row.timestamp;
            row.type = "web.pageview";
            row.source = "web";
            row.user_id = names_[i * 7919 % names_.size()];
            row.has_user_id = true;
            row.data = "{}";
            if (!builder.fits(row)) take(builder.seal());
            builder.append(row);
        }
        take(builder.seal());
    }

private:
    std::vector<std::string> names_;
    UuidGenerator ids_;
};

}  // namespace

int main(int argc, char** argv) {
    std::size_t groups = 1'000'000;
    std::int64_t panes = 60;
    std::string_view kind = "tumble";
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--groups") groups = static_cast<std::size_t>(std::atoll(argv[i + 1]));
        if (name == "--panes") panes = std::atoll(argv[i + 1]);
        if (name == "--window") kind = argv[i + 1];
    }
    const bool hop = kind == "hop", session = kind == "session";
    std::string window = "TUMBLE(events, timestamp, INTERVAL '1 minute')";
    if (hop) window = fmt::format("HOP(events, timestamp, INTERVAL '1 minute', INTERVAL '{} minutes')", panes);
    if (session) window = "SESSION(events, timestamp, INTERVAL '2 minutes')";  // Each group has an event a minute.
    const std::string sql = fmt::format(
        "CREATE MATERIALIZED VIEW v WITH (emit = 'on close', lateness = '{} minutes', keys_max = 100000000) AS "
        "SELECT user_id, window_start, window_end, count(*) AS n FROM {} GROUP BY user_id, window_start, window_end",
        kind == "tumble" ? panes : 0, window);
    auto plan = sql::plan_view(sql, engine::aggregate_catalog());
    if (!plan) {
        std::fprintf(stderr, "%s\n", plan.error().text().c_str());
        return 1;
    }
    const auto view =
        std::make_shared<const engine::View>(1, sql, std::move(*plan), std::map<engine::Partition, engine::Offset>{});
    engine::PartialFold fold(0, {});
    engine::Shard shard({.epoch = 1});
    fold.add(view);
    shard.add(view);

    Stream stream(groups);
    const double before = resident_mib();
    engine::Offset offset = 0;
    std::size_t rows = 0;
    double slowest = 0;
    const auto merge = [&](const models::EventBatchPtr& batch) {
        const auto frame = fold.fold(offset++, *batch);
        const auto begin = std::chrono::steady_clock::now();
        shard.merge(*frame);
        // A window that closes gives a row a group: no checkpoint's doing.
        const std::size_t given = shard.take().points.size();
        rows += given;
        if (given == 0) slowest = std::max(slowest, seconds_since(begin));
    };
    for (std::int64_t minute = 0; minute + 1 < panes; ++minute) stream.minute(minute, merge);
    slowest = 0;
    stream.minute(panes - 1, merge);
    const double without = slowest;
    const double held = resident_mib() - before;
    const double bare = static_cast<double>(groups) * static_cast<double>(session ? 1 : panes) * 8 / (1 << 20);
    std::printf("%zu groups in %s: %.0f MiB, %.2f of the bare counts; the engine itself says %.0f MiB\n", groups,
                session ? "a session each" : fmt::format("{} panes", panes).c_str(), held, held / bare,
                static_cast<double>(shard.bytes(1)) / (1 << 20));

    const auto begin = std::chrono::steady_clock::now();
    auto snapshot = shard.snapshot();
    const double frozen = seconds_since(begin);
    std::uint64_t bytes = 0;
    double saved = 0;
    std::thread saver([&] {
        const auto from = std::chrono::steady_clock::now();
        engine::ByteWriter writer([&](std::span<const std::byte> piece) { bytes += piece.size(); });
        snapshot.save(writer);
        saved = seconds_since(from);
        snapshot = {};
    });
    slowest = 0;
    stream.minute(session ? panes : panes - 1, merge);  // Every table is shared with the snapshot now.
    saver.join();
    std::printf(
        "a checkpoint of %.0f MiB (%.2f s on another thread) stands in the way for %.1f ms; the slowest record beside "
        "it takes "
        "%.1f ms, %.1f times the slowest before\n",
        static_cast<double>(bytes) / (1 << 20), saved, frozen * 1e3, slowest * 1e3, slowest / without);
    std::printf("%.0f MiB at most until then; %zu rows\n", resident_mib() - before, rows);
    return 0;
}
