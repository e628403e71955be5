// Casts to and from text: the input and output functions of PostgreSQL's types.
#include "sql/functions/catalog.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/values/characters.hpp"
#include "sql/values/jsonb.hpp"
#include "sql/values/number_text.hpp"
#include "sql/values/time_text.hpp"

#include <charconv>
#include <string>

namespace sf::sql {
namespace {

using Text = std::optional<std::string_view>;

Text kept(Call& call, std::string_view text) {
    std::string_view result;
    return call.copy(text, result) ? Text(result) : std::nullopt;
}

std::string_view boolean_to_text(bool value) { return value ? "true" : "false"; }

Text integer_to_text(Call& call, std::int64_t value) {
    char buffer[24];
    const auto written = std::to_chars(buffer, buffer + sizeof buffer, value);
    return kept(call, {buffer, static_cast<std::size_t>(written.ptr - buffer)});
}

Text double_to_text(Call& call, double value) {
    char buffer[kDoubleTextMax];
    return kept(call, {buffer, write_double(buffer, value)});
}

Text numeric_to_text(Call& call, Decimal value) { return kept(call, value.to_text()); }
Text uuid_to_text(Call& call, Uuid value) { return kept(call, to_string(value)); }

void times_to_text(Call& call, std::string_view zone) {
    const auto times = call.read<std::int64_t>(0);
    const auto out = call.write<std::string_view>();
    const std::span<const std::uint8_t> valid = call.result().valid;
    TimeTexts texts(zone);
    for (std::size_t row = 0; row < call.rows(); ++row) {
        out[row] = {};
        if (!valid.empty() && valid[row] == 0) continue;
        if (!call.has_room(TimeTexts::kTextMax)) {
            call.fail(row);
            continue;
        }
        char* const text = call.arena().text(TimeTexts::kTextMax);
        out[row] = call.keep(text, texts.write(text, times[row]));
    }
}
void times_with_zone_to_text(Call& call) { times_to_text(call, "+00"); }
void plain_times_to_text(Call& call) { times_to_text(call, ""); }

Text date_to_text(Call& call, std::int64_t value) {
    std::string text;
    append_date(text, value);
    return kept(call, text);
}

Text interval_to_text(Call& call, Interval value) {
    std::string text;
    append_interval(text, value);
    return kept(call, text);
}

Text jsonb_to_text(Call& call, std::string_view value) {
    std::string text;
    return append_jsonb(text, value, call.room()) ? kept(call, text) : std::nullopt;
}

Text text_to_jsonb(std::string_view text) { return is_jsonb(text) ? Text(json_trimmed(text)) : std::nullopt; }

// The characters beyond are cut off, as a cast that is asked for does it.
std::string_view first_characters(std::string_view text, std::int64_t length) {
    return text.substr(0, character_bytes(text, length));
}

constexpr Function text_cast(Type from, Type to, Kernel kernel) {
    return {.name = "cast",
            .arguments = {from},
            .arity = 1,
            .result = to,
            .kernel = kernel,
            .style = Function::Style::cast};
}

constexpr std::array kTextCasts = {
    text_cast(Type::boolean, Type::text, rowwise<&boolean_to_text>),
    text_cast(Type::integer, Type::text, rowwise<&integer_to_text>),
    text_cast(Type::bigint, Type::text, rowwise<&integer_to_text>),
    text_cast(Type::double_precision, Type::text, rowwise<&double_to_text>),
    text_cast(Type::numeric, Type::text, rowwise<&numeric_to_text>),
    text_cast(Type::timestamptz, Type::text, times_with_zone_to_text),
    text_cast(Type::timestamp, Type::text, plain_times_to_text),
    text_cast(Type::date, Type::text, rowwise<&date_to_text>),
    text_cast(Type::interval, Type::text, rowwise<&interval_to_text>),
    text_cast(Type::uuid, Type::text, rowwise<&uuid_to_text>),
    text_cast(Type::jsonb, Type::text, rowwise<&jsonb_to_text>),
    text_cast(Type::text, Type::boolean, rowwise<&read_boolean>),
    text_cast(Type::text, Type::integer, rowwise<&read_integer>),
    text_cast(Type::text, Type::bigint, rowwise<&read_bigint>),
    text_cast(Type::text, Type::double_precision, rowwise<&read_double>),
    text_cast(Type::text, Type::numeric, rowwise<&read_numeric>),
    text_cast(Type::text, Type::timestamptz, rowwise<&read_time>),
    text_cast(Type::text, Type::timestamp, rowwise<&read_plain_time>),
    text_cast(Type::text, Type::date, rowwise<&read_date>),
    text_cast(Type::text, Type::interval, rowwise<&read_interval>),
    text_cast(Type::text, Type::uuid, rowwise<&read_uuid>),
    text_cast(Type::text, Type::jsonb, rowwise<&text_to_jsonb>),
};

}  // namespace

constinit const Function kTextLimit = {.name = "varchar",
                                       .arguments = {Type::text, Type::integer},
                                       .arity = 2,
                                       .result = Type::text,
                                       .kernel = rowwise<&first_characters>};

std::span<const Function> text_casts() { return kTextCasts; }

}  // namespace sf::sql
