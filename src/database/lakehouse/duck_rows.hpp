// Reads what a statement of our own gives, chunk by chunk. Internal to lakehouse/.
#pragma once

#include "base/uuid.hpp"
#include "database/lakehouse/duck.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sf::database::duck {

/// A result that DuckDB works on while it is read: it is never a few chunks ahead. One thread at a time; the connection
/// outlives it.
class Rows {
public:
    [[nodiscard]] static Result<Rows> of(const Connection& connection, const std::string& sql);

    /// The next chunk with at least one row, or none at the end. Errors as those of execute().
    [[nodiscard]] Result<Chunk> next();

private:
    Rows() : output_(std::make_unique<Output>()) {}

    Prepared prepared_;
    std::unique_ptr<Output> output_;  // DuckDB's result can't be moved.
};

/// A column of a chunk, which outlives it. The type is what the statement says; nothing is checked.
class Column {
public:
    explicit Column(duckdb_vector vector)
        : vector_(vector), data_(duckdb_vector_get_data(vector)), validity_(duckdb_vector_get_validity(vector)) {}
    Column(const Chunk& chunk, idx_t index) : Column(duckdb_data_chunk_get_vector(chunk.get(), index)) {}

    [[nodiscard]] bool is_null(idx_t row) const { return validity_ && !duckdb_validity_row_is_valid(validity_, row); }
    template <class T>
    [[nodiscard]] T number(idx_t row) const {
        return static_cast<const T*>(data_)[row];
    }
    [[nodiscard]] std::string_view text(idx_t row) const;
    [[nodiscard]] Uuid uuid(idx_t row) const;
    [[nodiscard]] duckdb_list_entry list(idx_t row) const { return number<duckdb_list_entry>(row); }
    [[nodiscard]] Column elements() const { return Column(duckdb_list_vector_get_child(vector_)); }

private:
    duckdb_vector vector_;
    void* data_;
    std::uint64_t* validity_;
};

/// A UUID as DuckDB keeps it: a signed number of 128 bits with the top bit flipped, so that it sorts as text does.
[[nodiscard]] duckdb_hugeint to_duck(const Uuid& uuid);

}  // namespace sf::database::duck
