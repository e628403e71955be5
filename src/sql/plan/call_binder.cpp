// Calls of functions, by the types of their arguments.
#include "sql/plan/expression_binder.hpp"

#include "base/nearest_name.hpp"
#include "sql/plan/other_dialects.hpp"
#include "sql/plan/overloads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace sf::sql {
namespace {

// Functions that PostgreSQL has and a view can't, or does otherwise.
struct Refusal {
    std::string_view name;
    std::string_view hint;
};
constexpr std::string_view kClock = "results of a view depend on events alone; received_at is when an event came";
constexpr std::string_view kChance = "results of a view depend on events alone";
constexpr std::string_view kRowsOfOne =
    "it makes several rows of one. Queries have it in FROM, views not: FROM events, unnest(tags) AS tag. ANY, @> and "
    "subscripts look into a value";
constexpr std::string_view kBytes =
    "it gives bytes, which are no values here: encode(sha256(convert_to(x, 'UTF8')), 'hex') is text";
constexpr std::string_view kRanking = "write row_number() OVER (PARTITION BY window_start, ... ORDER BY ...)";
constexpr std::array kRefusals = {
    Refusal{"now", kClock},
    Refusal{"clock_timestamp", kClock},
    Refusal{"statement_timestamp", kClock},
    Refusal{"transaction_timestamp", kClock},
    Refusal{"timeofday", kClock},
    Refusal{"random", kChance},
    Refusal{"gen_random_uuid", kChance},
    Refusal{"nextval", kChance},
    Refusal{"row_number", kRanking},
    Refusal{"rank", kRanking},
    Refusal{"dense_rank", kRanking},
    Refusal{"tumble", "it stands in FROM: FROM TUMBLE(events, timestamp, INTERVAL '1 min')"},
    Refusal{"hop", "it stands in FROM: FROM HOP(events, timestamp, INTERVAL '10 s', INTERVAL '5 min')"},
    Refusal{"session", "it stands in FROM: FROM SESSION(events, timestamp, INTERVAL '30 min')"},
    Refusal{"regexp_matches", "regexp_match() gives the first match; regexp_count() counts them"},
    Refusal{"regexp_split_to_table", "regexp_split_to_array() gives all pieces in one row"},
    Refusal{"string_to_table", "string_to_array() gives all pieces in one row"},
    Refusal{"unnest", kRowsOfOne},
    Refusal{"jsonb_object_keys", kRowsOfOne},
    Refusal{"jsonb_array_elements", kRowsOfOne},
    Refusal{"jsonb_array_elements_text", kRowsOfOne},
    Refusal{"jsonb_each", kRowsOfOne},
    Refusal{"jsonb_each_text", kRowsOfOne},
    Refusal{"generate_series", kRowsOfOne},
    Refusal{"json_typeof", "use jsonb_typeof"},
    Refusal{"json_array_length", "use jsonb_array_length"},
    Refusal{"to_json", "use to_jsonb"},
    Refusal{"sha256", kBytes},
    Refusal{"decode", kBytes},
    Refusal{"convert_to", kBytes},
};

// boolean in concat() is t or f, unlike in a cast.
ExpressionPtr boolean_letter(ExpressionPtr value) {
    std::vector<ExpressionPtr> arguments = {value, make_literal(Type::text, std::string("t")),
                                            make_call(kIsFalse, Type::boolean, {value}, nullptr, value->location),
                                            make_literal(Type::text, std::string("f")),
                                            make_literal(Type::text, std::monostate{})};
    const int location = value->location;
    return make_call(kCase, Type::text, std::move(arguments), nullptr, location);
}

}  // namespace

bool ExpressionBinder::is_built_in(std::string_view name, const AggregateCatalog& aggregates) {
    constexpr std::array<std::string_view, 4> kOwnForms = {"jsonb_extract_path", "jsonb_extract_path_text",
                                                           "make_interval", "pi"};
    return !functions_named(name).empty() || variadic_function(name) != nullptr || aggregates.has(name) ||
           std::ranges::find(kOwnForms, name) != kOwnForms.end() ||
           std::ranges::find(kRefusals, name, &Refusal::name) != kRefusals.end();
}

Result<Operand> ExpressionBinder::bind_call(const PgQuery__FuncCall& call, const Clause& clause) {
    const int location = call.location;
    const std::string name(string_of(*call.funcname[call.n_funcname - 1]));
    if (call.n_funcname > 1 && string_of(*call.funcname[0]) != "pg_catalog")
        return refuse(location, fmt::format("there is no schema \"{}\"", string_of(*call.funcname[0])));
    if (const UserFunctionPtr function = functions_ != nullptr ? functions_->catalog.function(name) : nullptr)
        return bind_user_function(*function, call, clause);
    if (call.over != nullptr) return bind_ranking(name, call, clause);
    if (aggregates_.has(name)) return bind_aggregate(name, call, clause);
    if (call.agg_star != 0 || call.agg_distinct != 0 || call.n_agg_order > 0 || call.agg_filter != nullptr ||
        call.agg_within_group != 0) {
        const auto meant = nearest_name(name, aggregates_.names());
        return refuse(location, fmt::format("there is no aggregate \"{}\"", name),
                      meant ? fmt::format("is it \"{}\"?", *meant) : "");
    }
    if (call.func_variadic != 0) return refuse(location, "VARIADIC is not supported");
    if (const Function* const function = variadic_function(name)) return bind_variadic(*function, call, clause);
    if (name == "jsonb_extract_path" || name == "jsonb_extract_path_text") return bind_extract_path(name, call, clause);
    if (name == "encode" || name == "convert_from") return bind_of_bytes(name, call, clause);
    if (name == "make_interval") return bind_make_interval(call, clause);
    if (name == kPi.name && call.n_args == 0) {
        SF_ASSIGN(ExpressionPtr pi, builder_.call(kPi, {}, location));
        return typed(std::move(pi), location);
    }
    return bind_function(name, call, clause);
}

Result<Operand> ExpressionBinder::bind_function(std::string_view name, const PgQuery__FuncCall& call,
                                                const Clause& clause) {
    const int location = call.location;
    const auto candidates = functions_named(name);
    if (candidates.empty()) {
        if (functions_ != nullptr && std::ranges::find(functions_->open, name) != functions_->open.end())
            return refuse_circle(name, location);
        const auto* const refusal = std::ranges::find(kRefusals, name, &Refusal::name);
        if (refusal != kRefusals.end())
            return refuse(location, fmt::format("{}() is not supported here", name), std::string(refusal->hint));
        if (const std::string_view hint = hint_for_other_dialect(name); !hint.empty())
            return refuse(location, fmt::format("there is no function \"{}\"", name), fmt::format("write {}", hint));
        std::vector<std::string_view> names = function_names();
        std::ranges::copy(aggregates_.names(), std::back_inserter(names));
        const std::vector<std::string> written =
            functions_ != nullptr ? functions_->catalog.function_names() : std::vector<std::string>();
        names.insert(names.end(), written.begin(), written.end());
        const auto meant = nearest_name(name, names);
        return refuse(location, fmt::format("there is no function \"{}\"", name),
                      meant ? fmt::format("is it \"{}\"?", *meant) : "");
    }
    SF_ASSIGN(Operands arguments, bind_all({call.args, call.n_args}, clause));
    for (std::size_t i = 1; name == "overlaps" && i < arguments.size(); i += 2) {  // A span may be a time and a length.
        if (!arguments[i].is(Type::interval)) continue;
        SF_ASSIGN(arguments[i], bind_infix("+", arguments[i - 1], arguments[i], location));
    }
    const Choice choice = choose_overload(candidates, arguments);
    if (choice.function == nullptr) {
        std::string hint = choice.ambiguous ? "a cast of an argument decides" : "";
        for (const Operand& argument : arguments) {
            if (!choice.ambiguous && argument.is(Type::json_scalar))
                hint = fmt::format("a cast may help, such as {}::numeric", argument.expression->text);
        }
        if (hint.empty() && std::ranges::none_of(candidates, [&](const Function* candidate) {
                return candidate->arity == arguments.size();
            }))
            hint = fmt::format("{} takes another number of arguments", name);
        if (hint.empty() && name == "round" && arguments.size() == 2)
            hint = "round(x::numeric, 2): only exact numbers are rounded to places";
        if (hint.empty()) hint = "a cast of an argument may help";
        return refuse(
            location,
            fmt::format("{} {}", choice.ambiguous ? "it is not clear which function is meant:" : "there is no function",
                        signature_text(name, arguments)),
            std::move(hint));
    }
    std::vector<ExpressionPtr> converted;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        SF_ASSIGN(ExpressionPtr argument, builder_.implicit(arguments[i], choice.function->arguments[i]));
        converted.push_back(std::move(argument));
    }
    SF_ASSIGN(ExpressionPtr expression, builder_.call(*choice.function, std::move(converted), location));
    return typed(std::move(expression), location);
}

// concat(), format() and so on take any types and make texts of them; those of jsonb take values as they are.
Result<Operand> ExpressionBinder::bind_variadic(const Function& function, const PgQuery__FuncCall& call,
                                                const Clause& clause) {
    const bool json = function.result == Type::jsonb;
    const std::size_t least = &function == &kConcatWs ? 2 : json ? 0 : 1;
    if (call.n_args < least)
        return refuse(call.location,
                      fmt::format("{} needs {}", function.name, least == 1 ? "an argument" : "two arguments"));
    if (&function == &kJsonBuildObject && call.n_args % 2 != 0)
        return refuse(call.location, "jsonb_build_object takes pairs of a key and a value");
    std::vector<ExpressionPtr> values;
    SF_ASSIGN(const Operands arguments, bind_all({call.args, call.n_args}, clause));
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Operand& argument = arguments[i];
        const bool key = &function == &kJsonBuildObject && i % 2 == 0;
        if (json && !key) {
            values.push_back(argument.expression);
            continue;
        }
        if (argument.is(Type::boolean) && !key) {
            values.push_back(boolean_letter(argument.expression));
            continue;
        }
        SF_ASSIGN(ExpressionPtr text, builder_.cast(argument, Type::text, argument.location));
        values.push_back(std::move(text));
    }
    SF_ASSIGN(ExpressionPtr expression, builder_.call(function, std::move(values), call.location));
    return typed(std::move(expression), call.location);
}

// make_interval(days => 2): what is not given is 0.
Result<Operand> ExpressionBinder::bind_make_interval(const PgQuery__FuncCall& call, const Clause& clause) {
    static constexpr std::array<std::string_view, 7> kNames = {"years", "months", "weeks", "days",
                                                               "hours", "mins",   "secs"};
    const Function& function = *functions_named("make_interval")[0];
    std::vector<ExpressionPtr> parts;
    for (const Type type : function.argument_types()) {
        SF_ASSIGN(
            ExpressionPtr zero,
            builder_.cast({make_literal(Type::integer, std::int64_t{0}), false, call.location}, type, call.location));
        parts.push_back(std::move(zero));
    }
    for (std::size_t i = 0; i < call.n_args; ++i) {
        const PgQuery__Node* value = call.args[i];
        std::size_t place = i;
        if (value->node_case == PG_QUERY__NODE__NODE_NAMED_ARG_EXPR) {
            const auto* const found = std::ranges::find(kNames, std::string_view(value->named_arg_expr->name));
            if (found == kNames.end())
                return refuse(location_of(*value),
                              fmt::format("make_interval has no \"{}\"", value->named_arg_expr->name),
                              "it has years, months, weeks, days, hours, mins and secs");
            place = static_cast<std::size_t>(found - kNames.begin());
            value = value->named_arg_expr->arg;
        }
        if (place >= parts.size()) return refuse(call.location, "make_interval takes 7 arguments");
        SF_ASSIGN(const Operand operand, bind(*value, clause));
        SF_ASSIGN(parts[place], builder_.implicit(operand, function.arguments[place]));
    }
    SF_ASSIGN(ExpressionPtr made, builder_.call(function, std::move(parts), call.location));
    return typed(std::move(made), call.location);
}

// jsonb_extract_path(value, 'a', 'b') is value #> ARRAY['a', 'b'].
Result<Operand> ExpressionBinder::bind_extract_path(std::string_view name, const PgQuery__FuncCall& call,
                                                    const Clause& clause) {
    if (call.n_args < 1) return refuse(call.location, fmt::format("{} needs an argument", name));
    SF_ASSIGN(Operand value, bind(*call.args[0], clause));
    SF_ASSIGN(value.expression, builder_.implicit(value, Type::jsonb));
    value.unknown = false;
    std::vector<ExpressionPtr> steps;
    for (std::size_t i = 1; i < call.n_args; ++i) {
        SF_ASSIGN(const Operand step, bind(*call.args[i], clause));
        SF_ASSIGN(ExpressionPtr text, builder_.implicit(step, Type::text));
        steps.push_back(std::move(text));
    }
    SF_ASSIGN(ExpressionPtr path, builder_.call(kArray, kTextArray, std::move(steps), call.location));
    return follow_path(name.ends_with("_text") ? "#>>" : "#>", value, typed(std::move(path), call.location),
                       call.location);
}

}  // namespace sf::sql
