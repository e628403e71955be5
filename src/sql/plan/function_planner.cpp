// CREATE FUNCTION name(parameters) RETURNS type LANGUAGE sql: what a function is made of, and whether its body is what
// it promises.
#include "base/ascii.hpp"
#include "sql/plan/event_scope.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/plan/function_body.hpp"
#include "sql/plan/function_scope.hpp"
#include "sql/plan/object_name.hpp"
#include "sql/plan/type_name.hpp"
#include "sql/user_function.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

constexpr std::string_view kFunctionForm =
    "write CREATE FUNCTION net(price numeric, rate numeric) RETURNS numeric LANGUAGE sql AS $$ SELECT price / (1 + "
    "rate) "
    "$$";

// Tokens of the words before a function's name.
std::size_t words_before_name(std::span<const Token> tokens) {
    if (tokens.empty() || tokens[0].kind != PG_QUERY__TOKEN__CREATE) return 0;
    std::size_t at = 1;
    if (tokens.size() > 2 && tokens[1].kind == PG_QUERY__TOKEN__OR && tokens[2].kind == PG_QUERY__TOKEN__REPLACE)
        at = 3;
    return tokens.size() > at && tokens[at].kind == PG_QUERY__TOKEN__FUNCTION ? at + 1 : 0;
}

class FunctionReader {
public:
    explicit FunctionReader(const Statement& statement) : statement_(statement), builder_(statement) {}

    Result<UserFunctionPtr> read() {
        const PgQuery__Node& root = statement_.root();
        if (root.node_case != PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT || root.create_function_stmt->is_procedure != 0)
            return refuse(0, "this is no function", std::string(kFunctionForm));
        const PgQuery__CreateFunctionStmt& create = *root.create_function_stmt;
        const int name_location = location_of_name();
        if (create.n_funcname > 1) return refuse(name_location, "a function has no schema", "write the name alone");
        function_.sql = statement_.sql();
        function_.name = string_of(*create.funcname[0]);
        function_.replaces = create.replace != 0;
        SF_TRY(check_object_name(builder_, function_.name, name_location, "a function"));
        if (create.n_parameters > kFunctionParametersMax)
            return refuse(name_location, fmt::format("a function has at most {} parameters", kFunctionParametersMax));
        for (std::size_t i = 0; i < create.n_parameters; ++i)
            SF_TRY(add_parameter(*create.parameters[i]->function_parameter, name_location));
        if (create.return_type == nullptr)
            return refuse(name_location, "the function does not say what it returns", std::string(kFunctionForm));
        SF_ASSIGN(function_.result, type_of_value(*create.return_type));
        SF_TRY(read_options(create, name_location));
        SF_TRY(FunctionBody::of(function_));
        return std::make_shared<const UserFunction>(std::move(function_));
    }

private:
    [[nodiscard]] std::unexpected<Error> refuse(int location, std::string message, std::string hint = {}) const {
        return fail(builder_.error(location, std::move(message), std::move(hint)));
    }

    [[nodiscard]] int location_of_name() const {
        const std::vector<Token> tokens = tokens_of(statement_.sql());
        const std::size_t at = words_before_name(tokens);
        return at < tokens.size() ? tokens[at].begin : 0;
    }

    Result<Type> type_of_value(const PgQuery__TypeName& name) const {
        if (name.setof != 0)
            return refuse(name.location, "functions that return several rows are not supported",
                          "the value is one expression");
        if (name.n_typmods > 0)
            return refuse(name.location, "a type of a function has no precision",
                          "PostgreSQL forgets it, too; cast in the body: (a + b)::numeric(10, 2)");
        SF_ASSIGN(const NamedType named, named_type(builder_, name));
        return named.type;
    }

    Result<> add_parameter(const PgQuery__FunctionParameter& parameter, int name_location) {
        const int location = parameter.arg_type != nullptr ? parameter.arg_type->location : name_location;
        if (parameter.mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_IN &&
            parameter.mode != PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_DEFAULT)
            return refuse(location, "OUT, INOUT, VARIADIC and TABLE are not supported", std::string(kFunctionForm));
        if (parameter.defexpr != nullptr)
            return refuse(location, "defaults of parameters are not supported",
                          "write a function for each number of arguments");
        const std::string name = parameter.name != nullptr ? parameter.name : "";
        if (!name.empty() &&
            std::ranges::find(function_.parameters, name, &FunctionParameter::name) != function_.parameters.end())
            return refuse(location, fmt::format("two parameters are called \"{}\"", name));
        SF_ASSIGN(const Type type, type_of_value(*parameter.arg_type));
        function_.parameters.push_back({name, type});
        return {};
    }

    // What the same arguments always give is all the same: IMMUTABLE, STABLE, VOLATILE, and who may run in parallel.
    Result<> read_options(const PgQuery__CreateFunctionStmt& create, int name_location) {
        bool language = create.sql_body != nullptr;
        for (std::size_t i = 0; i < create.n_options; ++i) {
            const PgQuery__DefElem& option = *create.options[i]->def_elem;
            const std::string_view name = option.defname;
            if (name == "language") {
                const std::string_view word = string_of(*option.arg);
                language = true;
                if (ascii_lower(word) != "sql")
                    return refuse(option.location, fmt::format("the language {} is not supported", word),
                                  "LANGUAGE sql");
            } else if (name == "strict") {
                function_.strict = option.arg->boolean->boolval != 0;
            } else if (name != "as" && name != "volatility" && name != "parallel") {
                return refuse(option.location, fmt::format("the option {} of a function is not supported", name),
                              std::string(kFunctionForm));
            }
        }
        if (!language) return refuse(name_location, "the function names no language", "LANGUAGE sql");
        return {};
    }

    const Statement& statement_;
    const Builder builder_;
    UserFunction function_;
};

}  // namespace

std::string UserFunction::signature() const {
    std::string text = name + "(";
    for (const FunctionParameter& parameter : parameters) {
        if (text.back() != '(') text += ", ";
        if (!parameter.name.empty()) text += parameter.name + ' ';
        text += to_string(parameter.type);
    }
    return text + ')';
}

const FunctionCatalog& no_functions() {
    static const NamedFunctions none;
    return none;
}

UserFunctionPtr NamedFunctions::function(std::string_view name) const {
    const auto found = functions_.find(name);
    return found == functions_.end() ? nullptr : found->second;
}

std::vector<std::string> NamedFunctions::function_names() const {
    std::vector<std::string> names;
    for (const auto& [name, function] : functions_) names.push_back(name);
    return names;
}

bool makes_function(std::string_view sql) { return words_before_name(tokens_of(sql)) > 0; }

Result<UserFunctionPtr> read_function(std::string_view sql) {
    SF_ASSIGN(const Statement statement, Statement::parse(sql));
    return FunctionReader(statement).read();
}

Result<bool> check_function(const UserFunction& function, const AggregateCatalog& aggregates,
                            const FunctionCatalog& functions) {
    SF_ASSIGN(const FunctionBody body, FunctionBody::of(function));
    const Builder builder(body.statement());
    const std::vector<Token> tokens = tokens_of(function.sql);
    const int name_location = tokens.at(words_before_name(tokens)).begin;
    if (ExpressionBinder::is_built_in(function.name, aggregates))
        return fail(builder.error(name_location, fmt::format("there is a function \"{}\" already", function.name),
                                  "it is built in; choose another name"));
    FunctionCalls calls{.catalog = functions};
    std::vector<AggregateCall> called;
    const EventScope events(builder, "events", false);
    ExpressionBinder binder(builder, events, aggregates, called);
    binder.call_functions(calls);
    SF_TRY(binder.check_body(function, body.expression()));
    if (function.strict && !called.empty())
        return fail(builder.error(name_location, "STRICT has no meaning where there are aggregates",
                                  "they leave NULLs out by themselves"));
    return !called.empty();
}

}  // namespace sf::sql
