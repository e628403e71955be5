#include "contract/point_store/point_store_contract.hpp"

#include "unit/database/stored_points.hpp"

#include <atomic>
#include <thread>

namespace sf::database::testing {
namespace {

using Offsets = std::map<messaging::Partition, messaging::Offset>;

// Stores in a folder, opened again at will.
class Opened {
public:
    explicit Opened(const PointStoreUnderTest& adapter) : adapter_(adapter) { open(); }

    void open() {
        if (stores_.events) stores_.events->stop();
        stores_ = {};
        stores_ = adapter_.open(folder_.path());
        const auto started = stores_.events->start();
        EXPECT_TRUE(started) << started.error().text();
    }
    PointStore& points() { return *stores_.points; }
    EventStore& events() { return *stores_.events; }
    void flush() { SF_ASSERT_OK(stores_.events->flush()); }

private:
    const PointStoreUnderTest& adapter_;
    TestFolder folder_;
    StoresUnderTest stores_;
};

constexpr const char* kMetrics =
    R"(SELECT keys->>'k', extract(minute FROM window_start)::int, "values"->>'n' FROM metrics ORDER BY 1, 2, 3)";

TEST_P(PointStoreContract, an_empty_store_answers) {
    Opened store(GetParam());
    EXPECT_EQ(latest(store.points()), "");
    EXPECT_TRUE(store.points().next_point_offsets().empty());
    EXPECT_EQ(rows(store.events(), "SELECT count(*) FROM metrics"), "[[0]]");
    EXPECT_EQ(rows(store.events(), "SELECT count(*) FROM late_events"), "[[0]]");
    store.flush();
    EXPECT_EQ(store.points().point_statistics().live_points, 0u);
}

TEST_P(PointStoreContract, points_are_visible_when_add_returns_and_stay_so_in_files) {
    Opened store(GetParam());
    SF_ASSERT_OK(add(store.points(), 0, {{.key = "a", .window = 1, .n = 3}, {.key = "b", .window = 2, .n = 4}}));
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(latest(store.points()), "b@2=4 a@1=3");
        EXPECT_EQ(rows(store.events(), kMetrics), R"([["a", 1, "3"],["b", 2, "4"]])");
        if (round == 0) store.flush();
        else store.open();
    }
    EXPECT_EQ(store.points().point_statistics().stored_points, 2u);
}

TEST_P(PointStoreContract, the_greater_epoch_and_version_of_an_identity_counts_wherever_it_is) {
    Opened store(GetParam());
    SF_ASSERT_OK(add(store.points(), 0,
                     {{.n = 1, .version = 5}, {.key = "b", .n = 1, .version = 5}, {.key = "c", .n = 1, .version = 5}}));
    SF_ASSERT_OK(add(store.points(), 1, {{.n = 2, .version = 4}}));
    EXPECT_EQ(latest(store.points()), "a@0=1 b@0=1 c@0=1");
    store.flush();
    SF_ASSERT_OK(add(
        store.points(), 2,
        {{.n = 3, .version = 6}, {.key = "b", .n = 4, .version = 1, .epoch = 2}, {.key = "c", .n = 9, .version = 2}}));
    for (int round = 0; round < 4; ++round) {
        EXPECT_EQ(latest(store.points()), "a@0=3 b@0=4 c@0=1") << round;
        EXPECT_EQ(rows(store.events(), kMetrics), R"([["a", 0, "3"],["b", 0, "4"],["c", 0, "1"]])") << round;
        if (round == 0) store.flush();
        if (round == 1) store.open();
        if (round == 2)
            SF_ASSERT_OK(add(store.points(), 3, {{.n = 8, .version = 1}}));  // An old one, when memory knows no better.
    }
}

TEST_P(PointStoreContract, a_tombstone_hides_what_came_before_and_not_what_comes_after) {
    Opened store(GetParam());
    SF_ASSERT_OK(add(store.points(), 0, {{.key = "a", .version = 1}, {.key = "b", .version = 1}}));
    store.flush();
    SF_ASSERT_OK(add(store.points(), 1, {{.key = "a", .version = 2, .deleted = true}}));
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(latest(store.points()), "b@0=0") << round;
        EXPECT_EQ(rows(store.events(), "SELECT count(*) FROM metrics"), "[[1]]") << round;
        if (round == 0) store.flush();
        else store.open();
    }
    SF_ASSERT_OK(add(store.points(), 2, {{.key = "a", .n = 7, .version = 3}}));
    EXPECT_EQ(latest(store.points()), "a@0=7 b@0=0");
    EXPECT_EQ(rows(store.events(), "SELECT count(*) FROM metrics"), "[[2]]");
}

TEST_P(PointStoreContract, offsets_move_when_points_are_in_files_and_control_records_move_them_too) {
    Opened store(GetParam());
    SF_ASSERT_OK(add(store.points(), 7, {{.n = 1}}));
    EXPECT_EQ(store.points().next_point_offsets(), (Offsets{{0, 7}}));
    store.flush();
    EXPECT_EQ(store.points().next_point_offsets(), (Offsets{{0, 8}}));
    messaging::StoredRecord tick;
    tick.offset = 8;
    tick.record.kind = messaging::RecordKind::tick;
    SF_ASSERT_OK(store.points().add_points(0, std::vector{tick}, soon()));
    store.flush();
    EXPECT_EQ(store.points().next_point_offsets(), (Offsets{{0, 9}}));
    store.open();
    EXPECT_EQ(store.points().next_point_offsets(), (Offsets{{0, 9}}));
    EXPECT_EQ(latest(store.points()), "a@0=1");
}

TEST_P(PointStoreContract, a_record_given_again_adds_nothing) {
    Opened store(GetParam());
    const std::vector<messaging::StoredRecord> record = {
        record_of(0, {point_of({.n = 1})}, {{"clicks", uuid_from_name("late"), minute(0), minute(5)}})};
    for (int i = 0; i < 2; ++i) SF_ASSERT_OK(store.points().add_points(0, record, soon()));
    store.flush();
    SF_ASSERT_OK(store.points().add_points(0, record, soon()));
    EXPECT_EQ(latest(store.points()), "a@0=1");
    EXPECT_EQ(store.points().point_statistics().late_events, 1u);
    EXPECT_EQ(store.points().next_point_offsets(), (Offsets{{0, 1}}));
}

TEST_P(PointStoreContract, what_was_in_no_file_is_asked_for_again_after_a_restart) {
    Opened store(GetParam());
    SF_ASSERT_OK(add(store.points(), 0, {{.key = "a", .n = 1}}));
    store.flush();
    SF_ASSERT_OK(add(store.points(), 1, {{.key = "b", .n = 2}}));
    store.open();
    const messaging::Offset next = store.points().next_point_offsets().at(0);
    ASSERT_LE(next, 2u);
    if (next == 1) SF_ASSERT_OK(add(store.points(), 1, {{.key = "b", .n = 2}}));
    EXPECT_EQ(latest(store.points()), "a@0=1 b@0=2");
}

// Half of it in files, half in memory, and the same with everything in files and after a restart.
TEST_P(PointStoreContract, latest_points_are_filtered_ordered_and_limited) {
    Opened store(GetParam());
    std::vector<TestPoint> first, second;
    for (int w = 0; w < 10; ++w) {
        for (const char* key : {"b", "a", "c"})
            (w < 5 ? first : second).push_back({.key = key, .window = w, .n = w * 10});
    }
    SF_ASSERT_OK(add(store.points(), 0, first));
    SF_ASSERT_OK(add(store.points(), 1, {{.view = "other", .key = "z", .window = 3}}));
    store.flush();
    SF_ASSERT_OK(add(store.points(), 2, second));
    SF_ASSERT_OK(add(
        store.points(), 3,
        {{.key = "a", .window = 4, .version = 2, .deleted = true}, {.key = "b", .window = 2, .n = 77, .version = 2}}));
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(latest(store.points(), "clicks", {.limit = 4}), "a@9=90 b@9=90 c@9=90 a@8=80") << round;
        EXPECT_EQ(latest(store.points(), "clicks", {.from = minute(4), .to = minute(6)}),
                  "a@5=50 b@5=50 c@5=50 b@4=40 c@4=40")
            << round;
        EXPECT_EQ(latest(store.points(), "clicks", {.to = minute(3), .limit = 5}), "a@2=20 b@2=77 c@2=20 a@1=10 b@1=10")
            << round;
        EXPECT_EQ(latest(store.points(), "clicks", {.from = minute(1), .to = minute(6), .keys = {{"k", "a"}}}),
                  "a@5=50 a@3=30 a@2=20 a@1=10")
            << round;
        EXPECT_EQ(latest(store.points(), "clicks", {.keys = {{"k", "b"}}, .limit = 20}),
                  "b@9=90 b@8=80 b@7=70 b@6=60 b@5=50 b@4=40 b@3=30 b@2=77 b@1=10 b@0=0")
            << round;
        EXPECT_EQ(latest(store.points(), "clicks", {.keys = {{"k", "b"}, {"x", "y"}}}), "") << round;
        EXPECT_EQ(latest(store.points(), "clicks", {.from = minute(10)}), "") << round;
        EXPECT_EQ(latest(store.points(), "clicks", {.to = minute(0)}), "") << round;
        EXPECT_EQ(latest(store.points(), "clicks", {.limit = 0}), "") << round;
        EXPECT_EQ(latest(store.points(), "other"), "z@3=0") << round;
        EXPECT_EQ(latest(store.points(), "none"), "") << round;
        if (round == 0) store.flush();
        else store.open();
    }
}

TEST_P(PointStoreContract, keys_are_compared_as_text) {
    Opened store(GetParam());
    const std::vector<std::string> keys = {R"({"n":1.50,"s":"x\"\u00e9/y","b":true,"none":null})",
                                           R"({"n":2,"s":"it's","b":false,"none":1})"};
    std::vector<models::MetricPoint> points;
    for (const std::string& key : keys) {
        models::MetricPoint point = point_of({});
        point.keys = key;
        points.push_back(point);
    }
    SF_ASSERT_OK(store.points().add_points(0, std::vector{record_of(0, points)}, soon()));
    for (int round = 0; round < 3; ++round) {
        const auto found = [&](std::map<std::string, std::string> wanted) {
            PointFilter filter;
            filter.keys = std::move(wanted);
            const auto latest = store.points().latest_points("clicks", filter);
            std::string which;
            for (const models::MetricPoint& point : *latest)
                which += point.keys == keys[0] ? '0' : point.keys == keys[1] ? '1' : '?';
            return which;
        };
        EXPECT_EQ(found({{"n", "1.50"}}), "0");
        EXPECT_EQ(found({{"n", "1.5"}}), "");
        EXPECT_EQ(found({{"s", "x\"\xc3\xa9/y"}}), "0");
        EXPECT_EQ(found({{"s", "it's"}}), "1");
        EXPECT_EQ(found({{"b", "true"}}), "0");
        EXPECT_EQ(found({{"none", "null"}}), "");
        EXPECT_EQ(found({{"none", "1"}, {"n", "2"}}), "1");
        if (round == 0) store.flush();
        else store.open();
    }
}

TEST_P(PointStoreContract, running_totals_have_no_window_and_are_never_out_of_range) {
    Opened store(GetParam());
    SF_ASSERT_OK(add(store.points(), 0, {{.key = "b", .window = {}, .n = 1}, {.key = "a", .window = {}, .n = 2}}));
    store.flush();
    SF_ASSERT_OK(
        add(store.points(), 1, {{.key = "a", .window = {}, .n = 3, .version = 2}, {.key = "c", .window = {}, .n = 4}}));
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(latest(store.points()), "a=3 b=1 c=4") << round;
        EXPECT_EQ(latest(store.points(), "clicks", {.from = minute(100), .to = minute(101)}), "a=3 b=1 c=4") << round;
        EXPECT_EQ(latest(store.points(), "clicks", {.limit = 2}), "a=3 b=1") << round;
        EXPECT_EQ(latest(store.points(), "clicks", {.keys = {{"k", "c"}}}), "c=4") << round;
        EXPECT_EQ(
            rows(store.events(), "SELECT keys->>'k', window_start, window_end, \"values\" FROM metrics ORDER BY 1"),
            R"([["a", null, null, {"n":3}],["b", null, null, {"n":1}],["c", null, null, {"n":4}]])")
            << round;
        if (round == 0) store.flush();
        else store.open();
    }
}

TEST_P(PointStoreContract, every_column_survives_the_way_to_a_file) {
    Opened store(GetParam());
    models::MetricPoint point = point_of(
        {.view = "a view of more than twelve bytes", .window = 3, .version = (1ull << 63) + 5, .epoch = 4'000'000'000});
    point.final = true;
    point.values = R"({"price":12.50,"big":123456789012345678901234567890.12345,"text":"it's \"x\"","none":null})";
    SF_ASSERT_OK(store.points().add_points(
        0, std::vector{record_of(0, {point}, {{point.view, uuid_from_name("e"), minute(1), minute(2)}})}, soon()));
    const std::string id = to_string(uuid_from_name("e"));
    for (int round = 0; round < 3; ++round) {
        const auto points = store.points().latest_points(point.view, {});
        SF_ASSERT_OK(points);
        ASSERT_EQ(points->size(), 1u);
        EXPECT_EQ(points->front(), point);
        EXPECT_EQ(
            rows(store.events(), "SELECT * FROM metrics"),
            R"([["a view of more than twelve bytes", {"k":"a"}, "2015-05-17T10:03:00Z", "2015-05-17T10:04:00Z", )" +
                point.values + ", true, 4000000000, 9223372036854775813]]");
        EXPECT_EQ(rows(store.events(), "SELECT * FROM late_events"),
                  "[[\"a view of more than twelve bytes\", \"" + id +
                      "\", \"2015-05-17T10:01:00Z\", \"2015-05-17T10:02:00Z\"]]");
        if (round == 0) store.flush();
        else store.open();
    }
}

TEST_P(PointStoreContract, a_late_event_of_a_view_is_there_once) {
    Opened store(GetParam());
    const models::LateEvent late{"clicks", uuid_from_name("e"), minute(1), minute(2)};
    models::LateEvent other_view = late;
    other_view.view = "other";
    models::LateEvent later = late;
    later.closed_until = minute(3);
    SF_ASSERT_OK(store.points().add_points(0, std::vector{record_of(0, {}, {late, other_view})}, soon()));
    store.flush();
    SF_ASSERT_OK(store.points().add_points(0, std::vector{record_of(1, {}, {late, later})}, soon()));
    const char* const sql = "SELECT view, \"timestamp\", closed_until FROM late_events ORDER BY view";
    const std::string expected =
        R"([["clicks", "2015-05-17T10:01:00Z", "2015-05-17T10:03:00Z"],["other", "2015-05-17T10:01:00Z", "2015-05-17T10:02:00Z"]])";
    EXPECT_EQ(rows(store.events(), sql), expected);
    store.flush();
    EXPECT_EQ(rows(store.events(), sql), expected);
    store.open();
    EXPECT_EQ(rows(store.events(), sql), expected);
}

TEST_P(PointStoreContract, views_are_tables_by_their_names_with_typed_columns) {
    Opened store(GetParam());
    SF_ASSERT_OK(add(store.points(), 0, {{.key = "a", .window = 1, .n = 3}, {.key = "b", .window = 2, .n = 40}}));
    SF_ASSERT_OK(add(store.points(), 1, {{.view = "other", .key = "x", .window = 2}}));
    EXPECT_NE(rows(store.events(), "SELECT * FROM clicks").find("error: invalid_input"), std::string::npos);
    store.points().set_view_tables({clicks_table()});
    const char* const sql = "SELECT k, n + 1, window_end - window_start FROM clicks WHERE n > 1 ORDER BY n DESC";
    const std::string expected = R"([["b", 41, "00:01:00"],["a", 4, "00:01:00"]])";
    EXPECT_EQ(rows(store.events(), sql), expected);
    store.flush();
    EXPECT_EQ(rows(store.events(), sql), expected);
    SF_ASSERT_OK(add(store.points(), 2, {{.key = "a", .window = 1, .n = 5, .version = 2}}));
    EXPECT_EQ(rows(store.events(),
                   "SELECT c.n, m.n FROM clicks c JOIN (SELECT keys->>'k' AS k, (\"values\"->>'n')::INT AS n FROM "
                   "metrics WHERE view = 'clicks') m USING (k) ORDER BY k"),
              "[[5, 5],[40, 40]]");
    store.points().set_view_tables({});
    EXPECT_NE(rows(store.events(), "SELECT * FROM clicks").find("error: invalid_input"), std::string::npos)
        << "no longer a table";
}

TEST_P(PointStoreContract, a_dropped_view_is_gone_and_what_comes_after_counts) {
    Opened store(GetParam());
    const models::LateEvent late{"clicks", uuid_from_name("e"), minute(1), minute(2)};
    SF_ASSERT_OK(store.points().add_points(
        0, std::vector{record_of(0, {point_of({.n = 1}), point_of({.view = "other", .n = 9})}, {late})}, soon()));
    store.flush();
    SF_ASSERT_OK(
        store.points().add_points(0, std::vector{record_of(1, {point_of({.key = "b", .n = 2})}, {late})}, soon()));
    // Record 2 was appended before, too, and is given later.
    SF_ASSERT_OK(store.points().drop_points("clicks", {{0, 3}}));
    SF_ASSERT_OK(add(store.points(), 2, {{.key = "c", .n = 3}, {.view = "other", .key = "o", .n = 8}}));
    const auto expect_gone = [&](const char* when) {
        EXPECT_EQ(latest(store.points()), "") << when;
        EXPECT_EQ(latest(store.points(), "other"), "a@0=9 o@0=8") << when;
        EXPECT_EQ(rows(store.events(), "SELECT view, count(*) FROM metrics GROUP BY view"), R"([["other", 2]])")
            << when;
        EXPECT_EQ(rows(store.events(), "SELECT count(*) FROM late_events"), "[[0]]") << when;
    };
    expect_gone("at once");
    store.open();
    for (messaging::Offset next = store.points().next_point_offsets().at(0); next < 3; ++next) {
        if (next == 1) SF_ASSERT_OK(add(store.points(), 1, {{.key = "b", .n = 2}}));
        else SF_ASSERT_OK(add(store.points(), 2, {{.key = "c", .n = 3}, {.view = "other", .key = "o", .n = 8}}));
    }
    expect_gone("after a restart");
    store.flush();
    expect_gone("after a flush");
    SF_ASSERT_OK(add(store.points(), 3, {{.n = 5, .version = 1}}));
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(latest(store.points()), "a@0=5") << round;
        EXPECT_EQ(rows(store.events(), "SELECT view, count(*) FROM metrics GROUP BY view ORDER BY view"),
                  R"([["clicks", 1],["other", 2]])")
            << round;
        if (round == 0) store.flush();
        else store.open();
    }
    SF_ASSERT_OK(store.points().drop_points("clicks", {{0, 4}}));
    SF_ASSERT_OK(store.points().drop_points("other", {{0, 4}}));
    SF_ASSERT_OK(store.points().drop_points("never there", {}));
    EXPECT_EQ(rows(store.events(), "SELECT count(*) FROM metrics"), "[[0]]");
}

TEST_P(PointStoreContract, retention_drops_windows_by_their_end_and_keeps_running_totals) {
    Opened store(GetParam());
    const auto fill = [&] {
        std::vector<TestPoint> points;
        for (int w = 0; w < 4; ++w) points.push_back({.window = w, .n = w});
        points.push_back({.key = "total", .window = {}, .n = 7});
        std::vector<models::MetricPoint> made;
        for (const TestPoint& point : points) made.push_back(point_of(point));
        return record_of(0, made,
                         {{"clicks", uuid_from_name("x"), minute(0), minute(1)},
                          {"clicks", uuid_from_name("y"), minute(0), minute(3)}});
    };
    SF_ASSERT_OK(store.points().add_points(0, std::vector{fill()}, soon()));
    store.flush();
    SF_ASSERT_OK(add(store.points(), 1, {{.key = "b", .window = 0}, {.key = "b", .window = 2, .n = 20}}));
    SF_ASSERT_OK(store.events().drop_before(minute(3), Drop::all));
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(latest(store.points()), "a@3=3 a@2=2 b@2=20 total=7") << round;
        EXPECT_EQ(rows(store.events(), "SELECT count(*) FROM metrics"), "[[4]]") << round;
        EXPECT_EQ(rows(store.events(), "SELECT count(*), min(closed_until) FROM late_events"),
                  R"([[1, "2015-05-17T10:03:00Z"]])")
            << round;
        store.open();
    }
    SF_ASSERT_OK(store.events().drop_before(at("2016-01-01T00:00:00Z"), Drop::all));
    EXPECT_EQ(latest(store.points()), "total=7");
    EXPECT_EQ(rows(store.events(), "SELECT count(*) FROM late_events"), "[[0]]");
}

// One adds ever newer versions of a few identities, one flushes; whoever looks sees each identity once, and never an
// older version again.
TEST_P(PointStoreContract, each_identity_is_seen_once_and_never_goes_back_during_flushes) {
    Opened store(GetParam());
    constexpr int kRounds = 150;
    std::atomic<int> added{0};
    std::atomic<bool> failed{false};
    std::thread feeder([&] {
        for (int i = 0; i < kRounds; ++i) {
            std::vector<TestPoint> points;
            for (int w = 0; w < 5; ++w)
                points.push_back({.window = w, .n = i, .version = static_cast<std::uint64_t>(i) + 1});
            if (!add(store.points(), static_cast<messaging::Offset>(i), points)) failed = true;
            ++added;
        }
    });
    std::thread flusher([&] {
        while (added < kRounds) {
            if (!store.events().flush()) failed = true;
        }
    });
    int looks = 0;
    while (added < kRounds || looks < 3) {
        const int before = added;
        if (before == 0) continue;
        const auto result = store.events().query("SELECT count(*), min((\"values\"->>'n')::INT) FROM metrics", {}, {});
        ASSERT_TRUE(result.has_value()) << result.error().text();
        int count = 0, least = 0;
        ASSERT_EQ(std::sscanf(result->rows_json.c_str(), "[[%d, %d]]", &count, &least), 2);
        EXPECT_EQ(count, 5);
        EXPECT_GE(least, before - 1);
        const int before_latest = added;
        const auto points = store.points().latest_points("clicks", {});
        ASSERT_TRUE(points) << points.error().text();
        EXPECT_EQ(points->size(), 5u);
        for (const models::MetricPoint& point : *points)
            EXPECT_GE(point.version, static_cast<std::uint64_t>(before_latest));
        ++looks;
    }
    feeder.join();
    flusher.join();
    EXPECT_FALSE(failed);
}

TEST_P(PointStoreContract, nothing_works_before_start_or_after_stop_and_nothing_crashes) {
    TestFolder folder;
    StoresUnderTest stores = GetParam().open(folder.path());
    EXPECT_FALSE(stores.points->latest_points("clicks", {}).has_value());
    EXPECT_FALSE(stores.points->drop_points("clicks", {}).has_value());
    SF_ASSERT_OK(stores.events->start());
    SF_ASSERT_OK(add(*stores.points, 0, {{.n = 1}}));
    stores.events->stop();
    EXPECT_FALSE(stores.points->latest_points("clicks", {}).has_value());
    EXPECT_FALSE(stores.points->drop_points("clicks", {}).has_value());
    EXPECT_FALSE(add(*stores.points, 1, {{.n = 1}}).has_value());
    SF_ASSERT_OK(stores.events->start());
    EXPECT_EQ(latest(*stores.points), "");
}

}  // namespace
}  // namespace sf::database::testing
