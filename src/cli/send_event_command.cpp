// streamflow send-event: one event, or some that are alike, from the command line.
#include "cli/batch_sender.hpp"
#include "cli/command.hpp"

#include "base/json_text.hpp"
#include "models/event.hpp"

#include <fmt/format.h>

namespace sf::cli {
namespace {

constexpr std::uint64_t kCountMax = 1'000'000;
constexpr std::size_t kBatch = 1000;

class SendEventCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "send-event", "Send an event", kEvents);
        app->add_option("--type", event_.type, "What happened: web.click, user.login, ...")
            ->type_name("TYPE")
            ->required();
        event_.source = "cli";
        app->add_option("--source", event_.source, "Where it comes from")->type_name("NAME")->capture_default_str();
        app->add_option("--user", user_, "Whose it is (user_id)")->type_name("ID");
        app->add_option("--severity", severity_, "low, medium, high or critical (default: low)")
            ->type_name("LEVEL")
            ->check(one_of({"low", "medium", "high", "critical"}));
        app->add_option("--data", event_.data, "What else is known, as a JSON object")->type_name("JSON");
        app->add_option("--tag", event_.tags, "A tag; may be repeated")->type_name("TAG")->allow_extra_args(false);
        app->add_option("--correlation-id", correlation_, "Ties events together")->type_name("ID");
        app->add_option("--timestamp", timestamp_, "When it happened, as 2026-01-31T12:00:00Z (default: now)")
            ->type_name("TIME");
        app->add_option("--id", id_, "Its UUID: an event that was sent before is counted once")->type_name("UUID");
        app->add_option("--count", count_, "Send it so many times, as different events")
            ->type_name("N")
            ->capture_default_str();
        app->footer("Example: streamflow send-event --type web.click --user u1 --data '{\"button\":\"buy\"}'");
    }

    Result<Exit> run(Session& session) override {
        if (const auto wrong = complete(); !wrong)
            return session.usage(wrong.error().message, wrong.error().detail, wrong.error().hint);
        const std::string url = session.address("ingestion");
        const bool one = count_ == 1;
        BatchSender sender({.connect =
                                [&] {
                                    return session.environment().connect({.base_url = url,
                                                                          .token = session.token(),
                                                                          .timeout = std::chrono::seconds{30}});
                                },
                            .wait = session.environment().wait,
                            .cancelled = [] { return false; },
                            .clock = &session.environment().clock,
                            .patience = std::chrono::seconds{10},
                            .url = url});
        BatchVerdict total;
        UuidGenerator ids;
        for (std::uint64_t sent = 0; sent < count_;) {
            EventLines lines;
            for (; lines.size() < kBatch && sent < count_; ++sent) {
                if (!one) event_.id = ids.next(session.environment().clock.now());
                else if (!event_.id) event_.id = ids.next(session.environment().clock.now());
                lines.begins.push_back(lines.text.size());
                models::append_json(lines.text, event_);
                lines.text += '\n';
            }
            SF_ASSIGN(BatchVerdict verdict, sender.send(lines));
            total.accepted += verdict.accepted;
            total.duplicates += verdict.duplicates;
            std::ranges::move(verdict.refused, std::back_inserter(total.refused));
        }
        return report(session, total);
    }

private:
    Result<> complete() {
        if (count_ == 0 || count_ > kCountMax)
            return fail(ErrorCode::invalid_input, "--count must be from 1 to 1000000");
        if (!id_.empty() && count_ > 1)
            return fail(ErrorCode::invalid_input, "--id and --count can't both be meant",
                        "events of the same id are one event");
        if (!id_.empty()) {
            event_.id = parse_uuid(id_);
            if (!event_.id)
                return fail(ErrorCode::invalid_input, fmt::format("--id: \"{}\" is not a UUID", id_), "",
                            "leave it out to have one made");
        }
        if (!timestamp_.empty()) {
            event_.timestamp = parse_rfc3339(timestamp_);
            if (!event_.timestamp)
                return fail(ErrorCode::invalid_input, fmt::format("--timestamp: \"{}\" is not a time", timestamp_), "",
                            "write it like 2026-01-31T12:00:00Z");
        }
        const auto data = JsonDocument::parse(event_.data);
        if (!data)
            return fail(ErrorCode::invalid_input, "--data is not JSON", data.error().message,
                        "in a shell, put it in single quotes: --data '{\"a\":1}'");
        if (data->root().kind != JsonNode::Kind::object)
            return fail(ErrorCode::invalid_input, "--data must be a JSON object", "", "for example --data '{\"a\":1}'");
        // A line of its own must stay one.
        std::ranges::replace_if(event_.data, [](char c) { return c == '\n' || c == '\r'; }, ' ');
        if (!user_.empty()) event_.user_id = user_;
        if (!correlation_.empty()) event_.correlation_id = correlation_;
        if (!severity_.empty()) event_.severity = *models::parse_severity(severity_);
        return {};
    }

    Result<Exit> report(Session& session, const BatchVerdict& total) const {
        if (session.json()) {
            std::string json = fmt::format(R"({{"accepted":{},"duplicates":{},"refused":{})", total.accepted,
                                           total.duplicates, total.refused.size());
            if (count_ == 1) json += fmt::format(R"(,"id":"{}")", to_string(*event_.id));
            session.print(json + "}\n");
        }
        if (!total.refused.empty()) {
            const RefusedEvent& first = total.refused.front();
            Error error{
                ErrorCode::invalid_input,
                fmt::format("{} {}", count_ == 1 ? "the event was" : counted(total.refused.size(), "event") + " were",
                            first.quarantined ? "quarantined" : "rejected"),
                "", ""};
            for (const std::string& reason : first.reasons) error.detail += (error.detail.empty() ? "" : "\n") + reason;
            session.print_error(error);
            return total.accepted + total.duplicates > 0 ? Exit::partial : Exit::failed;
        }
        if (!session.json() && !session.options().quiet) {
            std::string text = counted(total.accepted, "event") + " accepted";
            if (total.accepted == 0 && total.duplicates == 1) text = "the event was there already";
            else if (total.duplicates > 0) text += ", " + counted(total.duplicates, "duplicate");
            if (count_ == 1) text += "  " + session.style().dim(to_string(*event_.id));
            session.print(text + "\n");
        }
        return Exit::ok;
    }

    models::Event event_;
    std::string user_;
    std::string severity_;
    std::string correlation_;
    std::string timestamp_;
    std::string id_;
    std::uint64_t count_ = 1;
};

}  // namespace

std::unique_ptr<Command> make_send_event_command() { return std::make_unique<SendEventCommand>(); }

}  // namespace sf::cli
