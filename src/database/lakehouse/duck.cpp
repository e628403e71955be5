#include "database/lakehouse/duck.hpp"

namespace sf::database::duck {

std::string take_text(char* text) {
    std::string taken = text ? text : "";
    duckdb_free(text);
    return taken;
}

std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') out += '\'';
        out += c;
    }
    out += '\'';
    return out;
}

Result<Database> open_database() {
    Database database;
    char* error = nullptr;
    if (duckdb_open_ext(nullptr, database.out(), nullptr, &error) != DuckDBSuccess) {
        return fail(ErrorCode::internal, "DuckDB did not start", take_text(error));
    }
    return database;
}

Result<Connection> connect(const Database& database) {
    Connection connection;
    if (duckdb_connect(database.get(), connection.out()) != DuckDBSuccess) {
        return fail(ErrorCode::internal, "DuckDB gave no connection");
    }
    return connection;
}

Error error_of(const char* text, duckdb_error_type type) {
    std::string message = text ? text : "no message";
    if (type == DUCKDB_ERROR_INTERRUPT) return {ErrorCode::cancelled, "interrupted", "", ""};
    if (message.find("No space left") != std::string::npos || message.find("quota exceeded") != std::string::npos) {
        return {ErrorCode::unavailable, "the disk is full", std::move(message), "free space on the data disk"};
    }
    return {ErrorCode::internal, "DuckDB refused a statement", std::move(message), ""};
}

bool is_out_of_memory(const Error& error) { return error.detail.starts_with("Out of Memory Error"); }

Error unreadable(Error error, std::string message) {
    if (error.code != ErrorCode::internal) return error;
    const ErrorCode code = is_out_of_memory(error) ? ErrorCode::unavailable : ErrorCode::corrupt;
    return {code, std::move(message), std::move(error.detail), ""};
}

Result<std::uint64_t> execute(const Connection& connection, const std::string& sql) {
    Output output;
    if (duckdb_query(connection.get(), sql.c_str(), output.get()) != DuckDBSuccess) {
        return fail(error_of(duckdb_result_error(output.get()), duckdb_result_error_type(output.get())));
    }
    if (duckdb_column_count(output.get()) == 0) return 0;
    const Chunk chunk(duckdb_fetch_chunk(*output.get()));
    if (!chunk || duckdb_data_chunk_get_size(chunk.get()) == 0) return 0;
    const duckdb_vector vector = duckdb_data_chunk_get_vector(chunk.get(), 0);
    const LogicalType type(duckdb_vector_get_column_type(vector));
    if (duckdb_get_type_id(type.get()) != DUCKDB_TYPE_BIGINT) return 0;
    return static_cast<std::uint64_t>(*static_cast<std::int64_t*>(duckdb_vector_get_data(vector)));
}

std::uint64_t connection_id(const Connection& connection) {
    ClientContext context;
    duckdb_connection_get_client_context(connection.get(), context.out());
    return duckdb_client_context_get_connection_id(context.get());
}

}  // namespace sf::database::duck
