#include "sql/functions/membership.hpp"

#include "models/event_batch.hpp"
#include "sql/functions/array_order.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/order.hpp"
#include "sql/functions/rowwise.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

namespace sf::sql {
namespace {

constexpr std::size_t kComparedOneByOne = 8;

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

// Only one of the lists is used, by the type.
struct LiteralSet : Prepared {
    bool has_null = false;
    Type type = Type::text;
    std::vector<std::uint8_t> booleans;
    std::vector<std::int64_t> integers;
    std::vector<double> doubles;
    std::vector<Decimal> decimals;
    std::vector<Interval> intervals;
    std::vector<Uuid> uuids;
    std::vector<std::string> texts;
    std::unordered_set<std::string, TextHash, std::equal_to<>> many_texts;

    template <class T>
    [[nodiscard]] const std::vector<T>& values() const {
        if constexpr (std::is_same_v<T, std::uint8_t>) return booleans;
        else if constexpr (std::is_same_v<T, std::int64_t>) return integers;
        else if constexpr (std::is_same_v<T, double>) return doubles;
        else if constexpr (std::is_same_v<T, Decimal>) return decimals;
        else if constexpr (std::is_same_v<T, Interval>) return intervals;
        else return uuids;
    }

    template <class T>
    [[nodiscard]] bool holds(T value) const {
        if constexpr (std::is_same_v<T, std::string_view>) {
            if (!many_texts.empty()) return many_texts.contains(value);
            return std::ranges::any_of(texts, [&](const std::string& text) { return equal_texts(type, text, value); });
        } else {
            const std::vector<T>& list = values<T>();
            if (list.size() <= kComparedOneByOne)
                return std::ranges::any_of(list, [&](const T& entry) { return equal(entry, value); });
            return std::ranges::binary_search(list, value, [](const T& a, const T& b) { return order(a, b) < 0; });
        }
    }
};

template <class T>
void sort_values(std::vector<T>& values) {
    std::ranges::sort(values, [](const T& a, const T& b) { return order(a, b) < 0; });
}

// NULL, not false, where the list has a NULL: it might be the value.
void in(Call& call) {
    const auto& set = static_cast<const LiteralSet&>(*call.expression().prepared);
    with_value_type(call.argument(0).type, [&](auto sample) {
        using T = decltype(sample);
        const auto values = call.read<T>(0);
        const std::span<std::uint8_t> out = call.write<std::uint8_t>();
        for (std::size_t row = 0; row < out.size(); ++row) {
            out[row] = static_cast<std::uint8_t>(call.is_valid(row) && set.holds<T>(values[row]));
            if (set.has_null && out[row] == 0) call.set_null(row);
        }
    });
}

bool has_tag(std::string_view encoded, std::string_view wanted) {
    models::TagReader tags(encoded);
    for (std::string_view tag; tags.next(tag);) {
        if (tag == wanted) return true;
    }
    return false;
}

}  // namespace

std::shared_ptr<const Prepared> make_literal_set(Type type, std::span<const ExpressionPtr> literals) {
    auto set = std::make_shared<LiteralSet>();
    set->type = type;
    for (const ExpressionPtr& literal : literals) {
        std::visit(
            [&](const auto& value) {
                using T = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<T, std::monostate>) set->has_null = true;
                else if constexpr (std::is_same_v<T, bool>) set->booleans.push_back(value ? 1 : 0);
                else if constexpr (std::is_same_v<T, std::int64_t>) set->integers.push_back(value);
                else if constexpr (std::is_same_v<T, double>) set->doubles.push_back(value);
                else if constexpr (std::is_same_v<T, Decimal>) set->decimals.push_back(value);
                else if constexpr (std::is_same_v<T, Interval>) set->intervals.push_back(value);
                else if constexpr (std::is_same_v<T, Uuid>) set->uuids.push_back(value);
                else set->texts.push_back(value);
            },
            literal->literal);
    }
    if (set->texts.size() > kComparedOneByOne && (type == Type::text || type == Type::json_scalar))
        set->many_texts.insert(set->texts.begin(), set->texts.end());
    sort_values(set->booleans);
    sort_values(set->integers);
    sort_values(set->doubles);
    sort_values(set->decimals);
    sort_values(set->intervals);
    sort_values(set->uuids);
    return set;
}

constinit const Function kIn = {.name = "IN", .result = Type::boolean, .kernel = in};
constinit const Function kHasTag = {.name = "= ANY",
                                    .arguments = {kTextArray, Type::text},
                                    .arity = 2,
                                    .result = Type::boolean,
                                    .kernel = rowwise<&has_tag>};

}  // namespace sf::sql
