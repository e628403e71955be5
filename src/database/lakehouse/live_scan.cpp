#include "database/lakehouse/live_scan.hpp"

#include "database/lakehouse/duck_rows.hpp"
#include "database/lakehouse/table_function.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

namespace sf::database {
namespace {

using duck::destroy;
using duck::reference;
using models::EventBatch;

enum Column : idx_t {
    id,
    type,
    source,
    timestamp,
    received_at,
    severity,
    user_id,
    correlation_id,
    tags,
    data,
    column_count
};

// Shared by the threads of one scan: which batch is next.
struct ScanState {
    LiveSnapshotPtr snapshot;
    std::vector<idx_t> columns;  // Of the table, in the order of the output.
    std::atomic<std::size_t> next{0};
};

// A thread's place in the batch that it has taken.
struct ThreadState {
    const EventBatch* batch = nullptr;
    std::size_t row = 0;
};

// Rows [begin, begin + count) of a batch, to be put at `at` of an output vector.
struct Slice {
    const EventBatch& batch;
    std::size_t begin;
    std::size_t count;
    std::size_t at;
};

void copy_uuids(const Slice& slice, duckdb_vector vector) {
    auto* out = static_cast<duckdb_hugeint*>(duckdb_vector_get_data(vector)) + slice.at;
    for (std::size_t i = 0; i < slice.count; ++i) {
        out[i] = duck::to_duck(slice.batch.id(slice.begin + i));
    }
}

void copy_times(const Slice& slice, std::span<const std::int64_t> times, duckdb_vector vector) {
    auto* out = static_cast<std::int64_t*>(duckdb_vector_get_data(vector)) + slice.at;
    std::memcpy(out, times.data() + slice.begin, slice.count * sizeof(std::int64_t));
}

// Each word of the dictionary is made once a call, not once a row.
void copy_codes(const Slice& slice, std::span<const std::uint16_t> codes, std::span<const std::string_view> words,
                duckdb_vector vector) {
    auto* out = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + slice.at;
    for (std::size_t i = 0; i < slice.count; ++i) out[i] = reference(words[codes[slice.begin + i]]);
}

void copy_severities(const Slice& slice, duckdb_vector vector) {
    static const std::array<duckdb_string_t, 4> words = {
        reference(to_string(models::Severity::low)), reference(to_string(models::Severity::medium)),
        reference(to_string(models::Severity::high)), reference(to_string(models::Severity::critical))};
    auto* out = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + slice.at;
    for (std::size_t i = 0; i < slice.count; ++i) {
        out[i] = words[slice.batch.flags()[slice.begin + i] & EventBatch::kSeverityMask];
    }
}

// Text that may be absent: `flag` of the row says whether it is there.
template <class Text>
void copy_optional(const Slice& slice, std::uint8_t flag, Text text, duckdb_vector vector) {
    auto* out = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + slice.at;
    std::uint64_t* validity = duckdb_vector_get_validity(vector);
    for (std::size_t i = 0; i < slice.count; ++i) {
        const std::size_t row = slice.begin + i;
        if (slice.batch.flags()[row] & flag) {
            out[i] = reference(text(row));
            continue;
        }
        if (!validity) {
            duckdb_vector_ensure_validity_writable(vector);
            validity = duckdb_vector_get_validity(vector);
        }
        duckdb_validity_set_row_invalid(validity, slice.at + i);
    }
}

void copy_tags(const Slice& slice, duckdb_vector vector) {
    idx_t size = slice.at == 0 ? 0 : duckdb_list_vector_get_size(vector);
    for (std::size_t i = 0; i < slice.count; ++i) {
        const idx_t begin = size;
        models::TagReader reader(slice.batch.tags_encoded(slice.begin + i));
        for (std::string_view tag; reader.next(tag); ++size) {
            duckdb_list_vector_reserve(vector, size + 1);  // Grows by doubling; may move the child's data.
            static_cast<duckdb_string_t*>(duckdb_vector_get_data(duckdb_list_vector_get_child(vector)))[size] =
                reference(tag);
        }
        static_cast<duckdb_list_entry*>(duckdb_vector_get_data(vector))[slice.at + i] = {begin, size - begin};
    }
    duckdb_list_vector_set_size(vector, size);
}

void copy_column(const Slice& slice, idx_t column, duckdb_vector vector) {
    const EventBatch& batch = slice.batch;
    switch (column) {
        case id: return copy_uuids(slice, vector);
        case type: return copy_codes(slice, batch.type_codes(), batch.types(), vector);
        case source: return copy_codes(slice, batch.source_codes(), batch.sources(), vector);
        case timestamp: return copy_times(slice, batch.timestamps(), vector);
        case received_at: return copy_times(slice, batch.received(), vector);
        case severity: return copy_severities(slice, vector);
        case user_id:
            return copy_optional(
                slice, EventBatch::kHasUser, [&](std::size_t row) { return batch.user_id(row); }, vector);
        case correlation_id:
            return copy_optional(
                slice, EventBatch::kHasCorrelation, [&](std::size_t row) { return batch.correlation_id(row); }, vector);
        case tags: return copy_tags(slice, vector);
        case data: {
            auto* out = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + slice.at;
            for (std::size_t i = 0; i < slice.count; ++i) out[i] = reference(batch.data(slice.begin + i));
            return;
        }
        default: return;  // No column of ours: count(*) asks for rows alone.
    }
}

void bind(duckdb_bind_info info) {
    const auto add = [&](const char* name, const duck::LogicalType& logical_type) {
        duckdb_bind_add_result_column(info, name, logical_type.get());
    };
    const duck::LogicalType text = duck::plain_type(DUCKDB_TYPE_VARCHAR);
    const duck::LogicalType time = duck::plain_type(DUCKDB_TYPE_TIMESTAMP_TZ);
    const duck::LogicalType list(duckdb_create_list_type(text.get()));
    add("id", duck::plain_type(DUCKDB_TYPE_UUID));
    add("type", text);
    add("source", text);
    add("timestamp", time);
    add("received_at", time);
    add("severity", text);
    add("user_id", text);
    add("correlation_id", text);
    add("tags", list);
    add("data", duck::json_type());

    auto* scan = static_cast<std::shared_ptr<LiveScan>*>(duckdb_bind_get_extra_info(info));
    LiveSnapshotPtr snapshot = (*scan)->shown(duck::connection_of(info));
    if (!snapshot) snapshot = std::make_shared<LiveSnapshot>();
    idx_t rows = 0;
    for (const LiveBatchPtr& batch : *snapshot) rows += batch->batch().size();
    duckdb_bind_set_cardinality(info, rows, true);
    duckdb_bind_set_bind_data(info, new LiveSnapshotPtr(std::move(snapshot)), destroy<LiveSnapshotPtr>);
}

void init(duckdb_init_info info) {
    auto state = std::make_unique<ScanState>();
    state->snapshot = *static_cast<LiveSnapshotPtr*>(duckdb_init_get_bind_data(info));
    for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
        state->columns.push_back(duckdb_init_get_column_index(info, i));
    }
    duckdb_init_set_max_threads(info, std::max<idx_t>(1, std::min<idx_t>(64, state->snapshot->size())));
    duckdb_init_set_init_data(info, state.release(), destroy<ScanState>);
}

void init_thread(duckdb_init_info info) { duckdb_init_set_init_data(info, new ThreadState, destroy<ThreadState>); }

std::size_t text_bytes(const EventBatch& batch, std::size_t row) {
    return batch.data(row).size() + batch.tags_encoded(row).size();
}

// How many of the batch's rows from `begin` on fit into what is left of a chunk, in rows and in bytes of text.
std::size_t rows_that_fit(const EventBatch& batch, std::size_t begin, std::size_t room, std::size_t& bytes_left) {
    const std::size_t end = std::min(batch.size(), begin + room);
    std::size_t row = begin;
    for (; row < end; ++row) {
        const std::size_t bytes = text_bytes(batch, row);
        if (bytes > bytes_left) break;
        bytes_left -= bytes;
    }
    return row - begin;
}

// Fills one chunk, from several batches where they are small. An event that is too large for a chunk has its own.
void scan(duckdb_function_info info, duckdb_data_chunk chunk) {
    auto& state = *static_cast<ScanState*>(duckdb_function_get_init_data(info));
    auto& mine = *static_cast<ThreadState*>(duckdb_function_get_local_init_data(info));
    const std::size_t room = duckdb_vector_size();
    std::size_t filled = 0;
    std::size_t bytes_left = duck::kChunkBytes;
    while (filled < room) {
        if (!mine.batch || mine.row == mine.batch->size()) {
            const std::size_t next = state.next.fetch_add(1, std::memory_order_relaxed);
            if (next >= state.snapshot->size()) {
                mine.batch = nullptr;
                break;
            }
            mine = {&(*state.snapshot)[next]->batch(), 0};
        }
        std::size_t count = rows_that_fit(*mine.batch, mine.row, room - filled, bytes_left);
        if (count == 0 && filled > 0) break;
        if (count == 0) count = 1;
        const Slice slice{*mine.batch, mine.row, count, filled};
        for (std::size_t i = 0; i < state.columns.size(); ++i) {
            copy_column(slice, state.columns[i], duckdb_data_chunk_get_vector(chunk, i));
        }
        mine.row += slice.count;
        filled += slice.count;
    }
    duckdb_data_chunk_set_size(chunk, filled);
}

}  // namespace

Result<> LiveScan::install(const duck::Connection& connection) {
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_table_function_set_name(function, kFunction);
    duckdb_table_function_set_extra_info(function, new std::shared_ptr<LiveScan>(shared_from_this()),
                                         destroy<std::shared_ptr<LiveScan>>);
    duckdb_table_function_set_bind(function, bind);
    duckdb_table_function_set_init(function, init);
    duckdb_table_function_set_local_init(function, init_thread);
    duckdb_table_function_set_function(function, scan);
    duckdb_table_function_supports_projection_pushdown(function, true);
    const bool registered = duckdb_register_table_function(connection.get(), function) == DuckDBSuccess;
    duckdb_destroy_table_function(&function);
    if (!registered) return fail(ErrorCode::internal, "DuckDB did not take the live table function");
    return {};
}

}  // namespace sf::database
