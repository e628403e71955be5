// Expressions over batches in memory, on one core, as ratios to doing the same a row at a time in the same run: JSON
// fields through simdjson's DOM, comparisons of text through string_view.
#include "models/event_batch.hpp"
#include "models/json_fields.hpp"
#include "sql/evaluator.hpp"
#include "sql/plan/event_expression.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace sf;

constexpr int kRows = 3'500;
constexpr double kSecondsRepeat = 0.05;
constexpr int kRepeats = 7;

std::string data_json(int i) {
    return fmt::format(
        R"({{"path":"/products/{}","method":"GET","status":{},"latency_ms":{}.25,"referrer":"https://shop.example/search?q=thing",)"
        R"("agent":"Mozilla/5.0 X11 Linux x86_64","currency":"EUR","amount":{}.{:02},"items":{},"cached":{},"country":"DE","session":"018f4e9c-{:04x}"}})",
        i * 13 % 1000, i % 17 == 0 ? 500 : 200, i % 400, i % 97, i % 100, i % 7, i % 2 == 0, i);
}

models::EventBatchPtr make_batch(std::size_t& data_bytes) {
    models::EventBatchBuilder builder;
    const std::string types[] = {"web.click", "web.pageview", "api.request", "user.login", "business.sale"};
    for (int i = 0; i < kRows; ++i) {
        models::EventRow row;
        row.type = types[i * 7 % 5];
        const std::string source = fmt::format("shop-{}", i % 5);
        const std::string user = fmt::format("user-{}", i % 997);
        const std::string data = data_json(i);
        row.source = source;
        row.user_id = user;
        row.has_user_id = true;
        row.timestamp = row.received_at = 1'700'000'000'000'000 + i * 1'000;
        row.data = data;
        data_bytes += data.size();
        builder.append(row);
    }
    return builder.seal();
}

// Rows a second: the best of some repeats.
template <class Work>
double rate(Work work) {
    double best = 0;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
        const auto begin = std::chrono::steady_clock::now();
        double seconds = 0;
        int rounds = 0;
        do {
            work();
            ++rounds;
            seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        } while (seconds < kSecondsRepeat);
        best = std::max(best, rounds * static_cast<double>(kRows) / seconds);
    }
    return best;
}

[[noreturn]] void broken(const std::string& what) {
    fmt::print(stderr, "error: {}\n", what);
    std::exit(1);
}

volatile std::uint64_t sink = 0;  // So that no work is optimised away.

double rate_of(const models::EventBatch& batch, std::initializer_list<const char*> texts) {
    sql::EventEvaluator evaluator;
    std::vector<sql::EventEvaluator::Slot> slots;
    for (const char* text : texts) {
        const auto expression = sql::plan_event_expression(text);
        if (!expression) broken(expression.error().text());
        slots.push_back(evaluator.add(*expression));
    }
    return rate([&] {
        evaluator.begin(batch);
        for (const auto slot : slots) sink = sink + evaluator.column(slot).size;
    });
}

void report(const char* name, double rows, double baseline) {
    fmt::print("{:<58} {:9.2f} M rows/s  {:7.2f} of the baseline\n", name, rows / 1e6, rows / baseline);
}

}  // namespace

int main() {
    std::size_t data_bytes = 0;
    const models::EventBatchPtr batch = make_batch(data_bytes);
    fmt::print("expressions over a batch of {} events, one core, {} bytes of data an event\n", batch->size(),
               data_bytes / kRows);

    simdjson::dom::parser parser;
    const double dom = rate([&] {
        for (std::size_t row = 0; row < batch->size(); ++row) {
            const std::string_view data = batch->data(row);
            simdjson::dom::element root;
            double latency = 0;
            if (parser.parse(data.data(), data.size()).get(root) != simdjson::SUCCESS ||
                root["latency_ms"].get(latency) != simdjson::SUCCESS)
                broken("simdjson refuses the sample");
            std::int64_t status = 0;
            std::string_view country;
            if (root["status"].get(status) != simdjson::SUCCESS || root["country"].get(country) != simdjson::SUCCESS)
                broken("a field is missing");
            sink = sink + static_cast<std::uint64_t>(latency) + static_cast<std::uint64_t>(status) + country.size();
        }
    });
    report("3 fields by simdjson's DOM (baseline)", dom, dom);
    models::JsonFields fields(std::vector<models::JsonPath>{{"latency_ms"}, {"status"}, {"country"}});
    std::vector<std::string_view> found[3];
    std::vector<std::span<std::string_view>> values;
    for (auto& column : found) {
        column.resize(batch->size());
        values.emplace_back(column);
    }
    report("3 fields found", rate([&] {
               fields.read(*batch, values);
               sink = sink + found[0][0].size();
           }),
           dom);
    report("3 fields as number, number, text",
           rate_of(*batch, {"data.latency_ms::float8", "data.status::float8", "data.country::text"}), dom);
    report("3 fields as they are", rate_of(*batch, {"data.latency_ms", "data.status", "data.country"}), dom);
    report("data.status >= 500 AND data.latency_ms > 100",
           rate_of(*batch, {"data.status >= 500 AND data.latency_ms > 100"}), dom);
    report(
        "12 fields as they are",
        rate_of(*batch, {"data.path", "data.method", "data.status", "data.latency_ms", "data.referrer", "data.agent",
                         "data.currency", "data.amount", "data.items", "data.cached", "data.country", "data.session"}),
        dom);

    std::vector<std::uint8_t> out(batch->size());
    const double plain = rate([&] {
        for (std::size_t row = 0; row < batch->size(); ++row) out[row] = batch->type(row) == "web.click" ? 1 : 0;
        sink = sink + out[0];
    });
    report("type = 'web.click', a row at a time (baseline)", plain, plain);
    report("type = 'web.click'", rate_of(*batch, {"type = 'web.click'"}), plain);
    report("type IN (3 words)", rate_of(*batch, {"type IN ('web.click', 'api.request', 'none')"}), plain);
    report("type ~ '^web' OR source LIKE '%-3'", rate_of(*batch, {"type ~ '^web' OR source LIKE '%-3'"}), plain);
    report("split_part(type, '.', 1)", rate_of(*batch, {"split_part(type, '.', 1)"}), plain);
    report("severity = 'high' AND type = 'web.click'", rate_of(*batch, {"severity = 'high' AND type = 'web.click'"}),
           plain);
    report("timestamp >= '2023-11-14' AND timestamp < '2023-11-15'",
           rate_of(*batch, {"timestamp >= '2023-11-14' AND timestamp < '2023-11-15'"}), plain);
    report("user_id = 'user-7'", rate_of(*batch, {"user_id = 'user-7'"}), plain);
    report("length(type) * 2 + 1 > 10", rate_of(*batch, {"length(type) * 2 + 1 > 10"}), plain);
    return 0;
}
