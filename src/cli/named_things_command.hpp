// What commands over things with names have in common: tables, functions. A thing is made by a statement in SQL,
// listed, shown and dropped, at one route.
#pragma once

#include "cli/command.hpp"
#include "cli/table.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace sf::cli {

class NamedThingsCommand : public SimpleCommand {
protected:
    /// `noun`: "table". `route`: "/api/v1/tables", whose list has the member `plural`.
    NamedThingsCommand(std::string noun, std::string plural)
        : noun_(std::move(noun)), plural_(std::move(plural)), route_("/api/v1/" + plural_) {}

    using RowOf = std::function<std::vector<Table::Cell>(const JsonNode&)>;
    using TextOf = std::function<std::string(const JsonNode&)>;
    using Fields = std::vector<std::pair<std::string, TextOf>>;

    /// A command below `app` that takes the name of a thing.
    CLI::App* named(CLI::App& app, const std::string& name, const std::string& help);
    [[nodiscard]] std::string path() const { return route_ + "/" + name_; }
    [[nodiscard]] const std::string& name() const { return name_; }

    Result<Exit> list(Session& session, Api& api, std::vector<Table::Column> columns, const RowOf& row) const;
    /// The fields of one, and its statement.
    Result<Exit> show(Session& session, Api& api, const Fields& fields) const;
    Result<Exit> create(Session& session, Api& api, const std::string& sql) const;
    Result<Exit> drop(Session& session, Api& api) const;

    /// Prints an answer: as it is with --json, else the line that `text` makes of it.
    static Result<Exit> said(Session& session, Result<http::ClientResponse> response, const TextOf& text);
    /// The texts of a list; "-" for none.
    static std::string joined(const JsonNode* list);

private:
    std::string noun_;
    std::string plural_;
    std::string route_;
    std::string name_;
};

}  // namespace sf::cli
