// The engine from batches in memory, stage 1 and stage 2 on one core: events a second of typical views, as ratios to
// the plain count by source.
//   engine_bench [--events N] [--only WORD] [--repeat N]
#include "engine/partial_fold.hpp"
#include "engine/shard.hpp"
#include "options.hpp"
#include "services/analytics/built_in_views.hpp"
#include "sql/planner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <random>

using namespace sf;

namespace {

struct Stream {
    std::vector<models::EventBatchPtr> batches;
    std::size_t events = 0;
};

// `per_second` events a second of event time, in order up to a little disorder.
Stream make_stream(std::size_t events, std::size_t users, double per_second) {
    std::mt19937_64 random(42);
    UuidGenerator ids;
    Stream stream{.events = events};
    models::EventBatchBuilder builder;
    const std::int64_t begin = 1'700'000'000'000'000;
    std::vector<std::string> names;
    for (std::size_t u = 0; u < users; ++u) names.push_back(fmt::format("user-{:08}", u * 2654435761u % 100'000'000));
    const std::array<std::string, 10> sources = {"web",    "api",  "shop", "mobile", "auth",
                                                 "search", "cart", "mail", "admin",  "edge"};
    const std::array<std::string, 4> types = {"web.pageview", "web.click", "api.request", "business.sale"};
    for (std::size_t i = 0; i < events; ++i) {
        models::EventRow row;
        row.id = ids.next(Timestamp{});
        row.timestamp = begin + static_cast<std::int64_t>(static_cast<double>(i) * 1e6 / per_second) -
                        static_cast<std::int64_t>(random() % 1000);
        row.received_at = row.timestamp + 1000;
        row.type = types[random() % types.size()];
        row.source = sources[random() % sources.size()];
        row.user_id = names[random() % users];
        row.has_user_id = true;
        const std::string data = fmt::format(R"({{"path":"/p/{}","status":{},"latency_ms":{}}})", random() % 50,
                                             random() % 50 == 0 ? 500 : 200, random() % 400 + 1);
        row.data = data;
        if (!builder.fits(row)) stream.batches.push_back(builder.seal());
        builder.append(row);
    }
    stream.batches.push_back(builder.seal());
    return stream;
}

// Made when the first line wants it: a run of one line does not wait for the others' streams.
class StreamOf {
public:
    StreamOf(std::size_t events, std::size_t users, double per_second)
        : events_(events), users_(users), per_second_(per_second) {}

    [[nodiscard]] const Stream& get() {
        if (!made_) made_ = make_stream(events_, users_, per_second_);
        return *made_;
    }

private:
    std::size_t events_, users_;
    double per_second_;
    std::optional<Stream> made_;
};

engine::ViewPtr view_of(const std::string& sql, engine::ViewNumber number) {
    auto plan = sql::plan_view(sql, engine::aggregate_catalog());
    if (!plan) {
        std::fprintf(stderr, "%s\n", plan.error().text().c_str());
        std::exit(1);
    }
    return std::make_shared<const engine::View>(number, sql, std::move(*plan),
                                                std::map<engine::Partition, engine::Offset>{});
}

struct Figure {
    double events_per_second = 0;
    std::size_t rows = 0;
};

Figure run(const Stream& stream, const std::vector<std::string>& statements) {
    engine::PartialFold fold(0, {});
    engine::Shard shard({.epoch = 1});
    engine::ViewNumber number = 0;
    for (const std::string& sql : statements) {
        const engine::ViewPtr view = view_of(sql, ++number);
        fold.add(view);
        shard.add(view);
    }
    std::size_t rows = 0;
    engine::Offset offset = 0;
    const std::clock_t begin = std::clock();  // Processor time: other programs on the machine hardly matter.
    for (const models::EventBatchPtr& batch : stream.batches) {
        shard.merge(*fold.fold(offset++, *batch));
        rows += shard.take().points.size();
    }
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    return {static_cast<double>(stream.events) / seconds, rows};
}

std::string view(const std::string& name, const std::string& select, const std::string& from, const std::string& by,
                 const std::string& emit = "on close") {
    return fmt::format("CREATE MATERIALIZED VIEW {} WITH (emit = '{}') AS SELECT {} FROM {} {}", name, emit, select,
                       from, by.empty() ? "" : "GROUP BY " + by);
}

}  // namespace

int main(int argc, char** argv) {
    bench::Options options(argc, argv, "engine_bench [--events N] [--only WORD] [--repeat N]");
    const std::size_t events = options.number("--events", 4'000'000), repeats = options.number("--repeat", 3);
    const std::string only = options.text("--only", "");  // Lines with this in their name.
    options.done();
    const std::string tumble10 = "TUMBLE(events, timestamp, INTERVAL '10 s')";
    const std::string window = "window_start, window_end";
    StreamOf dense(events, 100'000, 1'000'000);
    StreamOf hours(events, 1'000, static_cast<double>(events) / (3 * 3600));
    struct Line {
        std::string name;
        StreamOf* stream;
        std::vector<std::string> views;
    };
    std::vector<Line> lines = {
        {"count by source, 10 s (baseline)",
         &dense,
         {view("a", "source, window_start, window_end, count(*) AS n", tumble10, "source, " + window)}},
        {"count by user of 100,000, 10 s",
         &dense,
         {view("a", "user_id, window_start, window_end, count(*) AS n", tumble10, "user_id, " + window)}},
        {"sessions of 100,000 users, gap 30 s",
         &dense,
         {view("a", "user_id, window_start, window_end, count(*) AS n", "SESSION(events, timestamp, INTERVAL '30 s')",
               "user_id, " + window)}},
        {"sessions of 1,000 users, gap 30 s, an event a user in 2.7 s",
         &hours,
         {view("a", "user_id, window_start, window_end, count(*) AS n", "SESSION(events, timestamp, INTERVAL '30 s')",
               "user_id, " + window)}},
        {"filter and avg of a JSON field by source",
         &dense,
         {view("a", "source, window_start, window_end, avg(data.latency_ms) AS ms",
               tumble10 + " WHERE type = 'api.request'", "source, " + window)}},
        {"tumble 1 h, count by source",
         &hours,
         {view("a", "source, window_start, window_end, count(*) AS n", "TUMBLE(events, timestamp, INTERVAL '1 h')",
               "source, " + window)}},
        {"hop 1 h by 1 s, count by source",
         &hours,
         {view("a", "source, window_start, window_end, count(*) AS n",
               "HOP(events, timestamp, INTERVAL '1 s', INTERVAL '1 h')", "source, " + window)}},
        {"tumble 1 h, count",
         &hours,
         {view("a", "window_start, window_end, count(*) AS n", "TUMBLE(events, timestamp, INTERVAL '1 h')", window)}},
        {"hop 1 h by 1 s, count",
         &hours,
         {view("a", "window_start, window_end, count(*) AS n", "HOP(events, timestamp, INTERVAL '1 s', INTERVAL '1 h')",
               window)}},
    };
    // The same pair over a busier stream: the sliding window's own work is for each slide, not for each event.
    StreamOf busy(events, 1'000, 100'000);
    for (const auto& [name, window_function] :
         {std::pair{"tumble 1 h, count by source, 100,000 events/s", "TUMBLE(events, timestamp, INTERVAL '1 h')"},
          {"hop 1 h by 1 s, count by source, 100,000 events/s",
           "HOP(events, timestamp, INTERVAL '1 s', INTERVAL '1 h')"}}) {
        lines.push_back(
            {name,
             &busy,
             {view("a", "source, window_start, window_end, count(*) AS n", window_function, "source, " + window)}});
    }
    std::vector<std::string> built_in;
    for (const analytics::BuiltInView& each : analytics::built_in_views("web.pageview", "business.sale"))
        built_in.push_back(each.sql);
    lines.push_back({"all built-in views", &dense, built_in});
    built_in.push_back(R"(CREATE MATERIALIZED VIEW user_sessions WITH (emit = 'on close') AS
SELECT user_id, window_start, window_end, count(*) AS events
FROM SESSION(events, timestamp, INTERVAL '30 minutes')
WHERE user_id IS NOT NULL GROUP BY user_id, window_start, window_end)");
    lines.push_back({"all built-in views, and sessions by user", &dense, built_in});
    lines.push_back({"all built-in views, and sessions by user, 1,000 users", &hours, built_in});
    std::vector<std::string> thousand;
    for (int i = 0; i < 1000; ++i) {
        thousand.push_back(
            view("v" + std::to_string(i), "source, window_start, window_end, count(*) AS n, sum(data.latency_ms) AS s",
                 fmt::format("TUMBLE(events, timestamp, INTERVAL '{} s') WHERE data.status = {}", 10 + i % 7, 200 + i),
                 "source, " + window));
    }
    lines.push_back({"1,000 different views", nullptr, thousand});
    // What differs is the aggregate, the window or HAVING.
    std::vector<std::string> alike;
    for (int i = 0; i < 8000; ++i) {
        alike.push_back(
            view("v" + std::to_string(i),
                 fmt::format("source, window_start, window_end, count(*) AS n, {}(data.latency_ms) AS s",
                             std::array{"sum", "avg", "min", "max"}[static_cast<std::size_t>(i) % 4]),
                 fmt::format("TUMBLE(events, timestamp, INTERVAL '{} s') WHERE type = 'api.request'", 10 + i % 7),
                 fmt::format("source, window_start, window_end HAVING count(*) > {}", i)));
    }
    lines.push_back({"1 view of those that share filter and key", nullptr, {alike[0]}});
    lines.push_back({"1,000 views that share filter and key", nullptr, {alike.begin(), alike.begin() + 1000}});
    lines.push_back({"8,000 views that share filter and key", nullptr, alike});
    StreamOf small(std::min<std::size_t>(events, 400'000), 1000, 50'000);
    double baseline = 0;
    for (const Line& line : lines) {
        if (line.name.find(only) == std::string::npos) continue;
        std::vector<Figure> figures;
        for (std::size_t repeat = 0; repeat < repeats; ++repeat)
            figures.push_back(run((line.stream != nullptr ? *line.stream : small).get(), line.views));
        std::ranges::sort(figures, {}, &Figure::events_per_second);
        const Figure median = figures[repeats / 2];
        if (baseline == 0) baseline = median.events_per_second;
        std::printf("%-45s %8.2f M events/s   %5.2f of the baseline   %zu rows\n", line.name.c_str(),
                    median.events_per_second / 1e6, median.events_per_second / baseline, median.rows);
    }
    return 0;
}
