// streamflow functions: functions in SQL that views call.
#include "cli/command.hpp"
#include "cli/table.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

namespace sf::cli {
namespace {

constexpr std::string_view kFunctionRoutes = "/api/v1/functions";

class FunctionsCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "functions", "Functions in SQL that views call", kEvents);
        app->require_subcommand(1);
        list_ = app->add_subcommand("list", "All functions");
        show_ = named(*app, "show", "One function: its statement, who calls it");
        create_ = app->add_subcommand("create", "Make a function");
        create_->add_option("SQL", sql_, "CREATE [OR REPLACE] FUNCTION name(parameters) RETURNS type LANGUAGE sql ...")
            ->required();
        drop_ = named(*app, "drop", "Remove a function that nothing calls");
        app->footer(
            "A call stands for the body, which may have aggregates. Example:\n"
            "  streamflow functions create \"CREATE FUNCTION weighted(x float8, w float8) RETURNS float8\n"
            "      LANGUAGE sql RETURN sum(x * w) / sum(w)\"\n"
            "  ... SELECT source, weighted(data.price, data.amount) AS price ... GROUP BY source ...\n"
            "streamflow views apply takes files that hold functions and views.");
    }

    Result<Exit> run(Session& session) override {
        Api api = session.api("analytics");
        if (list_->parsed()) return list(session, api);
        if (show_->parsed()) return show(session, api);
        if (create_->parsed()) return create(session, api);
        return drop(session, api);
    }

private:
    CLI::App* named(CLI::App& app, const std::string& name, const std::string& help) {
        CLI::App* below = app.add_subcommand(name, help);
        below->add_option("NAME", name_, "The function")->required();
        return below;
    }

    [[nodiscard]] std::string path() const { return fmt::format("{}/{}", kFunctionRoutes, name_); }

    static std::string names_text(const JsonNode* list) {
        std::string text;
        for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i)
            text += (text.empty() ? "" : ", ") + list->items[i].text();
        return text.empty() ? "-" : text;
    }

    static std::string parameters_text(const JsonNode& function) {
        std::string text;
        const JsonNode* const parameters = function.find("parameters");
        for (std::size_t i = 0; parameters != nullptr && i < parameters->items.size(); ++i) {
            const JsonNode& parameter = parameters->items[i];
            const JsonNode* const name = parameter.find("name");
            if (!text.empty()) text += ", ";
            if (name != nullptr && name->kind == JsonNode::Kind::string) text += name->text() + ' ';
            text += parameter.text_of("type").value_or("?");
        }
        return text.empty() ? "-" : text;
    }

    Result<Exit> list(Session& session, Api& api) {
        SF_ASSIGN(const http::ClientResponse response, api.get(kFunctionRoutes));
        if (session.json()) {
            session.print(response.body + "\n");
            return Exit::ok;
        }
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
        Table table({{"NAME"}, {"PARAMETERS"}, {"RETURNS"}, {"AGGREGATES"}, {"VIEWS"}, {"FUNCTIONS"}});
        if (const JsonNode* const functions = document.root().find("functions")) {
            for (const JsonNode& node : functions->items)
                table.add({{node.text_of("name").value_or("?")},
                           {parameters_text(node)},
                           {node.text_of("returns").value_or("?")},
                           {node.text_of("aggregates") == "true" ? "yes" : "no"},
                           {names_text(node.find("views"))},
                           {names_text(node.find("functions"))}});
        }
        session.print(table.text({.style = session.style(), .rule = session.environment().out_is_terminal}));
        return Exit::ok;
    }

    Result<Exit> show(Session& session, Api& api) {
        SF_ASSIGN(const http::ClientResponse response, api.get(path()));
        if (session.json()) {
            session.print(response.body + "\n");
            return Exit::ok;
        }
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
        const JsonNode& root = document.root();
        const auto line = [&](std::string_view name, const std::string& value) {
            session.print(fmt::format("{:<12}{}\n", name, value));
        };
        line("parameters", parameters_text(root));
        line("returns", root.text_of("returns").value_or("?"));
        line("aggregates", root.text_of("aggregates") == "true" ? "yes" : "no");
        line("views", names_text(root.find("views")));
        line("functions", names_text(root.find("functions")));
        session.print("\n" + root.text_of("sql").value_or("") + "\n");
        return Exit::ok;
    }

    Result<Exit> create(Session& session, Api& api) {
        SF_ASSIGN(const http::ClientResponse response,
                  api.post(kFunctionRoutes, R"({"sql":)" + json_string(sql_) + "}"));
        if (session.json()) {
            session.print(response.body + "\n");
            return Exit::ok;
        }
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
        if (!session.options().quiet)
            session.print("function " + document.root().text_of("name").value_or("?") + " is made\n");
        return Exit::ok;
    }

    Result<Exit> drop(Session& session, Api& api) {
        SF_TRY(api.del(path()));
        if (!session.options().quiet && !session.json()) session.print("function " + name_ + " is dropped\n");
        return Exit::ok;
    }

    CLI::App* list_ = nullptr;
    CLI::App* show_ = nullptr;
    CLI::App* create_ = nullptr;
    CLI::App* drop_ = nullptr;
    std::string name_;
    std::string sql_;
};

}  // namespace

std::unique_ptr<Command> make_functions_command() { return std::make_unique<FunctionsCommand>(); }

}  // namespace sf::cli
