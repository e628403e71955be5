#include "unit/http/test_server.hpp"

#include "http/problem.hpp"

namespace sf::http::testing {
namespace {

Route route(Method method, std::string pattern, Role role, Handler handler) {
    Route made{.method = method,
               .pattern = std::move(pattern),
               .service = "test",
               .summary = "A route of the tests",
               .role = role};
    made.handler = std::move(handler);
    return made;
}

}  // namespace

std::string request_text(std::string_view method, std::string_view target, std::string_view body,
                         std::string_view more_headers) {
    std::string text =
        std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(more_headers);
    if (!body.empty()) {
        if (more_headers.find("Content-Type") == std::string_view::npos) text += "Content-Type: application/json\r\n";
        text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    return text + "\r\n" + std::string(body);
}

TestServer::TestServer(ServerOptions options, RouteTable routes) {
    routes.push_back(route(Method::get, "/hello", Role::none, [](Request request, Responder respond) {
        respond({.status = 200,
                 .content_type = "text/plain",
                 .body = "hello" + std::string(request.query("name").value_or(""))});
    }));
    routes.push_back(route(Method::get, "/items/{id}", Role::none, [](Request request, Responder respond) {
        respond({.status = 200, .content_type = "text/plain", .body = std::string(request.path_parameter("id"))});
    }));
    routes.push_back(route(Method::post, "/echo", Role::none, [this](Request request, Responder respond) {
        {
            std::lock_guard lock(mutex_);
            ++echoes_;
        }
        respond({.status = 200, .body = std::string(request.body.view())});
    }));
    routes.back().bodies = {{"application/json", "{}", ""}, {"application/x-ndjson", "{}", ""}};
    routes.back().body_bytes_max = kEchoBytesMax;
    routes.push_back(route(Method::get, "/later", Role::none, [this](Request request, Responder respond) {
        std::lock_guard lock(mutex_);
        waiting_.emplace_back(std::string(request.query("n").value_or("")), std::move(respond));
    }));
    routes.push_back(route(Method::post, "/later", Role::none, [this](Request request, Responder respond) {
        std::lock_guard lock(mutex_);
        waiting_.emplace_back(std::string(request.body.view()), std::move(respond));
    }));
    routes.back().bodies = {{"application/json", "{}", ""}};
    routes.push_back(route(Method::get, "/forgets", Role::none, [](Request, Responder) {}));
    routes.push_back(
        route(Method::get, "/throws", Role::none, [](Request, Responder) { throw std::runtime_error("a bug"); }));
    routes.push_back(route(Method::get, "/broken", Role::none, [](Request, Responder respond) {
        respond(problem(Error{ErrorCode::corrupt, "a file is damaged", "the third", ""}));
    }));
    routes.push_back(route(Method::get, "/large", Role::none, [](Request request, Responder respond) {
        respond(
            {.status = 200, .body = std::string(std::stoul(std::string(request.query("bytes").value_or("0"))), 'x')});
    }));
    routes.push_back(route(Method::get, "/busy", Role::none,
                           [](Request, Responder respond) { respond({.status = 503, .body = "{}"}); }));
    routes.push_back(route(Method::get, "/views", Role::viewer, [](Request request, Responder respond) {
        std::string seen;
        for (const Header& header : request.headers) seen += header.name + '=' + header.value + ';';
        respond({.status = 200, .content_type = "text/plain", .body = request.principal.subject + ' ' + seen});
    }));
    routes.push_back(route(Method::put, "/views", Role::admin,
                           [](Request, Responder respond) { respond({.status = 200, .body = "{}"}); }));
    routes.push_back(route(Method::get, "/local", Role::none,
                           [](Request, Responder respond) { respond({.status = 200, .body = "{}"}); }));
    routes.back().loopback_only = true;

    if (options.listens.empty()) options.listens = {{.service = "test"}};
    if (!options.authenticate) {
        options.authenticate = [](std::string_view token) -> std::optional<Principal> {
            if (const auto role = parse_role(token); role && *role != Role::none)
                return Principal{"a " + std::string(token), *role};
            return std::nullopt;
        };
    }
    options.observe = [this](const RequestOutcome& outcome) {
        std::lock_guard lock(mutex_);
        observed_.push_back(std::string(to_string(outcome.method)) + ' ' + std::string(outcome.route) + ' ' +
                            std::to_string(outcome.status) + ' ' + std::string(outcome.subject) +
                            std::string(outcome.cause));
    };
    server_ = std::make_unique<Server>(std::move(options), std::move(routes));
    const Result<> started = server_->start();
    EXPECT_TRUE(started) << started.error().text();
    if (started) port_ = server_->addresses().front().port;
}

TestServer::~TestServer() {
    destroy();
    std::lock_guard lock(mutex_);
    waiting_.clear();
}

bool TestServer::wait_for_waiting(std::size_t count) {
    return eventually([&] {
        std::lock_guard lock(mutex_);
        return waiting_.size() >= count;
    });
}

std::vector<std::pair<std::string, Responder>> TestServer::take_waiting(std::size_t count) {
    if (!wait_for_waiting(count)) return {};
    std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
}

std::size_t TestServer::echoes() {
    std::lock_guard lock(mutex_);
    return echoes_;
}

std::vector<std::string> TestServer::observed() {
    std::lock_guard lock(mutex_);
    return observed_;
}

}  // namespace sf::http::testing
