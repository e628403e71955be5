// A stream that is cut, restored from its snapshots and continued gives the same final rows.
#include "unit/engine/engine_run.hpp"

#include <gtest/gtest.h>

#include <random>

namespace sf::engine::testing {
namespace {

struct Step {
    Partition partition;
    models::EventBatchPtr batch;  // Null: a flush.
};

std::vector<std::string> statements() {
    return {
        "CREATE MATERIALIZED VIEW a WITH (lateness = '10 s', out_of_orderness = '2 s') AS SELECT source, window_start, "
        "window_end, count(*) AS n, "
        "min(data.v) AS least, max(source) AS greatest, count(DISTINCT user_id) AS users, "
        "approx_count_distinct(user_id) AS about, "
        "approx_quantile(data.v, 0.5) AS median, avg((data->>'v')::numeric) AS mean "
        "FROM HOP(events, timestamp, INTERVAL '7 s', INTERVAL '30 s') GROUP BY source, window_start, window_end HAVING "
        "count(*) > 1",
        "CREATE MATERIALIZED VIEW b WITH (emit = 'on change') AS SELECT data.v AS v, count(*) AS n FROM events GROUP "
        "BY data.v",
        "CREATE MATERIALIZED VIEW c WITH (emit = 'on close', lateness = '0 s') AS SELECT window_start, window_end, "
        "sum(data.v) AS s "
        "FROM TUMBLE(events, timestamp, INTERVAL '5 s') GROUP BY window_start, window_end",
        "CREATE MATERIALIZED VIEW d WITH (emit = 'on close', lateness = '5 s') AS SELECT source, window_start, "
        "window_end, count(*) AS n, max(user_id) AS last, count(DISTINCT user_id) AS users "
        "FROM SESSION(events, timestamp, INTERVAL '4 s') GROUP BY source, window_start, window_end HAVING count(*) > 1",
    };
}

std::vector<ViewPtr> views() {
    std::vector<ViewPtr> made;
    for (const std::string& sql : statements()) made.push_back(view_of(sql, static_cast<ViewNumber>(made.size() + 1)));
    return made;
}

std::vector<Step> steps(unsigned seed, Partition partitions) {
    std::mt19937 random(seed);
    std::vector<Step> all;
    double now = 0;
    for (int i = 0; i < 40; ++i) {
        std::vector<TestEvent> events;
        for (unsigned n = 1 + random() % 6; n > 0; --n) {
            now += random() % 3;
            events.push_back({.at = now - (random() % 5 == 0 ? random() % 40 : random() % 3),
                              .source = std::string(1, static_cast<char>('a' + random() % 3)),
                              .data = fmt::format(R"({{"v":{}}})", random() % 4),
                              .user = "u" + std::to_string(random() % 5),
                              .received = 1e9});
        }
        all.push_back({static_cast<Partition>(random() % partitions), batch_of(events)});
    }
    all.push_back({});
    return all;
}

void apply(EngineRun& engine, const Step& step) {
    if (step.batch) engine.batch(step.batch, step.partition);
    else engine.flush();
}

TEST(Recovery, at_every_record_gives_the_same_rows) {
    constexpr EngineRun::Options kOptions{.partitions = 2, .shards = 2};
    for (unsigned seed = 1; seed <= 5; ++seed) {
        const std::vector<Step> all = steps(seed, 2);
        EngineRun whole(views(), kOptions);
        for (const Step& step : all) apply(whole, step);
        for (std::size_t cut = 0; cut <= all.size(); ++cut) {
            SCOPED_TRACE(fmt::format("seed {} cut {}", seed, cut));
            EngineRun first(views(), kOptions);
            for (std::size_t i = 0; i < cut; ++i) apply(first, all[i]);
            const auto saved = first.save();
            EngineRun second(views(), {.partitions = 2, .shards = 2, .epoch = 2}, saved);
            for (std::size_t i = cut; i < all.size(); ++i) apply(second, all[i]);
            // Readers have what either emitted; the later epoch replaces.
            std::map<std::string, models::MetricPoint> rows = first.latest();
            for (const auto& [identity, point] : second.latest()) rows[identity] = point;
            for (const auto& [identity, point] : whole.latest()) {
                ASSERT_TRUE(rows.contains(identity)) << identity;
                ASSERT_EQ(text_of(rows.at(identity)), text_of(point)) << identity;
            }
            ASSERT_EQ(rows.size(), whole.latest().size());
            ASSERT_EQ(second.counters(1).events_late, whole.counters(1).events_late);
        }
    }
}

TEST(Recovery, frames_that_were_merged_already_are_dropped) {
    EngineRun engine(views(), {});
    const FramePtr frame = [&] {
        PartialFold fold(0, {});
        for (const ViewPtr& view : views()) fold.add(view);
        return fold.fold(0, *batch_of({{.at = 1}}));
    }();
    engine.shard(0).merge(*frame);
    engine.shard(0).merge(*frame);
    EXPECT_EQ(engine.counters(1).events, 1u);
}

TEST(Recovery, a_snapshot_does_not_change_while_the_shard_goes_on) {
    EngineRun engine(views(), {});
    for (int i = 0; i < 100; ++i) engine.events({{.at = i / 10.0, .user = "u" + std::to_string(i)}});
    const ShardSnapshot snapshot = engine.shard(0).snapshot();
    const auto bytes_of = [&] {
        std::vector<std::byte> bytes;
        ByteWriter writer(
            [&](std::span<const std::byte> piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); });
        snapshot.save(writer);
        return bytes.size();
    };
    const std::size_t before = bytes_of();
    for (int i = 0; i < 100; ++i) engine.events({{.at = i / 10.0, .source = "other", .user = "w" + std::to_string(i)}});
    EXPECT_EQ(bytes_of(), before);
}

TEST(Recovery, a_damaged_snapshot_is_refused_or_harmless) {
    EngineRun engine(views(), {});
    for (int i = 0; i < 20; ++i)
        engine.events({{.at = i * 1.0, .data = R"({"v":1.5})", .user = "u" + std::to_string(i)}});
    const std::vector<std::byte> saved = engine.save()[0];
    for (std::size_t length = 0; length < saved.size(); ++length) {
        Shard shard({});
        EXPECT_FALSE(shard.restore(std::span(saved).first(length), views())) << length;
    }
    std::mt19937 random(1);
    for (int i = 0; i < 2000; ++i) {  // The checksum around it finds each of these; here it must only not crash.
        std::vector<std::byte> damaged = saved;
        damaged[random() % damaged.size()] ^= static_cast<std::byte>(1u << (random() % 8));
        Shard shard({});
        (void)shard.restore(damaged, views());
    }
}

// Puts `now` in place of the first `was` in a snapshot.
std::vector<std::byte> with_number(std::vector<std::byte> saved, std::int64_t was, std::int64_t now) {
    const auto bytes = std::as_bytes(std::span(&was, 1));
    const auto found = std::ranges::search(saved, bytes);
    EXPECT_FALSE(found.empty());
    std::ranges::copy(std::as_bytes(std::span(&now, 1)), found.begin());
    return saved;
}

TEST(Recovery, times_and_panes_that_cannot_be_are_refused) {
    const std::vector<ViewPtr> tumbling = {
        view_of("CREATE MATERIALIZED VIEW t AS SELECT window_start, count(*) AS n FROM TUMBLE(events, timestamp, "
                "INTERVAL '3 s') "
                "GROUP BY window_start")};
    EngineRun engine(tumbling, {});
    engine.events({{.at = 123'456'789}});
    const auto saved = engine.save()[0];
    const auto accepts = [&](std::int64_t was, std::int64_t now) {
        Shard shard({});
        return shard.restore(with_number(saved, was, now), tumbling).has_value();
    };
    const std::int64_t time = 123'456'789'000'000, pane = 41'152'263;
    EXPECT_TRUE(accepts(time, time + 1));
    EXPECT_FALSE(accepts(time, INT64_MAX));
    EXPECT_FALSE(accepts(time, INT64_MIN));
    EXPECT_TRUE(accepts(pane, pane - 1));
    EXPECT_FALSE(accepts(pane, INT64_MAX / 1000));  // Its time would not fit into 64 bits.
    EXPECT_FALSE(accepts(pane, -INT64_MAX / 1000));
}

TEST(Recovery, views_that_are_gone_or_new_do_not_disturb_the_others) {
    EngineRun engine(views(), {});
    engine.events({{.at = 1}, {.at = 2}});
    const auto saved = engine.save();
    const std::vector<ViewPtr> other = {views()[2],
                                        view_of("CREATE MATERIALIZED VIEW e AS SELECT count(*) AS n FROM events", 9)};
    EngineRun restored(other, {.epoch = 2}, saved);
    restored.events({{.at = 3}});
    restored.flush();
    EXPECT_EQ(restored.counters(3).events, 3u);
    EXPECT_EQ(restored.counters(9).events, 1u);
}

}  // namespace
}  // namespace sf::engine::testing
