// The program `streamflow`: hands the parts of the program that the command line needs to the command line.
#include "app/config.hpp"
#include "app/run.hpp"
#include "app/verify.hpp"
#include "cli/run.hpp"

namespace {

sf::app::ConfigSources sources_of(const sf::cli::ConfigRequest& request) {
    return {.overrides = request.overrides, .file = request.file, .environment = sf::app::process_environment()};
}

sf::Result<> start(const sf::cli::StartRequest& request) {
    return sf::app::run_server(
        {.service = request.service, .sources = sources_of(request.config), .quiet = request.quiet});
}

sf::Result<std::vector<sf::cli::ShownSetting>> settings(const sf::cli::ConfigRequest& request) {
    SF_ASSIGN(const sf::app::Config config, sf::app::Config::load(sources_of(request)));
    std::vector<sf::cli::ShownSetting> shown;
    for (const sf::app::ResolvedSetting& setting : config.all()) {
        shown.push_back({std::string(setting.setting->name), sf::app::shown_value(setting), setting.origin,
                         std::string(setting.setting->meaning)});
    }
    return shown;
}

sf::Result<sf::cli::VerifyReport> verify(const sf::cli::VerifyRequest& request) {
    SF_ASSIGN(const sf::app::VerifyReport report, sf::app::verify_data(request.data, request.repair));
    sf::cli::VerifyReport shown{.files = report.files, .bytes = report.bytes, .records = report.records};
    for (const sf::app::VerifyFinding& finding : report.findings) {
        shown.findings.push_back({finding.place, finding.problem, finding.remedy, finding.repaired, finding.harmless});
    }
    return shown;
}

}  // namespace

int main(int argc, char** argv) {
    return sf::cli::run(argc, argv, {.version = SF_VERSION, .start = start, .settings = settings, .verify = verify});
}
