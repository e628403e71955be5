// streamflow verify: checks what is on disk, and mends it if told to.
#include "cli/command.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

namespace sf::cli {
namespace {

class VerifyCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        CLI::App* app = add(program, "verify", "Check the data directory for damage", kServer);
        app->add_flag("--repair", repair_, "Mend what can be mended; says what is given up");
        app->footer("Works on a server that is stopped. Exit code 0: sound, or mended. 1: damaged.");
    }

    Result<Exit> run(Session& session) override {
        if (!session.hooks().verify) return fail(ErrorCode::unavailable, "this build can't verify");
        const std::filesystem::path data = session.data_dir();
        SF_ASSIGN(const VerifyReport report, session.hooks().verify({.data = data, .repair = repair_}));
        bool damaged = false;
        for (const VerifyFinding& finding : report.findings)
            damaged = damaged || (!finding.harmless && !finding.repaired);
        if (session.json()) print_json(session, report, damaged);
        else print(session, report, damaged, data);
        return damaged ? Exit::failed : Exit::ok;
    }

private:
    void print(Session& session, const VerifyReport& report, bool damaged, const std::filesystem::path& data) const {
        const Style& style = session.style();
        for (const VerifyFinding& finding : report.findings) {
            const std::string state = finding.repaired
                                          ? style.green("mended")
                                          : (finding.harmless ? style.dim("harmless") : style.red("damaged"));
            session.print(fmt::format("{}  {}: {}\n", state, visible(finding.place), visible(finding.problem)));
            if (!finding.remedy.empty()) session.print(fmt::format("          {}\n", visible(finding.remedy)));
        }
        if (!report.findings.empty()) session.print("\n");
        session.print(fmt::format("{}: {} in {} ({}): {}\n", data.string(), counted(report.records, "record"),
                                  counted(report.files, "file"), format_bytes(report.bytes),
                                  damaged ? style.red("damaged") : style.green("sound")));
        if (damaged && !repair_)
            session.note("hint: streamflow verify --repair mends it; make a copy of the folder first");
    }

    static void print_json(Session& session, const VerifyReport& report, bool damaged) {
        std::string json = fmt::format(R"({{"sound":{},"files":{},"bytes":{},"records":{},"findings":[)", !damaged,
                                       report.files, report.bytes, report.records);
        for (const VerifyFinding& finding : report.findings) {
            if (json.back() != '[') json += ',';
            json += fmt::format(R"({{"place":{},"problem":{},"remedy":{},"repaired":{},"harmless":{}}})",
                                json_string(finding.place), json_string(finding.problem), json_string(finding.remedy),
                                finding.repaired, finding.harmless);
        }
        session.print(json + "]}\n");
    }

    bool repair_ = false;
};

}  // namespace

std::unique_ptr<Command> make_verify_command() { return std::make_unique<VerifyCommand>(); }

}  // namespace sf::cli
