// string_agg([DISTINCT] x, delimiter [ORDER BY ...]).
#include "engine/aggregates/kinds.hpp"
#include "engine/aggregates/list_states.hpp"

namespace sf::engine {
namespace {

std::optional<std::string> joined(std::span<const ListEntry> entries, std::string_view delimiter) {
    std::size_t size = (entries.size() - 1) * delimiter.size();
    for (const ListEntry& entry : entries) size += entry.value->size();
    if (size > kListBytesMax) return std::nullopt;
    std::string text;
    text.reserve(size);
    for (const ListEntry& entry : entries) {
        if (&entry != &entries.front()) text += delimiter;
        text += *entry.value;
    }
    return text;
}

AggregateKind string_agg_kind(Distinct distinct) {
    return {.name = "string_agg",
            .distinct = distinct,
            .order_by = OrderBy::in_brackets,
            .signature = [](const sql::AggregateUse& use) -> std::optional<sql::AggregateSignature> {
                if (use.arguments.size() != 2) return std::nullopt;
                const sql::Type type = use.arguments[0];
                if (type != sql::Type::text && type != sql::Type::json_scalar) return std::nullopt;
                auto order = list_order(use);
                if (!order) return std::nullopt;
                return sql::AggregateSignature{
                    .arguments = {sql::Type::text},
                    .constants = {{.name = "delimiter", .kind = sql::ConstantRule::Kind::text}},
                    .order = std::move(*order),
                    .row_order = row_order_of(use),
                    .result = sql::Type::text};
            },
            .make =
                [distinct](const sql::AggregateCall& call) {
                    ListRules rules = list_rules(call);
                    rules.distinct = distinct == Distinct::itself;
                    rules.finish = [delimiter = std::get<std::string>(call.constants[0])](
                                       std::span<const ListEntry> entries) { return joined(entries, delimiter); };
                    return std::make_unique<ListStates>(std::make_shared<const ListRules>(std::move(rules)));
                },
            .takes =
                "string_agg takes a text and a delimiter: string_agg(user_id, ', ' ORDER BY user_id); ORDER BY "
                "takes no jsonb"};
}

}  // namespace

AggregateKinds string_agg_kinds() { return {string_agg_kind(Distinct::refused), string_agg_kind(Distinct::itself)}; }

}  // namespace sf::engine
