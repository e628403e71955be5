// What table functions over our own memory have in common. Internal to lakehouse/.
#pragma once

#include "database/lakehouse/duck.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>

namespace sf::database::duck {

/// Of text in a chunk, about. DuckDB copies chunks whole, some operators several: full vectors of large rows would be
/// more than it may have.
inline constexpr std::size_t kChunkBytes = 2u << 20;

/// For DuckDB's callbacks that end an object.
template <class T>
void destroy(void* pointer) {
    delete static_cast<T*>(pointer);
}

/// Text as a value. Short text is copied into its 16 bytes, otherwise they point to it, and whoever hands it out keeps
/// it alive.
[[nodiscard]] inline duckdb_string_t reference(std::string_view text) {
    duckdb_string_t value{};
    if (text.size() <= sizeof(value.value.inlined.inlined)) {
        value.value.inlined.length = static_cast<std::uint32_t>(text.size());
        std::memcpy(value.value.inlined.inlined, text.data(), text.size());
    } else {
        value.value.pointer.length = static_cast<std::uint32_t>(text.size());
        std::memcpy(value.value.pointer.prefix, text.data(), sizeof(value.value.pointer.prefix));
        value.value.pointer.ptr = const_cast<char*>(text.data());
    }
    return value;
}

/// A vector's data as values of T.
template <class T>
[[nodiscard]] T* values_of(duckdb_vector vector) {
    return static_cast<T*>(duckdb_vector_get_data(vector));
}

inline void set_null(duckdb_vector vector, idx_t row) {
    duckdb_vector_ensure_validity_writable(vector);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

[[nodiscard]] inline LogicalType plain_type(duckdb_type type) { return LogicalType(duckdb_create_logical_type(type)); }

/// DuckDB's JSON is text under another name. Naming it saves a cast that parses every value again: what we hand out was
/// checked when it came in, or made by us.
[[nodiscard]] inline LogicalType json_type() {
    LogicalType type = plain_type(DUCKDB_TYPE_VARCHAR);
    duckdb_logical_type_set_alias(type.get(), "JSON");
    return type;
}

/// The id of the connection that a table function is bound on.
[[nodiscard]] inline std::uint64_t connection_of(duckdb_bind_info info) {
    ClientContext context;
    duckdb_table_function_get_client_context(info, context.out());
    return duckdb_client_context_get_connection_id(context.get());
}

}  // namespace sf::database::duck
