// Functions of text. Positions and lengths count characters (code points of UTF-8); upper and lower case are those of
// ASCII, as in the "C" locale.
#include "sql/functions/catalog.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/values/characters.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace sf::sql {
namespace {

using Text = std::optional<std::string_view>;

template <class Change>
Text changed(Call& call, std::string_view text, Change change) {
    if (!call.has_room(text.size())) return std::nullopt;
    char* const out = call.arena().text(text.size());
    std::ranges::transform(text, out, change);
    return call.keep(out, text.size());
}

Text lower(Call& call, std::string_view text) {
    return changed(call, text, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}
Text upper(Call& call, std::string_view text) {
    return changed(call, text, [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
}

std::int64_t length(std::string_view text) { return count_characters(text); }

Text joined_texts(Call& call, std::string_view a, std::string_view b) {
    const std::size_t size = a.size() + b.size();
    if (!call.has_room(size)) return std::nullopt;
    char* const out = call.arena().text(size);
    std::ranges::copy(b, std::ranges::copy(a, out).out);
    return call.keep(out, size);
}

// NULLs count as empty.
void concat(Call& call) {
    const std::span<std::string_view> out = call.write<std::string_view>();
    for (std::size_t row = 0; row < out.size(); ++row) {
        std::size_t size = 0;
        bool failed = false;
        for (std::size_t i = 0; i < call.size(); ++i) {
            failed = failed || call.read_failed(i)[row] != 0;
            if (call.read_valid(i)[row] != 0) size += call.read<std::string_view>(i)[row].size();
        }
        out[row] = {};
        if (failed || !call.has_room(size)) {
            call.fail(row);
            continue;
        }
        char* const begin = call.arena().text(size);
        char* to = begin;
        for (std::size_t i = 0; i < call.size(); ++i) {
            if (call.read_valid(i)[row] != 0) to = std::ranges::copy(call.read<std::string_view>(i)[row], to).out;
        }
        out[row] = call.keep(begin, size);
    }
}

std::string_view from_to(std::string_view text, std::int64_t start, std::int64_t end) {
    const std::int64_t first = std::max<std::int64_t>(start, 1);
    if (end <= first) return {};
    text.remove_prefix(character_bytes(text, first - 1));
    return text.substr(0, character_bytes(text, end - first));
}
std::string_view substring(std::string_view text, std::int64_t start) {
    return from_to(text, start, std::numeric_limits<std::int64_t>::max());
}
Text substring_of_length(std::string_view text, std::int64_t start, std::int64_t count) {
    if (count < 0) return std::nullopt;
    return from_to(text, start, start + count);
}

std::string_view left(std::string_view text, std::int64_t count) {
    return text.substr(0, character_bytes(text, count < 0 ? count_characters(text) + count : count));
}
std::string_view right(std::string_view text, std::int64_t count) {
    return text.substr(character_bytes(text, count < 0 ? -count : count_characters(text) - count));
}

// Where `part` begins in the text, at `from` or behind; npos if nowhere. In linear time, whatever the two are.
std::size_t find(std::string_view text, std::string_view part, std::size_t from = 0) {
    constexpr std::size_t kShort = 16;
    if (part.size() <= kShort) return text.find(part, from);
    if (from > text.size()) return std::string_view::npos;
    const void* const found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
    return found == nullptr ? std::string_view::npos
                            : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// The characters that a text holds. Asked in constant time, made in linear time.
class CharacterSet {
public:
    void assign(std::string_view characters) {
        if (characters.data() == characters_.data() && characters.size() == characters_.size()) return;
        each(characters_, [&](std::uint32_t code) { bits_[code / 64] = 0; });
        characters_ = characters;
        each(characters_, [&](std::uint32_t code) {
            if (code / 64 >= bits_.size()) bits_.resize(std::size_t{code} / 64 + 1);
            bits_[code / 64] |= std::uint64_t{1} << (code % 64);
        });
    }
    [[nodiscard]] bool holds(std::string_view character) const {
        const std::uint32_t code = character_code(character);
        return code / 64 < bits_.size() && ((bits_[code / 64] >> (code % 64)) & 1) != 0;
    }

private:
    template <class Take>
    static void each(std::string_view characters, Take take) {
        while (!characters.empty()) {
            const std::size_t size = character_bytes(characters, 1);
            take(character_code(characters.substr(0, size)));
            characters.remove_prefix(size);
        }
    }

    std::string_view characters_;
    std::vector<std::uint64_t> bits_;
};

std::string_view trim_left(std::string_view text, const CharacterSet& set) {
    while (!text.empty()) {
        const std::size_t size = character_bytes(text, 1);
        if (!set.holds(text.substr(0, size))) break;
        text.remove_prefix(size);
    }
    return text;
}
std::string_view trim_right(std::string_view text, const CharacterSet& set) {
    while (!text.empty()) {
        std::size_t at = text.size() - 1;
        while (at > 0 && is_inside_character(text[at])) --at;
        if (!set.holds(text.substr(at))) break;
        text = text.substr(0, at);
    }
    return text;
}

// Of one argument: spaces.
template <bool kLeft, bool kRight>
void trim(Call& call) {
    static constexpr std::string_view kSpace = " ";
    const auto texts = call.read<std::string_view>(0);
    const auto sets = call.size() > 1 ? call.read<std::string_view>(1) : Reader<std::string_view>{&kSpace, 0};
    const std::span<std::string_view> out = call.write<std::string_view>();
    CharacterSet set;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (!call.is_valid(row)) continue;
        set.assign(sets[row]);
        std::string_view text = texts[row];
        if constexpr (kLeft) text = trim_left(text, set);
        if constexpr (kRight) text = trim_right(text, set);
        out[row] = text;
    }
}

Text replace(Call& call, std::string_view text, std::string_view from, std::string_view to) {
    if (from.empty()) return text;
    std::size_t count = 0;
    for (std::size_t at = find(text, from); at != std::string_view::npos; at = find(text, from, at + from.size()))
        ++count;
    if (count == 0) return text;
    const std::size_t size = text.size() - count * from.size() + count * to.size();
    if (!call.has_room(size)) return std::nullopt;
    char* const out = call.arena().text(size);
    char* end = out;
    std::size_t begin = 0;
    for (std::size_t at = find(text, from); at != std::string_view::npos; at = find(text, from, begin)) {
        end = std::ranges::copy(text.substr(begin, at - begin), end).out;
        end = std::ranges::copy(to, end).out;
        begin = at + from.size();
    }
    std::ranges::copy(text.substr(begin), end);
    return call.keep(out, size);
}

Text split_part(std::string_view text, std::string_view delimiter, std::int64_t field) {
    if (field == 0) return std::nullopt;
    if (text.empty()) return std::string_view{};
    if (delimiter.empty()) return field == 1 || field == -1 ? text : std::string_view{};
    if (field < 0) {
        std::int64_t fields = 1;
        for (std::size_t at = find(text, delimiter); at != std::string_view::npos;
             at = find(text, delimiter, at + delimiter.size()))
            ++fields;
        field += fields + 1;
        if (field <= 0) return std::string_view{};
    }
    while (true) {
        const std::size_t at = find(text, delimiter);
        if (field == 1) return text.substr(0, at);
        if (at == std::string_view::npos) return std::string_view{};
        text.remove_prefix(at + delimiter.size());
        --field;
    }
}

bool starts_with(std::string_view text, std::string_view beginning) { return text.starts_with(beginning); }

std::int64_t position(std::string_view text, std::string_view part) {
    const std::size_t at = find(text, part);
    return at == std::string_view::npos ? 0 : count_characters(text.substr(0, at)) + 1;
}

constexpr Function text_function(std::string_view name, std::array<Type, kArgumentsMax> arguments, std::uint8_t arity,
                                 Type result, Kernel kernel) {
    return {.name = name, .arguments = arguments, .arity = arity, .result = result, .kernel = kernel};
}

constexpr Type kText = Type::text;
constexpr Type kInteger = Type::integer;

constexpr std::array kTextFunctions = {
    text_function("lower", {kText}, 1, kText, rowwise<&lower>),
    text_function("upper", {kText}, 1, kText, rowwise<&upper>),
    text_function("length", {kText}, 1, kInteger, rowwise<&length>),
    text_function("char_length", {kText}, 1, kInteger, rowwise<&length>),
    text_function("character_length", {kText}, 1, kInteger, rowwise<&length>),
    text_function("substring", {kText, kInteger}, 2, kText, rowwise<&substring>),
    text_function("substring", {kText, kInteger, kInteger}, 3, kText, rowwise<&substring_of_length>),
    text_function("substr", {kText, kInteger}, 2, kText, rowwise<&substring>),
    text_function("substr", {kText, kInteger, kInteger}, 3, kText, rowwise<&substring_of_length>),
    text_function("left", {kText, kInteger}, 2, kText, rowwise<&left>),
    text_function("right", {kText, kInteger}, 2, kText, rowwise<&right>),
    text_function("btrim", {kText}, 1, kText, trim<true, true>),
    text_function("btrim", {kText, kText}, 2, kText, trim<true, true>),
    text_function("ltrim", {kText}, 1, kText, trim<true, false>),
    text_function("ltrim", {kText, kText}, 2, kText, trim<true, false>),
    text_function("rtrim", {kText}, 1, kText, trim<false, true>),
    text_function("rtrim", {kText, kText}, 2, kText, trim<false, true>),
    text_function("replace", {kText, kText, kText}, 3, kText, rowwise<&replace>),
    text_function("split_part", {kText, kText, kInteger}, 3, kText, rowwise<&split_part>),
    text_function("starts_with", {kText, kText}, 2, Type::boolean, rowwise<&starts_with>),
    text_function("strpos", {kText, kText}, 2, kInteger, rowwise<&position>),
    text_function("position", {kText, kText}, 2, kInteger, rowwise<&position>),
};

constexpr std::array kTextOperators = {
    Function{.name = "^@",
             .arguments = {kText, kText},
             .arity = 2,
             .result = Type::boolean,
             .kernel = rowwise<&starts_with>,
             .style = Function::Style::infix},
    Function{.name = "||",
             .arguments = {kText, kText},
             .arity = 2,
             .result = kText,
             .kernel = rowwise<&joined_texts>,
             .style = Function::Style::infix},
};

}  // namespace

constinit const Function kConcat = {
    .name = "concat", .result = Type::text, .kernel = concat, .nulls = Function::Nulls::own};

std::span<const Function> text_functions() { return kTextFunctions; }
std::span<const Function> text_operators() { return kTextOperators; }

}  // namespace sf::sql
