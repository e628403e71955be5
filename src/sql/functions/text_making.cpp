// Functions that make texts of texts and of numbers: repeat, lpad, translate, overlay, quote_literal, to_hex and
// others.
#include "base/ascii.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/values/characters.hpp"
#include "sql/values/md5.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_map>

namespace sf::sql {
namespace {

using Made = std::optional<std::string_view>;

Made kept_text(Call& call, std::string_view text) {
    std::string_view kept;
    return call.copy(text, kept) ? Made(kept) : std::nullopt;
}

// The letters of ASCII alone, as in the "C" locale: other characters are no part of a word.
Made initcap(Call& call, std::string_view text) {
    if (!call.has_room(text.size())) return std::nullopt;
    char* const out = call.arena().text(text.size());
    bool inside = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (!is_letter(c)) out[i] = c;
        else out[i] = inside ? ascii_lower(c) : static_cast<char>(c & ~0x20);
        inside = is_letter(c) || is_digit(c);
    }
    return call.keep(out, text.size());
}

Made repeat(Call& call, std::string_view text, std::int64_t count) {
    if (count <= 0 || text.empty()) return std::string_view{};
    const auto times = static_cast<std::size_t>(count);
    if (times > Call::kTextMax || !call.has_room(times * text.size())) return std::nullopt;
    char* const out = call.arena().text(times * text.size());
    for (std::size_t i = 0; i < times; ++i) std::ranges::copy(text, out + i * text.size());
    return call.keep(out, times * text.size());
}

Made reverse(Call& call, std::string_view text) {
    if (!call.has_room(text.size())) return std::nullopt;
    char* const out = call.arena().text(text.size());
    char* end = out + text.size();
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t size = character_bytes(rest, 1);
        end -= size;
        std::ranges::copy(rest.substr(0, size), end);
        rest.remove_prefix(size);
    }
    return call.keep(out, text.size());
}

// `fill` as often as it takes `count` characters.
void append_fill(std::string& out, std::string_view fill, std::int64_t count) {
    const std::int64_t size = count_characters(fill);
    for (; count >= size; count -= size) out += fill;
    out += fill.substr(0, character_bytes(fill, count));
}

template <bool kLeft>
Made pad(Call& call, std::string_view text, std::int64_t length, std::string_view fill) {
    const std::int64_t size = count_characters(text);
    length = std::max<std::int64_t>(length, 0);
    if (size >= length || fill.empty()) return text.substr(0, character_bytes(text, length));
    if (static_cast<std::size_t>(length) > Call::kTextMax) return std::nullopt;
    std::string padded;
    if (!kLeft) padded += text;
    append_fill(padded, fill, length - size);
    if (kLeft) padded += text;
    return kept_text(call, padded);
}
template <bool kLeft>
Made pad_with_spaces(Call& call, std::string_view text, std::int64_t length) {
    return pad<kLeft>(call, text, length, " ");
}

Made chr(Call& call, std::int64_t code) {
    constexpr std::int64_t kCodeMax = 0x10FFFF;
    if (code <= 0 || code > kCodeMax || (code >= 0xD800 && code <= 0xDFFF)) return std::nullopt;
    char buffer[4];
    return kept_text(call, {buffer, write_character(buffer, static_cast<std::uint32_t>(code))});
}

std::int64_t ascii_code(std::string_view text) {
    return text.empty() ? 0 : static_cast<std::int64_t>(character_code(text.substr(0, character_bytes(text, 1))));
}

std::int64_t octet_length(std::string_view text) { return static_cast<std::int64_t>(text.size()); }
std::int64_t bit_length(std::string_view text) { return static_cast<std::int64_t>(text.size()) * 8; }

Made md5_text(Call& call, std::string_view text) { return kept_text(call, md5_hex(text)); }

Made to_hex(Call& call, std::uint64_t bits) {
    char buffer[16];
    const auto written = std::to_chars(buffer, buffer + sizeof buffer, bits, 16);
    return kept_text(call, {buffer, static_cast<std::size_t>(written.ptr - buffer)});
}
Made integer_to_hex(Call& call, std::int64_t value) { return to_hex(call, static_cast<std::uint32_t>(value)); }
Made bigint_to_hex(Call& call, std::int64_t value) { return to_hex(call, static_cast<std::uint64_t>(value)); }

// Characters of `from` become those of `to` at the same place, or go where there is none. The first of a kind counts.
void translate(Call& call) {
    const auto texts = call.read<std::string_view>(0);
    const auto from = call.read<std::string_view>(1);
    const auto to = call.read<std::string_view>(2);
    const std::span<std::string_view> out = call.write<std::string_view>();
    std::unordered_map<std::string_view, std::string_view> table;
    std::string text;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (!call.is_valid(row)) continue;
        if (row == 0 || table.empty() || !from.is_constant() || !to.is_constant()) {
            table.clear();
            std::string_view by = to[row];
            for (std::string_view rest = from[row]; !rest.empty();) {
                const std::size_t size = character_bytes(rest, 1);
                const std::size_t by_size = character_bytes(by, 1);
                table.emplace(rest.substr(0, size), by.substr(0, by_size));
                rest.remove_prefix(size);
                by.remove_prefix(by_size);
            }
        }
        text.clear();
        for (std::string_view rest = texts[row]; !rest.empty();) {
            const std::size_t size = character_bytes(rest, 1);
            const auto found = table.find(rest.substr(0, size));
            text += found == table.end() ? rest.substr(0, size) : found->second;
            rest.remove_prefix(size);
        }
        if (!call.copy(text, out[row])) call.fail(row);
    }
}

// overlay(text placing part from start for count)
Made overlay(Call& call, std::string_view text, std::string_view part, std::int64_t start, std::int64_t count) {
    const std::int64_t behind = start + count;
    if (start <= 0 || behind > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    const std::string_view before = text.substr(0, character_bytes(text, start - 1));
    const std::string_view after = text.substr(character_bytes(text, std::max<std::int64_t>(behind - 1, 0)));
    const std::size_t size = before.size() + part.size() + after.size();
    if (!call.has_room(size)) return std::nullopt;
    char* const out = call.arena().text(size);
    std::ranges::copy(after, std::ranges::copy(part, std::ranges::copy(before, out).out).out);
    return call.keep(out, size);
}
Made overlay_all(Call& call, std::string_view text, std::string_view part, std::int64_t start) {
    return overlay(call, text, part, start, count_characters(part));
}

Made quote_literal(Call& call, std::string_view text) {
    std::string quoted;
    append_quoted_literal(quoted, text);
    return kept_text(call, quoted);
}
Made quote_ident(Call& call, std::string_view text) {
    std::string quoted;
    append_quoted_name(quoted, text);
    return kept_text(call, quoted);
}

// concat_ws(between, ...): NULLs are left out with what would stand between.
void concat_ws(Call& call) {
    const std::span<std::string_view> out = call.write<std::string_view>();
    std::string text;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        bool failed = false;
        for (std::size_t i = 0; i < call.size(); ++i) failed = failed || call.read_failed(i)[row] != 0;
        if (failed) {
            call.fail(row);
            continue;
        }
        if (call.read_valid(0)[row] == 0) {
            call.set_null(row);
            continue;
        }
        text.clear();
        bool first = true;
        for (std::size_t i = 1; i < call.size(); ++i) {
            if (call.read_valid(i)[row] == 0) continue;
            if (!first) text += call.read<std::string_view>(0)[row];
            first = false;
            text += call.read<std::string_view>(i)[row];
        }
        if (!call.copy(text, out[row])) call.fail(row);
    }
}

constexpr Function making(std::string_view name, std::array<Type, kArgumentsMax> arguments, std::uint8_t arity,
                          Type result, Kernel kernel) {
    return {.name = name, .arguments = arguments, .arity = arity, .result = result, .kernel = kernel};
}

constexpr Type kMadeText = Type::text;
constexpr Type kMadeInteger = Type::integer;

constexpr std::array kMakingFunctions = {
    making("initcap", {kMadeText}, 1, kMadeText, rowwise<&initcap>),
    making("repeat", {kMadeText, kMadeInteger}, 2, kMadeText, rowwise<&repeat>),
    making("reverse", {kMadeText}, 1, kMadeText, rowwise<&reverse>),
    making("lpad", {kMadeText, kMadeInteger}, 2, kMadeText, rowwise<&pad_with_spaces<true>>),
    making("lpad", {kMadeText, kMadeInteger, kMadeText}, 3, kMadeText, rowwise<&pad<true>>),
    making("rpad", {kMadeText, kMadeInteger}, 2, kMadeText, rowwise<&pad_with_spaces<false>>),
    making("rpad", {kMadeText, kMadeInteger, kMadeText}, 3, kMadeText, rowwise<&pad<false>>),
    making("chr", {kMadeInteger}, 1, kMadeText, rowwise<&chr>),
    making("ascii", {kMadeText}, 1, kMadeInteger, rowwise<&ascii_code>),
    making("octet_length", {kMadeText}, 1, kMadeInteger, rowwise<&octet_length>),
    making("bit_length", {kMadeText}, 1, kMadeInteger, rowwise<&bit_length>),
    making("md5", {kMadeText}, 1, kMadeText, rowwise<&md5_text>),
    making("to_hex", {kMadeInteger}, 1, kMadeText, rowwise<&integer_to_hex>),
    making("to_hex", {Type::bigint}, 1, kMadeText, rowwise<&bigint_to_hex>),
    making("translate", {kMadeText, kMadeText, kMadeText}, 3, kMadeText, translate),
    making("overlay", {kMadeText, kMadeText, kMadeInteger}, 3, kMadeText, rowwise<&overlay_all>),
    making("overlay", {kMadeText, kMadeText, kMadeInteger, kMadeInteger}, 4, kMadeText, rowwise<&overlay>),
    making("quote_literal", {kMadeText}, 1, kMadeText, rowwise<&quote_literal>),
    making("quote_ident", {kMadeText}, 1, kMadeText, rowwise<&quote_ident>),
};

}  // namespace

constinit const Function kConcatWs = {
    .name = "concat_ws", .result = Type::text, .kernel = concat_ws, .nulls = Function::Nulls::own};

std::span<const Function> text_making_functions() { return kMakingFunctions; }

}  // namespace sf::sql
