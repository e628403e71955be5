// The queries of Nexmark on one core: as views (examples/nexmark) from batches in memory, `data` as JSON, beside DuckDB
// with the same questions (nexmark/duckdb) over the same events at rest, as JSON and as columns that were extracted
// before.
//   nexmark_bench [--events N] [--repeat N] [--only q5] [--duckdb off]      in the folder of the sources
#include "duck_side.hpp"
#include "engine_side.hpp"
#include "nexmark/generator.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace {

using namespace sf;

std::vector<models::EventBatchPtr> make_batches(std::size_t events) {
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
    std::size_t events = 1'000'000, repeats = 3;
    std::string only;
    bool beside = true;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--events") events = static_cast<std::size_t>(std::atoll(argv[i + 1]));
        if (name == "--repeat") repeats = static_cast<std::size_t>(std::atoll(argv[i + 1]));
        if (name == "--only") only = argv[i + 1];
        if (name == "--duckdb") beside = std::string_view(argv[i + 1]) != "off";
    }
    const std::filesystem::path views = "examples/nexmark", ducks = "bench/nexmark/duckdb";
    const auto batches = make_batches(events);
    std::optional<bench::DuckSide> json, columns;
    if (beside) {
        const std::string define = text_of(ducks / "bid.sql");
        json.emplace().load(batches);
        json->run("CREATE VIEW bid AS " + define);
        columns.emplace().load(batches);
        columns->run("CREATE TABLE bid AS " + define);
    }
    const auto rate = [&](double seconds) { return static_cast<double>(events) / seconds / 1e6; };
    std::printf("%-5s %22s %22s %26s %10s %10s\n", "", "views, M events/s", "DuckDB, from JSON", "DuckDB, from columns",
                "its rows", "ours");
    for (const std::string& query : queries(views)) {
        if (!only.empty() && query != only) continue;
        const std::string view_sql = text_of(views / (query + ".sql"));
        const auto ours = bench::run_views(batches, std::span(&view_sql, 1), repeats);
        std::printf("%-5s %22.2f", query.c_str(), rate(ours.seconds));
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
