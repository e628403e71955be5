#include "http/server.hpp"

#include "base/assert.hpp"
#include "http/openapi.hpp"
#include "http/worker.hpp"

#include <thread>

namespace sf::http {

using boost::system::error_code;

struct Server::State {
    State(ServerOptions options, RouteTable routes)
        : shared(std::make_shared<Shared>(std::move(options), Router(std::move(routes)))) {}

    [[nodiscard]] Result<> bind();

    std::shared_ptr<Shared> shared;  // With the workers.
    std::vector<Listen> addresses;
    std::vector<std::shared_ptr<Worker>> workers;  // With their sessions.
    std::vector<std::thread> threads;
    bool started = false;
};

Server::Server(ServerOptions options, RouteTable routes) {
    add_documentation_routes(routes, options);
    state_ = std::make_unique<State>(std::move(options), std::move(routes));
}

Server::~Server() { stop(std::chrono::steady_clock::now()); }

const std::vector<Listen>& Server::addresses() const { return state_->addresses; }

ServerLoad Server::load() const {
    const Shared& shared = *state_->shared;
    return {shared.connections, shared.body_bytes, shared.websockets, shared.websocket_bytes};
}

Result<> Server::State::bind() {
    const ServerOptions& options = shared->options;
    SF_ASSERT(workers.empty() && options.threads > 0);
    for (unsigned i = 0; i < options.threads; ++i) workers.push_back(std::make_shared<Worker>(shared, i));
    for (const Listen& wanted : options.listens) {
        Listen address = wanted;
        error_code error;
        const auto ip = asio::ip::make_address(wanted.host == "localhost" ? "127.0.0.1" : wanted.host, error);
        if (error) {
            return fail(ErrorCode::invalid_input, "HOST \"" + wanted.host + "\" is no IP address", "",
                        "use 127.0.0.1, 0.0.0.0 or ::");
        }
        // Each worker has its own listening socket; the kernel spreads connections over them.
        for (const auto& worker : workers) {
            Acceptor acceptor(worker->io());
            const asio::ip::tcp::endpoint endpoint(ip, address.port);
            using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
            acceptor.open(endpoint.protocol(), error);
            if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
            // The first bind is exclusive, so that another program's port is not shared by mistake; it joins the group
            // afterwards.
            if (!error && worker != workers.front()) acceptor.set_option(ReusePort(true), error);
            if (!error) acceptor.bind(endpoint, error);
            if (!error) acceptor.set_option(ReusePort(true), error);
            if (!error) acceptor.listen(1024, error);
            if (error) {
                return fail(ErrorCode::unavailable,
                            "port " + std::to_string(address.port) + " of " + wanted.host +
                                " can't be used: " + error.message(),
                            "it is for the " + wanted.service + " service",
                            "stop the program that uses it, or start with another --port-base");
            }
            address.port = acceptor.local_endpoint().port();
            worker->add_acceptor(std::move(acceptor));
        }
        addresses.push_back(std::move(address));
    }
    return {};
}

Result<> Server::start() {
    State& state = *state_;
    Result<> bound = state.bind();
    if (!bound) {
        state.workers.clear();
        state.addresses.clear();
        return bound;
    }
    for (const auto& thread : state.shared->large_bodies) thread->start();
    for (const auto& worker : state.workers) {
        state.threads.emplace_back([&worker = *worker] { worker.run(); });
    }
    state.started = true;
    return {};
}

void Server::stop(Deadline deadline) {
    State& state = *state_;
    if (!state.started) return;
    state.started = false;
    state.shared->stopping = true;
    for (const auto& worker : state.workers) worker->stop();
    while (state.shared->connections > 0 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    for (const auto& worker : state.workers) worker->abort();
    for (std::thread& thread : state.threads) thread.join();
    state.threads.clear();
    for (const auto& thread : state.shared->large_bodies) thread->stop();
}

}  // namespace sf::http
