// A function that was written in SQL. A call of it in a view stands for its body, with the arguments in the places of
// its parameters: it costs what the body costs, and where the body has aggregates it is one.
#pragma once

#include "base/result.hpp"
#include "sql/aggregate_catalog.hpp"
#include "sql/type.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

inline constexpr std::size_t kFunctionParametersMax = 100;
inline constexpr std::size_t kFunctionCallsMax = 1'000;  // Of a statement, those in the bodies of functions included.

struct FunctionParameter {
    std::string name;  // Empty where it is only $1.
    Type type = Type::text;
};

/// What CREATE FUNCTION says. Immutable; any thread.
struct UserFunction {
    std::string sql;  // The statement as it was written.
    std::string name;
    std::vector<FunctionParameter> parameters;
    Type result = Type::text;
    bool strict = false;    // NULL where an argument is.
    bool replaces = false;  // OR REPLACE.

    /// "revenue(price numeric, integer)"
    [[nodiscard]] std::string signature() const;
};

using UserFunctionPtr = std::shared_ptr<const UserFunction>;  // Shared by plans and those who keep functions.

/// The functions that a statement may call.
class FunctionCatalog {
public:
    virtual ~FunctionCatalog() = default;

    /// Null where there is none of this name.
    [[nodiscard]] virtual UserFunctionPtr function(std::string_view name) const = 0;
    [[nodiscard]] virtual std::vector<std::string> function_names() const = 0;
};

/// Functions by their names.
class NamedFunctions final : public FunctionCatalog {
public:
    /// In place of the one of its name, if there is one.
    void add(UserFunctionPtr function) { functions_[function->name] = std::move(function); }

    [[nodiscard]] UserFunctionPtr function(std::string_view name) const override;
    [[nodiscard]] std::vector<std::string> function_names() const override;

private:
    std::map<std::string, UserFunctionPtr, std::less<>> functions_;
};

/// A catalog that is empty.
[[nodiscard]] const FunctionCatalog& no_functions();

/// Whether the text begins as a statement that makes a function, whatever else is wrong with it.
[[nodiscard]] bool makes_function(std::string_view sql);

/// Reads CREATE [OR REPLACE] FUNCTION name(parameters) RETURNS type LANGUAGE sql, and AS 'SELECT ...' or RETURN ...
/// Errors as those of plan_view().
[[nodiscard]] Result<UserFunctionPtr> read_function(std::string_view sql);

/// Whether its body is an expression of the type that it promises, with the functions that there are. Says whether
/// there are aggregates in it. Errors have their place in the function's statement.
[[nodiscard]] Result<bool> check_function(const UserFunction& function, const AggregateCatalog& aggregates,
                                          const FunctionCatalog& functions);

}  // namespace sf::sql
