// A command of the program: declares its options, then runs. One file each; run.cpp lists them.
#pragma once

#include "cli/session.hpp"

#include "base/result.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace sf::cli {

class Command {
public:
    virtual ~Command() = default;

    /// Adds its name, options and help to the program. Commands below it (`token create`) belong to it.
    virtual void declare(CLI::App& program) = 0;

    /// Whether the command line named it.
    [[nodiscard]] virtual bool chosen() const = 0;

    [[nodiscard]] virtual Result<Exit> run(Session& session) = 0;
};

/// A command without others below it.
class SimpleCommand : public Command {
public:
    [[nodiscard]] bool chosen() const override { return app_ != nullptr && app_->parsed(); }

protected:
    CLI::App* add(CLI::App& program, const std::string& name, const std::string& help, const std::string& group);

    CLI::App* app_ = nullptr;
};

// Headings of the program's help.
inline constexpr const char* kServer = "Run and watch";
inline constexpr const char* kEvents = "Send and ask";
inline constexpr const char* kAdministration = "Set up";

[[nodiscard]] std::unique_ptr<Command> make_start_command();
[[nodiscard]] std::unique_ptr<Command> make_status_command();
[[nodiscard]] std::unique_ptr<Command> make_health_command();
[[nodiscard]] std::unique_ptr<Command> make_send_event_command();
[[nodiscard]] std::unique_ptr<Command> make_replay_command();
[[nodiscard]] std::unique_ptr<Command> make_tail_command();
[[nodiscard]] std::unique_ptr<Command> make_query_command();
[[nodiscard]] std::unique_ptr<Command> make_views_command();
[[nodiscard]] std::unique_ptr<Command> make_tables_command();
[[nodiscard]] std::unique_ptr<Command> make_functions_command();
[[nodiscard]] std::unique_ptr<Command> make_token_command();
[[nodiscard]] std::unique_ptr<Command> make_config_command();
[[nodiscard]] std::unique_ptr<Command> make_demo_command();
[[nodiscard]] std::unique_ptr<Command> make_verify_command();
[[nodiscard]] std::unique_ptr<Command> make_version_command();
[[nodiscard]] std::unique_ptr<Command> make_completion_command();

/// The completion script of `shell` (bash, zsh, fish) for everything declared in `program`.
[[nodiscard]] std::string completion_script(const std::string& shell, const CLI::App& program);

/// A validator for lists of words whose complaint names them.
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> words);

/// "30s", "5m", "90d", or a bare number of seconds. `invalid_input` otherwise, naming the option.
[[nodiscard]] Result<Duration> duration_option(const std::string& text, const std::string& option);

}  // namespace sf::cli
