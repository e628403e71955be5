// streamflow replay: files of events, tables and access logs into the stream.
#include "cli/command.hpp"
#include "cli/late_counts.hpp"
#include "cli/progress_bar.hpp"
#include "cli/replay_report.hpp"
#include "cli/replay_run.hpp"

#include <fmt/format.h>

#include <fstream>
#include <ostream>

namespace sf::cli {
namespace {

using recording::Format;

class ReplayCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "replay", "Send files: NDJSON, CSV, TSV, access logs", kEvents);
        app->add_option("FILE", files_, "Files to send, one after the other; - is standard input")->required();
        app->add_option("--format", format_, "ndjson, csv, tsv, clf or combined (default: by the file's extension)")
            ->type_name("FORMAT")
            ->check(one_of({"ndjson", "csv", "tsv", "clf", "combined"}));
        app->add_option("--mapping", mapping_, "What the columns of CSV and TSV mean (docs/import.md)")
            ->type_name("FILE");
        app->add_option("--type", type_, "The type of all events, instead of what the file says")->type_name("TYPE");
        app->add_option("--source", source_, "The source of all events, instead of what the file says")
            ->type_name("NAME");
        app->add_option("--speed", speed_, "max, recorded (as it was), or 60x (60 times as fast)")
            ->type_name("SPEED")
            ->capture_default_str();
        app->add_option("--as-of", as_of_, "Shift all times so that the last one is now, or this time")
            ->type_name("TIME");
        app->add_option("--run", run_, "Makes the same file new events: ids depend on this name, too")
            ->type_name("NAME");
        app->add_option("--name", name_, "The file's name in ids and messages (default: without its folder)")
            ->type_name("NAME");
        app->add_option("--batch-size", batch_size_, "Events in a request")
            ->type_name("N")
            ->capture_default_str()
            ->check(CLI::Range(1, 10000).description(""));
        app->add_option("--connections", connections_, "More than one is faster, but events overtake one another")
            ->type_name("N")
            ->capture_default_str()
            ->check(CLI::Range(1, 64).description(""));
        app->add_option("--rejects", rejects_, "Write every record that was not taken into this file, as NDJSON")
            ->type_name("FILE");
        app->add_option("--retry-for", retry_for_, "How long to wait for a server that is busy or restarting")
            ->type_name("DURATION")
            ->capture_default_str();
        app->add_flag("--no-flush", no_flush_, "Don't close the windows at the end");
        app->footer(
            "Sending a file again adds nothing: ids come from its name, the line's number and the line.\n"
            "Exit code 3: some records were not taken; the summary says which.");
    }

    Result<Exit> run(Session& session) override {
        auto options = prepare(session);
        if (!options) {
            session.print_error(options.error());
            // A file that is not there, or a mapping that can't be read: nothing was tried.
            return options.error().code == ErrorCode::invalid_input || options.error().code == ErrorCode::not_found
                       ? Exit::usage
                       : exit_of(options.error());
        }
        std::ofstream rejects;
        if (!rejects_.empty()) {
            rejects.open(rejects_, std::ios::trunc);
            if (!rejects) return session.usage(fmt::format("--rejects: \"{}\" can't be written", rejects_));
            options->rejects = &rejects;
        }
        return send(session, std::move(*options), rejects);
    }

private:
    Result<ReplayOptions> prepare(Session& session) {
        ReplayOptions options{.batch_size = batch_size_, .connections = connections_};
        const auto speed = parse_speed(speed_);
        if (!speed)
            return fail(ErrorCode::invalid_input, fmt::format("--speed: \"{}\" is not a speed", speed_), "",
                        "use max, recorded, or a factor such as 60x");
        options.speed = *speed;
        SF_ASSIGN(const Duration patience, duration_option(retry_for_, "--retry-for"));
        std::optional<recording::Mapping> mapping;
        if (!mapping_.empty()) {
            SF_ASSIGN(mapping, recording::read_mapping(mapping_));
        }
        for (const std::string& file : files_) {
            SF_ASSIGN(ReplayFile one, describe(file, mapping));
            options.files.push_back(std::move(one));
        }
        SF_TRY(shift_times(session, options));
        options.sender = {.connect =
                              [&session] {
                                  return session.environment().connect({.base_url = session.address("ingestion"),
                                                                        .token = session.token(),
                                                                        .timeout = std::chrono::seconds{60}});
                              },
                          .wait = session.environment().wait,
                          .cancelled = {},
                          .clock = &session.environment().clock,
                          .patience = patience,
                          .url = session.address("ingestion")};
        return options;
    }

    Result<ReplayFile> describe(const std::string& file, const std::optional<recording::Mapping>& mapping) const {
        ReplayFile one{.path = file};
        std::optional<Format> format = recording::parse_format(format_);
        if (!format && mapping && mapping->format)
            format = *mapping->format == recording::TableFormat::csv ? Format::csv : Format::tsv;
        if (!format) format = recording::guess_format(file);
        if (!format) {
            return fail(ErrorCode::invalid_input, fmt::format("\"{}\": the format can't be told from the name", file),
                        "", "add --format ndjson, csv, tsv or clf");
        }
        const bool table = *format == Format::csv || *format == Format::tsv;
        one.options = {.format = *format,
                       .name = !name_.empty() ? name_ : (file == "-" ? "stdin" : one.path.filename().string()),
                       .run = run_};
        if (mapping && !table)
            return fail(ErrorCode::invalid_input, "--mapping is for CSV and TSV",
                        fmt::format("\"{}\" is {}", file, recording::to_string(*format)));
        one.options.mapping = mapping;
        if (!type_.empty()) one.options.type = type_;
        if (!source_.empty()) one.options.source = source_;
        if (file == "-") return one;
        // Opened once before anything is sent: a mistake in the last file is told at once.
        SF_ASSIGN(const auto opened, recording::open_recording(file, one.options));
        std::error_code none;
        const auto bytes =
            std::filesystem::is_regular_file(one.path, none) ? std::filesystem::file_size(one.path, none) : 0;
        one.bytes = none ? 0 : bytes;
        return one;
    }

    // Reads everything once to find the last time.
    Result<> shift_times(Session& session, ReplayOptions& options) const {
        if (as_of_.empty()) return {};
        const Timestamp now = session.environment().clock.now();
        const auto wanted = as_of_ == "now" ? std::optional(now) : parse_rfc3339(as_of_);
        if (!wanted)
            return fail(ErrorCode::invalid_input, fmt::format("--as-of: \"{}\" is not a time", as_of_), "",
                        "use now, or a time such as 2026-01-31T12:00:00Z");
        std::optional<Timestamp> last;
        for (const ReplayFile& file : options.files) {
            if (file.path == "-")
                return fail(ErrorCode::invalid_input, "--as-of can't be used with standard input",
                            "the last time must be known before the first event is sent");
            SF_ASSIGN(const auto recording, recording::open_recording(file.path, file.options));
            std::string scratch;
            for (auto next = recording->next(scratch); next != recording::Next::end; next = recording->next(scratch)) {
                if (next == recording::Next::event && recording->time())
                    last = std::max(last.value_or(*recording->time()), *recording->time());
                scratch.clear();
            }
        }
        if (!last) return fail(ErrorCode::invalid_input, "--as-of: the files have no times to shift");
        for (ReplayFile& file : options.files) file.options.shift = *wanted - *last;
        return {};
    }

    Result<Exit> send(Session& session, ReplayOptions options, std::ofstream& rejects) const {
        Environment& environment = session.environment();
        environment.catch_interrupts();
        ReplayReport report{.files = options.files.size()};
        std::uint64_t bytes_total = 0;
        for (const ReplayFile& file : options.files) {
            if (file.bytes == 0) report.bytes_known = false;
            bytes_total += file.bytes;
        }
        const LateCounts late_before = late_counts(session);
        const bool bar = environment.err_is_terminal && !session.options().quiet && !session.json();
        const auto begin = environment.clock.steady();
        ReplayRun run(std::move(options));
        run.start();
        bool drawn = false;
        while (!run.wait(std::chrono::steady_clock::now() + std::chrono::milliseconds{100})) {
            report.elapsed = std::chrono::duration_cast<Duration>(environment.clock.steady() - begin);
            if (environment.interrupted && !report.interrupted) {
                report.interrupted = true;
                run.cancel();
            }
            if (!bar || report.elapsed < std::chrono::milliseconds{300}) continue;
            const ReplayTally now = run.tally();
            environment.err << "\r\x1b[K"
                            << progress_line(
                                   {now.bytes, report.bytes_known ? bytes_total : 0, now.sent, report.elapsed},
                                   environment.columns - 1, session.err_style());
            environment.err.flush();
            drawn = true;
        }
        if (drawn) environment.err << "\r\x1b[K";
        report.elapsed = std::chrono::duration_cast<Duration>(environment.clock.steady() - begin);
        report.tally = run.tally();
        report.rejects = rejects_;
        if (rejects.is_open() && !rejects.flush())
            session.warn(fmt::format("\"{}\" could not be written completely", rejects_));
        if (!report.tally.failure && !report.interrupted && !no_flush_) flush(session, late_before, report);
        return finish(session, report);
    }

    static void flush(Session& session, const LateCounts& before, ReplayReport& report) {
        Api api = session.api("ingestion", std::chrono::seconds{60});
        auto answer = api.post("/api/v1/flush", "");
        if (!answer) {
            session.warn("the windows could not be closed: " + answer.error().line());
            return;
        }
        report.flushed = true;
        for (const auto& [view, late] : late_since(session, before)) report.late.push_back({view, late});
    }

    static Result<Exit> finish(Session& session, const ReplayReport& report) {
        if (session.json()) session.print(replay_json(report));
        else if (!session.options().quiet || report.tally.failure) session.print(replay_text(report, session.style()));
        const ReplayTally& tally = report.tally;
        if (tally.failure) {
            Error error = *tally.failure;
            if (error.hint.empty() || tally.sent > 0)
                error.hint = "run the same command again: what is stored already is counted as duplicates";
            session.print_error(error);
            return exit_of(error);
        }
        if (report.interrupted) {
            session.note("interrupted; run the same command again to send the rest");
            return Exit::interrupted;
        }
        return tally.rejected + tally.quarantined + tally.unreadable > 0 ? Exit::partial : Exit::ok;
    }

    std::vector<std::string> files_;
    std::string format_;
    std::string mapping_;
    std::string type_;
    std::string source_;
    std::string speed_ = "max";
    std::string as_of_;
    std::string run_;
    std::string name_;
    std::size_t batch_size_ = 500;
    unsigned connections_ = 1;
    std::string rejects_;
    std::string retry_for_ = "60s";
    bool no_flush_ = false;
};

}  // namespace

std::unique_ptr<Command> make_replay_command() { return std::make_unique<ReplayCommand>(); }

}  // namespace sf::cli
