// What stands for a value where databases compare: a form that equal values share, and one that sorts like them.
// Queries put them around keys (query/query_planner.cpp); nobody can call them. Texts of jsonb are about as long as the
// values, so they are not counted.
#include "sql/evaluate/call.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/interval.hpp"
#include "sql/values/array.hpp"
#include "sql/values/jsonb.hpp"
#include "sql/values/jsonb_order.hpp"

#include <string>

namespace sf::sql {
namespace {

template <void (*kAppend)(std::string&, std::string_view)>
void form_of_bytes(Call& call) {
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

Interval in_common_form(Interval interval) { return normalized(interval); }

void append_intervals(std::string& out, std::string_view array) {
    append_normalized_array(out, array_type(Type::interval), array);
}

}  // namespace

constinit const Function kIntervalForm = {.name = "interval_form",
                                          .arguments = {Type::interval},
                                          .arity = 1,
                                          .result = Type::interval,
                                          .kernel = rowwise<&in_common_form>};
constinit const Function kIntervalsForm = {.name = "intervals_form",
                                           .arguments = {array_type(Type::interval)},
                                           .arity = 1,
                                           .result = array_type(Type::interval),
                                           .kernel = form_of_bytes<append_intervals>};
constinit const Function kJsonEqual = {.name = "jsonb_equal_form",
                                       .arguments = {Type::jsonb},
                                       .arity = 1,
                                       .result = Type::jsonb,
                                       .kernel = form_of_bytes<append_canonical_jsonb>};
constinit const Function kJsonOrder = {.name = "jsonb_order_form",
                                       .arguments = {Type::jsonb},
                                       .arity = 1,
                                       .result = Type::text,
                                       .kernel = form_of_bytes<append_jsonb_order>};

}  // namespace sf::sql
