#include "cli/batch_sender.hpp"

#include "cli/api.hpp"
#include "cli/json_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace sf::cli {
namespace {

constexpr Duration kPauseFirst = std::chrono::milliseconds{100};
constexpr Duration kPauseMax = std::chrono::seconds{5};
constexpr Duration kRetryAfterMax = std::chrono::seconds{60};

bool is_transient(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

// "/17/data/x" is event 17 and "/data/x" in it.
bool split_pointer(std::string_view pointer, std::uint32_t& index, std::string& rest) {
    if (!pointer.starts_with('/')) return false;
    const auto [end, error] = std::from_chars(pointer.data() + 1, pointer.data() + pointer.size(), index);
    if (error != std::errc{}) return false;
    rest.assign(end, pointer.data() + pointer.size());
    return true;
}

std::string reason_of(const JsonNode& error) {
    std::uint32_t index = 0;
    std::string rest;
    const std::string pointer = error.text_of("pointer").value_or("");
    if (!split_pointer(pointer, index, rest)) rest = pointer;
    const std::string detail = error.text_of("detail").value_or("refused");
    return rest.empty() ? detail : rest + " " + detail;
}

}  // namespace

Result<BatchVerdict> BatchSender::send(const EventLines& events) {
    BatchVerdict verdict;
    std::vector<std::uint32_t> all(events.size());
    std::iota(all.begin(), all.end(), 0u);
    SF_TRY(send_some(events, std::move(all), verdict));
    return verdict;
}

// Events that the server calls retryable go again by themselves; bodies that are too large go in halves.
Result<> BatchSender::send_some(const EventLines& events, std::vector<std::uint32_t> indexes, BatchVerdict& verdict) {
    std::string part;
    for (unsigned attempt = 0; !indexes.empty(); ++attempt) {
        std::string_view body = events.text;
        if (indexes.size() != events.size()) {
            part.clear();
            for (const std::uint32_t index : indexes) part += events.line(index);
            body = part;
        }
        SF_ASSIGN(http::ClientResponse response, request(body, verdict));
        verdict.answer = response.body;
        if (response.status == 413 && indexes.size() > 1) {
            const auto middle = indexes.begin() + static_cast<std::ptrdiff_t>(indexes.size() / 2);
            SF_TRY(send_some(events, {indexes.begin(), middle}, verdict));
            return send_some(events, {middle, indexes.end()}, verdict);
        }
        SF_ASSIGN(indexes, read_answer(response, indexes, verdict));
        if (indexes.empty()) break;
        ++verdict.retries;
        options_.wait(pause(attempt, ""));
        if (options_.cancelled()) return fail(ErrorCode::cancelled, "interrupted");
    }
    return {};
}

Duration BatchSender::pause(unsigned attempt, std::string_view retry_after) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), seconds);
    Duration at_most = std::min<Duration>(kPauseFirst * (std::int64_t{1} << std::min(attempt, 10u)), kPauseMax);
    // Full jitter: all connections fail in the same moment when a server restarts and must not come back in the same
    // moment.
    jitter_ ^= jitter_ << 13;
    jitter_ ^= jitter_ >> 7;
    jitter_ ^= jitter_ << 17;
    Duration chosen =
        at_most / 2 +
        Duration{static_cast<std::int64_t>(jitter_ % static_cast<std::uint64_t>(at_most.count() / 2 + 1))};
    if (!retry_after.empty() && error == std::errc{} && seconds > 0) {
        chosen = std::max(chosen, std::min<Duration>(std::chrono::seconds{seconds}, kRetryAfterMax));
    }
    return chosen;
}

Result<http::ClientResponse> BatchSender::request(std::string_view body, BatchVerdict& verdict) {
    const auto begin = options_.clock->steady();
    for (unsigned attempt = 0;; ++attempt) {
        if (options_.cancelled()) return fail(ErrorCode::cancelled, "interrupted");
        if (transport_ == nullptr) transport_ = options_.connect();
        auto response =
            transport_->send(http::Method::post, options_.target, body, {.content_type = "application/x-ndjson"});
        if (response && !is_transient(response->status)) {
            answered_ = true;
            return response;
        }
        Error error = response ? error_of(*response, options_.url) : std::move(response.error());
        const bool away = !response;
        if (away && error.code != ErrorCode::unavailable && error.code != ErrorCode::timed_out)
            return fail(std::move(error));
        if (away && !answered_ && options_.fail_fast_first) return fail(std::move(error));
        answered_ = answered_ || !away;
        if (options_.clock->steady() - begin >= options_.patience) {
            return fail(std::move(error).during(fmt::format("gave up after {}", format_duration(options_.patience))));
        }
        if (away) transport_.reset();
        ++verdict.retries;
        options_.wait(pause(attempt, response ? response->header("retry-after") : ""));
    }
}

// Adds what became of the events at `indexes`; returns those that are to be sent again.
Result<std::vector<std::uint32_t>> BatchSender::read_answer(const http::ClientResponse& response,
                                                            std::span<const std::uint32_t> indexes,
                                                            BatchVerdict& verdict) const {
    std::vector<std::uint32_t> again;
    if (response.status == 400 || response.status == 413 || response.status == 422) {
        refuse_all(response, indexes, verdict);
        return again;
    }
    if (response.status != 202 && response.status != 207) return fail(error_of(response, options_.url));
    const auto document = JsonDocument::parse(response.body);
    if (!document || document->root().find("accepted") == nullptr) {
        return fail(ErrorCode::internal, "the answer of " + options_.url + " can't be understood",
                    document ? "" : document.error().message, "is it a StreamFlow server, of this version?");
    }
    const JsonNode& root = document->root();
    verdict.accepted += root.count_of("accepted");
    verdict.duplicates += root.count_of("duplicates");
    const JsonNode* const results = root.find("results");
    if (results == nullptr) return again;
    for (const JsonNode& result : results->items) {
        const std::uint64_t at = result.count_of("index");
        if (at >= indexes.size()) continue;
        if (result.text_of("retryable") == "true") {
            again.push_back(indexes[at]);
            continue;
        }
        RefusedEvent& refused = verdict.refused.emplace_back();
        refused.index = indexes[at];
        refused.quarantined = result.text_of("status") == "quarantined";
        if (const JsonNode* const errors = result.find("errors")) {
            for (const JsonNode& error : errors->items) refused.reasons.push_back(reason_of(error));
        }
    }
    return again;
}

// Nothing of the request was stored. The problem names the events, but not more than it has room for.
void BatchSender::refuse_all(const http::ClientResponse& response, std::span<const std::uint32_t> indexes,
                             BatchVerdict& verdict) const {
    const std::size_t first = verdict.refused.size();
    for (const std::uint32_t index : indexes) verdict.refused.push_back({.index = index});
    const auto document = JsonDocument::parse(response.body);
    if (document) {
        if (const JsonNode* const errors = document->root().find("errors")) {
            for (const JsonNode& error : errors->items) {
                std::uint32_t at = 0;
                std::string rest;
                if (!split_pointer(error.text_of("pointer").value_or(""), at, rest) || at >= indexes.size()) continue;
                verdict.refused[first + at].reasons.push_back(reason_of(error));
            }
        }
    }
    const Error whole = error_of(response, options_.url);
    for (std::size_t i = first; i < verdict.refused.size(); ++i) {
        if (verdict.refused[i].reasons.empty()) verdict.refused[i].reasons.push_back(whole.message);
    }
}

}  // namespace sf::cli
