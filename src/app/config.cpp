#include "app/config.hpp"

#include "base/assert.hpp"
#include "base/file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>

extern char** environ;

namespace sf::app {
namespace {

constexpr std::string_view kMask = "********";

struct Found {
    std::string value;
    std::string origin;
};
using Values = std::map<std::string, Found, std::less<>>;

std::string trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return std::string(text);
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return out;
}

std::unexpected<Error> unknown_name(const std::string& name, const std::string& origin) {
    const std::string_view similar = similar_setting(upper(name));
    return fail(
        ErrorCode::invalid_input, "there is no setting \"" + name + "\"", "in " + origin,
        similar.empty() ? "streamflow config show lists all settings" : "did you mean " + std::string(similar) + "?");
}

Result<> read_env_file(const std::filesystem::path& path, Values& values) {
    auto content = read_file(path);
    if (!content)
        return content.error().code == ErrorCode::not_found ? Result<>() : Result<>(fail(std::move(content.error())));
    std::string_view rest = *content;
    for (int line_number = 1; !rest.empty(); ++line_number) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string line = trimmed(rest.substr(0, end));
        rest.remove_prefix(std::min(rest.size(), end + 1));
        if (line.empty() || line.front() == '#') continue;
        if (line.starts_with("export ")) line = trimmed(line.substr(7));
        const std::string origin = path.filename().string() + ":" + std::to_string(line_number);
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos) {
            return fail(ErrorCode::invalid_input, "a line of " + path.filename().string() + " is not NAME=value",
                        "in " + origin, "comments begin with #");
        }
        const std::string name = trimmed(line.substr(0, equals));
        std::string value = trimmed(line.substr(equals + 1));
        if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) {
            value = value.substr(1, value.size() - 2);
        }
        if (find_setting(name) == nullptr) return unknown_name(name, origin);
        if (!value.empty()) values[name] = {value, origin};
    }
    return {};
}

Result<> read_yaml_file(const std::filesystem::path& path, Values& values) {
    const std::string file = path.filename().string();
    try {
        const YAML::Node root = YAML::LoadFile(path.string());
        if (root.IsNull()) return {};
        if (!root.IsMap())
            return fail(ErrorCode::invalid_input, file + " must hold names and values", "such as: log_level: debug");
        for (const auto& entry : root) {
            const auto name = entry.first.as<std::string>();
            const std::string origin = file + ":" + std::to_string(entry.first.Mark().line + 1);
            if (find_setting(upper(name)) == nullptr) return unknown_name(name, origin);
            std::string value;
            if (entry.second.IsSequence()) {
                for (const auto& item : entry.second) value += (value.empty() ? "" : ",") + item.as<std::string>();
            } else if (entry.second.IsScalar()) {
                value = entry.second.as<std::string>();
            } else if (!entry.second.IsNull()) {
                return fail(ErrorCode::invalid_input, "the setting \"" + name + "\" must be a plain value or a list",
                            "in " + origin);
            }
            if (!value.empty()) values[upper(name)] = {value, origin};
        }
        return {};
    } catch (const YAML::BadFile&) {
        return fail(ErrorCode::not_found, "the configuration file " + path.string() + " can't be read");
    } catch (const YAML::Exception& error) {
        return fail(
            ErrorCode::invalid_input, file + " is not valid YAML: " + error.msg,
            "at line " + std::to_string(error.mark.line + 1) + ", column " + std::to_string(error.mark.column + 1));
    }
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 8> kUnits = {{{"", 1},
                                                                                   {"B", 1},
                                                                                   {"KiB", 1u << 10},
                                                                                   {"MiB", 1u << 20},
                                                                                   {"GiB", 1u << 30},
                                                                                   {"KB", 1000},
                                                                                   {"MB", 1'000'000},
                                                                                   {"GB", 1'000'000'000}}};
    std::uint64_t result = 0;
    for (const auto& [name, factor] : kUnits) {
        if (unit == name && !__builtin_mul_overflow(value, factor, &result)) return result;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// Numbers, bytes, or microseconds.
std::optional<std::uint64_t> amount_of(SettingKind kind, std::string_view text) {
    if (kind == SettingKind::count) return parse_count(text);
    if (kind == SettingKind::bytes) return parse_bytes(text);
    const auto duration = parse_duration(text);
    return duration ? std::optional(static_cast<std::uint64_t>(duration->count())) : std::nullopt;
}

std::string range_complaint(const Setting& setting, std::uint64_t amount) {
    const SettingRange& range = setting.range;
    if (range.most.empty() || (range.or_zero && amount == 0)) return "";
    if (amount >= amount_of(setting.kind, range.least) && amount <= amount_of(setting.kind, range.most)) return "";
    return fmt::format("must be {}from {} to {}", range.or_zero ? "0, or " : "", range.least, range.most);
}

// What is wrong with a value; empty if nothing.
std::string complaint(const Setting& setting, const std::string& value) {
    if (value.empty()) return "";
    const auto one_of = [&](std::initializer_list<std::string_view> allowed) -> std::string {
        if (std::ranges::find(allowed, value) != allowed.end()) return "";
        return fmt::format("must be one of: {}", fmt::join(allowed, ", "));
    };
    if (setting.name == "ENVIRONMENT") return one_of({"development", "production"});
    if (setting.name == "DURABILITY") return one_of({"fsync", "os"});
    if (setting.name == "BUILT_IN_VIEWS") return one_of({"on", "off"});
    if (setting.name == "LOG_LEVEL") return one_of({"debug", "info", "warn", "error"});
    if (setting.name == "LOG_FORMAT") return one_of({"json", "text"});
    switch (setting.kind) {
        case SettingKind::count:
        case SettingKind::bytes:
        case SettingKind::duration: {
            if (const auto amount = amount_of(setting.kind, value)) return range_complaint(setting, *amount);
            if (setting.kind == SettingKind::count) return "must be a whole number";
            return setting.kind == SettingKind::bytes ? "must be a size, such as 256MiB"
                                                      : "must be a duration, such as 500ms, 10s or 5m";
        }
        case SettingKind::url: return value.find("://") != std::string::npos ? "" : "must be a URL";
        case SettingKind::text:
        case SettingKind::path:
        case SettingKind::secret:
        case SettingKind::list: return "";
    }
    return "";
}

// Of what may hold a password, nothing: a value that is not well-formed can't be masked.
std::string quoted_or_hidden(const Setting& setting, const std::string& value) {
    return setting.kind == SettingKind::secret || setting.kind == SettingKind::url ? "" : " \"" + value + '"';
}

}  // namespace

std::map<std::string, std::string> process_environment() {
    std::map<std::string, std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

Result<Config> Config::load(const ConfigSources& sources) {
    Values values;
    const std::filesystem::path usual = sources.folder / "streamflow.yaml";
    std::error_code ignored;
    if (sources.file) SF_TRY(read_yaml_file(*sources.file, values));
    else if (std::filesystem::exists(usual, ignored)) SF_TRY(read_yaml_file(usual, values));
    SF_TRY(read_env_file(sources.folder / ".env", values));
    for (const Setting& setting : sf::app::settings()) {
        const auto found = sources.environment.find(std::string(setting.name));
        if (found != sources.environment.end() && !found->second.empty())
            values[found->first] = {found->second, "environment"};
    }
    for (const auto& [name, value] : sources.overrides) {
        if (find_setting(name) == nullptr) return unknown_name(name, "command line");
        if (value.empty())
            return fail(ErrorCode::invalid_input, name + " is given on the command line without a value");
        values[name] = {value, "command line"};
    }
    Config config;
    for (const Setting& setting : sf::app::settings()) {
        const auto found = values.find(setting.name);
        ResolvedSetting resolved{&setting, std::string(setting.default_value), "default"};
        if (found != values.end()) {
            resolved.value = found->second.value;
            resolved.origin = found->second.origin;
        }
        if (const std::string wrong = complaint(setting, resolved.value); !wrong.empty()) {
            return fail(
                ErrorCode::invalid_input,
                fmt::format("the value{} of {} can't be used", quoted_or_hidden(setting, resolved.value), setting.name),
                wrong + " (" + resolved.origin + ")");
        }
        config.settings_.push_back(std::move(resolved));
    }
    return config;
}

const std::string& Config::text(std::string_view name) const {
    const auto found = std::ranges::find(settings_, name, [](const ResolvedSetting& s) { return s.setting->name; });
    SF_ASSERT(found != settings_.end());
    return found->value;
}

std::uint64_t Config::number(std::string_view name) const { return parse_bytes(text(name)).value_or(0); }

Duration Config::duration(std::string_view name) const { return parse_duration(text(name)).value_or(Duration{0}); }

std::vector<std::string> Config::list(std::string_view name) const {
    std::vector<std::string> items;
    std::string_view rest = text(name);
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        if (std::string item = trimmed(rest.substr(0, comma)); !item.empty()) items.push_back(std::move(item));
        rest.remove_prefix(std::min(rest.size(), comma + 1));
    }
    return items;
}

std::string shown_value(const ResolvedSetting& setting) {
    if (setting.value.empty()) return "";
    if (setting.setting->kind == SettingKind::secret) return std::string(kMask);
    if (setting.setting->kind != SettingKind::url) return setting.value;
    // Passwords stand before the last @ and behind a question mark. Where both could be meant, nothing is shown.
    const std::string& url = setting.value;
    const std::size_t scheme = url.find("://"), question = url.find('?'), at = url.rfind('@');
    if (scheme == url.npos || (at != url.npos && question < at)) return std::string(kMask);
    std::string shown = url.substr(0, question);
    if (question != url.npos) shown.append("?").append(kMask);
    const std::size_t colon = url.find(':', scheme + 3);
    if (at != url.npos && colon < at) shown.replace(colon + 1, at - colon - 1, kMask);
    return shown;
}

}  // namespace sf::app
