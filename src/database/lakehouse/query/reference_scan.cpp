#include "database/lakehouse/query/reference_scan.hpp"

#include "database/lakehouse/query/vector_columns.hpp"
#include "database/lakehouse/table_function.hpp"
#include "sql/evaluate/call.hpp"
#include "sql/query_text.hpp"

#include <algorithm>

namespace sf::database {
namespace {

// One thread hands out the rows, in their order.
struct ReferenceState {
    sql::ReferenceTablePtr table;
    std::vector<idx_t> columns;  // Of the table, in the order of the output.
    std::size_t row = 0;
};

sql::Column rows_of(const sql::Column& column, std::size_t begin, std::size_t count) {
    sql::Column rows{.type = column.type, .size = count};
    if (!column.valid.empty()) rows.valid = column.valid.subspan(begin, count);
    sql::with_value_type(column.type, [&](auto sample) {
        using T = decltype(sample);
        sql::array_of<T>(rows) = sql::array_of<T>(column).subspan(begin, count);
    });
    return rows;
}

void bind_reference(duckdb_bind_info info) {
    auto* const scan = static_cast<std::shared_ptr<ReferenceScan>*>(duckdb_bind_get_extra_info(info));
    const auto shown = (*scan)->shown(duck::connection_of(info));
    duckdb_value argument = duckdb_bind_get_parameter(info, 0);
    const std::int64_t number = duckdb_get_int64(argument);
    duckdb_destroy_value(&argument);
    if (shown == nullptr || number < 0 || static_cast<std::size_t>(number) >= shown->size()) {
        duckdb_bind_set_error(info, "there is no such reference table");
        return;
    }
    const sql::ReferenceTablePtr& table = (*shown)[static_cast<std::size_t>(number)];
    for (const sql::TableColumn& column : table->definition().columns)
        duckdb_bind_add_result_column(info, column.name.c_str(), vector_type(column.type, sql::kArrayScale).get());
    duckdb_bind_set_cardinality(info, table->rows(), true);
    duckdb_bind_set_bind_data(info, new sql::ReferenceTablePtr(table), duck::destroy<sql::ReferenceTablePtr>);
}

void init_reference(duckdb_init_info info) {
    auto state = std::make_unique<ReferenceState>();
    state->table = *static_cast<sql::ReferenceTablePtr*>(duckdb_init_get_bind_data(info));
    for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i)
        state->columns.push_back(duckdb_init_get_column_index(info, i));
    duckdb_init_set_max_threads(info, 1);
    duckdb_init_set_init_data(info, state.release(), duck::destroy<ReferenceState>);
}

void scan_reference(duckdb_function_info info, duckdb_data_chunk chunk) {
    auto& state = *static_cast<ReferenceState*>(duckdb_function_get_init_data(info));
    const std::size_t count = std::min<std::size_t>(duckdb_vector_size(), state.table->rows() - state.row);
    for (std::size_t i = 0; i < state.columns.size(); ++i) {
        if (state.columns[i] >= state.table->definition().columns.size()) continue;  // count(*) asks for rows alone.
        const sql::Column rows = rows_of(state.table->column(state.columns[i]), state.row, count);
        if (!write_column(rows, duckdb_data_chunk_get_vector(chunk, i), count, sql::kArrayScale)) {
            duckdb_function_set_error(info, kNumericTooLong);
            return;
        }
    }
    state.row += count;
    duckdb_data_chunk_set_size(chunk, count);
}

}  // namespace

Result<> ReferenceScan::install(const duck::Connection& connection) {
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_table_function_set_name(function, kFunction);
    duckdb_table_function_add_parameter(function, duck::plain_type(DUCKDB_TYPE_BIGINT).get());
    duckdb_table_function_set_extra_info(function, new std::shared_ptr<ReferenceScan>(shared_from_this()),
                                         duck::destroy<std::shared_ptr<ReferenceScan>>);
    duckdb_table_function_set_bind(function, bind_reference);
    duckdb_table_function_set_init(function, init_reference);
    duckdb_table_function_set_function(function, scan_reference);
    duckdb_table_function_supports_projection_pushdown(function, true);
    const bool registered = duckdb_register_table_function(connection.get(), function) == DuckDBSuccess;
    duckdb_destroy_table_function(&function);
    if (!registered) return fail(ErrorCode::internal, "DuckDB did not take the function of reference tables");
    return {};
}

}  // namespace sf::database
