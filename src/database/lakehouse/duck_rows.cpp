#include "database/lakehouse/duck_rows.hpp"

#include <cstring>

namespace sf::database::duck {
namespace {

constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;

}  // namespace

Result<Rows> Rows::of(const Connection& connection, const std::string& sql) {
    Rows rows;
    if (duckdb_prepare(connection.get(), sql.c_str(), rows.prepared_.out()) != DuckDBSuccess) {
        return fail(error_of(duckdb_prepare_error(rows.prepared_.get()), DUCKDB_ERROR_INVALID));
    }
    duckdb_pending_result pending = nullptr;
    const bool started = duckdb_pending_prepared_streaming(rows.prepared_.get(), &pending) == DuckDBSuccess &&
                         duckdb_execute_pending(pending, rows.output_->get()) == DuckDBSuccess;
    Error error;
    if (!started) {
        const char* text = duckdb_result_error(rows.output_->get());
        error = error_of(text ? text : duckdb_pending_error(pending), duckdb_result_error_type(rows.output_->get()));
    }
    duckdb_destroy_pending(&pending);
    if (!started) return fail(std::move(error));
    return rows;
}

Result<Chunk> Rows::next() {
    Chunk chunk(duckdb_fetch_chunk(*output_->get()));
    const char* text = duckdb_result_error(output_->get());
    if (text && *text) return fail(error_of(text, duckdb_result_error_type(output_->get())));
    if (chunk && duckdb_data_chunk_get_size(chunk.get()) == 0) return Chunk();
    return chunk;
}

std::string_view Column::text(idx_t row) const {
    auto* text = static_cast<duckdb_string_t*>(data_) + row;
    return {duckdb_string_t_data(text), duckdb_string_t_length(*text)};
}

Uuid Column::uuid(idx_t row) const {
    const auto stored = number<duckdb_hugeint>(row);
    const std::uint64_t high = __builtin_bswap64(static_cast<std::uint64_t>(stored.upper) ^ kTopBit);
    const std::uint64_t low = __builtin_bswap64(stored.lower);
    Uuid uuid;
    std::memcpy(uuid.bytes.data(), &high, sizeof high);
    std::memcpy(uuid.bytes.data() + sizeof high, &low, sizeof low);
    return uuid;
}

duckdb_hugeint to_duck(const Uuid& uuid) {
    return {.lower = uuid.low(), .upper = static_cast<std::int64_t>(uuid.high() ^ kTopBit)};
}

}  // namespace sf::database::duck
