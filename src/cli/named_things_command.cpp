#include "cli/named_things_command.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

namespace sf::cli {

CLI::App* NamedThingsCommand::named(CLI::App& app, const std::string& name, const std::string& help) {
    CLI::App* below = app.add_subcommand(name, help);
    below->add_option("NAME", name_, "The " + noun_)->required();
    return below;
}

Result<Exit> NamedThingsCommand::list(Session& session, Api& api, std::vector<Table::Column> columns,
                                      const RowOf& row) const {
    SF_ASSIGN(const http::ClientResponse response, api.get(route_));
    if (session.json()) {
        session.print(response.body + "\n");
        return Exit::ok;
    }
    SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
    Table table(std::move(columns));
    if (const JsonNode* const things = document.root().find(plural_)) {
        for (const JsonNode& node : things->items) table.add(row(node));
    }
    session.print(table.text({.style = session.style(), .rule = session.environment().out_is_terminal}));
    return Exit::ok;
}

Result<Exit> NamedThingsCommand::show(Session& session, Api& api, const Fields& fields) const {
    SF_ASSIGN(const http::ClientResponse response, api.get(path()));
    if (session.json()) {
        session.print(response.body + "\n");
        return Exit::ok;
    }
    SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response.body));
    const JsonNode& root = document.root();
    for (const auto& [title, text] : fields) session.print(fmt::format("{:<12}{}\n", title, text(root)));
    session.print("\n" + root.text_of("sql").value_or("") + "\n");
    return Exit::ok;
}

Result<Exit> NamedThingsCommand::create(Session& session, Api& api, const std::string& sql) const {
    return said(session, api.post(route_, R"({"sql":)" + json_string(sql) + "}"),
                [this](const JsonNode& made) { return noun_ + " " + made.text_of("name").value_or("?") + " is made"; });
}

Result<Exit> NamedThingsCommand::drop(Session& session, Api& api) const {
    SF_TRY(api.del(path()));
    if (!session.options().quiet && !session.json()) session.print(noun_ + " " + name_ + " is dropped\n");
    return Exit::ok;
}

Result<Exit> NamedThingsCommand::said(Session& session, Result<http::ClientResponse> response, const TextOf& text) {
    if (!response) return fail(std::move(response.error()));
    if (session.json()) {
        session.print(response->body + "\n");
        return Exit::ok;
    }
    SF_ASSIGN(const JsonDocument document, JsonDocument::parse(response->body));
    if (!session.options().quiet) session.print(text(document.root()) + "\n");
    return Exit::ok;
}

std::string NamedThingsCommand::joined(const JsonNode* list) {
    std::string text;
    for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i)
        text += (text.empty() ? "" : ", ") + list->items[i].text();
    return text.empty() ? "-" : text;
}

}  // namespace sf::cli
