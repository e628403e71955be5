// streamflow tables: reference tables that views join events with.
#include "cli/named_things_command.hpp"

#include "base/file.hpp"

#include <istream>
#include <iterator>

namespace sf::cli {
namespace {

class TablesCommand final : public NamedThingsCommand {
public:
    TablesCommand() : NamedThingsCommand("table", "tables") {}

    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "tables", "Reference tables: what views join events with", kEvents);
        app->require_subcommand(1);
        list_ = app->add_subcommand("list", "All reference tables");
        show_ = named(*app, "show", "One table: its columns, its key, who reads it");
        create_ = app->add_subcommand("create", "Make a table");
        create_->add_option("SQL", sql_, "CREATE TABLE name (column type, ..., PRIMARY KEY (column))")->required();
        load_ = named(*app, "load", "Replace the rows of a table");
        load_->add_option("FILE", file_, "A CSV file whose first line names columns; - reads standard input")
            ->required();
        drop_ = named(*app, "drop", "Remove a table that no view reads");
        app->footer(
            "An event is joined with the row that has its key. Example:\n"
            "  streamflow tables create \"CREATE TABLE campaigns (ad_id text PRIMARY KEY, campaign text)\"\n"
            "  streamflow tables load campaigns campaigns.csv\n"
            "  ... FROM TUMBLE(events, timestamp, INTERVAL '10 s') AS e\n"
            "      JOIN campaigns AS c ON c.ad_id = e.data.ad_id ...");
    }

    Result<Exit> run(Session& session) override {
        Api api = session.api("analytics");
        if (list_->parsed()) return list_all(session, api);
        if (show_->parsed()) return show_one(session, api);
        if (create_->parsed()) return create(session, api, sql_);
        if (load_->parsed()) return load(session, api);
        return drop(session, api);
    }

private:
    Result<Exit> list_all(Session& session, Api& api) const {
        return list(session, api, {{"NAME"}, {"KEY"}, {"ROWS", Table::Align::right}, {"LOADED"}, {"VIEWS"}},
                    [](const JsonNode& node) -> std::vector<Table::Cell> {
                        return {{node.text_of("name").value_or("?")},
                                {joined(node.find("key"))},
                                {std::to_string(node.count_of("rows"))},
                                {node.text_of("loaded_at").value_or("")},
                                {joined(node.find("views"))}};
                    });
    }

    Result<Exit> show_one(Session& session, Api& api) const {
        return show(session, api,
                    {{"rows", [](const JsonNode& node) { return std::to_string(node.count_of("rows")); }},
                     {"loaded", [](const JsonNode& node) { return node.text_of("loaded_at").value_or("-"); }},
                     {"key", [](const JsonNode& node) { return joined(node.find("key")); }},
                     {"views", [](const JsonNode& node) { return joined(node.find("views")); }}});
    }

    Result<Exit> load(Session& session, Api& api) {
        std::string text;
        if (file_ == "-") {
            text.assign(std::istreambuf_iterator<char>(session.environment().in), {});
        } else {
            SF_ASSIGN(text, read_file(file_));
        }
        return said(session, api.put(path() + "/rows", text, "text/csv"), [this](const JsonNode& table) {
            return "table " + name() + " has " + counted(table.count_of("rows"), "row");
        });
    }

    CLI::App* list_ = nullptr;
    CLI::App* show_ = nullptr;
    CLI::App* create_ = nullptr;
    CLI::App* load_ = nullptr;
    CLI::App* drop_ = nullptr;
    std::string sql_;
    std::string file_;
};

}  // namespace

std::unique_ptr<Command> make_tables_command() { return std::make_unique<TablesCommand>(); }

}  // namespace sf::cli
