#include "cli/replay_report.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

namespace sf::cli {

std::string replay_text(const ReplayReport& report, const Style& style) {
    const ReplayTally& tally = report.tally;
    const double seconds = std::max(static_cast<double>(report.elapsed.count()) / 1e6, 1e-6);
    std::string out = fmt::format("{} of {} sent in {} ({}/s)\n", counted(tally.sent, "event"),
                                  counted(report.files, "file"), format_duration(report.elapsed),
                                  grouped(static_cast<std::uint64_t>(static_cast<double>(tally.sent) / seconds)));
    const auto line = [&](const char* label, std::uint64_t count, bool bad) {
        const std::string text = fmt::format("  {:<12}{:>12}\n", label, grouped(count));
        out += bad && count > 0 ? style.yellow(text) : text;
    };
    line("accepted", tally.accepted, false);
    line("duplicates", tally.duplicates, false);
    line("rejected", tally.rejected, true);
    line("quarantined", tally.quarantined, true);
    line("unreadable", tally.unreadable, true);
    for (const char* kind : {"unreadable", "rejected", "quarantined"}) {
        const std::uint64_t all = std::string_view(kind) == "unreadable"
                                      ? tally.unreadable
                                      : (std::string_view(kind) == "rejected" ? tally.rejected : tally.quarantined);
        if (all == 0) continue;
        out += fmt::format("\n{}{}:\n", kind,
                           all > kReasonsOfKindMax ? fmt::format(" (the first {})", kReasonsOfKindMax) : "");
        for (const ReplayReason& reason : tally.reasons) {
            if (reason.kind == kind)
                out += fmt::format("  {}  {}\n", style.bold(visible(reason.place)), visible(reason.text));
        }
    }
    if (!report.late.empty()) {
        out +=
            "\ntoo late for views, which were further on already (streamflow views backfill NAME brings history in):\n";
        for (const ReplayReport::Late& late : report.late) {
            out += style.yellow(fmt::format("  {:<24}{:>12}\n", late.view, grouped(late.events)));
        }
    }
    const bool refused = tally.rejected + tally.quarantined + tally.unreadable > 0;
    if (refused)
        out += report.rejects.empty() ? "\n(--rejects FILE keeps all of them)\n"
                                      : fmt::format("\nall of them are in {}\n", report.rejects);
    if (tally.mended > 0)
        out += fmt::format("\n{} not UTF-8 and read as Latin-1\n",
                           tally.mended == 1 ? "1 field was" : grouped(tally.mended) + " fields were");
    if (tally.retries > 0) {
        out += fmt::format("\n{} repeated; what had been stored before its answer was lost counts as a duplicate\n",
                           tally.retries == 1 ? "1 request was" : grouped(tally.retries) + " requests were");
    } else if (tally.sent > 0 && tally.duplicates == tally.sent) {
        out += "\nall of it was there already; --run NAME sends it as new events\n";
    }
    return out;
}

std::string replay_json(const ReplayReport& report) {
    const ReplayTally& tally = report.tally;
    std::string reasons;
    for (const ReplayReason& reason : tally.reasons) {
        reasons += fmt::format(R"({}{{"status":"{}","place":{},"reason":{}}})", reasons.empty() ? "" : ",", reason.kind,
                               json_string(reason.place), json_string(reason.text));
    }
    std::string late;
    for (const ReplayReport::Late& one : report.late) {
        late += fmt::format("{}{}:{}", late.empty() ? "" : ",", json_string(one.view), one.events);
    }
    return fmt::format(
        R"({{"files":{},"seconds":{:.3f},"sent":{},"accepted":{},"duplicates":{},"rejected":{},"quarantined":{},"unreadable":{},)"
        R"("fields_mended":{},"retries":{},"flushed":{},"complete":{},"late":{{{}}},"reasons":[{}]}})"
        "\n",
        report.files, static_cast<double>(report.elapsed.count()) / 1e6, tally.sent, tally.accepted, tally.duplicates,
        tally.rejected, tally.quarantined, tally.unreadable, tally.mended, tally.retries, report.flushed,
        !tally.failure && !report.interrupted, late, reasons);
}

}  // namespace sf::cli
