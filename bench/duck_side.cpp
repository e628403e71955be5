#include "duck_side.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace sf::bench {
namespace {

[[noreturn]] void give_up(const std::string& what) {
    std::fprintf(stderr, "error: DuckDB: %s\n", what.c_str());
    std::exit(1);
}

void must(duckdb_state state, const char* what) {
    if (state != DuckDBSuccess) give_up(what);
}

}  // namespace

DuckSide::DuckSide() {
    must(duckdb_open(nullptr, &database_), "a database in memory can't be opened");
    must(duckdb_connect(database_, &connection_), "no connection");
    run("SET threads = 1");
}

DuckSide::~DuckSide() {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
}

void DuckSide::load(std::span<const models::EventBatchPtr> batches) {
    run(R"(CREATE TABLE events ("timestamp" TIMESTAMP, type VARCHAR, source VARCHAR, user_id VARCHAR, data JSON))");
    duckdb_appender appender = nullptr;
    must(duckdb_appender_create(connection_, nullptr, "events", &appender), "no appender");
    const auto text = [&](std::string_view value) {
        must(duckdb_append_varchar_length(appender, value.data(), value.size()), "a text can't be appended");
    };
    for (const models::EventBatchPtr& batch : batches) {
        for (std::size_t row = 0; row < batch->size(); ++row) {
            must(duckdb_append_timestamp(appender, {to_micros(batch->timestamp(row))}), "a time can't be appended");
            text(batch->type(row));
            text(batch->source(row));
            text(batch->user_id(row));
            text(batch->data(row));
            if (duckdb_appender_end_row(appender) != DuckDBSuccess) give_up(duckdb_appender_error(appender));
        }
    }
    if (duckdb_appender_close(appender) != DuckDBSuccess) give_up(duckdb_appender_error(appender));
    duckdb_appender_destroy(&appender);
}

void DuckSide::run(const std::string& sql) {
    duckdb_result result;
    const duckdb_state state = duckdb_query(connection_, sql.c_str(), &result);
    const std::string problem = state == DuckDBSuccess ? "" : duckdb_result_error(&result);
    duckdb_destroy_result(&result);
    if (state != DuckDBSuccess) give_up(problem + "\n" + sql);
}

DuckSide::Answer DuckSide::time(const std::string& sql, std::size_t repeats) {
    std::vector<Answer> answers;
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
        duckdb_result result;
        const std::clock_t begin = std::clock();
        const duckdb_state state = duckdb_query(connection_, sql.c_str(), &result);
        const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        if (state != DuckDBSuccess) give_up(std::string(duckdb_result_error(&result)) + "\n" + sql);
        answers.push_back({duckdb_row_count(&result), seconds});
        duckdb_destroy_result(&result);
    }
    std::ranges::sort(answers, {}, &Answer::seconds);
    return answers[repeats / 2];
}

}  // namespace sf::bench
