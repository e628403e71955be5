// A load generator for the ingestion service: connections that send batches of events as fast as they are answered, or
// at a rate. Bodies are made once; each request only gets new ids. Prints events/s and latencies. For the same machine
// as the server, so it is frugal.
#include "base/clock.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;

struct Options {
    std::string address = "127.0.0.1";
    int port = 8001;
    std::string token;
    int batch = 500;
    int connections = 4;
    double seconds = 10;
    double rate = 0;  // Events a second over all connections; 0: as fast as they are answered.
};

// One request whose ids can be renewed in place.
class RequestTemplate {
public:
    RequestTemplate(const Options& options, unsigned connection) {
        std::string body = options.batch == 1 ? "" : "[";
        std::vector<std::size_t> in_body;
        const std::string now = sf::format_rfc3339(std::chrono::floor<std::chrono::seconds>(sf::system_clock().now()));
        for (int i = 0; i < options.batch; ++i) {
            if (i > 0) body += ',';
            body += R"({"id":")";
            in_body.push_back(body.size());
            body += sf::to_string(ids_.next(sf::system_clock().now()));
            body += fmt::format(
                R"(","type":"{}","source":"shop-{}","timestamp":"{}","severity":"low","user_id":"user-{}","correlation_id":"session-{}",)"
                R"("data":{{"path":"/products/{}","method":"GET","status":{},"latency_ms":{}.25,"referrer":"https://shop.example/search?q=thing","agent":"Mozilla/5.0"}}}})",
                i % 3 != 0 ? "web.pageview" : "api.request", i % 5, now, (connection * 7919 + i * 31) % 5000, i % 97,
                i % 1300, i % 50 == 0 ? 500 : 200, 5 + i % 300);
        }
        if (options.batch != 1) body += ']';
        const std::string head = fmt::format(
            "POST /api/v1/events{} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: "
            "application/json\r\nContent-Length: {}\r\n\r\n",
            options.batch == 1 ? "" : "/batch", options.address, options.token, body.size());
        text = head + body;
        for (const std::size_t at : in_body) id_at_.push_back(head.size() + at);
    }

    void renew() {
        const sf::Timestamp now = sf::system_clock().now();
        for (const std::size_t at : id_at_) {
            const std::string id = sf::to_string(ids_.next(now));
            std::memcpy(text.data() + at, id.data(), id.size());
        }
    }

    std::string text;

private:
    sf::UuidGenerator ids_;
    std::vector<std::size_t> id_at_;
};

struct Outcome {
    std::vector<double> latencies_ms;
    std::map<int, std::uint64_t> statuses;
    std::uint64_t events = 0;
    std::string error;
};

int connect_to(const Options& options) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(options.port));
    ::inet_pton(AF_INET, options.address.c_str(), &to.sin_addr);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return -1;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

bool send_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

// The status of the next answer; -1 when the connection ended. Answers here always have a Content-Length.
int read_answer(int fd, std::string& buffer) {
    char piece[8192];
    while (true) {
        const std::size_t head_end = buffer.find("\r\n\r\n");
        if (head_end != std::string::npos) {
            const std::size_t length_at = buffer.find("Content-Length: ");
            const std::size_t length =
                length_at < head_end ? std::strtoul(buffer.c_str() + length_at + 16, nullptr, 10) : 0;
            if (buffer.size() >= head_end + 4 + length) {
                const int status = std::atoi(buffer.c_str() + 9);
                buffer.erase(0, head_end + 4 + length);
                return status;
            }
        }
        const ssize_t n = ::recv(fd, piece, sizeof piece, 0);
        if (n <= 0) return -1;
        buffer.append(piece, static_cast<std::size_t>(n));
    }
}

void drive(const Options& options, unsigned connection, Outcome& outcome) {
    const int fd = connect_to(options);
    if (fd < 0) {
        outcome.error = "can't connect";
        return;
    }
    RequestTemplate request(options, connection);
    std::string buffer;
    const auto begin = Steady::now();
    const auto end =
        begin + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(options.seconds));
    const double own_rate = options.rate / options.connections;
    auto next = begin;
    while (Steady::now() < end) {
        if (own_rate > 0) {
            std::this_thread::sleep_until(next);
            next +=
                std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(options.batch / own_rate));
        }
        request.renew();
        const auto sent = Steady::now();
        const int status = send_all(fd, request.text) ? read_answer(fd, buffer) : -1;
        if (status < 0) {
            outcome.error = "the connection ended";
            break;
        }
        ++outcome.statuses[status];
        if (status == 202) outcome.events += static_cast<std::uint64_t>(options.batch);
        outcome.latencies_ms.push_back(std::chrono::duration<double, std::milli>(Steady::now() - sent).count());
    }
    ::close(fd);
}

double percentile(std::vector<double>& sorted, double p) {
    return sorted.empty()
               ? 0
               : sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(p * static_cast<double>(sorted.size())))];
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const char* value = argv[i + 1];
        if (name == "--port") options.port = std::atoi(value);
        else if (name == "--token-file") std::ifstream(value) >> options.token;
        else if (name == "--batch") options.batch = std::atoi(value);
        else if (name == "--connections") options.connections = std::atoi(value);
        else if (name == "--seconds") options.seconds = std::atof(value);
        else if (name == "--rate") options.rate = std::atof(value);
        else {
            fmt::print(stderr,
                       "usage: ingest_load --port N --token-file F [--batch 500] [--connections 4] [--seconds 10] "
                       "[--rate EVENTS_PER_S]\n");
            return 2;
        }
    }
    std::vector<Outcome> outcomes(static_cast<std::size_t>(options.connections));
    std::vector<std::thread> threads;
    const auto begin = Steady::now();
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        threads.emplace_back([&, i] { drive(options, static_cast<unsigned>(i), outcomes[i]); });
    }
    for (std::thread& thread : threads) thread.join();
    const double seconds = std::chrono::duration<double>(Steady::now() - begin).count();

    Outcome total;
    for (const Outcome& outcome : outcomes) {
        total.events += outcome.events;
        for (const auto& [status, count] : outcome.statuses) total.statuses[status] += count;
        total.latencies_ms.insert(total.latencies_ms.end(), outcome.latencies_ms.begin(), outcome.latencies_ms.end());
        if (!outcome.error.empty()) total.error = outcome.error;
    }
    std::ranges::sort(total.latencies_ms);
    fmt::print("{:.0f} events/s  {:.0f} requests/s  p50 {:.2f} ms  p99 {:.2f} ms  max {:.1f} ms ",
               static_cast<double>(total.events) / seconds, static_cast<double>(total.latencies_ms.size()) / seconds,
               percentile(total.latencies_ms, 0.5), percentile(total.latencies_ms, 0.99),
               total.latencies_ms.empty() ? 0 : total.latencies_ms.back());
    for (const auto& [status, count] : total.statuses) fmt::print(" {}: {}", status, count);
    fmt::print("\n");
    if (!total.error.empty()) {
        fmt::print(stderr, "error: {}\n", total.error);
        return 1;
    }
    return 0;
}
