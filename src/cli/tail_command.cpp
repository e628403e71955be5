// streamflow tail: the newest events, and those that come. Asks again and again; a live stream will take its place.
#include "cli/command.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

#include <ostream>
#include <unordered_map>

namespace sf::cli {
namespace {

constexpr Duration kPollInterval = std::chrono::milliseconds{500};
// Partitions commit independently, so an event may become visible a little after a later one. So far back each poll
// looks again.
constexpr Duration kOverlap = std::chrono::seconds{2};
constexpr std::size_t kColumns = 9;     // Of what select() asks for.
constexpr std::size_t kPollMax = 1000;  // Events shown of one poll; a terminal can't be read faster anyway.

std::string sql_text(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
    return out + "'";
}

class TailCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "tail", "Show the newest events", kEvents);
        app->add_option("-n,--last", last_, "How many")
            ->type_name("N")
            ->capture_default_str()
            ->check(CLI::Range(0, 10000).description(""));
        app->add_flag("-f,--follow", follow_, "Go on showing events as they come");
        app->add_option("--type", type_, "Only this type; web.* for all that begin with web.")->type_name("TYPE");
        app->add_option("--source", source_, "Only from this source")->type_name("NAME");
        app->add_option("--user", user_, "Only of this user")->type_name("ID");
        app->footer("With --json each event is one line of JSON. Ends with Ctrl-C.");
    }

    Result<Exit> run(Session& session) override {
        Api api = session.api("storage", std::chrono::seconds{60});
        const Environment& environment = session.environment();
        if (follow_) environment.catch_interrupts();
        // Without events to start from, "now" is the server's: the newest event's, or, with none at all, the beginning.
        SF_ASSIGN(JsonDocument first, api.query(select("", std::max<std::size_t>(last_, 1), true)));
        const auto& rows = rows_of(first);
        for (std::size_t i = rows.size(); i-- > 0;) show(session, rows[i], i < last_);
        while (follow_ && !environment.interrupted) {
            environment.out.flush();
            environment.wait(kPollInterval);
            if (environment.interrupted) break;
            auto polled = poll(session, api);
            if (!polled && exit_of(polled.error()) != Exit::unreachable) return fail(std::move(polled.error()));
            if (!polled && !away_) session.warn(polled.error().message + "; trying again");
            if (!polled) api = session.api("storage", std::chrono::seconds{60});
            away_ = !polled;
        }
        return Exit::ok;
    }

private:
    [[nodiscard]] std::string select(const std::string& since, std::size_t limit, bool newest_first) const {
        std::vector<std::string> where;
        if (!since.empty()) where.push_back("received_at >= TIMESTAMPTZ " + sql_text(since));
        if (type_.ends_with('*'))
            where.push_back("starts_with(type, " + sql_text(std::string_view(type_).substr(0, type_.size() - 1)) + ")");
        else if (!type_.empty()) where.push_back("type = " + sql_text(type_));
        if (!source_.empty()) where.push_back("source = " + sql_text(source_));
        if (!user_.empty()) where.push_back("user_id = " + sql_text(user_));
        const std::string order = newest_first ? " DESC" : "";
        return fmt::format(
            "SELECT id, received_at, \"timestamp\", type, source, severity, user_id, tags, data FROM events{}{} ORDER "
            "BY received_at{}, id{} LIMIT {}",
            where.empty() ? "" : " WHERE ", fmt::join(where, " AND "), order, order, limit);
    }

    static const std::vector<JsonNode>& rows_of(const JsonDocument& document) {
        static const std::vector<JsonNode> none;
        const JsonNode* const rows = document.root().find("rows");
        return rows == nullptr ? none : rows->items;
    }

    Result<> poll(Session& session, Api& api) {
        std::string since;
        if (newest_) since = format_rfc3339(*newest_ - kOverlap);
        SF_ASSIGN(const JsonDocument document, api.query(select(since, kPollMax + seen_.size() + 1, false)));
        const auto& rows = rows_of(document);
        std::size_t shown = 0;
        for (const JsonNode& row : rows) {
            if (row.items.size() < kColumns || seen_.contains(row.items[0].text())) continue;
            if (++shown <= kPollMax) show(session, row, true);
        }
        if (shown > kPollMax) return skip_ahead(session, api);
        forget();
        return {};
    }

    // Too much to show: says so, and goes on with the newest.
    Result<> skip_ahead(Session& session, Api& api) {
        session.warn("events come faster than they can be shown; some are left out");
        SF_ASSIGN(const JsonDocument document, api.query(select("", 10, true)));
        const auto& rows = rows_of(document);
        for (std::size_t i = rows.size(); i-- > 0;) {
            if (!seen_.contains(rows[i].items[0].text())) show(session, rows[i], true);
        }
        // What lies between is not to be shown in the next poll's overlap.
        floor_ = newest_;
        forget();
        return {};
    }

    void forget() {
        if (!newest_) return;
        std::erase_if(seen_, [&](const auto& entry) { return entry.second < *newest_ - kOverlap; });
    }

    void show(Session& session, const JsonNode& row, bool visible_row) {
        if (row.items.size() < kColumns) return;
        const auto received = parse_rfc3339(row.items[1].text());
        if (received) {
            if (floor_ && *received <= *floor_) return;
            seen_.emplace(row.items[0].text(), *received);
            newest_ = std::max(newest_.value_or(*received), *received);
        }
        if (!visible_row) return;
        session.print(session.json() ? json_line(row) : text_line(session.style(), row));
    }

    static std::string json_line(const JsonNode& row) {
        constexpr const char* kNames[] = {"id",       "received_at", "timestamp", "type", "source",
                                          "severity", "user_id",     "tags",      "data"};
        std::string out = "{";
        for (std::size_t i = 0; i < std::size(kNames); ++i) {
            if (row.items[i].kind == JsonNode::Kind::null) continue;
            if (out.size() > 1) out += ',';
            out += fmt::format("\"{}\":{}", kNames[i], row.items[i].raw);
        }
        return out + "}\n";
    }

    static std::string text_line(const Style& style, const JsonNode& row) {
        const auto text = [&](std::size_t i) {
            return row.items[i].kind == JsonNode::Kind::null ? std::string() : visible(row.items[i].text());
        };
        std::string time = text(2);
        if (const std::size_t t = time.find('T'); t != std::string::npos) time[t] = ' ';
        if (time.ends_with('Z')) time.pop_back();
        time.resize(std::min<std::size_t>(time.size(), 23));
        const std::string severity = text(5);
        const std::string type = fmt::format("{:<16}", text(3));
        const std::string toned = severity == "critical" || severity == "high"
                                      ? style.red(type)
                                      : (severity == "medium" ? style.yellow(type) : style.cyan(type));
        const std::string user = text(6);
        return fmt::format("{}  {}  {:<10}  {:<12}  {}\n", style.dim(fmt::format("{:<23}", time)), toned, text(4),
                           user.empty() ? "-" : user, text(8));
    }

    std::size_t last_ = 10;
    bool follow_ = false;
    std::string type_;
    std::string source_;
    std::string user_;

    std::optional<Timestamp> newest_;                  // Greatest received_at shown.
    std::optional<Timestamp> floor_;                   // Nothing at or before this is shown any more.
    std::unordered_map<std::string, Timestamp> seen_;  // Ids within the overlap.
    bool away_ = false;
};

}  // namespace

std::unique_ptr<Command> make_tail_command() { return std::make_unique<TailCommand>(); }

}  // namespace sf::cli
