// Structured logs: one JSON object a line on standard error (LOG_FORMAT=json), or a readable line (LOG_FORMAT=text).
// Every line has time, level, message and fields; values are escaped, so event data can't forge a line.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace sf::logging {

enum class Level { debug, info, warn, error };
enum class Format { json, text };

struct Options {
    Level level = Level::info;
    Format format = Format::json;
};

/// Called once by the program before it starts threads. Until then: info, text.
void configure(Options options);

/// A named value of a log line.
class Field {
public:
    Field(std::string_view key, std::string_view value) : key_(key), text_(value), quoted_(true) {}
    Field(std::string_view key, const char* value) : Field(key, std::string_view(value)) {}
    Field(std::string_view key, const std::string& value) : Field(key, std::string_view(value)) {}
    template <class Number>
        requires std::is_arithmetic_v<Number>
    Field(std::string_view key, Number value) : key_(key), text_(number(value)), quoted_(false) {}

    [[nodiscard]] std::string_view key() const { return key_; }
    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] bool quoted() const { return quoted_; }

private:
    template <class Number>
    static std::string number(Number value) {
        if constexpr (std::is_same_v<Number, bool>) return value ? "true" : "false";
        else return std::to_string(value);
    }

    std::string_view key_;
    std::string text_;
    bool quoted_;
};

/// Any thread. Never throws; a line that can't be written is lost.
void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void debug(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::debug, message, fields);
}
inline void info(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::info, message, fields);
}
inline void warn(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::warn, message, fields);
}
inline void error(std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::error, message, fields);
}

}  // namespace sf::logging
