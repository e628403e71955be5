#include "app/run.hpp"

#include "app/application.hpp"
#include "base/logging.hpp"

#include <fmt/format.h>

#include <unistd.h>
#include <csignal>
#include <cstdio>

namespace sf::app {
namespace {

logging::Options logging_options(const Config& config) {
    logging::Options options;
    const std::string& level = config.text("LOG_LEVEL");
    options.level = level == "debug"
                        ? logging::Level::debug
                        : (level == "warn" ? logging::Level::warn
                                           : (level == "error" ? logging::Level::error : logging::Level::info));
    const std::string& format = config.text("LOG_FORMAT");
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    options.format = format == "json" || (format.empty() && !terminal) ? logging::Format::json : logging::Format::text;
    return options;
}

// Signals are taken by one call instead of a handler: blocked in every thread, waited for in this one.
sigset_t ending_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

void greet(Application& application, const std::string& data) {
    std::string services;
    for (const http::Listen& address : application.addresses())
        services += fmt::format("  {:<10} http://{}:{}\n", address.service, address.host, address.port);
    fmt::print("StreamFlow {} is ready. Data: {}\n{}  documentation of the interface: http://{}:{}/docs\n  token: {}\n",
               SF_VERSION, data, services, application.addresses().front().host, application.addresses().front().port,
               application.admin_token_file().string());
    if (const std::string page = application.page_link(); !page.empty())
        fmt::print("  page: {}\n  (the link signs you in once, within 15 minutes)\n", page);
    std::fflush(stdout);
}

}  // namespace

Result<> run_server(const StartOptions& options) {
    SF_ASSIGN(Config config, Config::load(options.sources));
    logging::configure(logging_options(config));
    const std::string data = config.text("DATA_DIR");
    const sigset_t signals = ending_signals();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    const auto begun = std::chrono::steady_clock::now();
    Application application(std::move(config), options.service);
    SF_TRY(application.start());
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    logging::info("started",
                  {{"version", SF_VERSION}, {"data", data}, {"milliseconds", took.count()}, {"pid", ::getpid()}});
    if (!options.quiet) greet(application, data);

    int signal = 0;
    ::sigwait(&signals, &signal);
    logging::info("stopping; a second signal ends the process at once", {{"signal", signal}});
    // From now on a signal does what it does by default.
    ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    application.stop();
    logging::info("stopped");
    return {};
}

}  // namespace sf::app
