// What is asked of whole jsonb values and made of them: @> <@ ?| ?& || and - , paths that are computed, to_jsonb()
// and others. Results are written as jsonb prints where they are made, else as they came.
#include "sql/values/jsonb.hpp"
#include "base/json_text.hpp"
#include "sql/evaluator.hpp"
#include "sql/functions/array_row.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/values/json_items.hpp"
#include "sql/values/jsonb_contains.hpp"
#include "sql/values/number_text.hpp"
#include "sql/values/time_text.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace sf::sql {
namespace {

using Json = std::optional<std::string_view>;

std::optional<bool> contains_jsonb(std::string_view whole, std::string_view part) {
    return jsonb_contains(whole, part);
}
std::optional<bool> contained_jsonb(std::string_view part, std::string_view whole) {
    return jsonb_contains(whole, part);
}

// NULLs among the keys are left out.
template <bool kAll>
bool exists_some(std::string_view value, std::string_view keys) {
    ArrayReader reader(keys);
    for (Element key; reader.next(key);) {
        if (key && json_exists(value, *key) != kAll) return !kAll;
    }
    return kAll;
}

bool is_object(std::string_view value) { return value[0] == '{'; }
bool is_json_array(std::string_view value) { return value[0] == '['; }
std::string_view inside_of(std::string_view container) {
    return json_trimmed(container.substr(1, container.size() - 2));
}

// Objects are merged, the right one's members count; what is no object is an array, or one of itself.
Json joined_jsonb(Call& call, std::string_view a, std::string_view b) {
    const bool objects = is_object(a) && is_object(b);
    std::string text(1, objects ? '{' : '[');
    for (const std::string_view part : {a, b}) {
        const bool open = objects || is_json_array(part);
        const std::string_view inside = open ? inside_of(part) : part;
        if (text.size() > 1 && !inside.empty()) text += ',';
        text += inside;
    }
    text += objects ? '}' : ']';
    std::string printed;
    if (!append_jsonb(printed, text, call.room())) return std::nullopt;
    std::string_view kept;
    return call.copy(printed, kept) ? Json(kept) : std::nullopt;
}

// The members or elements that `keeps` wants.
template <class Keeps>
Json filtered(Call& call, std::string_view value, Keeps keeps) {
    std::string text(1, value[0]);
    std::int64_t index = 0;
    for (JsonItems items(value); items.next(); ++index) {
        if (!keeps(items, index)) continue;
        if (text.size() > 1) text += ", ";
        if (is_object(value)) text.append(items.key()).append(": ");
        text += items.value();
    }
    text += is_object(value) ? '}' : ']';
    std::string_view kept;
    return call.copy(text, kept) ? Json(kept) : std::nullopt;
}

bool is_container_json(std::string_view value) { return is_object(value) || is_json_array(value); }

// Whether the name is this key of an object, or string element of an array.
bool is_named(std::string_view raw, std::string_view name) {
    if (raw[0] != '"') return false;
    std::string content;
    append_json_content(content, raw);
    return content == name;
}

Json without_key(Call& call, std::string_view value, std::string_view name) {
    if (!is_container_json(value)) return std::nullopt;
    return filtered(call, value, [&](const JsonItems& items, std::int64_t) {
        return !is_named(is_object(value) ? items.key() : items.value(), name);
    });
}

Json without_keys(Call& call, std::string_view value, std::string_view names) {
    if (!is_container_json(value)) return std::nullopt;
    std::vector<std::string_view> all;
    ArrayReader reader(names);
    for (Element name; reader.next(name);) {
        if (name) all.push_back(*name);
    }
    std::ranges::sort(all);
    return filtered(call, value, [&](const JsonItems& items, std::int64_t) {
        const std::string_view raw = is_object(value) ? items.key() : items.value();
        if (raw[0] != '"') return true;
        std::string content;
        append_json_content(content, raw);
        return !std::ranges::binary_search(all, std::string_view(content));
    });
}

std::int64_t size_of_json(std::string_view array) {
    std::int64_t count = 0;
    for (JsonItems items(array); items.next();) ++count;
    return count;
}

Json without_element(Call& call, std::string_view value, std::int64_t index) {
    if (!is_json_array(value)) return std::nullopt;
    if (index < 0) index += size_of_json(value);
    return filtered(call, value, [&](const JsonItems&, std::int64_t at) { return at != index; });
}

std::optional<std::int64_t> array_length_of(std::string_view value) {
    if (!is_json_array(value)) return std::nullopt;
    return size_of_json(value);
}

// jsonb_strip_nulls(): members of objects that are null, at any depth; elements of arrays stay.
void append_stripped(std::string& out, std::string_view value) {
    if (!is_container_json(value)) {
        out += value;
        return;
    }
    out += value[0];
    bool first = true;
    for (JsonItems items(value); items.next();) {
        if (is_object(value) && items.value()[0] == 'n') continue;
        if (!first) out += ", ";
        first = false;
        if (is_object(value)) out.append(items.key()).append(": ");
        append_stripped(out, items.value());
    }
    out += is_object(value) ? '}' : ']';
}

Json strip_nulls(Call& call, std::string_view value) {
    // Which of two members with one name counts is decided before one of them goes.
    std::string printed, text;
    std::string_view kept;
    if (!append_jsonb(printed, value, call.room())) return std::nullopt;
    append_stripped(text, printed);
    return call.copy(text, kept) ? Json(kept) : std::nullopt;
}

// The path of #>, computed: keys, or indexes of arrays. A NULL among them leads nowhere.
void json_path(Call& call) {
    const auto values = call.read<std::string_view>(0);
    const auto paths = call.read<std::string_view>(1);
    const std::span<std::string_view> out = call.write<std::string_view>();
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (!call.is_valid(row)) continue;
        Json value = values[row];
        ArrayReader reader(paths[row]);
        for (Element step; value && reader.next(step);) {
            if (!step) value = std::nullopt;
            else if (is_object(*value)) value = json_member(*value, *step);
            else if (const auto index = read_integer(*step); index && is_json_array(*value))
                value = json_element(*value, *index);
            else value = std::nullopt;
        }
        if (value) out[row] = *value;
        else call.set_null(row);
    }
}

// The value of a row as to_jsonb() makes it. Times are as in ISO 8601, with the zone in hours and minutes.
void append_time_json(std::string& out, std::int64_t time) {
    std::string text;
    append_time(text, time);
    text.replace(text.find(' '), 1, "T");
    text.insert(text.find("+00") + 3, ":00");
    append_json_string(out, text);
}

void append_plain_time_json(std::string& out, std::int64_t time) {
    std::string text;
    append_plain_time(text, time);
    text.replace(text.find(' '), 1, "T");
    append_json_string(out, text);
}

void append_as_jsonb(std::string& out, const Column& column, std::size_t row) {
    switch (column.type) {
        case Type::timestamptz: append_time_json(out, column.integers[row]); return;
        case Type::timestamp: append_plain_time_json(out, column.integers[row]); return;
        case Type::text: append_json_quoted(out, column.text(row)); return;
        case Type::jsonb:
        case Type::json_scalar: out += column.texts[row]; return;
        default: break;
    }
    if (!is_array(column.type)) return append_json(out, column, row);
    const Type type = element_type(column.type);
    out += '[';
    bool first = true;
    ArrayReader reader(column.texts[row]);
    for (Element element; reader.next(element); first = false) {
        if (!first) out += ", ";
        if (!element) {
            out += "null";
            continue;
        }
        with_value_type(type, [&](auto sample) {
            const auto value = element_as<decltype(sample)>(*element);
            Column one{.type = type, .size = 1};
            array_of<decltype(sample)>(one) = {&value, 1};
            append_as_jsonb(out, one, 0);
        });
    }
    out += ']';
}

void to_jsonb(Call& call) {
    const std::span<std::string_view> out = call.write<std::string_view>();
    std::string text;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (!call.is_valid(row)) continue;
        text.clear();
        append_as_jsonb(text, call.argument(0), place_of(call, 0, row));
        if (!call.copy(text, out[row])) call.fail(row);
    }
}

// jsonb_build_array(...), jsonb_build_object(key, value, ...): a NULL is null, but no key may be.
template <bool kObject>
void build_jsonb(Call& call) {
    const std::span<std::string_view> out = call.write<std::string_view>();
    std::string text, printed;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        text.assign(1, kObject ? '{' : '[');
        bool fine = !any_failed(call, row);
        for (std::size_t i = 0; i < call.size() && fine; ++i) {
            if (i > 0) text += kObject && i % 2 == 1 ? ": " : ", ";
            fine = has_value(call, i, row) || !kObject || i % 2 == 1;
            if (!has_value(call, i, row)) text += "null";
            else append_as_jsonb(text, call.argument(i), place_of(call, i, row));
            fine = fine && text.size() <= Call::kTextMax;
        }
        text += kObject ? '}' : ']';
        printed.clear();
        if (!fine || !append_jsonb(printed, text, call.room()) || !call.copy(printed, out[row])) call.fail(row);
    }
}

constexpr Function jsonb_operator(std::string_view name, Type right, Type result, Kernel kernel) {
    return {.name = name,
            .arguments = {Type::jsonb, right},
            .arity = 2,
            .result = result,
            .kernel = kernel,
            .style = Function::Style::infix};
}
constexpr Function jsonb_function(std::string_view name, Type result, Kernel kernel) {
    return {.name = name, .arguments = {Type::jsonb}, .arity = 1, .result = result, .kernel = kernel};
}
constexpr Function to_jsonb_of(Type type) {
    return {.name = "to_jsonb", .arguments = {type}, .arity = 1, .result = Type::jsonb, .kernel = to_jsonb};
}

constexpr std::array kJsonbOperators = {
    jsonb_operator("@>", Type::jsonb, Type::boolean, rowwise<&contains_jsonb>),
    jsonb_operator("<@", Type::jsonb, Type::boolean, rowwise<&contained_jsonb>),
    jsonb_operator("?|", kTextArray, Type::boolean, rowwise<&exists_some<false>>),
    jsonb_operator("?&", kTextArray, Type::boolean, rowwise<&exists_some<true>>),
    jsonb_operator("||", Type::jsonb, Type::jsonb, rowwise<&joined_jsonb>),
    jsonb_operator("-", Type::text, Type::jsonb, rowwise<&without_key>),
    jsonb_operator("-", kTextArray, Type::jsonb, rowwise<&without_keys>),
    jsonb_operator("-", Type::integer, Type::jsonb, rowwise<&without_element>),
};

constexpr auto kJsonbFunctions =
    joined(std::array{jsonb_function("jsonb_array_length", Type::integer, rowwise<&array_length_of>),
                      jsonb_function("jsonb_strip_nulls", Type::jsonb, rowwise<&strip_nulls>)},
           for_each_element_type([](Type element) { return to_jsonb_of(element); }),
           for_each_element_type([](Type element) { return to_jsonb_of(array_type(element)); }));

}  // namespace

constinit const Function kJsonPath = {.name = "#>",
                                      .arguments = {Type::jsonb, kTextArray},
                                      .arity = 2,
                                      .result = Type::jsonb,
                                      .kernel = json_path,
                                      .style = Function::Style::infix};
constinit const Function kJsonBuildArray = {
    .name = "jsonb_build_array", .result = Type::jsonb, .kernel = build_jsonb<false>, .nulls = Function::Nulls::own};
constinit const Function kJsonBuildObject = {
    .name = "jsonb_build_object", .result = Type::jsonb, .kernel = build_jsonb<true>, .nulls = Function::Nulls::own};

std::span<const Function> jsonb_operators() { return kJsonbOperators; }
std::span<const Function> jsonb_functions() { return kJsonbFunctions; }

}  // namespace sf::sql
