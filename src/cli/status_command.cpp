// streamflow status: which services run, and how much flows through them.
#include "cli/command.hpp"
#include "cli/metrics_text.hpp"
#include "cli/table.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

namespace sf::cli {
namespace {

enum class Show { rate, number, bytes };

struct Figure {
    const char* label;
    const char* key;      // In --json.
    const char* service;  // Whose /metrics has it.
    const char* metric;
    Show show;
};

constexpr Figure kFigures[] = {
    {"accepted", "events_accepted", "ingestion", "streamflow_events_accepted_total", Show::rate},
    {"duplicates", "events_duplicate", "ingestion", "streamflow_events_duplicate_total", Show::rate},
    {"rejected", "events_rejected", "ingestion", "streamflow_events_rejected_total", Show::rate},
    {"quarantined", "events_quarantined", "ingestion", "streamflow_events_quarantined_total", Show::rate},
    {"in memory", "events_live", "storage", "streamflow_storage_live_events", Show::number},
    {"in files", "events_stored", "storage", "streamflow_storage_file_events", Show::number},
    {"size of files", "file_bytes", "storage", "streamflow_storage_file_bytes", Show::bytes},
    {"size of log", "log_bytes", "ingestion", "streamflow_log_bytes", Show::bytes},
    {"HTTP requests", "http_requests", "ingestion", "streamflow_http_requests_total", Show::rate},
};

struct ServiceState {
    std::string name;
    std::string url;
    bool answers = false;
    bool ready = false;
    std::string version = "-";
};

class StatusCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "status", "Show the services and what flows through them", kServer);
        app->add_option("--interval", interval_, "How long to watch for the rates (default: 1s)")
            ->type_name("DURATION");
        app->footer("Exit code 0: all are ready. 1: one is not. 4: none answers.");
    }

    Result<Exit> run(Session& session) override {
        const auto interval = duration_option(interval_, "--interval");
        if (!interval) return session.usage(interval.error().message, "", interval.error().hint);
        std::vector<ServiceState> services;
        for (const std::string& name : service_names()) services.push_back(look_at(session, name));
        const auto answering = std::ranges::count_if(services, &ServiceState::answers);
        const auto ready = std::ranges::count_if(services, &ServiceState::ready);
        if (answering == 0) {
            return fail(ErrorCode::unavailable, "no service answers",
                        "tried " + services.front().url + " and the others",
                        "start them with: streamflow start --service all");
        }
        const auto begin = session.environment().clock.steady();
        const auto before = scrape(session);
        session.environment().wait(*interval);
        const auto after = scrape(session);
        const double seconds = std::chrono::duration<double>(session.environment().clock.steady() - begin).count();
        print(session, services, before, after, std::max(seconds, 1e-3));
        return ready == static_cast<std::ptrdiff_t>(services.size()) ? Exit::ok : Exit::failed;
    }

private:
    using Values = std::vector<std::optional<double>>;  // In the order of kFigures.

    static ServiceState look_at(const Session& session, const std::string& name) {
        ServiceState state{.name = name, .url = session.address(name)};
        Api api = session.api(name, std::chrono::seconds{3});
        const auto health = api.ask("/health");
        if (!health) return state;
        state.answers = true;
        if (const auto document = JsonDocument::parse(health->body))
            state.version = document->root().text_of("version").value_or("-");
        const auto ready = api.ask("/ready");
        state.ready = ready && ready->status == 200;
        return state;
    }

    static Values scrape(const Session& session) {
        std::vector<std::pair<std::string, std::string>> texts;  // By address: services of one process share it.
        Values values;
        for (const Figure& figure : kFigures) {
            const std::string url = session.address(figure.service);
            auto known = std::ranges::find(texts, url, &std::pair<std::string, std::string>::first);
            if (known == texts.end()) {
                const auto response = session.api(figure.service, std::chrono::seconds{3}).ask("/metrics");
                texts.emplace_back(url, response && response->status == 200 ? response->body : "");
                known = std::prev(texts.end());
            }
            values.push_back(metric_sum(known->second, figure.metric));
        }
        return values;
    }

    static void print(Session& session, const std::vector<ServiceState>& services, const Values& before,
                      const Values& after, double seconds) {
        using Tone = Table::Cell::Tone;
        Table table({{"SERVICE"}, {"ADDRESS"}, {"READY"}, {"VERSION"}});
        std::string json = "{\"services\":[";
        for (const ServiceState& service : services) {
            const std::string ready = service.ready ? "yes" : (service.answers ? "no" : "no answer");
            table.add(
                {{service.name}, {service.url}, {ready, service.ready ? Tone::good : Tone::bad}, {service.version}});
            json += fmt::format(R"({}{{"service":"{}","url":{},"ready":{},"answers":{},"version":{}}})",
                                json.back() == '[' ? "" : ",", service.name, json_string(service.url), service.ready,
                                service.answers, json_string(service.version));
        }
        Table figures({{"EVENTS"}, {"TOTAL", Table::Align::right}, {"NOW", Table::Align::right}});
        json += "],\"figures\":{";
        bool any = false;
        for (std::size_t i = 0; i < std::size(kFigures); ++i) {
            if (!after[i]) continue;
            any = true;
            const double value = *after[i];
            const double rate = before[i] ? (value - *before[i]) / seconds : 0;
            const auto whole = static_cast<std::uint64_t>(std::max(value, 0.0));
            const bool rated = kFigures[i].show == Show::rate;
            figures.add({{kFigures[i].label},
                         {kFigures[i].show == Show::bytes ? format_bytes(whole) : grouped(whole)},
                         {rated ? grouped(static_cast<std::uint64_t>(std::max(rate, 0.0) + 0.5)) + "/s" : ""}});
            json += fmt::format("{}\"{}\":{}", json.back() == '{' ? "" : ",", kFigures[i].key, whole);
            if (rated) json += fmt::format(",\"{}_per_second\":{:.1f}", kFigures[i].key, std::max(rate, 0.0));
        }
        if (session.json()) {
            session.print(json + "}}\n");
            return;
        }
        session.print(table.text({.style = session.style()}));
        if (any) session.print("\n" + figures.text({.style = session.style()}));
        else session.note("(figures: /metrics can't be read from here)");
    }

    std::string interval_ = "1s";
};

}  // namespace

std::unique_ptr<Command> make_status_command() { return std::make_unique<StatusCommand>(); }

}  // namespace sf::cli
