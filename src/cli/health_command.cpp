// streamflow health: every check of every service, with what is wrong.
#include "cli/command.hpp"

#include <fmt/format.h>

namespace sf::cli {
namespace {

class HealthCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "health", "Show what each service says of itself", kServer);
        app->add_option("--service", service_, "Only this one: ingestion, analytics, alerting, dashboard or storage")
            ->type_name("NAME")
            ->check(one_of(service_names()));
        app->footer("Exit code 0: all are ready. 1: something is wrong. 4: one does not answer.");
    }

    Result<Exit> run(Session& session) override {
        std::vector<std::string> names = service_names();
        if (!service_.empty()) names = {service_};
        Exit exit = Exit::ok;
        std::string json = "{";
        std::string text;
        for (const std::string& name : names) {
            Api api = session.api(name, std::chrono::seconds{5});
            auto response = api.ask("/health/deep");
            if (response && response->status != 200 && response->status != 503)
                return fail(error_of(*response, api.url()));
            if (json.size() > 1) json += ",";
            json += fmt::format("\n  \"{}\": {}", name,
                                response ? response->body : R"({"status":"no answer","checks":[]})");
            if (!response) {
                exit = Exit::unreachable;
                text += fmt::format("{:<11}{}\n           {}\n", name, session.style().red("no answer"),
                                    response.error().message);
                continue;
            }
            SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response->body));
            // It may be ready although a check fails: then somebody should look all the same.
            const bool well = response->status == 200;
            if (!well && exit == Exit::ok) exit = Exit::failed;
            const std::string status = visible(document.root().text_of("status").value_or("?"));
            text += fmt::format("{:<11}{}\n", name, well ? session.style().green(status) : session.style().red(status));
            text += checks(session.style(), document.root());
        }
        session.print(session.json() ? json + "\n}\n" : text);
        return exit;
    }

private:
    static std::string checks(const Style& style, const JsonNode& root) {
        std::string out;
        const JsonNode* const list = root.find("checks");
        if (list == nullptr) return out;
        for (const JsonNode& check : list->items) {
            const bool ok = check.text_of("ok") == "true";
            out +=
                fmt::format("  {:<11}{}", visible(check.text_of("name").value_or("?")), ok ? "ok" : style.red("failed"));
            if (const auto error = check.text_of("error")) out += ": " + visible(*error);
            out += "\n";
            if (const auto hint = check.text_of("hint")) out += "           hint: " + visible(*hint) + "\n";
        }
        return out;
    }

    std::string service_;
};

}  // namespace

std::unique_ptr<Command> make_health_command() { return std::make_unique<HealthCommand>(); }

}  // namespace sf::cli
