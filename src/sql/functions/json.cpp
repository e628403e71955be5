// -> ->> #> #>> ? over jsonb, jsonb_typeof(), and the readings of `data.field`.
#include "sql/functions/catalog.hpp"
#include "sql/functions/rounding.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/values/jsonb.hpp"
#include "sql/values/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace sf::sql {
namespace {

using Text = std::optional<std::string_view>;

// A double from the text of a JSON number, as strtod() reads it. Most have few digits: those are exact in one
// multiplication or division (W. Clinger, "How to Read Floating Point Numbers Accurately", section 4).
bool read_json_number(std::string_view text, double& value) {
    static constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                         1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char* c = text.data();
    const char* const end = c + text.size();
    const bool negative = *c == '-';
    if (negative) ++c;
    if (c == end || *c < '0' || *c > '9') return false;
    if (end - c <= 16) {  // 15 digits are below 2^53.
        std::uint64_t digits = 0;
        const char* point = end;
        for (; c != end; ++c) {
            const unsigned digit = static_cast<unsigned char>(*c) - '0';
            if (digit <= 9) digits = digits * 10 + digit;
            else if (*c == '.') point = c + 1;
            else break;
        }
        if (c == end && digits < std::uint64_t{1} << 53) {
            value = static_cast<double>(digits) / kPowers[end - point];
            if (negative && digits != 0) value = -value;  // jsonb has no negative zero.
            return true;
        }
    }
    // Out of range: what is too large was refused when the event came in, so it is too small.
    if (std::from_chars(text.data(), end, value).ec != std::errc{} || value == 0) value = 0;
    return true;
}

// The readings of a field are NULL for values of another kind, so they write NULLs of their own.
void scalar_number(Call& call) {
    const auto values = call.read<std::string_view>(0);
    const std::span<double> out = call.write<double>();
    const std::span<std::uint8_t> valid = call.arena().array<std::uint8_t>(call.rows());
    const auto present = call.read_valid(0);
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = 0;
        valid[row] = static_cast<std::uint8_t>(present[row] != 0 && read_json_number(values[row], out[row]));
    }
    call.set_flags(valid, call.argument(0).failed);
}

void scalar_text(Call& call) {
    const auto values = call.read<std::string_view>(0);
    const std::span<std::string_view> out = call.write<std::string_view>();
    const std::span<std::uint8_t> valid = call.arena().array<std::uint8_t>(call.rows());
    const auto present = call.read_valid(0);
    std::string content;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        valid[row] = static_cast<std::uint8_t>(present[row] != 0 && values[row][0] == '"');
        if (valid[row] == 0) continue;
        const std::string_view inside = values[row].substr(1, values[row].size() - 2);
        if (std::memchr(inside.data(), '\\', inside.size()) == nullptr) {
            out[row] = inside;
            continue;
        }
        content.clear();
        append_json_content(content, values[row]);
        out[row] = call.arena().copy(content);  // Shorter than what it was made of.
    }
    call.set_flags(valid, call.argument(0).failed);
}

void scalar_boolean(Call& call) {
    const auto values = call.read<std::string_view>(0);
    const std::span<std::uint8_t> out = call.write<std::uint8_t>();
    const std::span<std::uint8_t> valid = call.arena().array<std::uint8_t>(call.rows());
    const auto present = call.read_valid(0);
    for (std::size_t row = 0; row < out.size(); ++row) {
        const char first = present[row] != 0 ? values[row][0] : '\0';
        out[row] = static_cast<std::uint8_t>(first == 't');
        valid[row] = static_cast<std::uint8_t>(first == 't' || first == 'f');
    }
    call.set_flags(valid, call.argument(0).failed);
}

void scalar_of_field(Call& call) {
    const auto values = call.read<std::string_view>(0);
    const std::span<std::string_view> out = call.write<std::string_view>();
    const std::span<std::uint8_t> valid = call.arena().array<std::uint8_t>(call.rows());
    const auto present = call.read_valid(0);
    std::string canonical;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        valid[row] = 0;
        if (present[row] == 0) continue;
        if (is_canonical_scalar(values[row])) {
            out[row] = values[row];
            valid[row] = 1;
            continue;
        }
        canonical.clear();
        if (!append_json_scalar(canonical, values[row])) continue;
        out[row] = call.arena().copy(canonical);
        valid[row] = 1;
    }
    call.set_flags(valid, call.argument(0).failed);
}

// A step that leads nowhere is NULL.
template <class Key, class Step>
void step(Call& call, Step take) {
    const auto values = call.read<std::string_view>(0);
    const auto keys = call.read<Key>(1);
    const std::span<std::string_view> out = call.write<std::string_view>();
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (!call.is_valid(row)) continue;
        if (const auto found = take(values[row], keys[row])) out[row] = *found;
        else call.set_null(row);
    }
}

void json_step(Call& call) {
    if (call.argument(1).type == Type::text)
        step<std::string_view>(call,
                               [](std::string_view value, std::string_view key) { return json_member(value, key); });
    else
        step<std::int64_t>(call, [](std::string_view value, std::int64_t index) { return json_element(value, index); });
}

void json_path_step(Call& call) {
    const std::string_view name = call.read<std::string_view>(1)[0];
    const auto index = read_integer(name);
    step<std::string_view>(call, [&](std::string_view value, std::string_view) -> Text {
        if (value[0] == '[') return index ? json_element(value, *index) : std::nullopt;
        return json_member(value, name);
    });
}

// Whether numeric prints the number as it stands: no exponent, no negative zero. Most are like that.
bool is_plain_number(std::string_view number) {
    const std::size_t first = number[0] == '-' ? 1 : 0;
    if (number.size() > 38 || number.size() == first || number[first] > '9') return false;
    if (number[first] < (first == 0 ? '0' : '1')) return false;
    return std::ranges::all_of(number.substr(first), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

// What ->> gives: strings without their quotes, NULL for null, all else as jsonb prints it.
void json_text(Call& call) {
    const auto values = call.read<std::string_view>(0);
    const std::span<std::string_view> out = call.write<std::string_view>();
    std::string text;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (!call.is_valid(row)) continue;
        const std::string_view value = values[row];
        if (value[0] == '"' && std::memchr(value.data(), '\\', value.size()) == nullptr) {
            out[row] = value.substr(1, value.size() - 2);
        } else if (value[0] == 'n') {
            call.set_null(row);
        } else if (value[0] == 't' || value[0] == 'f' || is_plain_number(value)) {
            out[row] = value;
        } else {
            text.clear();
            if (!append_json_text(text, value, call.room()) || !call.copy(text, out[row])) call.fail(row);
        }
    }
}

std::string_view type_name(std::string_view value) { return json_type(value); }
bool exists(std::string_view value, std::string_view key) { return json_exists(value, key); }

// Casts of jsonb: only values of that kind have one; null is no exception.
std::optional<bool> to_boolean(std::string_view value) {
    if (value[0] != 't' && value[0] != 'f') return std::nullopt;
    return value[0] == 't';
}
std::optional<Decimal> to_numeric(std::string_view value) {
    return json_type(value) == "number" ? Decimal::parse(value) : std::nullopt;
}
std::optional<double> to_double(std::string_view value) {
    double number = 0;
    if (json_type(value) != "number" || !read_json_number(value, number)) return std::nullopt;
    return number;
}

// The nearest whole number, half away from zero.
std::optional<std::int64_t> to_bigint(std::string_view value) {
    const auto numeric = to_numeric(value);
    if (numeric) {
        const auto whole = round_decimal(*numeric, 0);
        if (!whole || whole->digits < std::numeric_limits<std::int64_t>::min() ||
            whole->digits > std::numeric_limits<std::int64_t>::max())
            return std::nullopt;
        return static_cast<std::int64_t>(whole->digits);
    }
    const auto number = to_double(value);  // 1e-300 is no Decimal, but as good as nothing.
    return number && std::fabs(*number) < 0.25 ? std::optional<std::int64_t>(0) : std::nullopt;
}
std::optional<std::int64_t> to_integer(std::string_view value) {
    const auto whole = to_bigint(value);
    const bool fits = whole && *whole >= std::numeric_limits<std::int32_t>::min() &&
                      *whole <= std::numeric_limits<std::int32_t>::max();
    return fits ? whole : std::nullopt;
}

constexpr Function json_cast(Type from, Type to, Kernel kernel, Function::Nulls nulls = Function::Nulls::strict) {
    return {.name = "cast",
            .arguments = {from},
            .arity = 1,
            .result = to,
            .kernel = kernel,
            .style = Function::Style::cast,
            .nulls = nulls};
}

constexpr std::array kJsonCasts = {
    json_cast(Type::json_scalar, Type::double_precision, scalar_number, Function::Nulls::own),
    json_cast(Type::json_scalar, Type::text, scalar_text, Function::Nulls::own),
    json_cast(Type::json_scalar, Type::boolean, scalar_boolean, Function::Nulls::own),
    json_cast(Type::jsonb, Type::boolean, rowwise<&to_boolean>),
    json_cast(Type::jsonb, Type::integer, rowwise<&to_integer>),
    json_cast(Type::jsonb, Type::bigint, rowwise<&to_bigint>),
    json_cast(Type::jsonb, Type::numeric, rowwise<&to_numeric>),
    json_cast(Type::jsonb, Type::double_precision, rowwise<&to_double>),
};

constexpr std::array kJsonOperators = {
    Function{.name = "?",
             .arguments = {Type::jsonb, Type::text},
             .arity = 2,
             .result = Type::boolean,
             .kernel = rowwise<&exists>,
             .style = Function::Style::infix},
};

constexpr std::array kJsonFunctions = {
    Function{.name = "jsonb_typeof",
             .arguments = {Type::jsonb},
             .arity = 1,
             .result = Type::text,
             .kernel = rowwise<&type_name>},
};

}  // namespace

constinit const Function kScalarOfField = {.name = "field",
                                           .arguments = {Type::jsonb},
                                           .arity = 1,
                                           .result = Type::json_scalar,
                                           .kernel = scalar_of_field,
                                           .style = Function::Style::field,
                                           .nulls = Function::Nulls::own};
constinit const Function kJsonStep = {
    .name = "->", .result = Type::jsonb, .kernel = json_step, .style = Function::Style::infix};
constinit const Function kJsonPathStep = {.name = "#>",
                                          .arguments = {Type::jsonb, Type::text},
                                          .arity = 2,
                                          .result = Type::jsonb,
                                          .kernel = json_path_step,
                                          .style = Function::Style::infix};
constinit const Function kJsonText = {.name = "->>",
                                      .arguments = {Type::jsonb},
                                      .arity = 1,
                                      .result = Type::text,
                                      .kernel = json_text,
                                      .style = Function::Style::postfix};

std::span<const Function> json_casts() { return kJsonCasts; }
std::span<const Function> json_operators() { return kJsonOperators; }
std::span<const Function> json_functions() { return kJsonFunctions; }

}  // namespace sf::sql
