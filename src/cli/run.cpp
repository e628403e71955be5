#include "cli/run.hpp"

#include "cli/command.hpp"
#include "cli/help_format.hpp"
#include "cli/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace sf::cli {
namespace {

struct Program {
    CLI::App app{"StreamFlow: real-time analytics of application events"};
    GlobalOptions globals;
    std::vector<std::unique_ptr<Command>> commands;
    bool version = false;
};

void declare(Program& program) {
    CLI::App& app = program.app;
    app.name("streamflow");
    app.formatter(std::make_shared<HelpFormat>());
    app.fallthrough();  // The global options may stand behind the command, too.
    app.set_help_flag("-h,--help", "Show this help");
    const auto group = [](CLI::Option* option) { option->group(kGlobalOptions); };
    group(app.add_option("--url", program.globals.url, "The server, instead of the one that --data-dir names")
              ->type_name("URL"));
    group(app.add_option("--token", program.globals.token, "An access token, instead of the one in --data-dir")
              ->type_name("TOKEN"));
    group(app.add_option("--data-dir", program.globals.data_dir,
                         "Where the server keeps its data (default: DATA_DIR, else ./data)")
              ->type_name("DIR"));
    group(app.add_flag("--json", program.globals.json, "Print JSON for programs"));
    group(app.add_flag("-q,--quiet", program.globals.quiet, "Print results and errors only"));
    group(app.add_flag("--no-color", program.globals.no_color, "No colours (also: NO_COLOR=1)"));
    app.add_flag("-V,--version", program.version, "Show the version");
    program.commands.push_back(make_start_command());
    program.commands.push_back(make_status_command());
    program.commands.push_back(make_health_command());
    program.commands.push_back(make_verify_command());
    program.commands.push_back(make_demo_command());
    program.commands.push_back(make_send_event_command());
    program.commands.push_back(make_replay_command());
    program.commands.push_back(make_tail_command());
    program.commands.push_back(make_query_command());
    program.commands.push_back(make_views_command());
    program.commands.push_back(make_tables_command());
    program.commands.push_back(make_functions_command());
    program.commands.push_back(make_token_command());
    program.commands.push_back(make_config_command());
    program.commands.push_back(make_completion_command());
    program.commands.push_back(make_version_command());
    for (const auto& command : program.commands) command->declare(app);
    app.footer(
        "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 done in part, 4 no server answers.\n"
        "Help for a command: streamflow COMMAND --help");
}

// The deepest command that the line named: `token create`.
const CLI::App& chosen_app(const CLI::App& app) {
    for (const CLI::App* below : app.get_subcommands()) return chosen_app(*below);
    return app;
}

std::string full_name(const CLI::App& app) {
    const CLI::App* const parent = app.get_parent();
    return (parent == nullptr ? "" : full_name(*parent) + " ") + app.get_name();
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
        for (const CLI::Option* option : at->get_options()) {
            for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
        }
    }
    return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* below : app.get_subcommands({})) names.push_back(below->get_name());
    return names;
}

// CLI11's messages are correct but speak of "run with --help for more information"; ours name the next step.
Exit explain(const CLI::ParseError& problem, const Program& program, const Session& session) {
    const CLI::App& at = chosen_app(program.app);
    const std::string help =
        fmt::format("streamflow{} --help shows what there is", full_name(at).substr(program.app.get_name().size()));
    if (dynamic_cast<const CLI::ExtrasError*>(&problem) != nullptr) {
        const std::vector<std::string> extras = at.remaining();
        const std::vector<std::string> all = extras.empty() ? program.app.remaining(true) : extras;
        const std::string word = all.empty() ? "" : all.front();
        const bool option = word.starts_with("-");
        const std::string bare = word.substr(0, word.find('='));
        const auto near = nearest(bare, option ? option_names(at) : command_names(at));
        const bool top = at.get_parent() == nullptr;
        std::string what = fmt::format("there is no {} \"{}\"", option ? "option" : "command", bare);
        if (!option && !top && command_names(at).empty())
            what = fmt::format("\"{}\" takes no more arguments, but got \"{}\"", full_name(at), word);
        else if (!top) what += fmt::format(" of \"{}\"", full_name(at));
        return session.usage(what, "", near ? fmt::format("did you mean {}?", *near) : help);
    }
    std::string what = problem.what();
    if (const auto line = what.find('\n'); line != std::string::npos) what.resize(line);
    if (dynamic_cast<const CLI::RequiredError*>(&problem) != nullptr && what.find("subcommand") != std::string::npos) {
        return session.usage(fmt::format("\"{}\" needs a command", full_name(at)),
                             fmt::format("one of: {}", fmt::join(command_names(at), ", ")), help);
    }
    // Names of arguments stand in capitals: "FILE is required".
    const bool is_name = what.size() > 1 && std::isupper(static_cast<unsigned char>(what[1])) != 0;
    if (!what.empty() && !is_name) what[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(what[0])));
    while (what.ends_with('.') || what.ends_with(' ')) what.pop_back();
    return session.usage(what, "", help);
}

Exit run_command(Program& program, Session& session) {
    for (const auto& command : program.commands) {
        if (!command->chosen()) continue;
        auto result = command->run(session);
        if (result) return *result;
        session.print_error(result.error());
        return exit_of(result.error());
    }
    session.print(program.app.help());
    return Exit::ok;
}

Exit parse_and_run(const std::vector<std::string>& arguments, Program& program, Session& session) {
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        program.app.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        session.print(chosen_app(program.app).help());
        return Exit::ok;
    } catch (const CLI::ParseError& problem) {
        return explain(problem, program, session);
    }
    if (program.version) {
        session.print("streamflow " + session.hooks().version + "\n");
        return Exit::ok;
    }
    return run_command(program, session);
}

}  // namespace

int run(const std::vector<std::string>& arguments, const Hooks& hooks, Environment& environment) {
    Program program;
    Session session(environment, program.globals, hooks);
    Exit result = Exit::failed;
    try {
        declare(program);
        // Colours depend on --no-color, which is known after parsing: errors of the parser itself look for it by hand.
        program.globals.no_color = std::ranges::find(arguments, "--no-color") != arguments.end();
        Session with_options(environment, program.globals, hooks);
        result = parse_and_run(arguments, program, with_options);
    } catch (const std::exception& unexpected) {
        session.print_error(
            {ErrorCode::internal, unexpected.what(), "this is a mistake in StreamFlow", "please report it"});
    }
    environment.out.flush();
    environment.err.flush();
    if (!environment.out && result == Exit::ok)
        result = Exit::failed;  // Nobody could read the result: a full disk, a closed pipe.
    return static_cast<int>(result);
}

int run(int argc, char** argv, const Hooks& hooks) {
    Environment environment = process_environment();
    return run(std::vector<std::string>(argv + 1, argv + argc), hooks, environment);
}

}  // namespace sf::cli
