// streamflow tables: reference tables that views join events with.
#include "cli/command.hpp"
#include "cli/table.hpp"

#include "base/file.hpp"
#include "base/json_text.hpp"

#include <fmt/format.h>

#include <istream>
#include <iterator>

namespace sf::cli {
namespace {

constexpr std::string_view kTables = "/api/v1/tables";

class TablesCommand final : public SimpleCommand {
public:
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
        if (list_->parsed()) return list(session, api);
        if (show_->parsed()) return show(session, api);
        if (create_->parsed()) return create(session, api);
        if (load_->parsed()) return load(session, api);
        return drop(session, api);
    }

private:
    CLI::App* named(CLI::App& app, const std::string& name, const std::string& help) {
        CLI::App* below = app.add_subcommand(name, help);
        below->add_option("NAME", name_, "The table")->required();
        return below;
    }

    [[nodiscard]] std::string path() const { return fmt::format("{}/{}", kTables, name_); }

    static std::string joined(const JsonNode* list) {
        std::string text;
        for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i)
            text += (text.empty() ? "" : ", ") + list->items[i].text();
        return text.empty() ? "-" : text;
    }

    Result<Exit> list(Session& session, Api& api) {
        SF_ASSIGN(const http::ClientResponse response, api.get(kTables));
        if (session.json()) {
            session.print(response.body + "\n");
            return Exit::ok;
        }
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
        Table table({{"NAME"}, {"KEY"}, {"ROWS", Table::Align::right}, {"LOADED"}, {"VIEWS"}});
        if (const JsonNode* const tables = document.root().find("tables")) {
            for (const JsonNode& node : tables->items)
                table.add({{node.text_of("name").value_or("?")},
                           {joined(node.find("key"))},
                           {std::to_string(node.count_of("rows"))},
                           {node.text_of("loaded_at").value_or("")},
                           {joined(node.find("views"))}});
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
        line("rows", std::to_string(root.count_of("rows")));
        line("loaded", root.text_of("loaded_at").value_or("-"));
        line("key", joined(root.find("key")));
        line("views", joined(root.find("views")));
        session.print("\n" + root.text_of("sql").value_or("") + "\n");
        return Exit::ok;
    }

    Result<Exit> create(Session& session, Api& api) {
        return said(session, api.post(kTables, R"({"sql":)" + json_string(sql_) + "}"),
                    [](const JsonNode& table) { return "table " + table.text_of("name").value_or("?") + " is made"; });
    }

    Result<Exit> load(Session& session, Api& api) {
        std::string text;
        if (file_ == "-") {
            text.assign(std::istreambuf_iterator<char>(session.environment().in), {});
        } else {
            SF_ASSIGN(text, read_file(file_));
        }
        return said(session, api.put(path() + "/rows", text, "text/csv"), [this](const JsonNode& table) {
            return "table " + name_ + " has " + counted(table.count_of("rows"), "row");
        });
    }

    Result<Exit> drop(Session& session, Api& api) {
        SF_TRY(api.del(path()));
        if (!session.options().quiet && !session.json()) session.print("table " + name_ + " is dropped\n");
        return Exit::ok;
    }

    template <class Text>
    static Result<Exit> said(Session& session, Result<http::ClientResponse> response, Text text) {
        if (!response) return fail(std::move(response.error()));
        if (session.json()) {
            session.print(response->body + "\n");
            return Exit::ok;
        }
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response->body));
        if (!session.options().quiet) session.print(text(document.root()) + "\n");
        return Exit::ok;
    }

    CLI::App* list_ = nullptr;
    CLI::App* show_ = nullptr;
    CLI::App* create_ = nullptr;
    CLI::App* load_ = nullptr;
    CLI::App* drop_ = nullptr;
    std::string name_;
    std::string sql_;
    std::string file_;
};

}  // namespace

std::unique_ptr<Command> make_tables_command() { return std::make_unique<TablesCommand>(); }

}  // namespace sf::cli
