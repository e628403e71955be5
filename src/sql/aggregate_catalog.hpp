// What the planner must know of the aggregates that exist. The engine has them; sql only asks.
#pragma once

#include "base/result.hpp"
#include "sql/type.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sf::sql {

/// A call as it is written: f([DISTINCT] arguments [ORDER BY keys]), or f(arguments) WITHIN GROUP (ORDER BY keys).
struct AggregateUse {
    std::string_view name;
    std::span<const Type> arguments;  // As written, those of constants included; none for count(*).
    std::span<const Type> order = {};
    bool distinct = false;
    bool within_group = false;
};

/// An argument that must be a literal, because the state depends on it: a fraction, a delimiter.
struct ConstantRule {
    enum class Kind : std::uint8_t { number, whole_number, numbers, text };  // numbers: ARRAY[0.5, 0.9].
    std::string_view name;                                                   // For people: "fraction".
    Kind kind = Kind::number;
    double least = 0;  // Of numbers.
    double greatest = 0;
};
using ConstantValue = std::variant<double, std::string, std::vector<double>>;

/// Whether the state must know the order in which rows happened, by columns that the planner adds.
enum class RowOrder : std::uint8_t {
    unused,
    breaks_ties,  // Of rows with equal keys, where rows have an order.
    needed,
};

/// Which way a key of ORDER BY sorts.
struct SortDirection {
    bool descending = false;
    bool nulls_first = false;

    friend bool operator==(const SortDirection&, const SortDirection&) = default;
};

/// One way to call an aggregate, chosen by the types of the arguments.
struct AggregateSignature {
    std::string function;                 // What the engine knows it by: "count", "count_distinct", ...
    std::vector<Type> arguments;          // What the arguments are to be cast to; evaluated for every event.
    std::vector<ConstantRule> constants;  // Of the arguments behind those.
    std::vector<Type> order;              // What the keys of ORDER BY are to be cast to.
    RowOrder row_order = RowOrder::unused;
    Type result = Type::bigint;
};

class AggregateCatalog {
public:
    virtual ~AggregateCatalog() = default;

    /// Whether the name is an aggregate's at all.
    [[nodiscard]] virtual bool has(std::string_view name) const = 0;

    /// All names, for finding the one that was meant.
    [[nodiscard]] virtual std::vector<std::string_view> names() const = 0;

    /// `invalid_input` with a message for people ("sum does not take (text)") and a hint where there is one; the
    /// planner adds the position.
    [[nodiscard]] virtual Result<AggregateSignature> resolve(const AggregateUse& use) const = 0;
};

}  // namespace sf::sql
