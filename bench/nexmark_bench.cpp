// The queries of Nexmark on one core: as views (examples/nexmark) from batches in memory, `data` as JSON, beside DuckDB
// with the same questions (nexmark/duckdb) over the same events at rest, as JSON and as columns that were extracted
// before. Some also as views that read columns of the events alone (nexmark/fields).
//   nexmark_bench [--events N] [--repeat N] [--only q5] [--json off] [--duckdb off]      in the folder of the sources
#include "duck_side.hpp"
#include "engine_side.hpp"
#include "nexmark/generator.hpp"
#include "options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace {

using namespace sf;

enum class Fields : std::uint8_t { in_json, extracted };

// With `extracted` an auction is the bid's source and a price its correlation_id; the bidder is its user in any case.
std::vector<models::EventBatchPtr> make_batches(std::size_t events, Fields fields) {
    std::vector<models::EventBatchPtr> batches;
    models::EventBatchBuilder builder;
    for (std::size_t n = 0; n < events; ++n) {
        const nexmark::Event event = nexmark::event_at({}, n);
        models::EventRow row;
        row.id = event.id;
        row.timestamp = row.received_at = to_micros(event.timestamp);
        row.type = type_of(event.kind);
        row.source = "nexmark";
        row.user_id = event.user_id;
        row.has_user_id = true;
        row.data = event.data;
        std::string auction, price;
        if (unsigned long long a = 0, b = 0, p = 0;
            fields == Fields::extracted && event.kind == nexmark::Kind::bid &&
            std::sscanf(event.data.c_str(), R"({"auction":%llu,"bidder":%llu,"price":%llu)", &a, &b, &p) == 3) {
            row.source = auction = std::to_string(a);
            row.correlation_id = price = std::to_string(p);
            row.has_correlation_id = true;
        }
        if (!builder.fits(row)) batches.push_back(builder.seal());
        builder.append(row);
    }
    batches.push_back(builder.seal());
    return batches;
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// q2 before q12.
std::vector<std::string> queries(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".sql") names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names, {}, [](const std::string& name) { return std::pair(name.size(), name); });
    return names;
}

}  // namespace

int main(int argc, char** argv) {
    bench::Options options(argc, argv,
                           "nexmark_bench [--events N] [--repeat N] [--only q5] [--json off] [--duckdb off]");
    const std::size_t events = options.number("--events", 1'000'000), repeats = options.number("--repeat", 3);
    const std::string only = options.text("--only", "");
    const bool of_json = options.text("--json", "on") != "off";  // off: for a look at what fields take, by a profiler.
    const bool beside = options.text("--duckdb", "on") != "off" && of_json;
    options.done();
    const std::filesystem::path views = "examples/nexmark", ducks = "bench/nexmark/duckdb";
    const std::filesystem::path of_fields = "bench/nexmark/fields";
    const auto batches = make_batches(of_json ? events : 1, Fields::in_json);
    const auto fields = make_batches(events, Fields::extracted);
    std::optional<bench::DuckSide> json, columns;
    if (beside) {
        const std::string define = text_of(ducks / "bid.sql");
        json.emplace().load(batches);
        json->run("CREATE VIEW bid AS " + define);
        columns.emplace().load(batches);
        columns->run("CREATE TABLE bid AS " + define);
    }
    const auto rate = [&](double seconds) { return static_cast<double>(events) / seconds / 1e6; };
    std::printf("%-5s %22s %13s %22s %26s %10s %10s\n", "", "views, M events/s", "from fields", "DuckDB, from JSON",
                "DuckDB, from columns", "its rows", "ours");
    for (const std::string& query : queries(views)) {
        if (!only.empty() && query != only) continue;
        const std::string view_sql = text_of(views / (query + ".sql"));
        const auto ours = bench::run_views(batches, std::span(&view_sql, 1), repeats);
        std::printf("%-5s %22s", query.c_str(), of_json ? fmt::format("{:.2f}", rate(ours.seconds)).c_str() : "");
        if (const auto file = of_fields / (query + ".sql"); std::filesystem::exists(file)) {
            const std::string sql = text_of(file);
            std::printf(" %13.2f", rate(bench::run_views(fields, std::span(&sql, 1), repeats).seconds));
        } else {
            std::printf(" %13s", "");
        }
        if (beside) {
            const std::string duck_sql = text_of(ducks / (query + ".sql"));
            const auto theirs = json->time(duck_sql, repeats), extracted = columns->time(duck_sql, repeats);
            std::printf(" %12.2f (x %5.2f) %16.2f (x %5.2f) %10zu", rate(theirs.seconds), theirs.seconds / ours.seconds,
                        rate(extracted.seconds), extracted.seconds / ours.seconds, theirs.rows);
        }
        std::printf(" %10zu\n", ours.rows);
        std::fflush(stdout);
    }
    return 0;
}
