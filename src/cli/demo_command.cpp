// streamflow demo: events of a small web shop, as long as you like.
#include "cli/batch_sender.hpp"
#include "cli/command.hpp"
#include "cli/demo/shop.hpp"
#include "cli/late_counts.hpp"
#include "cli/progress_bar.hpp"

#include "models/event.hpp"

#include <fmt/format.h>

#include <ostream>

namespace sf::cli {
namespace {

constexpr std::size_t kBatchMax = 1000;
constexpr Duration kTick = std::chrono::milliseconds{100};
constexpr double kRateMax = 100'000;

class DemoCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app =
            add(program, "demo", "Send the events of a small web shop, to have something to look at", kServer);
        app->add_option("--rate", rate_, "Events a second now; the shop is busier in the evening and quiet at night")
            ->type_name("N")
            ->capture_default_str();
        app->add_option("--duration", duration_, "How long (default: until Ctrl-C; 0s: the history only)")
            ->type_name("DURATION");
        app->add_option("--backfill", backfill_, "Send so much history first: 1h, 7d")->type_name("DURATION");
        app->add_option("--seed", seed_, "Another number is another shop with other visitors")
            ->type_name("N")
            ->capture_default_str();
        app->footer(
            "Visitors search, look, add to their cart, log in, buy and leave; now and then the payment service has "
            "trouble.\n"
            "Types: web.pageview, web.search, web.click, user.login, user.logout, api.request, business.sale, "
            "system.error.");
    }

    Result<Exit> run(Session& session) override {
        Environment& environment = session.environment();
        Duration history{};
        std::optional<Duration> duration;
        if (!(rate_ > 0) || rate_ > kRateMax) return session.usage("--rate must be more than 0 and at most 100000");
        for (const auto& [text, name] : {std::pair{backfill_, "--backfill"}, {duration_, "--duration"}}) {
            if (text.empty()) continue;
            const auto value = duration_option(text, name);
            if (!value) return session.usage(value.error().message, "", value.error().hint);
            if (std::string_view(name) == "--backfill") history = *value;
            else duration = *value;
        }
        environment.catch_interrupts();
        const std::string url = session.address("ingestion");
        BatchSender sender({.connect =
                                [&] {
                                    return environment.connect({.base_url = session.address("ingestion"),
                                                                .token = session.token(),
                                                                .timeout = std::chrono::seconds{30}});
                                },
                            .wait = environment.wait,
                            .cancelled = [&] { return environment.interrupted.load(); },
                            .clock = &environment.clock,
                            .url = url});
        const Timestamp start = environment.clock.now();
        demo::Shop shop({.seed = seed_, .start = start - history, .rate = rate_, .rate_at = start});
        bar_ = environment.err_is_terminal && !session.options().quiet && !session.json();
        const LateCounts late_before = history.count() > 0 ? late_counts(session) : LateCounts{};
        auto sent = send_history(session, shop, sender, start, history);
        if (sent && history.count() > 0 && !environment.interrupted) bring_into_views(session, late_before);
        if (sent && (!duration || duration->count() > 0)) sent = send_live(session, shop, sender, start, duration);
        if (bar_) environment.err << "\r\x1b[K";
        if (!sent && sent.error().code != ErrorCode::cancelled) return fail(std::move(sent.error()));
        summarize(session);
        return refused_ > 0 ? Exit::partial : Exit::ok;
    }

private:
    Result<> send(BatchSender& sender, const EventLines& lines) {
        SF_ASSIGN(const BatchVerdict verdict, sender.send(lines));
        accepted_ += verdict.accepted;
        duplicates_ += verdict.duplicates;
        refused_ += verdict.refused.size();
        return {};
    }

    // Events up to `until`, at most kBatchMax.
    static EventLines collect(demo::Shop& shop, Timestamp until) {
        EventLines lines;
        while (lines.size() < kBatchMax && shop.next_time() <= until) {
            lines.begins.push_back(lines.text.size());
            models::append_json(lines.text, shop.next());
            lines.text += '\n';
        }
        return lines;
    }

    Result<> send_history(Session& session, demo::Shop& shop, BatchSender& sender, Timestamp until, Duration history) {
        const auto begin = session.environment().clock.steady();
        auto drawn = begin;
        while (!session.environment().interrupted) {
            const EventLines lines = collect(shop, until);
            if (lines.size() == 0) break;
            SF_TRY(send(sender, lines));
            const auto now = session.environment().clock.steady();
            if (!bar_ || now - drawn < kTick) continue;
            drawn = now;
            const Duration left = until - std::min(shop.next_time(), until);
            const Progress progress{static_cast<std::uint64_t>((history - left).count()),
                                    static_cast<std::uint64_t>(history.count()), accepted_ + duplicates_,
                                    std::chrono::duration_cast<Duration>(now - begin)};
            draw(session, progress_line(progress, session.environment().columns - 1, session.err_style()));
        }
        history_ = accepted_ + duplicates_;
        return {};
    }

    // Where the stream was further on already, history came too late for views: they are filled from what is stored.
    static void bring_into_views(Session& session, const LateCounts& before) {
        for (const auto& [view, late] : late_since(session, before)) {
            Api api = session.api("analytics");
            const auto filled = api.post("/api/v1/views/" + view + "/backfill", "");
            if (!filled) session.warn("view " + view + " does not show the history: " + filled.error().line());
        }
    }

    Result<> send_live(Session& session, demo::Shop& shop, BatchSender& sender, Timestamp start,
                       const std::optional<Duration>& duration) {
        Environment& environment = session.environment();
        // The end by the wall clock, as the events' times are.
        const std::optional<Timestamp> end =
            duration ? std::optional(environment.clock.now() + *duration) : std::nullopt;
        if (!session.json() && !end) session.note(session.err_style().dim("sending events; Ctrl-C ends it"));
        const auto begin = environment.clock.steady();
        while (!environment.interrupted) {
            const Timestamp now = environment.clock.now();
            const Timestamp until = end ? std::min(now, *end) : now;
            const EventLines lines = collect(shop, std::max(until, start));
            if (lines.size() > 0) SF_TRY(send(sender, lines));
            if (lines.size() == kBatchMax) continue;  // More is due already.
            if (end && now >= *end) break;
            if (bar_) {
                const Progress progress{0, 0, accepted_ + duplicates_ - history_,
                                        std::chrono::duration_cast<Duration>(environment.clock.steady() - begin)};
                draw(session, progress_line(progress, environment.columns - 1, session.err_style()));
            }
            environment.wait(kTick);
        }
        return {};
    }

    static void draw(Session& session, const std::string& line) {
        session.environment().err << "\r\x1b[K" << line;
        session.environment().err.flush();
    }

    void summarize(Session& session) const {
        if (session.json()) {
            session.print(fmt::format(R"({{"accepted":{},"duplicates":{},"refused":{},"history":{}}})"
                                      "\n",
                                      accepted_, duplicates_, refused_, history_));
            return;
        }
        std::string text = counted(accepted_, "event") + " sent";
        if (history_ > 0) text += fmt::format(", {} of them history", grouped(history_));
        if (duplicates_ > 0) text += fmt::format("; {} were there already", grouped(duplicates_));
        if (refused_ > 0) text += fmt::format("; {} were not taken", grouped(refused_));
        if (!session.options().quiet) session.print(text + "\n");
    }

    double rate_ = 20;
    std::string duration_;
    std::string backfill_;
    std::uint64_t seed_ = 1;
    bool bar_ = false;
    std::uint64_t accepted_ = 0;
    std::uint64_t duplicates_ = 0;
    std::uint64_t refused_ = 0;
    std::uint64_t history_ = 0;
};

}  // namespace

std::unique_ptr<Command> make_demo_command() { return std::make_unique<DemoCommand>(); }

}  // namespace sf::cli
