// The Yahoo streaming benchmark on one core: views of ads are filtered, their ad and time kept, the ad's campaign
// looked up in a table of 1,000 rows, and counted by campaign in windows of ten seconds (S. Chintapalli et al.,
// "Benchmarking Streaming Computation Engines", 2016). Beside DuckDB with the same question over the same events at
// rest.
//   ysb_bench [--events N] [--repeat N]
#include "duck_side.hpp"
#include "engine_side.hpp"
#include "nexmark/random.hpp"
#include "options.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <vector>

namespace {

using namespace sf;

constexpr std::size_t kAds = 1000;
constexpr std::size_t kAdsOfCampaign = 10;
constexpr std::int64_t kBegin = 1'700'000'000'000'000;
constexpr std::int64_t kEventsPerSecond = 1'000'000;

std::string name_of_ad(std::size_t ad) { return fmt::format("ad-{:04}", ad); }
std::string name_of_campaign(std::size_t ad) { return fmt::format("campaign-{:03}", ad / kAdsOfCampaign); }

enum class Fields : std::uint8_t { extracted, in_json };

// With `extracted` the kind of event and the ad are columns of the event; else they are members of `data`.
std::vector<models::EventBatchPtr> make_batches(std::size_t events, Fields fields) {
    constexpr const char* kKinds[] = {"view", "click", "purchase"};
    constexpr const char* kAdTypes[] = {"banner", "modal", "sponsored-search", "mail", "mobile"};
    nexmark::Random random(42);
    std::vector<models::EventBatchPtr> batches;
    models::EventBatchBuilder builder;
    for (std::size_t n = 0; n < events; ++n) {
        const std::string kind = kKinds[random.below(3)];
        const std::string ad = name_of_ad(random.below(kAds));
        models::EventRow row;
        for (std::uint8_t& byte : row.id.bytes) byte = static_cast<std::uint8_t>(random.next());
        row.timestamp = row.received_at = kBegin + static_cast<std::int64_t>(n) * 1'000'000 / kEventsPerSecond;
        const std::string rest =
            fmt::format(R"("user_id":"u-{:016x}","page_id":"p-{:016x}","ad_type":"{}","ip_address":"1.2.3.4")",
                        random.next(), random.next(), kAdTypes[random.below(5)]);
        const std::string source = fields == Fields::extracted ? ad : "ysb";
        const std::string type = fields == Fields::extracted ? "ysb." + kind : "ysb.event";
        const std::string data = fields == Fields::extracted
                                     ? fmt::format("{{{}}}", rest)
                                     : fmt::format(R"({{{},"ad_id":"{}","event_type":"{}"}})", rest, ad, kind);
        row.type = type;
        row.source = source;
        row.data = data;
        if (!builder.fits(row)) batches.push_back(builder.seal());
        builder.append(row);
    }
    batches.push_back(builder.seal());
    return batches;
}

// The table that each ad's campaign is looked up in.
class Ads final : public sql::TableCatalog {
public:
    Ads() {
        auto definition = sql::plan_table("CREATE TABLE ads (ad text PRIMARY KEY, campaign text NOT NULL)");
        std::vector<sql::ReferenceTable::Cell> cells;
        for (std::size_t ad = 0; ad < kAds; ++ad) {
            cells.emplace_back(name_of_ad(ad));
            cells.emplace_back(name_of_campaign(ad));
        }
        auto made = sql::ReferenceTable::from_text(std::move(definition).value(), "1", cells);
        table_ = std::move(made).value();
    }
    [[nodiscard]] sql::ReferenceTablePtr table(std::string_view name) const override {
        return name == "ads" ? table_ : nullptr;
    }
    [[nodiscard]] std::vector<std::string> table_names() const override { return {"ads"}; }

private:
    sql::ReferenceTablePtr table_;
};

std::string view_of_campaigns(const char* ad, const char* filter) {
    return fmt::format(
        "CREATE MATERIALIZED VIEW ysb WITH (emit = 'on close') AS SELECT campaign, window_start, count(*) AS views "
        "FROM TUMBLE(events, timestamp, INTERVAL '10 s') AS e JOIN ads ON ads.ad = {} WHERE {} GROUP BY campaign, "
        "window_start",
        ad, filter);
}

std::string duck_query(const char* ad, const char* filter) {
    return fmt::format(
        "SELECT campaign, time_bucket(INTERVAL '10 seconds', \"timestamp\") AS w, count(*) FROM events JOIN ads ON "
        "ads.ad = {} "
        "WHERE {} GROUP BY campaign, w",
        ad, filter);
}

struct Side {
    const char* name;
    Fields fields;
    const char *ad, *filter;            // As a view says it,
    const char *duck_ad, *duck_filter;  // and as DuckDB does.
};

constexpr Side kSides[] = {
    {"fields extracted", Fields::extracted, "e.source", "type = 'ysb.view'", "source", "type = 'ysb.view'"},
    {"from JSON bytes", Fields::in_json, "e.data->>'ad_id'", "e.data.event_type = 'view'", "(data->>'ad_id')",
     "(data->>'event_type') = 'view'"},
};

}  // namespace

int main(int argc, char** argv) {
    bench::Options options(argc, argv, "ysb_bench [--events N] [--repeat N]");
    const std::size_t events = options.number("--events", 4'000'000), repeats = options.number("--repeat", 3);
    options.done();
    const Ads ads;
    for (const Side& side : kSides) {
        const auto batches = make_batches(events, side.fields);
        const std::string view = view_of_campaigns(side.ad, side.filter);
        const auto ours = bench::run_views(batches, std::span(&view, 1), repeats, ads);
        bench::DuckSide duck;
        duck.load(batches);
        duck.run("CREATE TABLE ads (ad VARCHAR, campaign VARCHAR)");
        for (std::size_t ad = 0; ad < kAds; ++ad)
            duck.run(fmt::format("INSERT INTO ads VALUES ('{}', '{}')", name_of_ad(ad), name_of_campaign(ad)));
        const auto theirs = duck.time(duck_query(side.duck_ad, side.duck_filter), repeats);
        std::printf("%-20s %8.2f M events/s   DuckDB %8.2f M events/s (x %.2f)   %zu rows, DuckDB has %zu\n", side.name,
                    static_cast<double>(events) / ours.seconds / 1e6,
                    static_cast<double>(events) / theirs.seconds / 1e6, theirs.seconds / ours.seconds, ours.rows,
                    theirs.rows);
    }
    return 0;
}
