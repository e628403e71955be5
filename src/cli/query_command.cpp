// streamflow query: SQL over stored events.
#include "cli/command.hpp"
#include "cli/query_result.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

#include <istream>
#include <iterator>

namespace sf::cli {
namespace {

class QueryCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "query", "Ask in SQL", kEvents);
        app->add_option("SQL", sql_, "One SELECT over the table events; - reads it from standard input")->required();
        app->add_flag("--csv", csv_, "Print CSV");
        app->add_option("--limit", limit_, "Rows at most (default: no limit)")->type_name("N");
        app->add_option("--timeout", timeout_, "Give up after this time, at most 5m (default: 30s)")
            ->type_name("DURATION");
        app->add_flag("--wide", wide_, "Don't cut wide values to fit the terminal");
        app->footer(
            "Example: streamflow query \"SELECT type, count(*) AS n FROM events GROUP BY type ORDER BY n DESC\"\n"
            "Exit code 3: the result was cut short by a limit.");
    }

    Result<Exit> run(Session& session) override {
        std::string sql = sql_;
        if (sql == "-") sql.assign(std::istreambuf_iterator<char>(session.environment().in), {});
        if (sql.find_first_not_of(" \t\r\n;") == std::string::npos)
            return session.usage("the query is empty", "", "streamflow query --help has an example");
        if (csv_ && session.json()) return session.usage("--csv and --json can't both be meant");
        std::string body =
            R"({"sql":)" + json_string(sql) + R"(,"limit":)" + (limit_ ? std::to_string(*limit_) : "null");
        if (!timeout_.empty()) {
            const auto timeout = duration_option(timeout_, "--timeout");
            if (!timeout) return session.usage(timeout.error().message, "", timeout.error().hint);
            body += fmt::format(R"(,"timeout_ms":{})", timeout->count() / 1000);
        }
        Api api = session.api("storage");
        const auto begin = session.environment().clock.steady();
        SF_ASSIGN(const http::ClientResponse response, api.post("/api/v1/query", body + "}"));
        const auto took = std::chrono::duration_cast<Duration>(session.environment().clock.steady() - begin);
        auto document = JsonDocument::parse(response.body, 3);
        if (!document) return fail(std::move(document.error()).during("reading the result"));
        const JsonNode& answer = document->root();
        if (answer.find("columns") == nullptr || answer.find("rows") == nullptr) {
            return fail(ErrorCode::internal, "the answer of " + api.url() + " is not the result of a query");
        }
        print(session, answer, response.body, took);
        if (answer.text_of("truncated") != "true") return Exit::ok;
        session.warn(fmt::format("the result was cut short after {}: there are more",
                                 counted(answer.find("rows")->items.size(), "row")));
        return Exit::partial;
    }

private:
    void print(Session& session, const JsonNode& answer, const std::string& body, Duration took) const {
        if (session.json()) return session.print(body + "\n");
        if (csv_) return session.print(result_csv(answer));
        const Environment& environment = session.environment();
        bool cut = false;
        Table::Look look{.style = session.style(), .rule = true};
        if (environment.out_is_terminal && !wide_) look.width = environment.columns;
        session.print(result_table(answer, look, &cut));
        if (!environment.out_is_terminal) return;
        session.note(session.err_style().dim(
            fmt::format("({}, {})", counted(answer.find("rows")->items.size(), "row"), format_duration(took))));
        if (cut)
            session.note(
                session.err_style().dim("(values ending in … are cut: --wide, --csv or --json shows them whole)"));
    }

    std::string sql_;
    bool csv_ = false;
    bool wide_ = false;
    std::optional<std::uint64_t> limit_;
    std::string timeout_;
};

}  // namespace

std::unique_ptr<Command> make_query_command() { return std::make_unique<QueryCommand>(); }

}  // namespace sf::cli
