#include "sql/aggregate_reference.hpp"

#include "sql/reference.hpp"
#include "sql/reference_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace sf::sql {
namespace {

constexpr std::size_t kAnyTypesMin = 10;  // An aggregate that takes so many types in one way takes any.

// One way to call an aggregate: the type that differs from way to way, and what stands around it.
struct Way {
    Type type = Type::text;
    std::string before;  // "string_agg(", "mode() WITHIN GROUP (ORDER BY ";
    std::string after;   // ", delimiter)", ")".
    Type result = Type::text;
};

std::string constants_text(const AggregateSignature& signature, bool comma_first) {
    std::string text;
    for (const ConstantRule& constant : signature.constants) {
        text += text.empty() && !comma_first ? "" : ", ";
        text += constant.name;
    }
    return text;
}

// What the call takes as it is: not what would be converted for it.
bool takes(const AggregateSignature& signature, Type type) {
    return std::ranges::all_of(signature.arguments, [&](Type argument) { return argument == type; }) &&
           std::ranges::all_of(signature.order, [&](Type key) { return key == type; });
}

void add_ways(std::vector<Way>& ways, const AggregateCatalog& aggregates, std::string_view name, Type type) {
    // With one argument, two of a type, or a constant behind the argument.
    std::vector<std::vector<Type>> forms = {{type}, {type, type}};
    for (const Type constant : {Type::double_precision, Type::integer, Type::text}) {
        if (constant != type) forms.push_back({type, constant});
    }
    for (const std::vector<Type>& form : forms) {
        const auto signature = aggregates.resolve({.name = name, .arguments = form});
        if (!signature || !takes(*signature, type)) continue;
        std::string before = std::string(name) + "(";
        if (signature->arguments.size() == 2) before += std::string(to_string(type)) + ", ";
        ways.push_back({type, std::move(before), constants_text(*signature, true) + ")", signature->result});
    }
    for (const std::vector<Type>& constants :
         {std::vector<Type>{}, {Type::double_precision}, {array_type(Type::double_precision)}}) {
        const std::array order = {type};
        const auto signature =
            aggregates.resolve({.name = name, .arguments = constants, .order = order, .within_group = true});
        if (!signature || !takes(*signature, type)) continue;
        std::string inside = constants_text(*signature, false);
        if (!constants.empty() && is_array(constants[0])) inside = "ARRAY[" + inside + ", ...]";
        ways.push_back({type, fmt::format("{}({}) WITHIN GROUP (ORDER BY ", name, inside), ")", signature->result});
    }
}

// The result as it is written where the type is any: with the type, or as what it is of any type.
std::string result_of_any(const Way& way) {
    if (way.result == way.type) return "anyelement";
    if (way.result == array_type(way.type)) return "anyarray";
    return std::string(to_string(way.result));
}

// Ways that differ in the type alone are one where there are many.
std::string ways_text(const std::vector<Way>& ways) {
    const auto with_result = [](const Way& way) { return way.before + way.after + std::string(to_string(way.result)); };
    const auto with_any = [](const Way& way) { return way.before + way.after + result_of_any(way); };
    const auto are_many = [&](const Way& way, auto shape) {
        return static_cast<std::size_t>(std::ranges::count(ways, shape(way), shape)) >= kAnyTypesMin;
    };
    std::vector<std::string> lines;
    for (const Way& way : ways) {
        const bool one_result = are_many(way, with_result);
        const bool any = one_result || are_many(way, with_any);
        std::string line = fmt::format("`{}{}{} → {}`", way.before, any ? "anyelement" : to_string(way.type), way.after,
                                       any && !one_result ? result_of_any(way) : std::string(to_string(way.result)));
        if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
    }
    return fmt::format("{}", fmt::join(lines, "<br>"));
}

std::vector<std::string_view> names_once(const AggregateCatalog& aggregates) {
    std::vector<std::string_view> names = aggregates.names();
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

}  // namespace

std::string aggregates_table(const AggregateCatalog& aggregates) {
    std::string table = "All take FILTER (WHERE condition).\n\n| call | of the values of a group |\n|---|---|\n";
    for (const ReferenceText& text : aggregate_texts()) {
        std::vector<Way> ways;
        for (const Type type : kElementTypes) add_ways(ways, aggregates, text.name, type);
        std::string calls = ways_text(ways);
        if (aggregates.resolve({.name = text.name, .arguments = {}}))
            calls = fmt::format("`{}(*) → bigint`<br>{}", text.name, calls);
        table += fmt::format("| {} | {} |\n", calls, text.text);
    }
    return table;
}

std::vector<std::string_view> aggregates_without_text(const AggregateCatalog& aggregates) {
    std::vector<std::string_view> missing = names_once(aggregates);
    std::erase_if(missing, [](std::string_view name) {
        return std::ranges::find(aggregate_texts(), name, &ReferenceText::name) != aggregate_texts().end();
    });
    return missing;
}

std::vector<std::string_view> texts_without_aggregate(const AggregateCatalog& aggregates) {
    std::vector<std::string_view> unknown;
    for (const ReferenceText& text : aggregate_texts()) {
        if (!aggregates.has(text.name)) unknown.push_back(text.name);
    }
    return unknown;
}

}  // namespace sf::sql
