// streamflow token create
#include "cli/command.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

namespace sf::cli {
namespace {

class TokenCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "token", "Make access tokens", kAdministration);
        app->require_subcommand(1);
        create_ = app->add_subcommand("create", "Make an access token and print it");
        create_->add_option("--role", role_, "What it may do: ingest, viewer, editor, operations or admin")
            ->type_name("ROLE")
            ->capture_default_str()
            ->check(one_of({"ingest", "viewer", "editor", "operations", "admin"}));
        create_->add_option("--subject", subject_, "Whose it is; appears in logs")
            ->type_name("NAME")
            ->capture_default_str();
        create_->add_option("--lifetime", lifetime_, "How long it is valid: 12h, 30d (default: 90d)")
            ->type_name("DURATION");
        create_->footer(
            "Each role may do what those before it may: ingest sends events, viewer asks, editor changes views and "
            "rules,\n"
            "operations flushes and tunes, admin does everything. The token is shown only here.");
    }

    Result<Exit> run(Session& session) override {
        std::string body = fmt::format(R"({{"subject":{},"role":{})", json_string(subject_), json_string(role_));
        if (!lifetime_.empty()) {
            const auto lifetime = duration_option(lifetime_, "--lifetime");
            if (!lifetime) return session.usage(lifetime.error().message, "", lifetime.error().hint);
            body += fmt::format(R"(,"lifetime_s":{})", lifetime->count() / 1'000'000);
        }
        Api api = session.api("ingestion");
        SF_ASSIGN(const http::ClientResponse response, api.post("/api/v1/tokens", body + "}"));
        if (session.json()) {
            session.print(response.body + "\n");
            return Exit::ok;
        }
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
        // The token alone on standard output, so that $(streamflow token create) works.
        session.print(document.root().text_of("token").value_or("") + "\n");
        if (session.environment().out_is_terminal) {
            session.note(
                fmt::format("role {}, valid until {}", role_, document.root().text_of("expires_at").value_or("?")));
        }
        return Exit::ok;
    }

private:
    CLI::App* create_ = nullptr;
    std::string role_ = "ingest";
    std::string subject_ = "cli";
    std::string lifetime_;
};

}  // namespace

std::unique_ptr<Command> make_token_command() { return std::make_unique<TokenCommand>(); }

}  // namespace sf::cli
