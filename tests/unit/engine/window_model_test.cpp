// The engine against the definition of its windows, spelled out naively: random events in random disorder over random
// windows, partitions, shards and cuts into batches give the same final rows, and the same events are late.
#include "unit/engine/engine_run.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace sf::engine::testing {
namespace {

struct Case {
    std::int64_t slide = 10, size = 10, offset = 0, lateness = 0, disorder = 0;  // Seconds.
    bool having = false;

    [[nodiscard]] std::string sql() const {
        const std::string window =
            size == slide ? fmt::format("TUMBLE(events, timestamp, INTERVAL '{} s', INTERVAL '{} s')", size, offset)
                          : fmt::format("HOP(events, timestamp, INTERVAL '{} s', INTERVAL '{} s', INTERVAL '{} s')",
                                        slide, size, offset);
        return fmt::format(
            "CREATE MATERIALIZED VIEW v WITH (lateness = '{} s', out_of_orderness = '{} s') AS SELECT source, "
            "window_start, window_end, "
            "count(*) AS n, sum((data->>'v')::bigint) AS s FROM {} GROUP BY source, window_start, window_end{}",
            lateness, disorder, window, having ? " HAVING count(*) > 1" : "");
    }
};

struct Sent {
    Partition partition;
    TestEvent event;
    std::int64_t value;
};

// The definition: an event counts in a window unless the window's end plus the lateness is at or before the watermark
// of the event's own partition.
std::vector<std::string> expected_rows(const Case& c, const std::vector<Sent>& events, std::uint64_t& late) {
    std::map<Partition, std::int64_t> reached;
    std::map<std::tuple<std::int64_t, std::string>, std::pair<std::int64_t, std::int64_t>> windows;
    late = 0;
    for (const Sent& sent : events) {
        const auto at = static_cast<std::int64_t>(sent.event.at);
        const auto [mine, first] = reached.try_emplace(sent.partition, INT64_MIN / 2);
        mine->second = std::max(mine->second, at);
        bool counted = false;
        for (std::int64_t k = floor_div(at - c.offset - c.size, c.slide); c.offset + k * c.slide <= at; ++k) {
            const std::int64_t begin = c.offset + k * c.slide;
            if (at >= begin + c.size) continue;
            if (begin + c.size + c.lateness <= mine->second - c.disorder) continue;
            counted = true;
            auto& [n, s] = windows[{begin, sent.event.source}];
            ++n;
            s += sent.value;
        }
        late += !counted;
    }
    std::vector<std::string> rows;
    for (const auto& [key, value] : windows) {
        if (c.having && value.first < 2) continue;
        rows.push_back(fmt::format(R"({{"source":"{}"}} {}..{} {{"n":{},"s":{}}} final)", std::get<1>(key),
                                   static_cast<double>(std::get<0>(key)),
                                   static_cast<double>(std::get<0>(key) + c.size), value.first, value.second));
    }
    return rows;
}

TEST(WindowModel, random_events_in_random_windows) {
    for (unsigned seed = 1; seed <= 400; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        std::mt19937 random(seed);
        const auto below = [&](unsigned n) { return static_cast<std::int64_t>(random() % n); };
        Case c{.slide = 1 + below(12), .lateness = below(3) * 10, .disorder = below(8), .having = below(3) == 0};
        c.size = below(3) == 0 ? c.slide : c.slide + below(40);
        c.offset = below(static_cast<unsigned>(c.slide));
        const EngineRun::Options options{.partitions = 1 + static_cast<Partition>(below(3)),
                                         .shards = 1 + static_cast<std::size_t>(below(3))};
        EngineRun engine({view_of(c.sql())}, options);
        std::vector<Sent> sent;
        double now = static_cast<double>(below(100)) - 50;
        for (int batch = 0; batch < 30; ++batch) {
            const auto partition = static_cast<Partition>(below(options.partitions));
            std::vector<TestEvent> events;
            for (std::int64_t i = below(12); i >= 0; --i) {
                now += static_cast<double>(below(3));
                const double at = now - static_cast<double>(below(4) == 0 ? below(60) : below(4));
                const std::int64_t value = below(100) - 50;
                events.push_back({.at = at,
                                  .source = std::string(1, static_cast<char>('a' + below(3))),
                                  .data = fmt::format(R"({{"v":{}}})", value),
                                  .received = 1e9});
                sent.push_back({partition, events.back(), value});
            }
            engine.events(events, partition);
            if (below(4) == 0) engine.clock(batch);
            if (below(20) == 0) engine.flush();
        }
        engine.flush();
        std::uint64_t late = 0;
        ASSERT_EQ(engine.rows(), expected_rows(c, sent, late)) << c.sql();
        ASSERT_EQ(engine.counters().events_late, late) << c.sql();
    }
}

}  // namespace
}  // namespace sf::engine::testing
