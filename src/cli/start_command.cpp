// streamflow start: runs services until a signal ends them.
#include "cli/command.hpp"

namespace sf::cli {
namespace {

class StartCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "start", "Start the server", kServer);
        std::vector<std::string> services = service_names();
        services.insert(services.begin(), "all");
        app->add_option("--service", service_, "all, ingestion, analytics, alerting, dashboard or storage")
            ->type_name("NAME")
            ->capture_default_str()
            ->check(one_of(services));
        app->add_option("--host", host_, "The address to listen on (default: 127.0.0.1)")->type_name("ADDRESS");
        app->add_option(
               "--port-base", port_base_,
               "The port of ingestion; the other services take the next four (default: 8001; 0: the system chooses)")
            ->type_name("PORT")
            ->check(CLI::Range(0, 65531).description(""));
        app->add_option("--config", config_, "A YAML file with settings (default: streamflow.yaml, where there is one)")
            ->type_name("FILE");
        app->footer("Every setting can also be an environment variable; streamflow config show lists them.");
    }

    Result<Exit> run(Session& session) override {
        StartRequest request{.service = service_, .quiet = session.options().quiet};
        if (!config_.empty()) request.config.file = config_;
        if (!host_.empty()) request.config.overrides["HOST"] = host_;
        if (!port_base_.empty()) request.config.overrides["PORT_BASE"] = port_base_;
        if (session.options().data_dir) request.config.overrides["DATA_DIR"] = *session.options().data_dir;
        SF_TRY(session.hooks().start(request));
        return Exit::ok;
    }

private:
    std::string service_ = "all";
    std::string host_;
    std::string port_base_;
    std::string config_;
};

}  // namespace

std::unique_ptr<Command> make_start_command() { return std::make_unique<StartCommand>(); }

}  // namespace sf::cli
