// streamflow functions: functions in SQL that views call.
#include "cli/named_things_command.hpp"

namespace sf::cli {
namespace {

class FunctionsCommand final : public NamedThingsCommand {
public:
    FunctionsCommand() : NamedThingsCommand("function", "functions") {}

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
        if (list_->parsed()) return list_all(session, api);
        if (show_->parsed()) return show_one(session, api);
        if (create_->parsed()) return create(session, api, sql_);
        return drop(session, api);
    }

private:
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

    static std::string aggregates_text(const JsonNode& function) {
        return function.text_of("aggregates") == "true" ? "yes" : "no";
    }

    Result<Exit> list_all(Session& session, Api& api) const {
        return list(session, api, {{"NAME"}, {"PARAMETERS"}, {"RETURNS"}, {"AGGREGATES"}, {"VIEWS"}, {"FUNCTIONS"}},
                    [](const JsonNode& node) -> std::vector<Table::Cell> {
                        return {{node.text_of("name").value_or("?")},
                                {parameters_text(node)},
                                {node.text_of("returns").value_or("?")},
                                {aggregates_text(node)},
                                {joined(node.find("views"))},
                                {joined(node.find("functions"))}};
                    });
    }

    Result<Exit> show_one(Session& session, Api& api) const {
        return show(session, api,
                    {{"parameters", parameters_text},
                     {"returns", [](const JsonNode& node) { return node.text_of("returns").value_or("?"); }},
                     {"aggregates", aggregates_text},
                     {"views", [](const JsonNode& node) { return joined(node.find("views")); }},
                     {"functions", [](const JsonNode& node) { return joined(node.find("functions")); }}});
    }

    CLI::App* list_ = nullptr;
    CLI::App* show_ = nullptr;
    CLI::App* create_ = nullptr;
    CLI::App* drop_ = nullptr;
    std::string sql_;
};

}  // namespace

std::unique_ptr<Command> make_functions_command() { return std::make_unique<FunctionsCommand>(); }

}  // namespace sf::cli
