// streamflow completion: scripts for the shells, made from the declared commands and options.
#include "cli/command.hpp"

#include <fmt/format.h>

namespace sf::cli {
namespace {

struct Entry {
    std::string path;  // "token create"; empty: the program itself.
    std::string help;
    std::vector<std::string> commands;
    std::vector<const CLI::Option*> options;
};

void collect(const CLI::App& app, const std::string& path, std::vector<Entry>& entries) {
    Entry entry{path, app.get_description(), {}, {}};
    for (const CLI::Option* option : app.get_options([](const CLI::Option* o) { return o->nonpositional(); }))
        entry.options.push_back(option);
    for (const CLI::App* below : app.get_subcommands({})) entry.commands.push_back(below->get_name());
    entries.push_back(entry);
    for (const CLI::App* below : app.get_subcommands({}))
        collect(*below, path.empty() ? below->get_name() : path + " " + below->get_name(), entries);
}

std::vector<std::string> long_names(const Entry& entry) {
    std::vector<std::string> names;
    for (const CLI::Option* option : entry.options) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

// The fixed words an option takes. A validator's description is "a|b|c" (one_of).
std::string words_of(const CLI::Option& option) {
    const std::string& name = option.get_lnames().empty() ? option.get_name() : option.get_lnames().front();
    if (name == "service") return "all ingestion analytics alerting dashboard storage";
    if (name == "role") return "ingest viewer editor operations admin";
    if (name == "severity") return "low medium high critical";
    if (name == "format") return "ndjson csv tsv clf combined";
    if (name == "speed") return "max recorded";
    if (name == "as-of") return "now";
    return "";
}

bool takes_value(const CLI::Option& option) {
    return option.get_items_expected_max() > 0 && option.get_type_size_max() > 0;
}

// One line of help without the quotes that would end a string of the shell.
std::string plain(std::string text) {
    text = text.substr(0, text.find('\n'));
    std::erase_if(text, [](char c) {
        return c == '\'' || c == '[' || c == ']' || c == ':' || c == '`' || c == '$' || c == '"' || c == '\\';
    });
    return text;
}

std::string bash(const std::vector<Entry>& entries, const std::string& globals) {
    std::string out =
        "# Completion of streamflow for bash. In ~/.bashrc: eval \"$(streamflow completion bash)\"\n"
        "_streamflow() {\n"
        "    local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" path=\"\" word i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        word=\"${COMP_WORDS[i]}\"\n"
        "        case \"$path $word\" in\n";
    std::string paths;
    for (const Entry& entry : entries) {
        if (!entry.path.empty()) paths += (paths.empty() ? "" : " | ") + std::string("\" ") + entry.path + "\"";
    }
    out += "            " + paths + ") path=\"$path $word\" ;;\n        esac\n    done\n    case \"$previous\" in\n";
    std::vector<std::string> done;
    for (const Entry& entry : entries) {
        for (const CLI::Option* option : entry.options) {
            const std::string words = words_of(*option);
            const std::string name = option->get_lnames().empty() ? "" : "--" + option->get_lnames().front();
            if (words.empty() || std::ranges::find(done, name) != done.end()) continue;
            done.push_back(name);
            out +=
                fmt::format("        {}) COMPREPLY=($(compgen -W \"{}\" -- \"$current\")); return ;;\n", name, words);
        }
    }
    out +=
        "        --mapping | --config | --rejects) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
        "        --data-dir) COMPREPLY=($(compgen -d -- \"$current\")); return ;;\n"
        "    esac\n"
        "    local options=\"\" commands=\"\"\n"
        "    case \"$path\" in\n";
    for (const Entry& entry : entries) {
        out += fmt::format(
            "        \"{}\") commands=\"{}\"; options=\"{}\" ;;\n", entry.path.empty() ? "" : " " + entry.path,
            entry.path == "completion" ? "bash zsh fish" : fmt::format("{}", fmt::join(entry.commands, " ")),
            fmt::join(long_names(entry), " "));
    }
    out +=
        "    esac\n"
        "    if [[ \"$current\" == -* ]]; then\n"
        "        COMPREPLY=($(compgen -W \"$options " +
        globals +
        "\" -- \"$current\"))\n"
        "    elif [[ -n \"$commands\" ]]; then\n"
        "        COMPREPLY=($(compgen -W \"$commands\" -- \"$current\"))\n"
        "    elif [[ \"$path\" == \" replay\" ]]; then\n"
        "        COMPREPLY=($(compgen -f -- \"$current\"))\n"
        "    fi\n"
        "}\n"
        "complete -o filenames -o bashdefault -F _streamflow streamflow\n";
    return out;
}

std::string zsh_options(const Entry& entry) {
    std::string out;
    for (const CLI::Option* option : entry.options) {
        for (const std::string& name : option->get_lnames()) {
            out += fmt::format("            '--{}[{}]", name, plain(option->get_description()));
            if (takes_value(*option)) {
                const std::string words = words_of(*option);
                if (!words.empty()) out += fmt::format(":{}:({})", name, words);
                else if (name == "mapping" || name == "config" || name == "rejects")
                    out += fmt::format(":{}:_files", name);
                else if (name == "data-dir") out += fmt::format(":{}:_directories", name);
                else out += fmt::format(":{}: ", name);
            }
            out += "' \\\n";
        }
    }
    return out;
}

std::string zsh(const std::vector<Entry>& entries) {
    std::string out =
        "#compdef streamflow\n"
        "# Completion of streamflow for zsh. In ~/.zshrc, after compinit: eval \"$(streamflow completion zsh)\"\n"
        "_streamflow() {\n"
        "    local -a commands\n"
        "    local place=\"\" word\n"
        "    for word in ${words[2,CURRENT-1]}; do\n"
        "        case \"$place $word\" in\n";
    std::string paths;
    for (const Entry& entry : entries) {
        if (!entry.path.empty()) paths += (paths.empty() ? "" : " | ") + std::string("\" ") + entry.path + "\"";
    }
    out += "            " + paths + ") place=\"$place $word\" ;;\n        esac\n    done\n    case \"$place\" in\n";
    for (const Entry& entry : entries) {
        out += fmt::format("        \"{}\")\n", entry.path.empty() ? "" : " " + entry.path);
        if (!entry.commands.empty()) {
            out += "            commands=(\n";
            for (const Entry& below : entries) {
                const std::size_t space = below.path.rfind(' ');
                const std::string parent = space == std::string::npos ? "" : below.path.substr(0, space);
                if (below.path.empty() || parent != entry.path) continue;
                out += fmt::format("                '{}:{}'\n",
                                   below.path.substr(space == std::string::npos ? 0 : space + 1), plain(below.help));
            }
            out += "            )\n            [[ \"$PREFIX\" != -* ]] && _describe command commands\n";
        }
        out += "            _arguments -S \\\n" + zsh_options(entry);
        if (!entry.path.empty()) out += zsh_options(entries.front());
        if (entry.path == "replay") out += "            '*:file:_files'\n";
        else if (entry.path == "completion") out += "            '1:shell:(bash zsh fish)'\n";
        else out += "            '*: :'\n";
        out += "            ;;\n";
    }
    return out + "    esac\n}\ncompdef _streamflow streamflow\n";
}

std::string fish(const std::vector<Entry>& entries) {
    std::string out =
        "# Completion of streamflow for fish. In ~/.config/fish/config.fish: streamflow completion fish | source\n"
        "complete -c streamflow -f\n";
    for (const Entry& entry : entries) {
        std::string condition =
            entry.path.empty() ? "__fish_use_subcommand" : "__fish_seen_subcommand_from " + entry.path;
        const std::size_t space = entry.path.find(' ');
        if (space != std::string::npos) {
            condition = fmt::format("__fish_seen_subcommand_from {}; and __fish_seen_subcommand_from {}",
                                    entry.path.substr(0, space), entry.path.substr(space + 1));
        }
        for (const Entry& below : entries) {
            const std::size_t cut = below.path.rfind(' ');
            const std::string parent = cut == std::string::npos ? "" : below.path.substr(0, cut);
            if (below.path.empty() || parent != entry.path) continue;
            out += fmt::format("complete -c streamflow -n '{}' -a {} -d '{}'\n", condition,
                               below.path.substr(cut == std::string::npos ? 0 : cut + 1), plain(below.help));
        }
        if (entry.path == "completion")
            out += fmt::format("complete -c streamflow -n '{}' -a 'bash zsh fish'\n", condition);
        if (entry.path == "replay") out += fmt::format("complete -c streamflow -n '{}' -F\n", condition);
        for (const CLI::Option* option : entry.options) {
            for (const std::string& name : option->get_lnames()) {
                out += fmt::format("complete -c streamflow {}-l {} -d '{}'",
                                   entry.path.empty() ? "" : "-n '" + condition + "' ", name,
                                   plain(option->get_description()));
                if (takes_value(*option)) {
                    const std::string words = words_of(*option);
                    const bool file = name == "mapping" || name == "config" || name == "rejects" || name == "data-dir";
                    out += words.empty() ? (file ? " -r -F" : " -x") : fmt::format(" -x -a '{}'", words);
                }
                out += "\n";
            }
        }
    }
    return out;
}

class CompletionCommand final : public SimpleCommand {
public:
    void declare(CLI::App& program) override {
        program_ = &program;
        CLI::App* app = add(program, "completion", "Print a completion script for your shell", kAdministration);
        app->add_option("SHELL", shell_, "bash, zsh or fish")->required()->check(one_of({"bash", "zsh", "fish"}));
        app->footer(
            "bash:  eval \"$(streamflow completion bash)\"      in ~/.bashrc\n"
            "zsh:   eval \"$(streamflow completion zsh)\"       in ~/.zshrc, after compinit\n"
            "fish:  streamflow completion fish | source        in ~/.config/fish/config.fish");
    }

    Result<Exit> run(Session& session) override {
        session.print(completion_script(shell_, *program_));
        return Exit::ok;
    }

private:
    CLI::App* program_ = nullptr;
    std::string shell_;
};

}  // namespace

std::string completion_script(const std::string& shell, const CLI::App& program) {
    std::vector<Entry> entries;
    collect(program, "", entries);
    if (shell == "zsh") return zsh(entries);
    if (shell == "fish") return fish(entries);
    return bash(entries, fmt::format("{}", fmt::join(long_names(entries.front()), " ")));
}

std::unique_ptr<Command> make_completion_command() { return std::make_unique<CompletionCommand>(); }

}  // namespace sf::cli
