#include "sql/query/table_functions.hpp"

#include "base/nearest_name.hpp"
#include "sql/functions/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

namespace sf::sql::query {
namespace {

// What takes JSON apart: arrays of equal length, whose elements become the columns of a row.
struct JsonParts {
    struct Part {
        const Function* array = nullptr;
        std::string_view column;
    };
    std::string_view name;
    std::array<Part, 2> parts;
    // PostgreSQL calls the one column of a function by the alias, unless the function names it.
    bool column_as_alias = false;
};
constexpr std::array kJsonParts = {
    JsonParts{"jsonb_array_elements", {{{&kJsonElements, "value"}}}},
    JsonParts{"jsonb_array_elements_text", {{{&kJsonElementTexts, "value"}}}},
    JsonParts{"jsonb_object_keys", {{{&kJsonKeys, "jsonb_object_keys"}}}, true},
    JsonParts{"jsonb_each", {{{&kJsonKeys, "key"}, {&kJsonValues, "value"}}}},
    JsonParts{"jsonb_each_text", {{{&kJsonKeys, "key"}, {&kJsonValueTexts, "value"}}}},
};

// The bounds are literals: the database makes the rows before it has others.
Result<RelationPtr> series(QueryContext& context, const PgQuery__FuncCall& call) {
    auto relation = std::make_shared<Relation>();
    relation->kind = Relation::Kind::series;
    if (call.n_args < 2 || call.n_args > 3)
        return context.refuse(call.location, "generate_series takes a begin, an end and perhaps a step");
    std::vector<AggregateCall> none;
    const QueryScope empty(context, nullptr);
    ExpressionBinder binder = context.binder(empty, none);
    std::vector<Operand> operands;
    for (std::size_t i = 0; i < call.n_args; ++i) {
        SF_ASSIGN(Operand operand, binder.bind(*call.args[i], {.name = "generate_series"}));
        operands.push_back(std::move(operand));
    }
    const bool times = operands[0].is(Type::timestamptz) || operands[1].is(Type::timestamptz);
    const std::span<const Operand> bounds(operands.data(), times ? 2 : operands.size());
    SF_ASSIGN(Type type, context.builder.common_type(bounds, "generate_series"));
    if (type == Type::text) type = Type::integer;
    if (type != Type::integer && type != Type::bigint && type != Type::timestamptz)
        return context.refuse(call.location, fmt::format("generate_series does not take {}", to_string(type)),
                              "it takes whole numbers, or times with an interval");
    if (times && operands.size() < 3)
        return context.refuse(call.location, "generate_series of times needs a step",
                              "generate_series(a, b, INTERVAL '1 hour')");
    for (std::size_t i = 0; i < operands.size(); ++i) {
        SF_ASSIGN(ExpressionPtr argument,
                  context.builder.implicit(operands[i], times && i == 2 ? Type::interval : type));
        if (!is_literal(*argument) || is_null_literal(*argument))
            return context.refuse(location_of(*call.args[i]), "generate_series needs literals here",
                                  "such as now() - INTERVAL '1 day'");
        const auto* const step = std::get_if<std::int64_t>(&argument->literal);
        const auto* const span = std::get_if<Interval>(&argument->literal);
        if (i == 2 && ((step != nullptr && *step == 0) || (span != nullptr && *span == Interval{})))
            return context.refuse(location_of(*call.args[i]), "the step must not be zero");
        relation->arguments.push_back(std::move(argument));
    }
    relation->columns.push_back({"generate_series", type, {0, true}});
    return relation;
}

RelationPtr lateral_unnest() {
    auto relation = std::make_shared<Relation>();
    relation->kind = Relation::Kind::unnest;
    relation->lateral = true;
    return relation;
}

Result<RelationPtr> unnest(QueryContext& context, const QueryScope& scope, const PgQuery__FuncCall& call) {
    RelationPtr relation = lateral_unnest();
    std::vector<AggregateCall> none;
    ExpressionBinder binder = context.binder(scope, none);
    for (std::size_t i = 0; i < call.n_args; ++i) {
        SF_ASSIGN(const Operand operand, binder.bind(*call.args[i], {.name = "unnest"}));
        if (operand.unknown || !is_array(operand.type()))
            return context.refuse(location_of(*call.args[i]),
                                  fmt::format("unnest takes arrays, not {}", operand.type_name()),
                                  operand.is(Type::jsonb) ? "jsonb_array_elements takes JSON's" : "");
        relation->arguments.push_back(operand.expression);
        relation->columns.push_back({"unnest", element_type(operand.type()), {}});
    }
    if (relation->arguments.empty()) return context.refuse(call.location, "unnest takes one or more arrays");
    return relation;
}

Result<RelationPtr> json_parts(QueryContext& context, const QueryScope& scope, const PgQuery__FuncCall& call,
                               const JsonParts& function) {
    if (call.n_args != 1) return context.refuse(call.location, fmt::format("{} takes one jsonb", function.name));
    std::vector<AggregateCall> none;
    ExpressionBinder binder = context.binder(scope, none);
    SF_ASSIGN(const Operand operand, binder.bind(*call.args[0], {.name = function.name}));
    // data.lines is a plain value elsewhere; here it is all that stands there.
    const bool is_dotted = operand.is(Type::json_scalar) && operand.expression->function == &kScalarOfField;
    const Operand whole = is_dotted ? Operand{operand.expression->arguments[0], false, operand.location} : operand;
    SF_ASSIGN(const ExpressionPtr json, context.builder.implicit(whole, Type::jsonb));
    RelationPtr relation = lateral_unnest();
    for (const auto& [array, column] : function.parts) {
        if (array == nullptr) break;
        relation->arguments.push_back(make_call(*array, array->result, {json}, nullptr, call.location));
        relation->columns.push_back({std::string(column), element_type(array->result), {}});
    }
    return relation;
}

// Those whose columns an expression reads. False if it reads what is no column.
bool add_read(const Expression& expression, const LeafTable& leaves, std::set<const Relation*>& read) {
    if (expression.kind == Expression::Kind::input) {
        const Leaf& leaf = leaves[expression.index];
        if (leaf.kind != Leaf::Kind::column) return false;
        read.insert(leaf.relation->host != nullptr ? leaf.relation->host : leaf.relation.get());
    }
    return std::ranges::all_of(expression.arguments,
                               [&](const ExpressionPtr& argument) { return add_read(*argument, leaves, read); });
}

// `wanted`, if it is in `from` and a join leaves none of its rows without their values. Null otherwise.
Relation* found_in(Relation& from, const Relation* wanted) {
    if (from.kind != Relation::Kind::join) return &from == wanted && !from.lateral ? &from : nullptr;
    const bool both = from.join == Relation::Join::inner || from.join == Relation::Join::cross;
    if (!both && from.join != Relation::Join::left) return nullptr;
    Relation* const left = found_in(*from.left, wanted);
    return left != nullptr || !both ? left : found_in(*from.right, wanted);
}

std::unexpected<Error> unknown(const QueryContext& context, std::string_view name, int location) {
    std::vector<std::string_view> known = {"tumble", "hop", "session", "generate_series", "unnest"};
    std::ranges::transform(kJsonParts, std::back_inserter(known), &JsonParts::name);
    const auto meant = nearest_name(name, known);
    return context.refuse(
        location, fmt::format("there is no table function \"{}\"", name),
        meant ? fmt::format("is it \"{}\"?", *meant)
              : "TUMBLE, HOP, SESSION, generate_series, unnest, jsonb_array_elements and jsonb_each are");
}

}  // namespace

Result<RelationPtr> table_function(QueryContext& context, const QueryScope& scope, const PgQuery__FuncCall& call,
                                   std::string_view alias, bool with_ordinality) {
    const std::string_view name = string_of(*call.funcname[call.n_funcname - 1]);
    const auto* const parts = std::ranges::find(kJsonParts, name, &JsonParts::name);
    RelationPtr relation;
    if (name == "generate_series") {
        if (with_ordinality) return context.refuse(call.location, "generate_series has no WITH ORDINALITY here");
        SF_ASSIGN(relation, series(context, call));
    } else if (name == "unnest") {
        SF_ASSIGN(relation, unnest(context, scope, call));
    } else if (parts != kJsonParts.end()) {
        SF_ASSIGN(relation, json_parts(context, scope, call, *parts));
    } else {
        return unknown(context, name, call.location);
    }
    const bool names_its_column = parts != kJsonParts.end() && !parts->column_as_alias;
    if (!alias.empty() && relation->columns.size() == 1 && !names_its_column) relation->columns[0].name = alias;
    if (with_ordinality) {
        const Type numbers = kOrdinals.result;
        relation->arguments.push_back(make_call(kOrdinals, numbers, relation->arguments, nullptr, call.location));
        relation->columns.push_back({"ordinality", element_type(numbers), {0, true}});
    }
    return relation;
}

void put_beside_rows(const LeafTable& leaves, std::span<const RelationPtr> from, const RelationPtr& elements,
                     bool keeps_rows) {
    if (elements->kind != Relation::Kind::unnest) return;
    std::set<const Relation*> read;
    for (const ExpressionPtr& argument : elements->arguments) {
        if (!add_read(*argument, leaves, read)) return;
    }
    if (read.size() != 1) return;
    for (const RelationPtr& each : from) {
        Relation* const host = found_in(*each, *read.begin());
        if (host == nullptr) continue;
        elements->host = host;
        elements->host_column = host->columns.size();
        for (const RelationPtr& other : host->hosted) elements->host_column += other->columns.size();
        elements->keeps_rows = keeps_rows;
        host->hosted.push_back(elements);
        return;
    }
}

}  // namespace sf::sql::query
