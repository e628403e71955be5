// Owning handles of DuckDB's C API, and the few calls that everything here makes. Internal to lakehouse/.
#pragma once

#include "base/result.hpp"

#include <duckdb.h>

#include <string>
#include <string_view>
#include <utility>

namespace sf::database::duck {

/// Owns one handle of the C API; destroyed with it.
template <class Handle, void (*destroy)(Handle*)>
class Owned {
public:
    Owned() = default;
    explicit Owned(Handle handle) : handle_(handle) {}
    Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, Handle{})) {}
    Owned& operator=(Owned&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Owned() {
        if (handle_) destroy(&handle_);
    }

    [[nodiscard]] Handle get() const { return handle_; }
    [[nodiscard]] Handle* out() { return &handle_; }  // For calls that make the handle.
    [[nodiscard]] explicit operator bool() const { return handle_ != nullptr; }

private:
    Handle handle_{};
};

using Database = Owned<duckdb_database, duckdb_close>;
using Connection = Owned<duckdb_connection, duckdb_disconnect>;
using Prepared = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using Extracted = Owned<duckdb_extracted_statements, duckdb_destroy_extracted>;
using LogicalType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
using Chunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using ClientContext = Owned<duckdb_client_context, duckdb_destroy_client_context>;

/// A result, destroyed with it.
class Output {
public:
    Output() = default;
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output() { duckdb_destroy_result(&result_); }

    [[nodiscard]] duckdb_result* get() { return &result_; }

private:
    duckdb_result result_{};
};

/// A string that the C API allocated.
[[nodiscard]] std::string take_text(char* text);

/// `text` as a literal of SQL, with its quotes.
[[nodiscard]] std::string quoted(std::string_view text);

/// Opens an instance in memory. `internal` with DuckDB's word for it.
[[nodiscard]] Result<Database> open_database();
[[nodiscard]] Result<Connection> connect(const Database& database);

/// What DuckDB said of a statement of ours: a full disk is `unavailable`, an interrupt `cancelled`, all else
/// `internal`.
[[nodiscard]] Error error_of(const char* text, duckdb_error_type type);

/// Whether an error of error_of() says that DuckDB has not enough memory.
[[nodiscard]] bool is_out_of_memory(const Error& error);

/// An error of error_of() about a statement that only reads our files: what is `internal` becomes `corrupt` with this
/// message, or `unavailable` where memory is lacking.
[[nodiscard]] Error unreadable(Error error, std::string message);

/// Runs statements of our own and drops what they return, but for the first value as a number (COPY's row count), 0 if
/// there is none.
[[nodiscard]] Result<std::uint64_t> execute(const Connection& connection, const std::string& sql);

[[nodiscard]] std::uint64_t connection_id(const Connection& connection);

}  // namespace sf::database::duck
