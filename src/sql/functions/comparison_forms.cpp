// What stands for a value where databases compare: a form that equal values share, and one that sorts like them.
// Queries put them around keys (query/query_planner.cpp); nobody can call them. Texts of jsonb are about as long as the
// values, so they are not counted.
#include "sql/evaluate/call.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/interval.hpp"
#include "sql/values/jsonb.hpp"
#include "sql/values/jsonb_order.hpp"

#include <string>

namespace sf::sql {
namespace {

template <void (*kAppend)(std::string&, std::string_view)>
void jsonb_key(Call& call) {
    const auto values = call.read<std::string_view>(0);
    const auto out = call.write<std::string_view>();
    std::string key;
    for (std::size_t row = 0; row < call.rows(); ++row) {
        if (!call.is_valid(row)) continue;
        key.clear();
        kAppend(key, values[row]);
        out[row] = call.arena().copy(key);
    }
}

// Days and microseconds, as groups of views show their intervals.
Interval of_same_length(Interval interval) {
    constexpr std::int64_t kMicrosDay = 86'400'000'000;
    const __int128 length = length_of(interval);
    const __int128 days = length / kMicrosDay;
    if (days != static_cast<std::int32_t>(days)) return normalized(interval);
    return {0, static_cast<std::int32_t>(days), static_cast<std::int64_t>(length % kMicrosDay)};
}

}  // namespace

constinit const Function kIntervalForm = {.name = "interval_form",
                                          .arguments = {Type::interval},
                                          .arity = 1,
                                          .result = Type::interval,
                                          .kernel = rowwise<&of_same_length>};
constinit const Function kJsonEqual = {.name = "jsonb_equal_form",
                                       .arguments = {Type::jsonb},
                                       .arity = 1,
                                       .result = Type::jsonb,
                                       .kernel = jsonb_key<append_canonical_jsonb>};
constinit const Function kJsonOrder = {.name = "jsonb_order_form",
                                       .arguments = {Type::jsonb},
                                       .arity = 1,
                                       .result = Type::text,
                                       .kernel = jsonb_key<append_jsonb_order>};

}  // namespace sf::sql
