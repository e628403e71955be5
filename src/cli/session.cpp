#include "cli/session.hpp"

#include "base/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace sf::cli {
namespace {

bool colours_wanted(const Environment& environment, const GlobalOptions& options, bool terminal) {
    return terminal && !options.no_color && !environment.variable("NO_COLOR") &&
           environment.variable("TERM").value_or("") != "dumb";
}

// "detail: first line" and the others below it, in line with the first: the caret below a query must stay in its place.
std::string block(const std::string& label, const Style& style, std::string_view text) {
    std::string out = style.bold(label + ":") + " ";
    const std::string indent(label.size() + 2, ' ');
    while (true) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        for (const char c : text.substr(0, end)) {
            // Servers quote what users sent.
            if (c == '\t') out += ' ';
            else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) out += '?';
            else out += c;
        }
        out += '\n';
        if (end == text.size()) return out;
        text.remove_prefix(end + 1);
        out += indent;
    }
}

}  // namespace

const std::vector<std::string>& service_names() {
    static const std::vector<std::string> names = {"ingestion", "analytics", "alerting", "dashboard", "storage"};
    return names;
}

Session::Session(Environment& environment, const GlobalOptions& options, const Hooks& hooks)
    : environment_(environment),
      options_(options),
      hooks_(hooks),
      out_style_(colours_wanted(environment, options, environment.out_is_terminal)),
      err_style_(colours_wanted(environment, options, environment.err_is_terminal)) {}

std::filesystem::path Session::data_dir() const {
    if (options_.data_dir) return *options_.data_dir;
    if (const auto directory = environment_.variable("DATA_DIR")) return *directory;
    if (hooks_.settings) {
        // A file with a mistake in it is for `start` and `config check` to complain about.
        const auto settings = hooks_.settings({});
        if (settings) {
            const auto found = std::ranges::find(*settings, "DATA_DIR", &ShownSetting::name);
            if (found != settings->end()) return found->value;
        }
    }
    return "data";
}

std::string Session::address(std::string_view service) const {
    const auto tidy = [](std::string url) {
        while (url.ends_with('/')) url.pop_back();
        return url;
    };
    if (options_.url) return tidy(*options_.url);
    if (const auto url = environment_.variable("STREAMFLOW_URL")) return tidy(*url);
    if (const auto file = read_file(data_dir() / "run" / "addresses.json")) {
        if (const auto document = JsonDocument::parse(*file)) {
            if (const auto url = document->root().text_of(service)) return *url;
        }
    }
    const auto found = std::ranges::find(service_names(), service);
    return fmt::format("http://127.0.0.1:{}", 8001 + (found - service_names().begin()));
}

std::string Session::token() const {
    if (options_.token) return *options_.token;
    if (const auto token = environment_.variable("STREAMFLOW_TOKEN")) return *token;
    auto file = read_file(data_dir() / "admin.token");
    if (!file) return "";
    while (!file->empty() && (file->back() == '\n' || file->back() == '\r' || file->back() == ' ')) file->pop_back();
    return *file;
}

Api Session::api(std::string_view service, std::chrono::milliseconds timeout) const {
    const std::string url = address(service);
    return {url, environment_.connect({.base_url = url, .token = token(), .timeout = timeout})};
}

void Session::print(std::string_view text) const { environment_.out << text; }

void Session::note(std::string_view text) const {
    if (!options_.quiet) environment_.err << text << '\n';
}

void Session::warn(std::string_view text) const {
    environment_.err << err_style_.yellow("warning:") << ' ' << text << '\n';
}

void Session::print_error(const Error& error) const {
    environment_.out.flush();
    std::string text = err_style_.colours()
                           ? err_style_.red("error:") + block("", Style{false}, error.message).substr(1)
                           : block("error", err_style_, error.message);
    if (!error.detail.empty()) text += block("detail", err_style_, error.detail);
    if (!error.hint.empty()) text += block("hint", err_style_, error.hint);
    environment_.err << text;
}

Exit Session::usage(std::string message, std::string detail, std::string hint) const {
    print_error({ErrorCode::invalid_input, std::move(message), std::move(detail), std::move(hint)});
    return Exit::usage;
}

Exit exit_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::unavailable:
        case ErrorCode::timed_out: return Exit::unreachable;
        case ErrorCode::cancelled: return Exit::interrupted;
        default: return Exit::failed;
    }
}

}  // namespace sf::cli
