// Arrays as columns of their elements, and what is done with those: casts, comparisons for ANY and ALL.
#pragma once

#include "sql/evaluate/call.hpp"

#include <span>

namespace sf::sql {

/// Rows [begin, end).
struct RowRange {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// The elements of some rows of an argument, one behind the other. A NULL array has none. Memory of the call's arena.
class ElementColumn {
public:
    ElementColumn(Call& call, std::size_t argument, RowRange rows);

    [[nodiscard]] const Column& column() const { return column_; }
    [[nodiscard]] std::size_t size_of(std::size_t row) const { return sizes_[row - rows_.begin]; }

    /// The row of each element, counted from the first of the range.
    [[nodiscard]] std::span<const std::uint32_t> rows() const { return row_of_; }

private:
    RowRange rows_;
    Column column_;
    std::span<std::uint32_t> sizes_;
    std::span<std::uint32_t> row_of_;
};

/// `cast_of_element` is a cast of an input.
[[nodiscard]] ExpressionPtr make_array_cast(ExpressionPtr array, ExpressionPtr cast_of_element, int location);

enum class Quantifier : std::uint8_t { any, all };

/// value <operator> ANY (array): `comparison` is the operator over two inputs, of the value's type and the element's.
[[nodiscard]] ExpressionPtr make_quantified(Quantifier quantifier, ExpressionPtr comparison, ExpressionPtr value,
                                            ExpressionPtr array, int location);

}  // namespace sf::sql
