// Arrays to and from text: casts, array_to_string(), string_to_array(). And from one type of array to another.
#include "sql/functions/array_elements.hpp"
#include "sql/functions/array_row.hpp"
#include "sql/functions/catalog.hpp"

#include <algorithm>
#include <cstring>

namespace sf::sql {
namespace {

void array_to_text(Call& call) {
    const Type type = call.argument(0).type;
    const auto arrays = call.read<std::string_view>(0);
    const std::span<std::string_view> out = call.write<std::string_view>();
    std::string text;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (!call.is_valid(row)) continue;
        text.clear();
        append_array_text(text, type, arrays[row]);
        if (!call.copy(text, out[row])) call.fail(row);
    }
}

void text_to_array(Call& call) {
    const Type type = call.result().type;
    const auto texts = call.read<std::string_view>(0);
    const std::span<std::string_view> out = call.write<std::string_view>();
    std::string array;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (!call.is_valid(row)) continue;
        array.clear();
        if (!read_array(array, type, texts[row]) || !call.copy(array, out[row])) call.fail(row);
    }
}

// array_to_string(array, between [, text of NULLs]): without that text NULLs are left out.
void array_to_string(Call& call) {
    const Type type = element_type(call.argument(0).type);
    const auto arrays = call.read<std::string_view>(0);
    const auto between = call.read<std::string_view>(1);
    make_arrays(call, [&](std::size_t row, std::string& text) {
        if (!has_value(call, 0, row) || !has_value(call, 1, row)) return false;
        const bool shows_nulls = call.size() > 2 && has_value(call, 2, row);
        bool first = true;
        ArrayReader reader(arrays[row]);
        for (Element element; reader.next(element) && text.size() <= Call::kTextMax;) {
            if (!element && !shows_nulls) continue;
            if (!first) text += between[row];
            first = false;
            if (element) append_element_text(text, type, *element);
            else text += call.read<std::string_view>(2)[row];
        }
        return true;
    });
}

// The pieces of a text, each handed to `take`. Without a separator each character is one; of an empty separator there
// is one piece, of an empty text none.
template <class Take>
void split_text(std::string_view text, std::optional<std::string_view> separator, Take take) {
    if (text.empty()) return;
    if (separator && separator->empty()) return take(text);
    while (true) {
        std::size_t size = 1;
        std::size_t skipped = 0;
        if (!separator) {
            while (size < text.size() && (text[size] & 0xC0) == 0x80) ++size;
            if (size == text.size()) return take(text);
        } else {
            const void* const found = memmem(text.data(), text.size(), separator->data(), separator->size());
            if (found == nullptr) return take(text);
            size = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
            skipped = separator->size();
        }
        take(text.substr(0, size));
        text.remove_prefix(size + skipped);
    }
}

// string_to_array(text, separator [, text that stands for NULL])
void string_to_array(Call& call) {
    const auto texts = call.read<std::string_view>(0);
    const auto separators = call.read<std::string_view>(1);
    make_arrays(call, [&](std::size_t row, std::string& array) {
        if (!has_value(call, 0, row)) return false;
        const auto separator = has_value(call, 1, row) ? std::optional(separators[row]) : std::nullopt;
        const auto null = call.size() > 2 && has_value(call, 2, row)
                              ? std::optional(call.read<std::string_view>(2)[row])
                              : std::nullopt;
        split_text(texts[row], separator, [&](std::string_view piece) {
            if (array.size() <= Call::kTextMax) append_element(array, piece == null ? Element() : Element(piece));
        });
        return true;
    });
}

// Casts of the elements, all of them together as one column.
struct ElementCast : Prepared {
    explicit ElementCast(ExpressionPtr of_element) : cast(std::move(of_element)) {}
    ExpressionPtr cast;  // A chain of calls with one argument each, over an input.
};

void cast_elements(Call& call) {
    const auto& cast = static_cast<const ElementCast&>(*call.expression().prepared);
    const ElementColumn elements(call, 0, {0, call.rows()});
    const Column converted = call.nested_chain(*cast.cast, elements.column());
    std::size_t at = 0;
    ElementBytes room;
    make_arrays(call, [&](std::size_t row, std::string& array) {
        bool failed = false;
        for (const std::size_t end = at + elements.size_of(row); at < end; ++at) {
            failed = failed || (!converted.failed.empty() && converted.failed[at] != 0);
            if (!converted.is_valid(at)) {
                append_element(array, std::nullopt);
                continue;
            }
            with_value_type(converted.type, [&](auto sample) {
                append_element(array, bytes_of_element(array_of<decltype(sample)>(converted)[at], room));
            });
        }
        if (failed) call.fail(row);
        return !failed;
    });
}

constexpr Function array_cast(Type from, Type to, Kernel kernel) {
    return {.name = "cast",
            .arguments = {from},
            .arity = 1,
            .result = to,
            .kernel = kernel,
            .style = Function::Style::cast};
}

constexpr Function to_string_function(Type array, std::uint8_t arity) {
    return {.name = "array_to_string",
            .arguments = {array, Type::text, Type::text},
            .arity = arity,
            .result = Type::text,
            .kernel = array_to_string,
            .nulls = Function::Nulls::own};
}
constexpr Function to_array_function(std::uint8_t arity) {
    return {.name = "string_to_array",
            .arguments = {Type::text, Type::text, Type::text},
            .arity = arity,
            .result = kTextArray,
            .kernel = string_to_array,
            .nulls = Function::Nulls::own};
}

constexpr auto kArrayTexts =
    joined(for_each_element_type([](Type element) { return to_string_function(array_type(element), 2); }),
           for_each_element_type([](Type element) { return to_string_function(array_type(element), 3); }),
           std::array{to_array_function(2), to_array_function(3)});

constexpr auto kArrayCasts = joined(
    for_each_element_type([](Type element) { return array_cast(array_type(element), Type::text, array_to_text); }),
    for_each_element_type([](Type element) { return array_cast(Type::text, array_type(element), text_to_array); }));

constinit const Function kElementsCast = {.name = "cast", .kernel = cast_elements, .style = Function::Style::cast};

}  // namespace

ExpressionPtr make_array_cast(ExpressionPtr array, ExpressionPtr cast_of_element, int location) {
    const Type type = array_type(cast_of_element->type);
    return make_call(kElementsCast, type, {std::move(array)},
                     std::make_shared<const ElementCast>(std::move(cast_of_element)), location);
}

std::span<const Function> array_text_functions() { return kArrayTexts; }
std::span<const Function> array_casts() { return kArrayCasts; }

}  // namespace sf::sql
