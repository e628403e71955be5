// Kernels made from a function over one row. For what costs more than the loop around it; the loops that must be fast
// are written out in compare.cpp and arithmetic.cpp.
#pragma once

#include "sql/evaluate/call.hpp"

#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace sf::sql {
namespace rowwise_inner {

template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;

template <class T>
struct Result {
    using Value = T;
    static constexpr bool kMayFail = false;
};
template <class T>
struct Result<std::optional<T>> {
    using Value = T;
    static constexpr bool kMayFail = true;
};

// Texts stand where their events do, each in another place of memory: they are fetched ahead of their use.
constexpr std::size_t kTextsAhead = 16;
template <class T>
void fetch(const Reader<T>& reader, std::size_t row, std::size_t rows) {
    if constexpr (std::is_same_v<T, std::string_view>) {
        if (row + kTextsAhead < rows) __builtin_prefetch(reader[row + kTextsAhead].data());
    }
}

template <auto Row, bool kWithCall, class Return, class... In>
struct Loop {
    static void run(Call& call) { run(call, std::index_sequence_for<In...>{}); }

    template <std::size_t... I>
    static void run(Call& call, std::index_sequence<I...>) {
        using Value = typename Result<Return>::Value;
        const std::tuple<Reader<Stored<In>>...> readers{call.read<Stored<In>>(I)...};
        const auto out = call.write<Stored<Value>>();
        const std::span<const std::uint8_t> valid = call.result().valid;
        const std::size_t rows = call.rows();
        for (std::size_t row = 0; row < rows; ++row) {
            (fetch(std::get<I>(readers), row, rows), ...);
            if (!valid.empty() && valid[row] == 0) {
                out[row] = {};
                continue;
            }
            Return result = [&] {
                if constexpr (kWithCall) return Row(call, static_cast<In>(std::get<I>(readers)[row])...);
                else return Row(static_cast<In>(std::get<I>(readers)[row])...);
            }();
            if constexpr (!Result<Return>::kMayFail) {
                out[row] = result;
            } else if (result) {
                out[row] = *result;
            } else {
                out[row] = {};
                call.fail(row);
            }
        }
    }
};

template <auto Row, class F>
struct Select;
template <auto Row, class Return, class... In>
struct Select<Row, Return (*)(In...)> : Loop<Row, false, Return, In...> {};
template <auto Row, class Return, class... In>
struct Select<Row, Return (*)(Call&, In...)> : Loop<Row, true, Return, In...> {};

}  // namespace rowwise_inner

/// `Row` takes the values of a row's arguments, by value, after a Call& if it makes texts, and gives the result, or an
/// optional where it may fail. Rows where an argument is NULL are left out.
template <auto Row>
void rowwise(Call& call) {
    rowwise_inner::Select<Row, decltype(Row)>::run(call);
}

}  // namespace sf::sql
