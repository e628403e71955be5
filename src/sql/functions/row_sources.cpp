// Arrays that functions in FROM make rows of (query/table_functions.cpp): the parts of JSON, and what numbers elements.
#include "sql/functions/array_row.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/values/json_items.hpp"
#include "sql/values/jsonb.hpp"

#include <algorithm>
#include <string>

namespace sf::sql {
namespace {

enum class Of : std::uint8_t { array, object };
enum class Part : std::uint8_t { key, value, text };

template <Part kPart>
bool append_part(std::string& array, const JsonItems& items, std::string& room, std::size_t size_max) {
    const std::string_view value = items.value();
    room.clear();
    if constexpr (kPart == Part::value) {
        append_element(array, value);
    } else if constexpr (kPart == Part::key) {
        append_json_content(room, items.key());
        append_element(array, room);
    } else if (value[0] == 'n') {
        append_element(array, std::nullopt);
    } else {
        if (!append_json_text(room, value, size_max)) return false;
        append_element(array, room);
    }
    return true;
}

// What is no array, or no object, fails.
template <Of kOf, Part kPart>
void parts(Call& call) {
    const auto values = call.read<std::string_view>(0);
    std::string printed, room;
    make_arrays(call, [&](std::size_t row, std::string& array) {
        std::string_view value = values[row];
        bool fine = value[0] == (kOf == Of::object ? '{' : '[');
        if (fine && kOf == Of::object) {  // Which of two members with one name counts, and the order of keys.
            printed.clear();
            fine = append_jsonb(printed, value, call.room());
            value = printed;
        }
        if (fine) {
            for (JsonItems items(value); fine && items.next();)
                fine = append_part<kPart>(array, items, room, call.room());
        }
        if (!fine) call.fail(row);
        return fine;
    });
}

// 1, 2, ... as far as the longest of the arrays goes.
void ordinals(Call& call) {
    ElementBytes room;
    make_arrays(call, [&](std::size_t row, std::string& array) {
        std::int64_t longest = 0;
        for (std::size_t i = 0; i < call.size(); ++i) {
            if (!has_value(call, i, row)) continue;
            const auto arrays = array_of<std::string_view>(call.argument(i));
            longest = std::max(longest, array_size(arrays[place_of(call, i, row)]));
        }
        for (std::int64_t i = 1; i <= longest; ++i) append_element(array, bytes_of_element(i, room));
        return true;
    });
}

template <Of kOf, Part kPart>
constexpr Function function(std::string_view name) {
    return {.name = name,
            .arguments = {Type::jsonb},
            .arity = 1,
            .result = kPart == Part::value ? array_type(Type::jsonb) : kTextArray,
            .kernel = parts<kOf, kPart>};
}

}  // namespace

constinit const Function kJsonElements = function<Of::array, Part::value>("jsonb_array_elements");
constinit const Function kJsonElementTexts = function<Of::array, Part::text>("jsonb_array_elements_text");
constinit const Function kJsonKeys = function<Of::object, Part::key>("jsonb_object_keys");
constinit const Function kJsonValues = function<Of::object, Part::value>("jsonb_object_values");
constinit const Function kJsonValueTexts = function<Of::object, Part::text>("jsonb_object_value_texts");
constinit const Function kOrdinals = {
    .name = "ordinals", .result = array_type(Type::bigint), .kernel = ordinals, .nulls = Function::Nulls::own};

}  // namespace sf::sql
