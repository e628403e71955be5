// streamflow version
#include "cli/command.hpp"

#include "base/json_text.hpp"

namespace sf::cli {
namespace {

class VersionCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override { add(program, "version", "Show the version", kAdministration); }

    Result<Exit> run(Session& session) override {
        const std::string& version = session.hooks().version;
        session.print(session.json() ? "{\"version\":" + json_string(version) + "}\n" : "streamflow " + version + "\n");
        return Exit::ok;
    }
};

}  // namespace

std::unique_ptr<Command> make_version_command() { return std::make_unique<VersionCommand>(); }

}  // namespace sf::cli
