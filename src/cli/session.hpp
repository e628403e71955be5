// One run of the program: the global options, and what every command does with them: finding the server, printing,
// failing.
#pragma once

#include "cli/api.hpp"
#include "cli/environment.hpp"
#include "cli/exit_code.hpp"
#include "cli/hooks.hpp"
#include "cli/terminal.hpp"

#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::cli {

/// The five services, in the order of their ports.
[[nodiscard]] const std::vector<std::string>& service_names();

struct GlobalOptions {
    std::optional<std::string> url;
    std::optional<std::string> token;
    std::optional<std::string> data_dir;
    bool json = false;
    bool quiet = false;
    bool no_color = false;
};

class Session {
public:
    Session(Environment& environment, const GlobalOptions& options, const Hooks& hooks);

    [[nodiscard]] Environment& environment() { return environment_; }
    [[nodiscard]] const GlobalOptions& options() const { return options_; }
    [[nodiscard]] const Hooks& hooks() const { return hooks_; }
    [[nodiscard]] bool json() const { return options_.json; }
    [[nodiscard]] const Style& style() const { return out_style_; }      // Of standard output,
    [[nodiscard]] const Style& err_style() const { return err_style_; }  // and of standard error.

    /// --data-dir, else the setting DATA_DIR, from wherever `start` would take it in this folder.
    [[nodiscard]] std::filesystem::path data_dir() const;

    /// Where the service listens: --url (or STREAMFLOW_URL), else <data-dir>/run/addresses.json, else its default port
    /// here.
    [[nodiscard]] std::string address(std::string_view service) const;

    /// --token (or STREAMFLOW_TOKEN), else <data-dir>/admin.token; empty if there is none.
    [[nodiscard]] std::string token() const;

    /// A connection to the service; connects when first used.
    [[nodiscard]] Api api(std::string_view service,
                          std::chrono::milliseconds timeout = std::chrono::seconds{330}) const;

    void print(std::string_view text) const;     // Standard output, as it is.
    void note(std::string_view text) const;      // A line on standard error, unless --quiet.
    void warn(std::string_view text) const;      // "warning: ..." on standard error, always.
    void print_error(const Error& error) const;  // error:, detail:, hint: on standard error.

    /// Prints the error of a command line that can't be meant.
    [[nodiscard]] Exit usage(std::string message, std::string detail = {}, std::string hint = {}) const;

private:
    Environment& environment_;
    const GlobalOptions& options_;
    const Hooks& hooks_;
    Style out_style_;
    Style err_style_;
};

/// unavailable and timed_out: `unreachable`; cancelled: `interrupted`; everything else: `failed`.
[[nodiscard]] Exit exit_of(const Error& error);

}  // namespace sf::cli
