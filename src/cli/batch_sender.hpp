// Sends batches of events until each has its verdict: waits and repeats while the server is busy, away or restarting.
// Repeating is safe because every event carries its id: what was stored already counts as a duplicate.
#pragma once

#include "cli/environment.hpp"

#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::cli {

struct RefusedEvent {
    std::uint32_t index = 0;  // In the batch.
    bool quarantined = false;
    std::vector<std::string> reasons;  // "/type: is required"
};

struct BatchVerdict {
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t retries = 0;
    std::vector<RefusedEvent> refused;
    std::string answer;  // The body of the last response.
};

/// Events as NDJSON, and where each line begins.
struct EventLines {
    std::string text;
    std::vector<std::size_t> begins;

    [[nodiscard]] std::size_t size() const { return begins.size(); }
    [[nodiscard]] std::string_view line(std::size_t i) const {
        const std::size_t end = i + 1 < begins.size() ? begins[i + 1] : text.size();
        return std::string_view(text).substr(begins[i], end - begins[i]);
    }
};

struct SenderOptions {
    /// Connects anew; asked again after each failure, because a server that was restarted may listen elsewhere.
    std::function<std::unique_ptr<Transport>()> connect;
    std::function<void(Duration)> wait;  // Between attempts. Returns early when the run is to end.
    std::function<bool()> cancelled;     // Then attempts end with `cancelled`.
    const Clock* clock = nullptr;
    Duration patience =
        std::chrono::seconds{60};  // How long a batch is repeated without success before send() gives up.
    bool fail_fast_first =
        true;         // Until one request has been answered, a server that nobody can reach is an error at once.
    std::string url;  // For messages.
    std::string target = "/api/v1/events/batch";
};

/// One thread at a time; each thread has its own.
class BatchSender {
public:
    explicit BatchSender(SenderOptions options) : options_(std::move(options)) {}

    /// Every event of `events` has its verdict in the result. Errors: `unavailable` or `timed_out` when patience is at
    /// its end, `invalid_input` where the server refuses the request as such (no token, no such route), `cancelled`.
    [[nodiscard]] Result<BatchVerdict> send(const EventLines& events);

private:
    struct Attempt;
    [[nodiscard]] Result<> send_some(const EventLines& events, std::vector<std::uint32_t> indexes,
                                     BatchVerdict& verdict);
    [[nodiscard]] Result<http::ClientResponse> request(std::string_view body, BatchVerdict& verdict);
    [[nodiscard]] Result<std::vector<std::uint32_t>> read_answer(const http::ClientResponse& response,
                                                                 std::span<const std::uint32_t> indexes,
                                                                 BatchVerdict& verdict) const;
    void refuse_all(const http::ClientResponse& response, std::span<const std::uint32_t> indexes,
                    BatchVerdict& verdict) const;
    [[nodiscard]] Duration pause(unsigned attempt, std::string_view retry_after);

    SenderOptions options_;
    std::unique_ptr<Transport> transport_;
    bool answered_ = false;  // At least once.
    std::uint64_t jitter_ = 0x9E3779B97F4A7C15ull;
};

}  // namespace sf::cli
