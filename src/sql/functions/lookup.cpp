#include "sql/functions/lookup.hpp"

#include "sql/functions/function.hpp"
#include "sql/tables/table_index.hpp"

#include <fmt/format.h>

namespace sf::sql {
namespace {

struct PreparedIndex : Prepared {
    explicit PreparedIndex(std::span<const Column* const> columns, std::size_t rows) : index(columns, rows) {}
    TableIndex index;
};

struct PreparedColumn : Prepared {
    PreparedColumn(ReferenceTablePtr of, std::size_t number) : table(std::move(of)), column(number) {}
    ReferenceTablePtr table;
    std::size_t column;
};

void find_row(Call& call) {
    const TableIndex& index = static_cast<const PreparedIndex&>(*call.expression().prepared).index;
    std::vector<const Column*> keys;
    std::vector<std::uint8_t> constant;
    for (std::size_t i = 0; i < call.size(); ++i) {
        keys.push_back(&call.argument(i));
        constant.push_back(call.is_constant(i) ? 1 : 0);
    }
    const std::span<std::int64_t> out = call.write<std::int64_t>();
    std::string scratch;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = 0;
        if (!call.is_valid(row)) continue;
        const std::uint32_t found = index.find(lookup_key(keys, constant, row, scratch));
        if (found == TableIndex::kNone) call.set_null(row);
        else out[row] = found;
    }
}

void read_value(Call& call) {
    const auto& prepared = static_cast<const PreparedColumn&>(*call.expression().prepared);
    const Column& column = prepared.table->column(prepared.column);
    const auto rows = call.read<std::int64_t>(0);
    with_value_type(column.type, [&](auto sample) {
        using T = decltype(sample);
        const std::span<const T> values = array_of<T>(column);
        const std::span<T> out = call.write<T>();
        for (std::size_t row = 0; row < out.size(); ++row) {
            out[row] = T{};
            if (!call.is_valid(row)) continue;
            const auto at = static_cast<std::size_t>(rows[row]);
            if (column.is_valid(at)) out[row] = values[at];
            else call.set_null(row);
        }
    });
}

constinit const Function kTableRow = {.name = "row of a table", .result = Type::bigint, .kernel = find_row};
constinit const Function kTableValue = {.name = "value of a table", .kernel = read_value};

}  // namespace

RowLookup make_row_lookup(const ReferenceTablePtr& table, std::span<const Column* const> columns,
                          std::string_view columns_text, std::vector<ExpressionPtr> keys, int location) {
    auto prepared = std::make_shared<PreparedIndex>(columns, table->rows());
    RowLookup lookup;
    if (prepared->index.repeated() != TableIndex::kNone) lookup.repeated = prepared->index.repeated();
    std::string text =
        fmt::format("{}@{}({} =", quoted_identifier(table->definition().name), table->version(), columns_text);
    for (const ExpressionPtr& key : keys) text += ' ' + key->text;
    lookup.row = make_named_call(kTableRow, Type::bigint, text + ')', std::move(keys), std::move(prepared), location);
    return lookup;
}

ExpressionPtr make_table_value(const ReferenceTablePtr& table, std::size_t column, ExpressionPtr row, int location) {
    const TableColumn& read = table->definition().columns[column];
    std::string text = row->text + '.' + quoted_identifier(read.name);
    return make_named_call(kTableValue, read.type, std::move(text), {std::move(row)},
                           std::make_shared<PreparedColumn>(table, column), location);
}

}  // namespace sf::sql
