#include "base/logging.hpp"

#include "base/clock.hpp"
#include "base/json_text.hpp"

#include <unistd.h>

#include <atomic>

namespace sf::logging {
namespace {

std::atomic<Level> g_level = Level::info;  // Set once at start; the one process-wide setting besides the clock.
std::atomic<Format> g_format = Format::text;

std::string_view name_of(Level level) {
    switch (level) {
        case Level::debug: return "debug";
        case Level::info: return "info";
        case Level::warn: return "warn";
        case Level::error: return "error";
    }
    return "error";
}

void append_value(std::string& out, const Field& field) {
    if (field.quoted()) append_json_string(out, field.text());
    else out += field.text();
}

}  // namespace

void configure(Options options) {
    g_level = options.level;
    g_format = options.format;
}

void write(Level level, std::string_view message, std::initializer_list<Field> fields) {
    if (level < g_level.load(std::memory_order_relaxed)) return;
    std::string line;
    const std::string time = format_rfc3339(system_clock().now());
    if (g_format.load(std::memory_order_relaxed) == Format::json) {
        line += R"({"time":")" + time + R"(","level":")";
        line += name_of(level);
        line += R"(","message":)";
        append_json_string(line, message);
        for (const Field& field : fields) {
            line += ',';
            append_json_string(line, field.key());
            line += ':';
            append_value(line, field);
        }
        line += "}\n";
    } else {
        line += time + ' ';
        line += name_of(level);
        line.append(6 - name_of(level).size(), ' ');
        line += message;
        for (const Field& field : fields) {
            line += ' ';
            line += field.key();
            line += '=';
            append_value(line, field);
        }
        line += '\n';
    }
    // One write(2) a line: lines of different threads don't mix, and nothing is held back when the process is killed.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace sf::logging
