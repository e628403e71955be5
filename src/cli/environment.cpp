#include "cli/environment.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace sf::cli {
namespace {

std::atomic<bool> interrupted_flag = false;
static_assert(std::atomic<bool>::is_always_lock_free, "set by a signal handler");

void on_interrupt(int) { interrupted_flag = true; }

class HttpTransport final : public Transport {
public:
    explicit HttpTransport(http::ClientOptions options) : client_(std::move(options)) {}

    Result<http::ClientResponse> send(http::Method method, std::string_view target, std::string_view body,
                                      http::Client::SendOptions options) override {
        return client_.send(method, target, body, std::move(options));
    }

private:
    http::Client client_;
};

std::size_t terminal_columns() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

// In short steps, because a signal may be taken by any thread.
void wait_unless_interrupted(Duration duration) {
    const auto deadline = std::chrono::steady_clock::now() + duration;
    while (!interrupted_flag) {
        const auto left = deadline - std::chrono::steady_clock::now();
        if (left <= left.zero()) return;
        std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, std::chrono::milliseconds{50}));
    }
}

void take_interrupts() {
    struct sigaction action{};
    action.sa_handler = on_interrupt;
    // One-shot, and system calls go on: the second Ctrl-C does what it does by default.
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
}

}  // namespace

Environment process_environment() {
    std::signal(SIGPIPE, SIG_IGN);  // Writing to a closed pipe or connection is an error that is seen, not the end.
    return Environment{
        .in = std::cin,
        .out = std::cout,
        .err = std::cerr,
        .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
        .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
        .columns = terminal_columns(),
        .variable =
            [](const char* name) {
                const char* const value = std::getenv(name);
                return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
            },
        .connect = [](http::ClientOptions options) { return std::make_unique<HttpTransport>(std::move(options)); },
        .clock = system_clock(),
        .wait = wait_unless_interrupted,
        .interrupted = interrupted_flag,
        .catch_interrupts = take_interrupts,
    };
}

}  // namespace sf::cli
