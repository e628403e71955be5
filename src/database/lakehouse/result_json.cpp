#include "database/lakehouse/result_json.hpp"

#include "base/assert.hpp"
#include "base/json_text.hpp"
#include "base/uuid.hpp"
#include "models/json_strict.hpp"
#include "sql/evaluator.hpp"
#include "sql/values/time_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace sf::database {

using Wide = unsigned __int128;

constexpr std::int64_t kMicrosOfDate = 86'400'000'000;

// Writes the values of one vector; lists have a writer for their elements. Bound anew for each chunk. The types are
// those that queries of the dialect give (sql/query/duckdb_expressions.cpp names them).
struct ResultJson::Writer {
    duckdb_type type = DUCKDB_TYPE_INVALID;
    duckdb_type stored = DUCKDB_TYPE_INVALID;  // What a decimal is stored as.
    unsigned scale = 0;                        // Of a decimal.
    bool json = false;
    bool open_scale = false;  // As ResultJson::Column.
    bool number_text = false;
    std::unique_ptr<Writer> elements;

    const void* data = nullptr;
    std::uint64_t* validity = nullptr;

    // For checking JSON before it goes in as JSON.
    models::JsonIndex index;
    models::StrictJson cursor;
    std::vector<models::JsonComplaint> complaints;
    std::string padded;

    void bind(duckdb_vector vector);
    void write(std::string& out, std::size_t row);

    template <class T>
    T at(std::size_t row) const {
        return static_cast<const T*>(data)[row];
    }

private:
    void write_decimal(std::string& out, std::size_t row) const;
    void write_text(std::string& out, std::size_t row);
    void write_list(std::string& out, std::size_t row);
    bool is_json(std::string_view text);
};

namespace {

void append_decimal(std::string& out, __int128 signed_value, unsigned scale) {
    const bool negative = signed_value < 0;
    Wide value = negative ? ~static_cast<Wide>(signed_value) + 1 : static_cast<Wide>(signed_value);
    std::array<char, 48> digits;
    std::size_t at = digits.size();
    unsigned written = 0;
    do {
        if (scale > 0 && written == scale) digits[--at] = '.';
        digits[--at] = static_cast<char>('0' + static_cast<int>(value % 10));
        value /= 10;
        ++written;
    } while (value > 0 || written <= scale);
    if (negative) out += '-';
    out.append(digits.data() + at, digits.size() - at);
}

void append_double(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "\"NaN\"";
    } else if (std::isinf(value)) {
        out += value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
    } else {
        std::array<char, 40> text;
        const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
        out.append(text.data(), end);
    }
}

// As views write it.
void append_time(std::string& out, sql::Type type, std::int64_t micros) {
    sql::append_json(out, {.type = type, .size = 1, .integers = {&micros, 1}}, 0);
}

std::string_view view(const duckdb_string_t& text) {
    const bool inlined = text.value.inlined.length <= sizeof(text.value.inlined.inlined);
    return {inlined ? text.value.inlined.inlined : text.value.pointer.ptr, text.value.inlined.length};
}

// Nothing for a type that has no JSON form here.
std::unique_ptr<ResultJson::Writer> make_writer(duckdb_logical_type type) {
    auto writer = std::make_unique<ResultJson::Writer>();
    writer->type = duckdb_get_type_id(type);
    switch (writer->type) {
        case DUCKDB_TYPE_DECIMAL:
            writer->scale = duckdb_decimal_scale(type);
            writer->stored = duckdb_decimal_internal_type(type);
            break;
        case DUCKDB_TYPE_VARCHAR: writer->json = duck::take_text(duckdb_logical_type_get_alias(type)) == "JSON"; break;
        case DUCKDB_TYPE_LIST: {
            const duck::LogicalType element(duckdb_list_type_child_type(type));
            writer->elements = make_writer(element.get());
            if (!writer->elements) return nullptr;
            break;
        }
        case DUCKDB_TYPE_BOOLEAN:
        case DUCKDB_TYPE_INTEGER:
        case DUCKDB_TYPE_BIGINT:
        case DUCKDB_TYPE_DOUBLE:
        case DUCKDB_TYPE_TIMESTAMP_TZ:
        case DUCKDB_TYPE_TIMESTAMP:
        case DUCKDB_TYPE_DATE:
        case DUCKDB_TYPE_INTERVAL:
        case DUCKDB_TYPE_UUID: break;
        default: return nullptr;
    }
    return writer;
}

}  // namespace

void ResultJson::Writer::bind(duckdb_vector vector) {
    data = duckdb_vector_get_data(vector);
    validity = duckdb_vector_get_validity(vector);
    if (elements) elements->bind(duckdb_list_vector_get_child(vector));
}

void ResultJson::Writer::write(std::string& out, std::size_t row) {
    if (validity && !duckdb_validity_row_is_valid(validity, row)) {
        out += "null";
        return;
    }
    switch (type) {
        case DUCKDB_TYPE_BOOLEAN: out += at<bool>(row) ? "true" : "false"; return;
        case DUCKDB_TYPE_INTEGER: fmt::format_to(std::back_inserter(out), "{}", at<std::int32_t>(row)); return;
        case DUCKDB_TYPE_BIGINT: fmt::format_to(std::back_inserter(out), "{}", at<std::int64_t>(row)); return;
        case DUCKDB_TYPE_DOUBLE: return append_double(out, at<double>(row));
        case DUCKDB_TYPE_DECIMAL: return write_decimal(out, row);
        case DUCKDB_TYPE_TIMESTAMP_TZ: return append_time(out, sql::Type::timestamptz, at<std::int64_t>(row));
        case DUCKDB_TYPE_TIMESTAMP: return append_time(out, sql::Type::timestamp, at<std::int64_t>(row));
        case DUCKDB_TYPE_DATE: return append_time(out, sql::Type::date, at<std::int32_t>(row) * kMicrosOfDate);
        case DUCKDB_TYPE_INTERVAL: {
            const auto interval = at<duckdb_interval>(row);
            out += '"';
            sql::append_interval(out, {.months = interval.months, .days = interval.days, .micros = interval.micros});
            out += '"';
            return;
        }
        case DUCKDB_TYPE_UUID: {
            const auto value = at<duckdb_hugeint>(row);
            Uuid uuid;
            const std::uint64_t high =
                __builtin_bswap64(static_cast<std::uint64_t>(value.upper) ^ (std::uint64_t{1} << 63));
            const std::uint64_t low = __builtin_bswap64(value.lower);
            std::memcpy(uuid.bytes.data(), &high, 8);
            std::memcpy(uuid.bytes.data() + 8, &low, 8);
            out += '"' + to_string(uuid) + '"';
            return;
        }
        case DUCKDB_TYPE_LIST: return write_list(out, row);
        default: return write_text(out, row);
    }
}

void ResultJson::Writer::write_decimal(std::string& out, std::size_t row) const {
    switch (stored) {
        case DUCKDB_TYPE_SMALLINT: append_decimal(out, at<std::int16_t>(row), scale); break;
        case DUCKDB_TYPE_INTEGER: append_decimal(out, at<std::int32_t>(row), scale); break;
        case DUCKDB_TYPE_BIGINT: append_decimal(out, at<std::int64_t>(row), scale); break;
        default: {
            const auto value = at<duckdb_hugeint>(row);
            append_decimal(out, (static_cast<__int128>(value.upper) << 64) | value.lower, scale);
        }
    }
    if (!open_scale || scale == 0) return;
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
}

void ResultJson::Writer::write_text(std::string& out, std::size_t row) {
    const auto* const value = static_cast<const duckdb_string_t*>(data) + row;
    const std::string_view text = view(*value);
    if (number_text || (json && is_json(text))) out += text;
    else append_json_string(out, text);
}

void ResultJson::Writer::write_list(std::string& out, std::size_t row) {
    const auto entry = at<duckdb_list_entry>(row);
    out += '[';
    for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
        if (i > entry.offset) out += ", ";
        elements->write(out, i);
    }
    out += ']';
}

// DuckDB's JSON may have NaN, and commas before brackets: such text goes out as a string.
bool ResultJson::Writer::is_json(std::string_view text) {
    padded.assign(text);
    padded.append(models::JsonIndex::kPadding, '\0');
    const std::string_view whole = std::string_view(padded).substr(0, text.size());
    models::JsonError error;
    if (!index.build(whole, error)) return false;
    cursor.start(whole, index);
    complaints.clear();
    std::string_view raw;
    return cursor.skip_value(raw, 0, complaints) && cursor.at_end();
}

ResultJson::ResultJson() = default;
ResultJson::~ResultJson() = default;
ResultJson::ResultJson(ResultJson&&) noexcept = default;
ResultJson& ResultJson::operator=(ResultJson&&) noexcept = default;

Result<ResultJson> ResultJson::of(duckdb_prepared_statement statement, std::vector<Column> columns) {
    SF_ASSERT(columns.size() == duckdb_prepared_statement_column_count(statement));
    ResultJson result;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const duck::LogicalType type(duckdb_prepared_statement_column_logical_type(statement, i));
        result.writers_.push_back(make_writer(type.get()));
        if (!result.writers_.back())
            return fail(ErrorCode::invalid_input, "column \"" + columns[i].name + "\" has a type that can't be shown",
                        "", "cast it to text: CAST(... AS TEXT)");
        result.writers_.back()->open_scale = columns[i].open_scale;
        if (auto* const elements = result.writers_.back()->elements.get()) elements->open_scale = columns[i].open_scale;
        result.writers_.back()->number_text = columns[i].number_text;
        result.columns_.push_back({std::move(columns[i].name), std::move(columns[i].type)});
    }
    return result;
}

void ResultJson::bind(duckdb_data_chunk chunk) {
    for (std::size_t i = 0; i < writers_.size(); ++i) writers_[i]->bind(duckdb_data_chunk_get_vector(chunk, i));
}

void ResultJson::append_row(std::string& out, std::size_t row) {
    out += '[';
    for (std::size_t i = 0; i < writers_.size(); ++i) {
        if (i > 0) out += ", ";
        writers_[i]->write(out, row);
    }
    out += ']';
}

}  // namespace sf::database
