#include "database/lakehouse/points/json_functions.hpp"

#include "database/lakehouse/duck_rows.hpp"
#include "database/lakehouse/table_function.hpp"
#include "models/json_member.hpp"
#include "sql/values/json_items.hpp"

namespace sf::database {
namespace {

enum class As { text, json };

void put(As as, std::string_view value, duckdb_vector vector, idx_t at) {
    if (value == "null") {
        duck::set_null(vector, at);
    } else if (as == As::json) {
        duckdb_vector_assign_string_element_len(vector, at, value.data(), value.size());
    } else {
        const auto text = models::json_value_text(value);
        duckdb_vector_assign_string_element_len(vector, at, text->data(), text->size());
    }
}

template <As as>
void member(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
    const duck::Column object(duckdb_data_chunk_get_vector(input, 0)), name(duckdb_data_chunk_get_vector(input, 1));
    const idx_t rows = duckdb_data_chunk_get_size(input);
    for (idx_t row = 0; row < rows; ++row) {
        std::optional<std::string_view> value;
        if (!object.is_null(row) && !name.is_null(row)) value = models::json_member(object.text(row), name.text(row));
        if (value) put(as, *value, output, row);
        else duck::set_null(output, row);
    }
}

template <As as>
void elements(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
    const duck::Column object(duckdb_data_chunk_get_vector(input, 0)), name(duckdb_data_chunk_get_vector(input, 1));
    const idx_t rows = duckdb_data_chunk_get_size(input);
    auto* const entries = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(output));
    idx_t size = duckdb_list_vector_get_size(output);
    for (idx_t row = 0; row < rows; ++row) {
        entries[row] = {.offset = size, .length = 0};
        std::optional<std::string_view> value;
        if (!object.is_null(row) && !name.is_null(row)) value = models::json_member(object.text(row), name.text(row));
        if (!value || value->front() != '[') {
            duck::set_null(output, row);
            continue;
        }
        for (sql::JsonItems items(*value); items.next(); ++size) {
            duckdb_list_vector_reserve(output, size + 1);  // Grows by doubling; may move the child's data.
            duckdb_list_vector_set_size(output, size + 1);
            put(as, items.value(), duckdb_list_vector_get_child(output), size);
        }
        entries[row].length = size - entries[row].offset;
    }
}

Result<> install(const duck::Connection& connection, const char* name, const duck::LogicalType& result,
                 duckdb_scalar_function_t function) {
    duckdb_scalar_function scalar = duckdb_create_scalar_function();
    const duck::LogicalType text = duck::plain_type(DUCKDB_TYPE_VARCHAR);
    duckdb_scalar_function_set_name(scalar, name);
    duckdb_scalar_function_add_parameter(scalar, text.get());
    duckdb_scalar_function_add_parameter(scalar, text.get());
    duckdb_scalar_function_set_return_type(scalar, result.get());
    duckdb_scalar_function_set_function(scalar, function);
    const bool registered = duckdb_register_scalar_function(connection.get(), scalar) == DuckDBSuccess;
    duckdb_destroy_scalar_function(&scalar);
    if (!registered) return fail(ErrorCode::internal, "DuckDB did not take a function over JSON");
    return {};
}

}  // namespace

Result<> install_json_functions(const duck::Connection& connection) {
    SF_TRY(install(connection, kTextMember, duck::plain_type(DUCKDB_TYPE_VARCHAR), member<As::text>));
    SF_TRY(install(connection, kJsonMember, duck::json_type(), member<As::json>));
    const duck::LogicalType texts(duckdb_create_list_type(duck::plain_type(DUCKDB_TYPE_VARCHAR).get()));
    SF_TRY(install(connection, kTextElements, texts, elements<As::text>));
    const duck::LogicalType jsons(duckdb_create_list_type(duck::json_type().get()));
    return install(connection, kJsonElements, jsons, elements<As::json>);
}

}  // namespace sf::database
