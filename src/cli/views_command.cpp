// streamflow views: live views over events.
#include "cli/command.hpp"
#include "cli/query_result.hpp"
#include "cli/sql_statements.hpp"
#include "cli/table.hpp"
#include "cli/view_diff_text.hpp"

#include "base/file.hpp"
#include "base/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <iterator>

namespace sf::cli {
namespace {

constexpr std::string_view kViews = "/api/v1/views";
constexpr std::string_view kFunctions = "/api/v1/functions";
constexpr std::string_view kRules = "/api/v1/processing-rules";

std::string count_text(const JsonNode& node, std::string_view key) { return std::to_string(node.count_of(key)); }

class ViewsCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "views", "Live views: metrics that are computed while events flow", kEvents);
        app->require_subcommand(1);
        list_ = app->add_subcommand("list", "All views and how they fare");
        show_ = named(*app, "show", "One view: its statement, columns, state");
        apply_ = app->add_subcommand("apply",
                                     "Make or replace the views and functions of a file: SQL, or a processing rule");
        apply_
            ->add_option(
                "FILE", file_,
                "CREATE MATERIALIZED VIEW and CREATE FUNCTION statements, ended by semicolons, or a processing rule (a "
                "JSON object); - reads standard input")
            ->required();
        validate_ = app->add_subcommand("validate", "Check a file without making anything");
        validate_->add_option("FILE", file_, "As for apply")->required();
        drop_ = named(*app, "drop", "Remove a view and its rows");
        rows_ = named(*app, "rows", "The latest rows of a view");
        rows_->add_option("-n,--limit", limit_, "How many, newest windows first (default: 20)")
            ->type_name("N")
            ->check(CLI::Range(1, 100000).description(""));
        rows_->add_option("--from", from_, "Windows that end after this time")->type_name("TIME");
        rows_->add_option("--to", to_, "Windows that begin before this time")->type_name("TIME");
        rows_->add_option("--key", keys_, "Only rows whose key has this value")->type_name("NAME=VALUE");
        explain_ = named(*app, "explain", "How a view is computed");
        shadow_ = app->add_subcommand("shadow", "Run a new version of a view beside it, as NAME@next");
        shadow_->add_option("FILE", file_, "One statement, or a processing rule; - reads standard input")->required();
        shadow_->add_flag("--backfill", fill_, "Compute it from all stored events first");
        diff_ = named(*app, "diff", "What the new version has otherwise, in the windows that are final in both");
        diff_->add_option("-n,--samples", samples_, "Rows shown of each kind of difference (default: 10)")
            ->type_name("N")
            ->check(CLI::Range(0, 1000).description(""));
        promote_ = named(*app, "promote", "Put the new version in place of the view");
        backfill_ = named(*app, "backfill", "Compute a view anew from all stored events");
        app->footer(
            "Views are PostgreSQL's SQL over windows; docs/views.md explains them. Example:\n"
            "  CREATE MATERIALIZED VIEW clicks AS SELECT source, window_start, window_end, count(*) AS clicks\n"
            "  FROM TUMBLE(events, timestamp, INTERVAL '1 minute') WHERE type = 'web.click'\n"
            "  GROUP BY source, window_start, window_end;");
    }

    Result<Exit> run(Session& session) override {
        Api api = session.api("analytics");
        if (list_->parsed()) return list(session, api);
        if (shadow_->parsed()) return shadow(session, api);
        if (diff_->parsed()) return diff(session, api);
        if (promote_->parsed()) return promote(session, api);
        if (apply_->parsed() || validate_->parsed()) return each_statement(session, api);
        if (rows_->parsed()) return rows(session, api);
        if (drop_->parsed()) return drop(session, api);
        if (backfill_->parsed()) return backfill(session, api);
        return show(session, api);
    }

private:
    struct Checked {  // A statement.
        bool is_function = false;
        std::string name;
    };

    CLI::App* named(CLI::App& app, const std::string& name, const std::string& help) {
        CLI::App* below = app.add_subcommand(name, help);
        below->add_option("NAME", name_, "The view")->required();
        return below;
    }

    [[nodiscard]] std::string path() const { return fmt::format("{}/{}", kViews, name_); }

    Result<Exit> list(Session& session, Api& api) {
        SF_ASSIGN(const http::ClientResponse response, api.get(kViews));
        if (session.json()) {
            session.print(response.body + "\n");
            return Exit::ok;
        }
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
        using Align = Table::Align;
        Table table({{"NAME"},
                     {"WINDOW"},
                     {"EMIT"},
                     {"EVENTS", Align::right},
                     {"LATE", Align::right},
                     {"GROUPS", Align::right},
                     {"WATERMARK"},
                     {"MADE BY"}});
        if (const JsonNode* const views = document.root().find("views")) {
            for (const JsonNode& view : views->items) {
                table.add({{view.text_of("name").value_or("?")},
                           {window_text(view)},
                           {view.text_of("emit").value_or("")},
                           {count_text(view, "events")},
                           {count_text(view, "events_late")},
                           {count_text(view, "groups")},
                           {watermark_text(view)},
                           {made_by(view)}});
            }
        }
        session.print(table.text({.style = session.style(), .rule = session.environment().out_is_terminal}));
        return Exit::ok;
    }

    static std::string window_text(const JsonNode& view) {
        const JsonNode* const window = view.find("window");
        if (window == nullptr) return "";
        const std::string kind = window->text_of("kind").value_or("");
        if (kind == "tumble") return "tumble " + window->text_of("size").value_or("");
        if (kind == "hop")
            return "hop " + window->text_of("size").value_or("") + " by " + window->text_of("slide").value_or("");
        if (kind == "session") return "session gap " + window->text_of("gap").value_or("");
        return "running total";
    }

    static std::string made_by(const JsonNode& view) {
        if (view.text_of("rule") == "true") return "rule";
        return view.text_of("built_in") == "true" ? "built in" : "statement";
    }

    static std::string watermark_text(const JsonNode& view) {
        const JsonNode* const watermark = view.find("watermark");
        return watermark == nullptr || watermark->kind == JsonNode::Kind::null ? "-" : watermark->text();
    }

    Result<Exit> show(Session& session, Api& api) {
        SF_ASSIGN(const http::ClientResponse response, api.get(explain_->parsed() ? path() + "/explain" : path()));
        if (session.json()) {
            session.print(response.body + "\n");
            return Exit::ok;
        }
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
        const JsonNode& root = document.root();
        std::string statement;
        for (std::size_t i = 0; i < root.items.size(); ++i) {
            const JsonNode& value = root.items[i];
            if (root.keys[i] == "sql") {
                statement = value.text();
                continue;
            }
            if (value.kind == JsonNode::Kind::object && value.find("kind") == nullptr) {
                session.print(members_text(root.keys[i], value));
                continue;
            }
            session.print(fmt::format("{:<20}{}\n", root.keys[i], value_text(value)));
        }
        if (!statement.empty()) session.print("\n" + statement + "\n");
        return Exit::ok;
    }

    // An object's members a line each; what is shared by how many views and their names.
    static std::string members_text(std::string_view title, const JsonNode& object) {
        std::string text;
        for (std::size_t i = 0; i < object.items.size(); ++i) {
            const JsonNode& value = object.items[i];
            const std::string name = text.empty() ? std::string(title) : "";
            if (value.kind == JsonNode::Kind::object && value.find("views") == nullptr) {
                for (std::size_t j = 0; j < value.items.size(); ++j)
                    text += fmt::format("{:<20}{:<19} {}\n", text.empty() ? name : "", value.keys[j],
                                        shared_text(value.items[j]));
                continue;
            }
            text += fmt::format("{:<20}{:<19} {}\n", name, object.keys[i], shared_text(value));
        }
        return text.empty() ? fmt::format("{:<20}-\n", title) : text;
    }

    static std::string shared_text(const JsonNode& value) {
        const JsonNode* const names = value.find("names");
        if (names == nullptr) return value_text(value);
        const std::uint64_t views = value.count_of("views");
        if (views == 0) return "with no other view";
        std::string text = "with " + counted(views, "view") + ": ";
        for (std::size_t i = 0; i < names->items.size(); ++i) text += (i > 0 ? ", " : "") + names->items[i].text();
        return text + (names->items.size() < views ? ", ..." : "");
    }

    // Arrays a line each, under each other.
    static std::string value_text(const JsonNode& value) {
        if (value.kind == JsonNode::Kind::null) return "-";
        if (value.kind == JsonNode::Kind::object && value.find("kind") != nullptr) {
            std::string text;
            for (const JsonNode& item : value.items) text += (text.empty() ? "" : "  ") + item.text();
            return text;
        }
        if (value.kind != JsonNode::Kind::array) return value.text();
        std::string text;
        for (const JsonNode& item : value.items) {
            if (!text.empty()) text += fmt::format("\n{:<20}", "");
            if (item.kind == JsonNode::Kind::object) {
                text += fmt::format("{:<20}  {}", item.text_of("name").value_or(""), item.text_of("type").value_or(""));
            } else {
                text += item.text();
            }
        }
        return text.empty() ? "-" : text;
    }

    [[nodiscard]] Result<std::string> file_text(Session& session) const {
        if (file_ != "-") return read_file(file_);
        return std::string(std::istreambuf_iterator<char>(session.environment().in), {});
    }
    [[nodiscard]] std::string file_name() const { return file_ == "-" ? "standard input" : file_; }

    static bool is_rule(std::string_view text) {
        const std::size_t first = text.find_first_not_of(" \t\r\n");
        return first != std::string_view::npos && text[first] == '{';
    }

    // The view that a statement or a rule makes.
    static Result<std::string> checked_name(Api& api, std::string_view routes, const std::string& body) {
        SF_ASSIGN(const http::ClientResponse checked, api.post(std::string(routes) + "/validate", body));
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(checked.body));
        return document.root().text_of("name").value_or("");
    }

    Result<Exit> shadow(Session& session, Api& api) {
        SF_ASSIGN(const std::string text, file_text(session));
        const std::vector<SqlStatement> statements =
            is_rule(text) ? std::vector<SqlStatement>{} : split_statements(text);
        if (!is_rule(text) && statements.size() != 1)
            return session.usage(file_name() + " has " + counted(statements.size(), "statement"), "",
                                 "a shadow is one CREATE MATERIALIZED VIEW, or one processing rule");
        const std::string_view routes = is_rule(text) ? kRules : kViews;
        std::string body = is_rule(text) ? text : body_of(statements.front());
        auto name = checked_name(api, routes, body);
        if (!name) return fail(std::move(name.error()).during(file_name()));
        std::string target = fmt::format("{}/{}/shadow", routes, *name);
        if (fill_ && is_rule(text)) target += "?backfill=true";
        else if (fill_) body.insert(body.size() - 1, R"(,"backfill":true)");
        auto made = api.post(target, body);
        if (!made) return fail(std::move(made.error()).during("view " + *name));
        if (session.json()) session.print(made->body + "\n");
        else if (!session.options().quiet) session.print("view " + *name + "@next runs beside " + *name + "\n");
        return Exit::ok;
    }

    Result<Exit> diff(Session& session, Api& api) {
        SF_ASSIGN(const http::ClientResponse response, api.get(fmt::format("{}/diff?samples={}", path(), samples_)));
        if (session.json()) {
            session.print(response.body + "\n");
            return Exit::ok;
        }
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
        session.print(diff_text(document.root()));
        return Exit::ok;
    }

    Result<Exit> promote(Session& session, Api& api) {
        SF_ASSIGN(const http::ClientResponse response, api.post(path() + "/promote", ""));
        if (session.json()) session.print(response.body + "\n");
        else if (!session.options().quiet) session.print("view " + name_ + " is the new version now\n");
        return Exit::ok;
    }

    Result<Exit> each_statement(Session& session, Api& api) {
        SF_ASSIGN(const std::string text, file_text(session));
        const std::string from = file_name();
        if (is_rule(text)) return rule(session, api, text, from);
        const std::vector<SqlStatement> statements = split_statements(text);
        if (statements.empty())
            return session.usage(from + " has no statement", "", "streamflow views --help has an example");
        SF_ASSIGN(const std::vector<Checked> checked, check(api, statements, from));
        if (validate_->parsed()) {
            const auto functions = static_cast<std::size_t>(std::ranges::count(checked, true, &Checked::is_function));
            const std::size_t views = checked.size() - functions;
            if (session.json())
                session.print(fmt::format("{{\"valid\":true,\"views\":{},\"functions\":{}}}\n", views, functions));
            else if (!session.options().quiet)
                session.print((functions > 0 ? counted(functions, "function") + " and " : "") + counted(views, "view") +
                              ", all valid\n");
            return Exit::ok;
        }
        for (std::size_t i = 0; i < statements.size(); ++i) {
            const auto& [is_function, name] = checked[i];
            const std::string what = (is_function ? "function " : "view ") + name;
            auto applied = is_function ? api.post(kFunctions, body_of(statements[i]))
                                       : api.put(fmt::format("{}/{}", kViews, name), body_of(statements[i]));
            if (!applied) return fail(std::move(applied.error()).during(what));
            if (session.json()) session.print(applied->body + "\n");
            else if (!session.options().quiet) session.print(what + (is_function ? " is made\n" : " runs\n"));
        }
        return Exit::ok;
    }

    // All are checked before the first one changes anything, with what stands before them in the file.
    static Result<std::vector<Checked>> check(Api& api, const std::vector<SqlStatement>& statements,
                                              const std::string& from) {
        std::vector<Checked> all;
        std::string functions, views;
        for (const SqlStatement& statement : statements) {
            std::string body = body_of(statement);
            body.insert(body.size() - 1, R"(,"functions":[)" + functions + R"(],"views":[)" + views + ']');
            auto checked = api.post(std::string(kViews) + "/validate", body);
            if (!checked)
                return fail(std::move(checked.error())
                                .during(fmt::format("{}, the statement at line {}", from, statement.line)));
            SF_ASSIGN(const JsonDocument document, JsonDocument::parse(checked->body));
            all.push_back(
                {document.root().text_of("kind") == "function", document.root().text_of("name").value_or("")});
            std::string& before = all.back().is_function ? functions : views;
            before += (before.empty() ? "" : ",") + json_string(statement.text);
        }
        return all;
    }

    // A processing rule: the same as a form.
    Result<Exit> rule(Session& session, Api& api, const std::string& text, const std::string& from) {
        auto checked = api.post(std::string(kRules) + "/validate", text);
        if (!checked) return fail(std::move(checked.error()).during(from));
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(checked->body));
        const std::string name = document.root().text_of("name").value_or("");
        if (validate_->parsed()) {
            if (session.json()) session.print(checked->body + "\n");
            else session.print(document.root().text_of("sql").value_or("") + "\n");
            return Exit::ok;
        }
        auto applied = api.put(fmt::format("{}/{}", kRules, name), text);
        if (!applied) return fail(std::move(applied.error()).during("rule " + name));
        SF_ASSIGN(const JsonDocument made, JsonDocument::parse(applied->body));
        const bool runs = made.root().text_of("enabled") == "true";
        if (session.json()) session.print(applied->body + "\n");
        else if (!session.options().quiet) session.print("view " + name + (runs ? " runs\n" : " is disabled\n"));
        return Exit::ok;
    }

    static std::string body_of(const SqlStatement& statement) {
        return R"({"sql":)" + json_string(statement.text) + "}";
    }

    Result<Exit> drop(Session& session, Api& api) {
        SF_ASSIGN(const http::ClientResponse response, api.del(path()));
        (void)response;
        if (!session.options().quiet && !session.json()) session.print("view " + name_ + " is dropped\n");
        return Exit::ok;
    }

    Result<Exit> backfill(Session& session, Api& api) {
        SF_ASSIGN(const http::ClientResponse response, api.post(path() + "/backfill", ""));
        if (session.json()) {
            session.print(response.body + "\n");
            return Exit::ok;
        }
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
        if (!session.options().quiet)
            session.print("view " + name_ + " is filled from " +
                          counted(document.root().count_of("events"), "stored event") + "\n");
        return Exit::ok;
    }

    Result<Exit> rows(Session& session, Api& api) {
        std::string target = fmt::format("{}/rows?limit={}", path(), limit_);
        if (!from_.empty()) target += "&from=" + percent_encoded(from_);
        if (!to_.empty()) target += "&to=" + percent_encoded(to_);
        for (const std::string& key : keys_) {
            const std::size_t equals = key.find('=');
            if (equals == std::string::npos) return session.usage("--key needs NAME=VALUE, not \"" + key + "\"");
            target += "&key." + percent_encoded(key.substr(0, equals)) + '=' + percent_encoded(key.substr(equals + 1));
        }
        SF_ASSIGN(const http::ClientResponse response, api.get(target));
        if (session.json()) {
            session.print(response.body + "\n");
            return Exit::ok;
        }
        SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
        print_rows(session, document.root());
        return Exit::ok;
    }

    static void print_rows(Session& session, const JsonNode& answer) {
        const JsonNode* const found = answer.find("rows");
        if (found == nullptr || found->items.empty()) {
            session.note("the view has no rows yet");
            return;
        }
        const JsonNode& first = found->items.front();
        std::vector<Table::Column> columns = {{"window_start"}, {"window_end"}};
        for (const char* part : {"keys", "values"}) {
            const JsonNode* const members = first.find(part);
            for (std::size_t i = 0; members != nullptr && i < members->items.size(); ++i) {
                const bool number = members->items[i].kind == JsonNode::Kind::number;
                columns.push_back({members->keys[i], number ? Table::Align::right : Table::Align::left});
            }
        }
        const std::size_t width = columns.size() + 1;
        columns.push_back({"final"});
        Table table(std::move(columns));
        for (const JsonNode& row : found->items) {
            std::vector<Table::Cell> cells = {cell(row.find("window_start")), cell(row.find("window_end"))};
            for (const char* part : {"keys", "values"}) {
                const JsonNode* const members = row.find(part);
                for (std::size_t i = 0; members != nullptr && i < members->items.size(); ++i)
                    cells.push_back(cell(&members->items[i]));
            }
            cells.push_back(cell(row.find("final")));
            if (cells.size() == width) table.add(std::move(cells));
        }
        session.print(table.text({.style = session.style(), .rule = session.environment().out_is_terminal}));
    }

    static Table::Cell cell(const JsonNode* node) {
        if (node == nullptr || node->kind == JsonNode::Kind::null) return {"-", Table::Cell::Tone::dim};
        return {node->text()};
    }

    static std::string percent_encoded(std::string_view text) {
        std::string out;
        for (const unsigned char c : text) {
            if (std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '~') out += static_cast<char>(c);
            else out += fmt::format("%{:02X}", c);
        }
        return out;
    }

    CLI::App* list_ = nullptr;
    CLI::App* show_ = nullptr;
    CLI::App* apply_ = nullptr;
    CLI::App* validate_ = nullptr;
    CLI::App* drop_ = nullptr;
    CLI::App* rows_ = nullptr;
    CLI::App* explain_ = nullptr;
    CLI::App* backfill_ = nullptr;
    CLI::App* shadow_ = nullptr;
    CLI::App* diff_ = nullptr;
    CLI::App* promote_ = nullptr;
    std::string name_;
    std::string file_;
    std::string from_;
    std::string to_;
    std::vector<std::string> keys_;
    int limit_ = 20;
    int samples_ = 10;
    bool fill_ = false;
};

}  // namespace

std::unique_ptr<Command> make_views_command() { return std::make_unique<ViewsCommand>(); }

}  // namespace sf::cli
