// streamflow config show | check
#include "cli/command.hpp"
#include "cli/table.hpp"

#include "base/json_text.hpp"

namespace sf::cli {
namespace {

class ConfigCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "config", "Show or check the settings", kAdministration);
        app->require_subcommand(1);
        show_ = app->add_subcommand("show", "Print every setting, and where its value comes from (secrets are masked)");
        show_->add_flag("--changed", changed_, "Only those that are not at their default");
        check_ = app->add_subcommand("check", "Check the settings without starting anything");
        for (CLI::App* below : {show_, check_}) {
            below
                ->add_option("--config", file_,
                             "A YAML file with settings (default: streamflow.yaml, where there is one)")
                ->type_name("FILE");
        }
    }

    Result<Exit> run(Session& session) override {
        ConfigRequest request;
        if (!file_.empty()) request.file = file_;
        if (session.options().data_dir) request.overrides["DATA_DIR"] = *session.options().data_dir;
        SF_ASSIGN(const std::vector<ShownSetting> settings, session.hooks().settings(request));
        if (check_->parsed()) {
            if (session.json()) session.print("{\"valid\":true}\n");
            else if (!session.options().quiet) session.print(counted(settings.size(), "setting") + ", all valid\n");
            return Exit::ok;
        }
        show(session, settings);
        return Exit::ok;
    }

private:
    void show(Session& session, const std::vector<ShownSetting>& settings) const {
        Table table({{"SETTING"}, {"VALUE"}, {"FROM"}});
        std::string json = "[";
        for (const ShownSetting& setting : settings) {
            const bool at_default = setting.origin == "default";
            if (changed_ && at_default) continue;
            if (json.size() > 1) json += ",";
            json += "\n  {\"name\":" + json_string(setting.name) + ",\"value\":" + json_string(setting.value) +
                    ",\"origin\":" + json_string(setting.origin) + ",\"meaning\":" + json_string(setting.meaning) + "}";
            table.add({{setting.name},
                       {setting.value.empty() ? "-" : setting.value,
                        setting.value.empty() ? Table::Cell::Tone::dim : Table::Cell::Tone::plain},
                       {setting.origin, at_default ? Table::Cell::Tone::dim : Table::Cell::Tone::plain}});
        }
        session.print(session.json() ? json + "\n]\n" : table.text({.style = session.style()}));
    }

    CLI::App* show_ = nullptr;
    CLI::App* check_ = nullptr;
    std::string file_;
    bool changed_ = false;
};

}  // namespace

std::unique_ptr<Command> make_config_command() { return std::make_unique<ConfigCommand>(); }

}  // namespace sf::cli
