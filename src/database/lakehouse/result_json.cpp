#include "database/lakehouse/result_json.hpp"

#include "base/json_text.hpp"
#include "base/uuid.hpp"
#include "database/lakehouse/time_text.hpp"
#include "models/json_strict.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace sf::database {

using Wide = unsigned __int128;

// Writes the values of one vector; nested types have writers below. Bound anew for each chunk.
struct ResultJson::Writer {
    duckdb_type type = DUCKDB_TYPE_INVALID;
    duckdb_type stored = DUCKDB_TYPE_INVALID;  // What a decimal or an enum is stored as.
    unsigned scale = 0;                        // Of a decimal.
    idx_t array_size = 0;
    bool json = false;
    std::vector<std::string> names;  // Of a struct's members, as JSON, or an enum's words, as JSON.
    std::vector<std::unique_ptr<Writer>> children;

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
    void write_integer(std::string& out, std::size_t row) const;
    void write_decimal(std::string& out, std::size_t row) const;
    void write_text(std::string& out, std::size_t row);
    void write_nested(std::string& out, std::size_t row);
    bool is_json(std::string_view text);
};

namespace {

void append_number(std::string& out, Wide value, bool negative, unsigned scale = 0) {
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

void append_signed(std::string& out, __int128 value, unsigned scale = 0) {
    append_number(out, value < 0 ? ~static_cast<Wide>(value) + 1 : static_cast<Wide>(value), value < 0, scale);
}

__int128 wide(const duckdb_hugeint& value) { return (static_cast<__int128>(value.upper) << 64) | value.lower; }

template <class Float>
void append_float(std::string& out, Float value) {
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

std::string_view view(const duckdb_string_t& text) {
    const bool inlined = text.value.inlined.length <= sizeof(text.value.inlined.inlined);
    return {inlined ? text.value.inlined.inlined : text.value.pointer.ptr, text.value.inlined.length};
}

// PostgreSQL's name of a type, or DuckDB's where PostgreSQL has none.
std::string type_name(duckdb_logical_type type) {
    switch (duckdb_get_type_id(type)) {
        case DUCKDB_TYPE_BOOLEAN: return "boolean";
        case DUCKDB_TYPE_TINYINT:
        case DUCKDB_TYPE_UTINYINT:
        case DUCKDB_TYPE_SMALLINT: return "smallint";
        case DUCKDB_TYPE_USMALLINT:
        case DUCKDB_TYPE_INTEGER: return "integer";
        case DUCKDB_TYPE_UINTEGER:
        case DUCKDB_TYPE_BIGINT: return "bigint";
        case DUCKDB_TYPE_UBIGINT:
        case DUCKDB_TYPE_HUGEINT:
        case DUCKDB_TYPE_UHUGEINT: return "numeric";
        case DUCKDB_TYPE_DECIMAL:
            return fmt::format("numeric({},{})", duckdb_decimal_width(type), duckdb_decimal_scale(type));
        case DUCKDB_TYPE_FLOAT: return "real";
        case DUCKDB_TYPE_DOUBLE: return "double precision";
        case DUCKDB_TYPE_TIMESTAMP:
        case DUCKDB_TYPE_TIMESTAMP_S:
        case DUCKDB_TYPE_TIMESTAMP_MS:
        case DUCKDB_TYPE_TIMESTAMP_NS: return "timestamp";
        case DUCKDB_TYPE_TIMESTAMP_TZ: return "timestamptz";
        case DUCKDB_TYPE_DATE: return "date";
        case DUCKDB_TYPE_TIME: return "time";
        case DUCKDB_TYPE_TIME_TZ: return "timetz";
        case DUCKDB_TYPE_INTERVAL: return "interval";
        case DUCKDB_TYPE_BLOB: return "bytea";
        case DUCKDB_TYPE_UUID: return "uuid";
        case DUCKDB_TYPE_STRUCT: return "record";
        case DUCKDB_TYPE_MAP: return "map";
        case DUCKDB_TYPE_LIST: return type_name(duck::LogicalType(duckdb_list_type_child_type(type)).get()) + "[]";
        case DUCKDB_TYPE_ARRAY: return type_name(duck::LogicalType(duckdb_array_type_child_type(type)).get()) + "[]";
        case DUCKDB_TYPE_VARCHAR:
            return duck::take_text(duckdb_logical_type_get_alias(type)) == "JSON" ? "jsonb" : "text";
        default: return "text";  // ENUM and the untyped NULL.
    }
}

// Nothing for a type that has no JSON form here.
std::unique_ptr<ResultJson::Writer> make_writer(duckdb_logical_type type) {
    auto writer = std::make_unique<ResultJson::Writer>();
    writer->type = duckdb_get_type_id(type);
    const auto child = [&](duckdb_logical_type of) {
        const duck::LogicalType owned(of);
        writer->children.push_back(make_writer(owned.get()));
        return writer->children.back() != nullptr;
    };
    const auto name = [&](char* text) {
        std::string json;
        append_json_string(json, duck::take_text(text));
        writer->names.push_back(std::move(json));
    };
    switch (writer->type) {
        case DUCKDB_TYPE_DECIMAL:
            writer->scale = duckdb_decimal_scale(type);
            writer->stored = duckdb_decimal_internal_type(type);
            break;
        case DUCKDB_TYPE_ENUM:
            writer->stored = duckdb_enum_internal_type(type);
            for (std::uint32_t i = 0; i < duckdb_enum_dictionary_size(type); ++i)
                name(duckdb_enum_dictionary_value(type, i));
            break;
        case DUCKDB_TYPE_VARCHAR: writer->json = duck::take_text(duckdb_logical_type_get_alias(type)) == "JSON"; break;
        case DUCKDB_TYPE_LIST:
            if (!child(duckdb_list_type_child_type(type))) return nullptr;
            break;
        case DUCKDB_TYPE_ARRAY:
            writer->array_size = duckdb_array_type_array_size(type);
            if (!child(duckdb_array_type_child_type(type))) return nullptr;
            break;
        case DUCKDB_TYPE_MAP:
            if (!child(duckdb_map_type_key_type(type)) || !child(duckdb_map_type_value_type(type))) return nullptr;
            break;
        case DUCKDB_TYPE_STRUCT:
            for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
                name(duckdb_struct_type_child_name(type, i));
                if (!child(duckdb_struct_type_child_type(type, i))) return nullptr;
            }
            break;
        case DUCKDB_TYPE_BOOLEAN:
        case DUCKDB_TYPE_TINYINT:
        case DUCKDB_TYPE_SMALLINT:
        case DUCKDB_TYPE_INTEGER:
        case DUCKDB_TYPE_BIGINT:
        case DUCKDB_TYPE_UTINYINT:
        case DUCKDB_TYPE_USMALLINT:
        case DUCKDB_TYPE_UINTEGER:
        case DUCKDB_TYPE_UBIGINT:
        case DUCKDB_TYPE_HUGEINT:
        case DUCKDB_TYPE_UHUGEINT:
        case DUCKDB_TYPE_FLOAT:
        case DUCKDB_TYPE_DOUBLE:
        case DUCKDB_TYPE_TIMESTAMP:
        case DUCKDB_TYPE_TIMESTAMP_S:
        case DUCKDB_TYPE_TIMESTAMP_MS:
        case DUCKDB_TYPE_TIMESTAMP_NS:
        case DUCKDB_TYPE_TIMESTAMP_TZ:
        case DUCKDB_TYPE_DATE:
        case DUCKDB_TYPE_TIME:
        case DUCKDB_TYPE_TIME_TZ:
        case DUCKDB_TYPE_INTERVAL:
        case DUCKDB_TYPE_BLOB:
        case DUCKDB_TYPE_UUID:
        case DUCKDB_TYPE_SQLNULL: break;
        default: return nullptr;
    }
    return writer;
}

}  // namespace

void ResultJson::Writer::bind(duckdb_vector vector) {
    data = duckdb_vector_get_data(vector);
    validity = duckdb_vector_get_validity(vector);
    switch (type) {
        case DUCKDB_TYPE_LIST: return children[0]->bind(duckdb_list_vector_get_child(vector));
        case DUCKDB_TYPE_ARRAY: return children[0]->bind(duckdb_array_vector_get_child(vector));
        case DUCKDB_TYPE_MAP: {
            const duckdb_vector entries = duckdb_list_vector_get_child(vector);
            children[0]->bind(duckdb_struct_vector_get_child(entries, 0));
            children[1]->bind(duckdb_struct_vector_get_child(entries, 1));
            return;
        }
        case DUCKDB_TYPE_STRUCT:
            for (std::size_t i = 0; i < children.size(); ++i)
                children[i]->bind(duckdb_struct_vector_get_child(vector, i));
            return;
        default: return;
    }
}

void ResultJson::Writer::write(std::string& out, std::size_t row) {
    if (type == DUCKDB_TYPE_SQLNULL || (validity && !duckdb_validity_row_is_valid(validity, row))) {
        out += "null";
        return;
    }
    switch (type) {
        case DUCKDB_TYPE_BOOLEAN: out += at<bool>(row) ? "true" : "false"; return;
        case DUCKDB_TYPE_FLOAT: return append_float(out, at<float>(row));
        case DUCKDB_TYPE_DOUBLE: return append_float(out, at<double>(row));
        case DUCKDB_TYPE_DECIMAL: return write_decimal(out, row);
        case DUCKDB_TYPE_TIMESTAMP:
        case DUCKDB_TYPE_TIMESTAMP_TZ: return append_timestamp(out, at<std::int64_t>(row), TimeUnit::microseconds);
        case DUCKDB_TYPE_TIMESTAMP_S: return append_timestamp(out, at<std::int64_t>(row), TimeUnit::seconds);
        case DUCKDB_TYPE_TIMESTAMP_MS: return append_timestamp(out, at<std::int64_t>(row), TimeUnit::milliseconds);
        case DUCKDB_TYPE_TIMESTAMP_NS: return append_timestamp(out, at<std::int64_t>(row), TimeUnit::nanoseconds);
        case DUCKDB_TYPE_DATE: return append_date(out, at<std::int32_t>(row));
        case DUCKDB_TYPE_TIME: return append_time(out, at<std::int64_t>(row));
        case DUCKDB_TYPE_TIME_TZ: {
            const duckdb_time_tz_struct parts = duckdb_from_time_tz(at<duckdb_time_tz>(row));
            return append_time_tz(
                out, ((parts.time.hour * 60ll + parts.time.min) * 60 + parts.time.sec) * 1'000'000 + parts.time.micros,
                parts.offset);
        }
        case DUCKDB_TYPE_INTERVAL: {
            const auto interval = at<duckdb_interval>(row);
            return append_interval(out, interval.months, interval.days, interval.micros);
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
        case DUCKDB_TYPE_VARCHAR:
        case DUCKDB_TYPE_BLOB: return write_text(out, row);
        case DUCKDB_TYPE_ENUM:
            out += names[stored == DUCKDB_TYPE_UTINYINT    ? at<std::uint8_t>(row)
                         : stored == DUCKDB_TYPE_USMALLINT ? at<std::uint16_t>(row)
                                                           : at<std::uint32_t>(row)];
            return;
        case DUCKDB_TYPE_LIST:
        case DUCKDB_TYPE_ARRAY:
        case DUCKDB_TYPE_MAP:
        case DUCKDB_TYPE_STRUCT: return write_nested(out, row);
        default: return write_integer(out, row);
    }
}

void ResultJson::Writer::write_integer(std::string& out, std::size_t row) const {
    switch (type) {
        case DUCKDB_TYPE_TINYINT: return append_signed(out, at<std::int8_t>(row));
        case DUCKDB_TYPE_SMALLINT: return append_signed(out, at<std::int16_t>(row));
        case DUCKDB_TYPE_INTEGER: fmt::format_to(std::back_inserter(out), "{}", at<std::int32_t>(row)); return;
        case DUCKDB_TYPE_BIGINT: fmt::format_to(std::back_inserter(out), "{}", at<std::int64_t>(row)); return;
        case DUCKDB_TYPE_UTINYINT: return append_number(out, at<std::uint8_t>(row), false);
        case DUCKDB_TYPE_USMALLINT: return append_number(out, at<std::uint16_t>(row), false);
        case DUCKDB_TYPE_UINTEGER: return append_number(out, at<std::uint32_t>(row), false);
        case DUCKDB_TYPE_UBIGINT: return append_number(out, at<std::uint64_t>(row), false);
        case DUCKDB_TYPE_HUGEINT: return append_signed(out, wide(at<duckdb_hugeint>(row)));
        case DUCKDB_TYPE_UHUGEINT: {
            const auto value = at<duckdb_uhugeint>(row);
            return append_number(out, (static_cast<Wide>(value.upper) << 64) | value.lower, false);
        }
        default: out += "null";
    }
}

void ResultJson::Writer::write_decimal(std::string& out, std::size_t row) const {
    switch (stored) {
        case DUCKDB_TYPE_SMALLINT: return append_signed(out, at<std::int16_t>(row), scale);
        case DUCKDB_TYPE_INTEGER: return append_signed(out, at<std::int32_t>(row), scale);
        case DUCKDB_TYPE_BIGINT: return append_signed(out, at<std::int64_t>(row), scale);
        default: return append_signed(out, wide(at<duckdb_hugeint>(row)), scale);
    }
}

void ResultJson::Writer::write_text(std::string& out, std::size_t row) {
    const auto* const value = static_cast<const duckdb_string_t*>(data) + row;
    const std::string_view text = view(*value);
    if (type == DUCKDB_TYPE_BLOB) {
        out += '"';
        for (const unsigned char byte : text) fmt::format_to(std::back_inserter(out), "{:02x}", byte);
        out += '"';
    } else if (json && is_json(text)) {
        out += text;
    } else {
        append_json_string(out, text);
    }
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

void ResultJson::Writer::write_nested(std::string& out, std::size_t row) {
    if (type == DUCKDB_TYPE_STRUCT) {
        out += '{';
        for (std::size_t i = 0; i < children.size(); ++i) {
            if (i > 0) out += ", ";
            out += names[i];
            out += ": ";
            children[i]->write(out, row);
        }
        out += '}';
        return;
    }
    duckdb_list_entry entry{row * array_size, array_size};
    if (type != DUCKDB_TYPE_ARRAY) entry = at<duckdb_list_entry>(row);
    const bool map = type == DUCKDB_TYPE_MAP;
    out += map ? '{' : '[';
    for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
        if (i > entry.offset) out += ", ";
        if (map) {
            // A key of an object is text, whatever type it had.
            std::string key;
            children[0]->write(key, i);
            if (key.starts_with('"')) {
                out += key;
            } else {
                append_json_string(out, key);
            }
            out += ": ";
            children[1]->write(out, i);
        } else {
            children[0]->write(out, i);
        }
    }
    out += map ? '}' : ']';
}

ResultJson::ResultJson() = default;
ResultJson::~ResultJson() = default;
ResultJson::ResultJson(ResultJson&&) noexcept = default;
ResultJson& ResultJson::operator=(ResultJson&&) noexcept = default;

Result<ResultJson> ResultJson::of(duckdb_prepared_statement statement) {
    ResultJson result;
    for (idx_t i = 0; i < duckdb_prepared_statement_column_count(statement); ++i) {
        const duck::LogicalType type(duckdb_prepared_statement_column_logical_type(statement, i));
        // A name is NULL where the C API has none to give.
        const char* name = duckdb_prepared_statement_column_name(statement, i);
        result.columns_.push_back({name ? name : "", type_name(type.get())});
        duckdb_free(const_cast<char*>(name));
        result.writers_.push_back(make_writer(type.get()));
        if (!result.writers_.back()) {
            return fail(ErrorCode::invalid_input,
                        "column \"" + result.columns_.back().name + "\" has a type that can't be shown", "",
                        "cast it to text: CAST(... AS TEXT)");
        }
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
