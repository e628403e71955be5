#include "database/lakehouse/points/point_scan.hpp"

#include "database/lakehouse/duck_rows.hpp"
#include "database/lakehouse/table_function.hpp"

#include <algorithm>

namespace sf::database {
namespace {

void put_text(std::string_view text, duckdb_vector vector, idx_t at) {
    duck::values_of<duckdb_string_t>(vector)[at] = duck::reference(text);
}

void put_time(const std::optional<Timestamp>& time, duckdb_vector vector, idx_t at) {
    if (time) duck::values_of<std::int64_t>(vector)[at] = to_micros(*time);
    else duck::set_null(vector, at);
}

// A kind of rows: what it is called, its columns, and how a value gets into a vector.
struct PointTable {
    using Rows = PointRows;
    static constexpr const char* kName = PointScan::kPointFunction;
    static Shown<Rows>& shown(PointScan& scan) { return scan.points; }
    static std::size_t size(const Rows& rows) { return rows.size(); }
    static std::size_t bytes(const Rows& rows, std::size_t row) {
        return (*rows[row])->keys.size() + (*rows[row])->values.size();
    }

    static void describe(duckdb_bind_info info) {
        const auto add = [&](const char* name, const duck::LogicalType& type) {
            duckdb_bind_add_result_column(info, name, type.get());
        };
        add("view", duck::plain_type(DUCKDB_TYPE_VARCHAR));
        add("keys", duck::json_type());
        add("window_start", duck::plain_type(DUCKDB_TYPE_TIMESTAMP_TZ));
        add("window_end", duck::plain_type(DUCKDB_TYPE_TIMESTAMP_TZ));
        add("values", duck::json_type());
        add("final", duck::plain_type(DUCKDB_TYPE_BOOLEAN));
        add("deleted", duck::plain_type(DUCKDB_TYPE_BOOLEAN));
        add("epoch", duck::plain_type(DUCKDB_TYPE_UINTEGER));
        add("version", duck::plain_type(DUCKDB_TYPE_UBIGINT));
    }

    static void put(const Rows& rows, std::size_t row, idx_t column, duckdb_vector vector, idx_t at) {
        const models::MetricPoint& point = **rows[row];
        switch (column) {
            case 0: return put_text(point.view, vector, at);
            case 1: return put_text(point.keys, vector, at);
            case 2: return put_time(point.window_start, vector, at);
            case 3: return put_time(point.window_end, vector, at);
            case 4: return put_text(point.values, vector, at);
            case 5: duck::values_of<bool>(vector)[at] = point.final; return;
            case 6: duck::values_of<bool>(vector)[at] = point.deleted; return;
            case 7: duck::values_of<std::uint32_t>(vector)[at] = point.epoch; return;
            case 8: duck::values_of<std::uint64_t>(vector)[at] = point.version; return;
            default: return;  // No column of ours: count(*) asks for rows alone.
        }
    }
};

struct LateTable {
    using Rows = LateRows;
    static constexpr const char* kName = PointScan::kLateFunction;
    static Shown<Rows>& shown(PointScan& scan) { return scan.late_events; }
    static std::size_t size(const Rows& rows) { return rows.events.size(); }
    static std::size_t bytes(const Rows& /*rows*/, std::size_t /*row*/) { return 0; }  // Small.

    static void describe(duckdb_bind_info info) {
        const auto add = [&](const char* name, const duck::LogicalType& type) {
            duckdb_bind_add_result_column(info, name, type.get());
        };
        add("view", duck::plain_type(DUCKDB_TYPE_VARCHAR));
        add("event_id", duck::plain_type(DUCKDB_TYPE_UUID));
        add("timestamp", duck::plain_type(DUCKDB_TYPE_TIMESTAMP_TZ));
        add("closed_until", duck::plain_type(DUCKDB_TYPE_TIMESTAMP_TZ));
    }

    static void put(const Rows& rows, std::size_t row, idx_t column, duckdb_vector vector, idx_t at) {
        const models::LateEvent& event = *rows.events[row];
        switch (column) {
            case 0: return put_text(event.view, vector, at);
            case 1: duck::values_of<duckdb_hugeint>(vector)[at] = duck::to_duck(event.event_id); return;
            case 2: return put_time(event.timestamp, vector, at);
            case 3: return put_time(event.closed_until, vector, at);
            default: return;  // As above.
        }
    }
};

// The table function of a kind of rows.
template <class Table>
struct Function {
    using Rows = typename Table::Rows;
    using RowsPtr = std::shared_ptr<const Rows>;

    struct State {
        RowsPtr rows;
        std::vector<idx_t> columns;  // Of the table, in the order of the output.
        std::size_t next = 0;
    };

    static void bind(duckdb_bind_info info) {
        Table::describe(info);
        auto* scan = static_cast<std::shared_ptr<PointScan>*>(duckdb_bind_get_extra_info(info));
        RowsPtr rows = Table::shown(**scan).shown(duck::connection_of(info));
        if (!rows) rows = std::make_shared<Rows>();
        duckdb_bind_set_cardinality(info, Table::size(*rows), true);
        duckdb_bind_set_bind_data(info, new RowsPtr(std::move(rows)), duck::destroy<RowsPtr>);
    }

    static void init(duckdb_init_info info) {
        auto state = std::make_unique<State>();
        state->rows = *static_cast<RowsPtr*>(duckdb_init_get_bind_data(info));
        for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i)
            state->columns.push_back(duckdb_init_get_column_index(info, i));
        duckdb_init_set_max_threads(info, 1);
        duckdb_init_set_init_data(info, state.release(), duck::destroy<State>);
    }

    // How many rows from `begin` on make a chunk: one at least, unless none is left.
    static std::size_t rows_that_fit(const Rows& rows, std::size_t begin) {
        const std::size_t end = std::min(Table::size(rows), begin + duckdb_vector_size());
        std::size_t row = begin;
        for (std::size_t bytes = 0; row < end; ++row) {
            bytes += Table::bytes(rows, row);
            if (bytes > duck::kChunkBytes && row > begin) break;
        }
        return row - begin;
    }

    static void scan(duckdb_function_info info, duckdb_data_chunk chunk) {
        auto& state = *static_cast<State*>(duckdb_function_get_init_data(info));
        const std::size_t count = rows_that_fit(*state.rows, state.next);
        for (std::size_t i = 0; i < state.columns.size(); ++i) {
            const duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
            for (std::size_t row = 0; row < count; ++row)
                Table::put(*state.rows, state.next + row, state.columns[i], vector, row);
        }
        state.next += count;
        duckdb_data_chunk_set_size(chunk, count);
    }

    static Result<> install(const duck::Connection& connection, std::shared_ptr<PointScan> owner) {
        duckdb_table_function function = duckdb_create_table_function();
        duckdb_table_function_set_name(function, Table::kName);
        duckdb_table_function_set_extra_info(function, new std::shared_ptr<PointScan>(std::move(owner)),
                                             duck::destroy<std::shared_ptr<PointScan>>);
        duckdb_table_function_set_bind(function, bind);
        duckdb_table_function_set_init(function, init);
        duckdb_table_function_set_function(function, scan);
        duckdb_table_function_supports_projection_pushdown(function, true);
        const bool registered = duckdb_register_table_function(connection.get(), function) == DuckDBSuccess;
        duckdb_destroy_table_function(&function);
        if (!registered) return fail(ErrorCode::internal, "DuckDB did not take a table function of metric points");
        return {};
    }
};

}  // namespace

Result<> PointScan::install(const duck::Connection& connection) {
    SF_TRY(Function<PointTable>::install(connection, shared_from_this()));
    return Function<LateTable>::install(connection, shared_from_this());
}

}  // namespace sf::database
