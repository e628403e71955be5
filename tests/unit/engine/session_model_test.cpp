// Sessions against their definition, spelled out naively: random events in random disorder over random gaps,
// partitions, shards, restarts and cuts into batches give the same final rows, and the same events are late.
#include "unit/engine/engine_run.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>

namespace sf::engine::testing {
namespace {

struct SessionCase {
    std::int64_t gap = 10, lateness = 0, disorder = 0;  // Seconds.
    bool having = false;
    const char* emit = "on close";

    [[nodiscard]] std::string sql() const {
        return fmt::format(
            "CREATE MATERIALIZED VIEW v WITH (lateness = '{} s', out_of_orderness = '{} s', emit = '{}') AS SELECT "
            "source, window_start, window_end, count(*) AS n, sum((data->>'v')::bigint) AS s, max(user_id) AS u FROM "
            "SESSION(events, timestamp, INTERVAL '{} s') GROUP BY source, window_start, window_end{}",
            lateness, disorder, emit, gap, having ? " HAVING count(*) > 1" : "");
    }
};

struct SentEvent {
    Partition partition;
    TestEvent event;
    std::int64_t value;
};

// The definition: an event is late if the end of a session of its own plus the lateness is at or before the watermark
// of its own partition. Those that are not, in the order of time, are cut where two are more than the gap apart.
std::vector<std::string> rows_by_definition(const SessionCase& c, const std::vector<SentEvent>& events,
                                            std::uint64_t& late) {
    std::map<Partition, std::int64_t> reached;
    std::map<std::string, std::multimap<std::int64_t, const SentEvent*>> kept;
    late = 0;
    for (const SentEvent& sent : events) {
        const auto at = static_cast<std::int64_t>(sent.event.at);
        std::int64_t& mine = reached.try_emplace(sent.partition, at).first->second;
        mine = std::max(mine, at);
        if (at + c.gap + c.lateness <= mine - c.disorder) ++late;
        else kept[sent.event.source].emplace(at, &sent);
    }
    std::set<std::tuple<std::int64_t, std::string, std::string>> rows;
    for (const auto& [source, of_source] : kept) {
        for (auto at = of_source.begin(); at != of_source.end();) {
            const std::int64_t first = at->first;
            std::int64_t last = first, n = 0, sum = 0;
            std::string user;
            for (; at != of_source.end() && at->first <= last + c.gap; ++at) {
                last = at->first;
                ++n;
                sum += at->second->value;
                user = std::max(user, *at->second->event.user);
            }
            if (c.having && n < 2) continue;
            rows.emplace(first, source,
                         fmt::format(R"({{"source":"{}"}} {}..{} {{"n":{},"s":{},"u":"{}"}} final)", source,
                                     static_cast<double>(first), static_cast<double>(last + c.gap), n, sum, user));
        }
    }
    std::vector<std::string> texts;
    for (const auto& [first, source, text] : rows) texts.push_back(text);
    return texts;
}

std::vector<std::string> texts_of(const std::map<std::string, models::MetricPoint>& latest) {
    std::set<std::tuple<std::int64_t, std::string, std::string>> rows;
    for (const auto& [identity, point] : latest) {
        if (!point.deleted) rows.emplace(to_micros(*point.window_start), point.keys, text_of(point));
    }
    std::vector<std::string> texts;
    for (const auto& [start, keys, text] : rows) texts.push_back(text);
    return texts;
}

TEST(SessionModel, random_events_in_random_sessions) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        std::mt19937 random(seed);
        const auto below = [&](std::size_t n) { return static_cast<std::int64_t>(random() % n); };
        constexpr std::array kEmits = {"on close", "on change", "every 3 s"};
        const SessionCase c{.gap = 1 + below(15),
                            .lateness = below(3) * 10,
                            .disorder = below(8),
                            .having = below(3) == 0,
                            .emit = kEmits[random() % kEmits.size()]};
        EngineRun::Options options{.partitions = 1 + static_cast<Partition>(below(3)),
                                   .shards = 1 + static_cast<std::size_t>(below(3))};
        const std::vector<ViewPtr> views = {view_of(c.sql())};
        auto engine = std::make_unique<EngineRun>(views, options);
        EngineRun apart(views, options);  // The same events, each a record of its own.
        std::map<std::string, models::MetricPoint> latest;
        std::uint64_t late_before = 0;
        std::vector<SentEvent> sent;
        double now = static_cast<double>(below(100)) - 50;
        for (int batch = 0; batch < 40; ++batch) {
            const auto partition = static_cast<Partition>(below(options.partitions));
            std::vector<TestEvent> events;
            for (std::int64_t i = below(12); i >= 0; --i) {
                now += static_cast<double>(below(5));
                const double at = now - static_cast<double>(below(4) == 0 ? below(60) : below(4));
                const std::int64_t value = below(100) - 50;
                events.push_back({.at = at,
                                  .source = std::string(1, static_cast<char>('a' + below(3))),
                                  .data = fmt::format(R"({{"v":{}}})", value),
                                  .user = fmt::format("u{}", below(50)),
                                  .received = 1e9});
                sent.push_back({partition, events.back(), value});
                apart.events({events.back()}, partition);
            }
            engine->events(events, partition);
            if (below(4) == 0) engine->clock(batch);
            if (below(20) == 0) engine->flush();
            if (below(15) == 0) {
                const auto saved = engine->save();
                for (const auto& [identity, point] : engine->latest()) latest[identity] = point;
                late_before += engine->late().size();
                ++options.epoch;
                engine = std::make_unique<EngineRun>(views, options, saved);
            }
        }
        engine->flush();
        apart.flush();
        for (const auto& [identity, point] : engine->latest()) latest[identity] = point;
        std::uint64_t late = 0;
        const std::vector<std::string> expected = rows_by_definition(c, sent, late);
        ASSERT_EQ(texts_of(latest), expected) << c.sql();
        ASSERT_EQ(texts_of(apart.latest()), expected) << c.sql();
        ASSERT_EQ(engine->counters().events_late, late) << c.sql();
        ASSERT_EQ(late_before + engine->late().size(), late) << c.sql();
    }
}

// A row that is final before any flush is never given another way again.
TEST(SessionModel, what_is_final_stays) {
    std::size_t rows = 0;
    for (unsigned seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        std::mt19937 random(seed);
        const auto below = [&](std::size_t n) { return static_cast<std::int64_t>(random() % n); };
        const SessionCase c{.gap = 1 + below(9), .lateness = below(12), .disorder = below(4)};
        EngineRun engine({view_of(c.sql())}, {.partitions = 2});
        std::map<std::string, std::string> final_rows;  // By identity.
        double now = 0;
        for (int i = 0; i < 300; ++i) {
            now += static_cast<double>(below(8));
            engine.events({{.at = now - static_cast<double>(below(25)),
                            .source = random() % 2 == 0 ? "a" : "b",
                            .user = "u",
                            .received = 1e9}},
                          static_cast<Partition>(random() % 2));
            for (const models::MetricPoint& point : engine.take()) {
                const std::string identity = point.keys + std::to_string(to_micros(*point.window_start));
                ASSERT_FALSE(final_rows.contains(identity)) << final_rows[identity] << " became " << text_of(point);
                if (point.final) final_rows[identity] = text_of(point);
            }
        }
        rows += final_rows.size();
    }
    EXPECT_GT(rows, 10'000u);
}

}  // namespace
}  // namespace sf::engine::testing
