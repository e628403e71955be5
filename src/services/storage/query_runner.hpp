// Runs queries away from the server's threads: a few at once, some waiting, the rest refused.
#pragma once

#include "base/bounded_queue.hpp"
#include "database/query.hpp"
#include "http/message.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace sf::storage {

struct QueryRunnerOptions {
    unsigned threads = 4;
    std::size_t waiting_max = 32;
    std::chrono::milliseconds catch_up_patience{2000};
};

/// Waits until the stores have everything that is durable now, or for so long. False if they have not.
using CatchUp = std::function<bool(std::chrono::milliseconds)>;

class QueryRunner {
public:
    QueryRunner(QueryRunnerOptions options, database::QueryEngine& engine, CatchUp catch_up);
    ~QueryRunner();

    void start();
    void stop();  // Cancels what runs and answers what waits. Idempotent.

    /// Answers {"columns","rows","truncated"} or a problem. Any thread.
    void run(std::string sql, database::QueryLimits limits, http::Responder respond);

    [[nodiscard]] std::uint64_t queries() const { return queries_; }

private:
    struct Job {
        std::string sql;
        database::QueryLimits limits;
        http::Responder respond;
    };

    void work();

    const QueryRunnerOptions options_;
    database::QueryEngine& engine_;
    const CatchUp catch_up_;
    BoundedQueue<Job> jobs_;
    std::stop_source stop_;
    std::vector<std::thread> threads_;
    std::atomic<std::uint64_t> queries_ = 0;
};

/// The JSON of a result.
[[nodiscard]] std::string result_json(const database::QueryResult& result);

}  // namespace sf::storage
