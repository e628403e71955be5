// Arrays as text: array_in() and array_out() of PostgreSQL, for one dimension.
#include "base/ascii.hpp"
#include "sql/values/array.hpp"
#include "sql/values/jsonb.hpp"
#include "sql/values/number_text.hpp"
#include "sql/values/time_text.hpp"

#include <algorithm>
#include <charconv>

namespace sf::sql {
namespace {

constexpr std::size_t kJsonbTextMax = 1u << 20;  // Longer ones are given as they came.

bool is_null_word(std::string_view text) {
    return text.size() == 4 && (text[0] | 0x20) == 'n' && (text[1] | 0x20) == 'u' && (text[2] | 0x20) == 'l' &&
           (text[3] | 0x20) == 'l';
}

std::string_view without_spaces(std::string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

template <class T>
bool append_read(std::string& out, const std::optional<T>& value) {
    if (!value) return false;
    ElementBytes room;
    append_element(out, bytes_of_element(*value, room));
    return true;
}

// Appends the element that a text stands for.
bool read_element(std::string& out, Type type, std::string_view text) {
    switch (type) {
        case Type::boolean: {
            const auto value = read_boolean(text);
            return append_read(out, value ? std::optional<std::uint8_t>(*value ? 1 : 0) : std::nullopt);
        }
        case Type::integer: return append_read(out, read_integer(text));
        case Type::bigint: return append_read(out, read_bigint(text));
        case Type::double_precision: return append_read(out, read_double(text));
        case Type::numeric: return append_read(out, read_numeric(text));
        case Type::timestamptz: return append_read(out, read_time(text));
        case Type::timestamp: return append_read(out, read_plain_time(text));
        case Type::date: return append_read(out, read_date(text));
        case Type::interval: return append_read(out, read_interval(text));
        case Type::uuid: return append_read(out, read_uuid(text));
        case Type::jsonb:
            if (!is_jsonb(text)) return false;
            append_element(out, json_trimmed(text));
            return true;
        default: append_element(out, text); return true;
    }
}

// The elements between the brackets, one after the other.
class ElementScanner {
public:
    explicit ElementScanner(std::string_view inside) : rest_(inside) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    // False if this is no element. `content` is NULL's where the word stands without quotes.
    bool next(std::string& content, bool& is_null) {
        content.clear();
        skip_spaces();
        const bool in_quotes = !rest_.empty() && rest_.front() == '"';
        is_null = false;
        if (in_quotes ? !quoted(content) : !plain(content, is_null)) return false;
        skip_spaces();
        if (rest_.empty()) return true;
        if (rest_.front() != ',') return false;
        rest_.remove_prefix(1);
        return !without_spaces(rest_).empty();  // Something stands behind a comma.
    }

private:
    void skip_spaces() {
        while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
    }

    bool quoted(std::string& content) {
        for (rest_.remove_prefix(1); !rest_.empty() && rest_.front() != '"'; rest_.remove_prefix(1)) {
            if (rest_.front() == '\\') rest_.remove_prefix(1);
            if (rest_.empty()) return false;
            content += rest_.front();
        }
        if (rest_.empty()) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // White space at its end is no part of it, unless behind a backslash.
    bool plain(std::string& content, bool& is_null) {
        std::size_t kept = 0;
        bool escaped = false;
        for (; !rest_.empty() && rest_.front() != ','; rest_.remove_prefix(1)) {
            const char c = rest_.front();
            if (c == '{' || c == '}' || c == '"') return false;
            if (c == '\\') {
                rest_.remove_prefix(1);
                if (rest_.empty()) return false;
                escaped = true;
                content += rest_.front();
                kept = content.size();
                continue;
            }
            content += c;
            if (!is_space(c)) kept = content.size();
        }
        content.resize(kept);
        is_null = !escaped && is_null_word(content);
        return !content.empty();
    }

    std::string_view rest_;
};

}  // namespace

void append_quoted_element(std::string& out, std::string_view text) {
    const bool plain = !text.empty() && !is_null_word(text) && std::ranges::none_of(text, [](char c) {
        return c == '"' || c == '\\' || c == '{' || c == '}' || c == ',' || is_space(c);
    });
    if (plain) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

void append_element_text(std::string& out, Type type, std::string_view element) {
    switch (type) {
        case Type::boolean: out += element_as<std::uint8_t>(element) != 0 ? 't' : 'f'; return;
        case Type::integer:
        case Type::bigint: {
            char buffer[24];
            out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, element_as<std::int64_t>(element)).ptr);
            return;
        }
        case Type::double_precision: {
            char buffer[kDoubleTextMax];
            out.append(buffer, write_double(buffer, element_as<double>(element)));
            return;
        }
        case Type::numeric: out += element_as<Decimal>(element).to_text(); return;
        case Type::timestamptz: append_time(out, element_as<std::int64_t>(element)); return;
        case Type::timestamp: append_plain_time(out, element_as<std::int64_t>(element)); return;
        case Type::date: append_date(out, element_as<std::int64_t>(element)); return;
        case Type::interval: append_interval(out, element_as<Interval>(element)); return;
        case Type::uuid: out += to_string(element_as<Uuid>(element)); return;
        case Type::jsonb:
            if (!append_jsonb(out, element, kJsonbTextMax)) out += element;
            return;
        default: out += element;
    }
}

void append_array_text(std::string& out, Type array_type, std::string_view array) {
    out += '{';
    std::string text;
    bool first = true;
    ArrayReader reader(array);
    for (Element element; reader.next(element); first = false) {
        if (!first) out += ',';
        if (!element) {
            out += "NULL";
            continue;
        }
        text.clear();
        append_element_text(text, element_type(array_type), *element);
        append_quoted_element(out, text);
    }
    out += '}';
}

bool read_array(std::string& out, Type array_type, std::string_view text) {
    const std::size_t before = out.size();
    text = without_spaces(text);
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') return false;
    text = without_spaces(text.substr(1, text.size() - 2));
    std::string content;
    bool is_null = false;
    for (ElementScanner scanner(text); !scanner.at_end();) {
        if (!scanner.next(content, is_null)) {
            out.resize(before);
            return false;
        }
        if (is_null) {
            append_element(out, std::nullopt);
        } else if (!read_element(out, element_type(array_type), content)) {
            out.resize(before);
            return false;
        }
    }
    return true;
}

}  // namespace sf::sql
