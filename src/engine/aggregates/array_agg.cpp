// array_agg([DISTINCT] x [ORDER BY ...]). NULLs are elements, too.
#include "engine/aggregates/kinds.hpp"
#include "engine/aggregates/list_states.hpp"
#include "engine/sort_key.hpp"
#include "engine/stored_value.hpp"
#include "sql/values/array.hpp"

#include <algorithm>

namespace sf::engine {
namespace {

// Elements have the bytes of stored values, but for numerics.
std::optional<std::string> array_of(sql::Type element, std::span<const ListEntry> entries) {
    std::string array;
    OwnedColumn value;
    value.reset(element, 1);
    for (const ListEntry& entry : entries) {
        if (!entry.value) {
            sql::append_element(array, std::nullopt);
            continue;
        }
        if (!read_value(value, 0, *entry.value)) return std::nullopt;  // Only a damaged checkpoint has these.
        sql::ElementBytes room;
        const bool numeric = element == sql::Type::numeric;
        sql::append_element(array, numeric ? sql::bytes_of_element(value.decimals[0], room) : *entry.value);
    }
    return array;
}

std::optional<sql::AggregateSignature> array_agg_signature(const sql::AggregateUse& use) {
    if (use.arguments.size() != 1) return std::nullopt;
    const sql::Type type = use.arguments[0] == sql::Type::json_scalar ? sql::Type::jsonb : use.arguments[0];
    if (std::ranges::find(sql::kElementTypes, type) == sql::kElementTypes.end()) return std::nullopt;
    if (use.distinct && !is_sortable(type)) return std::nullopt;
    auto order = list_order(use);
    if (!order) return std::nullopt;
    return sql::AggregateSignature{.arguments = {use.arguments[0]},
                                   .order = std::move(*order),
                                   .row_order = row_order_of(use),
                                   .result = sql::array_type(type)};
}

AggregateKind array_agg_kind(Distinct distinct) {
    return {.name = "array_agg",
            .distinct = distinct,
            .order_by = OrderBy::in_brackets,
            .signature = array_agg_signature,
            .make =
                [distinct](const sql::AggregateCall& call) {
                    ListRules rules = list_rules(call);
                    rules.distinct = distinct == Distinct::itself;
                    rules.keeps_nulls = true;
                    rules.finish = [element = sql::element_type(rules.result)](std::span<const ListEntry> entries) {
                        return array_of(element, entries);
                    };
                    return std::make_unique<ListStates>(std::make_shared<const ListRules>(std::move(rules)));
                },
            .takes = "array_agg takes one value that is no array; DISTINCT and ORDER BY take no jsonb"};
}

}  // namespace

AggregateKinds array_agg_kinds() { return {array_agg_kind(Distinct::refused), array_agg_kind(Distinct::itself)}; }

}  // namespace sf::engine
