// Looking rows of a reference table up, as expressions: first the row, then its columns.
#pragma once

#include "sql/expression_tree.hpp"
#include "sql/tables/reference_table.hpp"

#include <vector>

namespace sf::sql {

/// The number of the row whose `columns` equal `keys`, NULL where there is none. Each of `columns` is over the rows of
/// the table and has the type of its key. `repeated` is set to a row that is found twice, if there is one.
struct RowLookup {
    ExpressionPtr row;
    std::optional<std::size_t> repeated;
};
[[nodiscard]] RowLookup make_row_lookup(const ReferenceTablePtr& table, std::span<const Column* const> columns,
                                        std::string_view columns_text, std::vector<ExpressionPtr> keys, int location);

/// The value of a column in the row that `row` gives; NULL where there is none.
[[nodiscard]] ExpressionPtr make_table_value(const ReferenceTablePtr& table, std::size_t column, ExpressionPtr row,
                                             int location);

}  // namespace sf::sql
