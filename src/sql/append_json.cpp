#include "base/assert.hpp"
#include "base/json_text.hpp"
#include "base/time.hpp"
#include "sql/evaluate/call.hpp"
#include "sql/evaluator.hpp"
#include "sql/values/array.hpp"
#include "sql/values/calendar.hpp"
#include "sql/values/jsonb.hpp"
#include "sql/values/number_text.hpp"
#include "sql/values/time_text.hpp"

#include <charconv>
#include <cmath>

namespace sf::sql {
namespace {

// Longer values are given as they came, with their numbers as they were written.
constexpr std::size_t kJsonTextMax = 1u << 20;

void append_integer(std::string& out, std::int64_t value) {
    char buffer[24];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

void append_double(std::string& out, double value) {
    char buffer[kDoubleTextMax];
    const std::string_view text(buffer, write_double(buffer, value));
    if (std::isfinite(value)) out += text;
    else append_json_string(out, text);
}

// RFC 3339 has the years 0000 to 9999; others are written as PostgreSQL does.
void append_timestamp(std::string& out, std::int64_t micros) {
    constexpr std::int64_t kYear10000 = 253'402'300'800 * kMicrosSecond;
    constexpr std::int64_t kYear1 = -62'135'596'800 * kMicrosSecond;
    std::string text;
    if (micros >= kYear1 && micros < kYear10000) text = format_rfc3339(timestamp_from_micros(micros));
    else append_time(text, micros);
    append_json_string(out, text);
}

// The same without a zone.
void append_clock(std::string& out, std::int64_t micros) {
    std::string text;
    append_plain_time(text, micros);
    if (!text.ends_with("BC")) text[text.find(' ')] = 'T';
    append_json_string(out, text);
}

// Each element as the column of one row that it would be.
void append_array(std::string& out, Type type, std::string_view array) {
    out += '[';
    bool first = true;
    ArrayReader reader(array);
    for (Element element; reader.next(element); first = false) {
        if (!first) out += ',';
        if (!element) {
            out += "null";
            continue;
        }
        with_value_type(type, [&](auto sample) {
            using T = decltype(sample);
            const T value = element_as<T>(*element);
            Column column{.type = type, .size = 1};
            array_of<T>(column) = {&value, 1};
            append_json(out, column, 0);
        });
    }
    out += ']';
}

}  // namespace

void append_json(std::string& out, const Column& column, std::size_t row) {
    if (!column.is_valid(row)) {
        out += "null";
        return;
    }
    if (is_array(column.type)) {
        append_array(out, element_type(column.type), column.texts[row]);
        return;
    }
    switch (column.type) {
        case Type::boolean: out += column.booleans[row] != 0 ? "true" : "false"; return;
        case Type::integer:
        case Type::bigint: append_integer(out, column.integers[row]); return;
        case Type::double_precision: append_double(out, column.doubles[row]); return;
        case Type::numeric: column.decimals[row].append_to(out); return;
        case Type::text: append_json_string(out, column.text(row)); return;
        case Type::timestamptz: append_timestamp(out, column.integers[row]); return;
        case Type::timestamp: append_clock(out, column.integers[row]); return;
        case Type::date: {
            std::string text;
            append_date(text, column.integers[row]);
            append_json_string(out, text);
            return;
        }
        case Type::interval: {
            std::string text;
            append_interval(text, column.intervals[row]);
            append_json_string(out, text);
            return;
        }
        case Type::uuid: append_json_string(out, to_string(column.uuids[row])); return;
        case Type::jsonb:
            if (!append_jsonb(out, column.texts[row], kJsonTextMax)) out += column.texts[row];
            return;
        case Type::json_scalar: out += column.texts[row]; return;
    }
    SF_ASSERT(false);  // Every type has its case.
}

}  // namespace sf::sql
