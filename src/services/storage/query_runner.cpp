#include "services/storage/query_runner.hpp"

#include "base/json_text.hpp"
#include "http/problem.hpp"

namespace sf::storage {

std::string result_json(const database::QueryResult& result) {
    std::string out = R"({"columns":[)";
    for (const database::QueryColumn& column : result.columns) {
        if (out.back() != '[') out += ',';
        out += R"({"name":)" + json_string(column.name) + R"(,"type":)" + json_string(column.type) + '}';
    }
    out += R"(],"rows":)";
    out += result.rows_json;
    out += R"(,"truncated":)";
    out += result.truncated ? "true}" : "false}";
    return out;
}

QueryRunner::QueryRunner(QueryRunnerOptions options, database::QueryEngine& engine, CatchUp catch_up)
    : options_(options), engine_(engine), catch_up_(std::move(catch_up)), jobs_(options.waiting_max) {}

QueryRunner::~QueryRunner() { stop(); }

void QueryRunner::start() {
    for (unsigned i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

void QueryRunner::stop() {
    stop_.request_stop();
    jobs_.close();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

void QueryRunner::run(std::string sql, database::QueryLimits limits, http::Responder respond) {
    // The answer must survive a refused push, so both the queue and this call hold it.
    auto shared = std::make_shared<http::Responder>(std::move(respond));
    Job job{std::move(sql), limits, [shared](http::Response response) { (*shared)(std::move(response)); }};
    if (!jobs_.try_push(std::move(job))) {
        (*shared)(http::problem(
            Error{ErrorCode::unavailable, "too many queries are waiting", "", "repeat the request a little later"}));
    }
}

void QueryRunner::work() {
    while (auto job = jobs_.pop()) {
        ++queries_;
        if (!catch_up_(options_.catch_up_patience)) {
            if (stop_.stop_requested()) {
                job->respond(http::problem(Error{ErrorCode::unavailable, "the service is stopping"}));
                continue;
            }
            // The store lags behind: what it has is answered, rather than nothing.
        }
        auto result = engine_.query(job->sql, job->limits, stop_.get_token());
        if (result) job->respond({.status = 200, .body = result_json(*result)});
        else job->respond(http::problem(result.error()));
    }
}

}  // namespace sf::storage
