// A load generator for the ingestion service: connections that send batches of events as fast as they are answered, or
// at a rate, all from one thread. Bodies are made once; each request only gets new ids. Prints events/s and latencies.
// For the same machine as the server, so it is frugal.
#include "base/clock.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;

struct Options {
    std::string address = "127.0.0.1";
    int port = 8001;
    std::string token;
    int batch = 500;
    int connections = 16;
    double seconds = 10;
    double rate = 0;  // Events a second over all connections; 0: as fast as they are answered.
    bool ads = false;
};

// What an event of a shop has behind its id.
std::string shop_event(unsigned connection, int i, std::string_view now) {
    return fmt::format(
        R"("type":"{}","source":"shop-{}","timestamp":"{}","severity":"low","user_id":"user-{}","correlation_id":"session-{}",)"
        R"("data":{{"path":"/products/{}","method":"GET","status":{},"latency_ms":{}.25,"referrer":"https://shop.example/search?q=thing","agent":"Mozilla/5.0"}})",
        i % 3 != 0 ? "web.pageview" : "api.request", i % 5, now, (connection * 7919 + i * 31) % 5000, i % 97, i % 1300,
        i % 50 == 0 ? 500 : 200, 5 + i % 300);
}

// The same of the Yahoo streaming benchmark, whose fields are all in `data`: a third are views, of one of 1,000 ads.
std::string ad_event(unsigned connection, int i, std::string_view now) {
    constexpr std::array kKinds = {"view", "click", "purchase"};
    constexpr std::array kAdTypes = {"banner", "modal", "sponsored-search", "mail", "mobile"};
    const std::size_t n = connection * 7919u + static_cast<std::size_t>(i);
    return fmt::format(
        R"("type":"ysb.event","source":"ysb","timestamp":"{}","data":{{"user_id":"u-{:016x}","page_id":"p-{:016x}","ad_type":"{}",)"
        R"("ip_address":"1.2.3.4","ad_id":"ad-{:04}","event_type":"{}"}})",
        now, n * 0x9E3779B97F4A7C15u, n * 0xC2B2AE3D27D4EB4Fu, kAdTypes[n % 5], n * 31 % 1000, kKinds[n % 3]);
}

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
            body += "\"," + (options.ads ? ad_event : shop_event)(connection, i, now) + '}';
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

// One connection: at most one request is under way. Calls never block.
class Connection {
public:
    enum class State { pausing, sending, reading, ended };

    Connection(const Options& options, unsigned number) : request_(options, number), batch_(options.batch) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        if (fd_ >= 0) ::close(fd_);
    }

    bool open(const Options& options) {
        fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(options.port));
        ::inet_pton(AF_INET, options.address.c_str(), &to.sin_addr);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return false;
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK) == 0;
    }

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] State state() const { return state_; }

    void send_next() {
        request_.renew();
        sent_at_ = Steady::now();
        unsent_ = request_.text;
        state_ = State::sending;
        go_on_sending();
    }

    void go_on_sending() {
        while (!unsent_.empty()) {
            const ssize_t n = ::send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
            if (n < 0 && errno == EAGAIN) return;
            if (n <= 0) {
                state_ = State::ended;
                return;
            }
            unsent_.remove_prefix(static_cast<std::size_t>(n));
        }
        state_ = State::reading;
    }

    // Reads what has come. A whole answer is counted in `outcome`.
    void go_on_reading(Outcome& outcome) {
        std::array<char, 8192> piece;
        const ssize_t n = ::recv(fd_, piece.data(), piece.size(), 0);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            state_ = State::ended;
            return;
        }
        buffer_.append(piece.data(), static_cast<std::size_t>(n));
        // Answers here always have a Content-Length.
        const std::size_t head_end = buffer_.find("\r\n\r\n");
        if (head_end == std::string::npos) return;
        const std::size_t length_at = buffer_.find("Content-Length: ");
        const std::size_t length =
            length_at < head_end ? std::strtoul(buffer_.c_str() + length_at + 16, nullptr, 10) : 0;
        if (buffer_.size() < head_end + 4 + length) return;
        const int status = std::atoi(buffer_.c_str() + 9);
        buffer_.erase(0, head_end + 4 + length);
        ++outcome.statuses[status];
        if (status == 202) outcome.events += static_cast<std::uint64_t>(batch_);
        outcome.latencies_ms.push_back(std::chrono::duration<double, std::milli>(Steady::now() - sent_at_).count());
        state_ = State::pausing;
    }

private:
    RequestTemplate request_;
    int batch_;
    int fd_ = -1;
    State state_ = State::pausing;
    std::string_view unsent_;
    std::string buffer_;
    Steady::time_point sent_at_;
};

// Drives all connections from one thread until the time is over.
Outcome drive(const Options& options) {
    Outcome outcome;
    std::deque<Connection> connections;
    std::vector<pollfd> polled;
    for (int i = 0; i < options.connections; ++i) {
        if (!connections.emplace_back(options, static_cast<unsigned>(i)).open(options)) {
            outcome.error = "can't connect";
            return outcome;
        }
        polled.push_back({.fd = connections.back().fd(), .events = POLLIN, .revents = 0});
    }
    const auto after = [](Steady::time_point from, double seconds) {
        return from + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));
    };
    const auto begin = Steady::now();
    const auto end = after(begin, options.seconds);
    // When each connection may send again: at a rate, they take turns.
    const double pause = options.rate > 0 ? options.batch * options.connections / options.rate : 0;
    std::vector<Steady::time_point> next(connections.size(), begin);
    for (std::size_t i = 0; i < next.size(); ++i)
        next[i] = after(begin, pause * static_cast<double>(i) / options.connections);
    while (Steady::now() < end && outcome.error.empty()) {
        auto wake = end;
        for (std::size_t i = 0; i < connections.size(); ++i) {
            Connection& connection = connections[i];
            if (connection.state() == Connection::State::pausing) {
                if (next[i] <= Steady::now()) {
                    if (pause > 0) next[i] = after(next[i], pause);
                    connection.send_next();
                } else {
                    wake = std::min(wake, next[i]);
                }
            }
            if (connection.state() == Connection::State::ended) outcome.error = "the connection ended";
            polled[i].events = connection.state() == Connection::State::sending ? POLLOUT : POLLIN;
        }
        const auto wait = std::max(Steady::duration{0}, wake - Steady::now());
        const timespec timeout{.tv_sec = wait / std::chrono::seconds{1},
                               .tv_nsec = (wait % std::chrono::seconds{1}) / std::chrono::nanoseconds{1}};
        if (::ppoll(polled.data(), polled.size(), &timeout, nullptr) <= 0) continue;
        for (std::size_t i = 0; i < connections.size(); ++i) {
            if (polled[i].revents == 0) continue;
            if (connections[i].state() == Connection::State::sending) connections[i].go_on_sending();
            else connections[i].go_on_reading(outcome);
        }
    }
    return outcome;
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
        else if (name == "--events" && value == std::string_view("ads")) options.ads = true;
        else if (name == "--events" && value == std::string_view("shop")) options.ads = false;
        else {
            fmt::print(stderr,
                       "usage: ingest_load --port N --token-file F [--batch 500] [--connections 16] [--seconds 10] "
                       "[--rate EVENTS_PER_S] [--events shop|ads]\n");
            return 2;
        }
    }
    const auto begin = Steady::now();
    Outcome total = drive(options);
    const double seconds = std::chrono::duration<double>(Steady::now() - begin).count();
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
