#include "database/lakehouse/query/vector_columns.hpp"

#include "database/lakehouse/duck_rows.hpp"
#include "database/lakehouse/table_function.hpp"
#include "engine/owned_column.hpp"
#include "sql/evaluate/call.hpp"
#include "sql/values/array.hpp"

#include <array>
#include <optional>

namespace sf::database {
namespace {

using sql::Type;

constexpr int kDigitsMax = 38;
constexpr std::int64_t kMicrosOfDay = 86'400'000'000;

__int128 power_of_ten(int exponent) {
    __int128 power = 1;
    for (int i = 0; i < exponent; ++i) power *= 10;
    return power;
}

__int128 wide(const duckdb_hugeint& value) { return (static_cast<__int128>(value.upper) << 64) | value.lower; }

// The digits of a value at another scale, rounded half away from zero; nothing if they are more than 38.
std::optional<__int128> digits_at(sql::Decimal value, int scale) {
    __int128 digits = value.digits;
    if (value.scale > scale) {
        const __int128 divisor = power_of_ten(value.scale - scale);
        const __int128 rest = digits % divisor;
        digits /= divisor;
        const __int128 size = rest < 0 ? -rest : rest;
        if (size >= divisor - size) digits += rest < 0 ? -1 : 1;
    } else {
        for (int i = value.scale; i < scale; ++i) {
            if (__builtin_mul_overflow(digits, static_cast<__int128>(10), &digits)) return std::nullopt;
        }
    }
    const __int128 limit = power_of_ten(kDigitsMax);
    if (digits >= limit || digits <= -limit) return std::nullopt;
    return digits;
}

void write_nulls(const sql::Column& column, duckdb_vector vector, std::size_t rows, std::size_t at) {
    if (column.valid.empty()) return;
    for (std::size_t row = 0; row < rows; ++row) {
        if (column.valid[row] == 0) duck::set_null(vector, at + row);
    }
}

void write_texts(const sql::Column& column, duckdb_vector vector, std::size_t rows, std::size_t at) {
    for (std::size_t row = 0; row < rows; ++row) {
        if (!column.is_valid(row)) continue;
        const std::string_view text = column.text(row);
        duckdb_vector_assign_string_element_len(vector, at + row, text.data(), text.size());
    }
}

template <class T>
std::vector<T>& values_in(engine::OwnedColumn& column) {
    if constexpr (std::is_same_v<T, std::uint8_t>) return column.booleans;
    else if constexpr (std::is_same_v<T, std::int64_t>) return column.integers;
    else if constexpr (std::is_same_v<T, double>) return column.doubles;
    else if constexpr (std::is_same_v<T, sql::Decimal>) return column.decimals;
    else if constexpr (std::is_same_v<T, sql::Interval>) return column.intervals;
    else if constexpr (std::is_same_v<T, Uuid>) return column.uuids;
    else return column.texts;
}

// The elements of all arrays are a column, and go where the vector has those of its lists.
bool write_arrays(const sql::Column& column, duckdb_vector vector, std::size_t rows, int scale, std::size_t at) {
    auto* const entries = duck::values_of<duckdb_list_entry>(vector) + at;
    const idx_t begin = duckdb_list_vector_get_size(vector);
    idx_t total = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto size = column.is_valid(row) ? static_cast<idx_t>(sql::array_size(column.text(row))) : 0;
        entries[row] = {.offset = begin + total, .length = size};
        total += size;
    }
    engine::OwnedColumn elements;
    elements.reset(sql::element_type(column.type), total);
    sql::with_value_type(elements.type, [&](auto sample) {
        using T = decltype(sample);
        std::size_t next = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            if (!column.is_valid(row)) continue;
            sql::ArrayReader reader(column.text(row));
            for (sql::Element element; reader.next(element); ++next) {
                if (element) values_in<T>(elements)[next] = sql::element_as<T>(*element);
                else elements.set_null(next, total);
            }
        }
    });
    duckdb_list_vector_reserve(vector, begin + total);
    duckdb_list_vector_set_size(vector, begin + total);
    return write_column(elements.view(total), duckdb_list_vector_get_child(vector), total, scale, begin);
}

}  // namespace

const sql::Column& VectorColumn::read(duckdb_vector vector, std::size_t rows) {
    column_ = {.type = type_, .size = rows};
    if (const std::uint64_t* const validity = duckdb_vector_get_validity(vector)) {
        valid_.resize(rows);
        for (std::size_t row = 0; row < rows; ++row)
            valid_[row] = static_cast<std::uint8_t>((validity[row / 64] >> (row % 64)) & 1);
        column_.valid = valid_;
    }
    read_values(vector, rows);
    return column_;
}

void VectorColumn::read_arrays(duckdb_vector vector, std::size_t rows) {
    const duck::Column lists(vector);
    if (elements_ == nullptr) elements_ = std::make_unique<VectorColumn>(sql::element_type(type_));
    const sql::Column& elements =
        elements_->read(duckdb_list_vector_get_child(vector), duckdb_list_vector_get_size(vector));
    arrays_.resize(rows);
    texts_.resize(rows);
    sql::with_value_type(elements.type, [&](auto sample) {
        using T = decltype(sample);
        const std::span<const T> values = sql::array_of<T>(elements);
        sql::ElementBytes room;
        for (std::size_t row = 0; row < rows; ++row) {
            arrays_[row].clear();
            if (column_.is_valid(row)) {
                const auto [offset, length] = lists.list(row);
                for (idx_t i = offset; i < offset + length; ++i)
                    sql::append_element(arrays_[row], elements.is_valid(i)
                                                          ? sql::Element(sql::bytes_of_element(values[i], room))
                                                          : sql::Element{});
            }
            texts_[row] = arrays_[row];
        }
    });
    column_.texts = texts_;
}

void VectorColumn::read_values(duckdb_vector vector, std::size_t rows) {
    if (sql::is_array(type_)) return read_arrays(vector, rows);
    switch (type_) {
        case Type::boolean:
            static_assert(sizeof(bool) == sizeof(std::uint8_t));
            column_.booleans = {duck::values_of<std::uint8_t>(vector), rows};
            return;
        case Type::integer: {
            const auto* const values = duck::values_of<std::int32_t>(vector);
            integers_.assign(values, values + rows);
            column_.integers = integers_;
            return;
        }
        case Type::bigint:
        case Type::timestamp:
        case Type::timestamptz: column_.integers = {duck::values_of<std::int64_t>(vector), rows}; return;
        case Type::date: {
            const auto* const days = duck::values_of<std::int32_t>(vector);
            integers_.resize(rows);
            for (std::size_t row = 0; row < rows; ++row)
                integers_[row] = column_.is_valid(row) ? days[row] * kMicrosOfDay : 0;
            column_.integers = integers_;
            return;
        }
        case Type::double_precision: column_.doubles = {duck::values_of<double>(vector), rows}; return;
        case Type::numeric: {
            const duck::LogicalType type(duckdb_vector_get_column_type(vector));
            const int scale = duckdb_decimal_scale(type.get());
            const auto* const values = duck::values_of<duckdb_hugeint>(vector);
            decimals_.resize(rows);
            // Zeros at the end would count as digits when values are multiplied.
            for (std::size_t row = 0; row < rows; ++row)
                decimals_[row] =
                    column_.is_valid(row) ? sql::normalized(sql::Decimal{wide(values[row]), scale}) : sql::Decimal{};
            column_.decimals = decimals_;
            return;
        }
        case Type::interval: {
            const auto* const values = duck::values_of<duckdb_interval>(vector);
            intervals_.resize(rows);
            for (std::size_t row = 0; row < rows; ++row)
                intervals_[row] = {
                    .months = values[row].months, .days = values[row].days, .micros = values[row].micros};
            column_.intervals = intervals_;
            return;
        }
        case Type::uuid: {
            const duck::Column values(vector);
            uuids_.resize(rows);
            for (std::size_t row = 0; row < rows; ++row) uuids_[row] = values.uuid(row);
            column_.uuids = uuids_;
            return;
        }
        case Type::text:
        case Type::jsonb:
        case Type::json_scalar: break;
    }
    const duck::Column values(vector);
    texts_.resize(rows);
    for (std::size_t row = 0; row < rows; ++row)
        texts_[row] = column_.is_valid(row) ? values.text(row) : std::string_view{};
    column_.texts = texts_;
}

bool write_column(const sql::Column& column, duckdb_vector vector, std::size_t rows, int scale, std::size_t at) {
    write_nulls(column, vector, rows, at);
    if (sql::is_array(column.type)) return write_arrays(column, vector, rows, scale, at);
    switch (column.type) {
        case Type::boolean: std::ranges::copy(column.booleans, duck::values_of<std::uint8_t>(vector) + at); return true;
        case Type::integer: {
            auto* const values = duck::values_of<std::int32_t>(vector) + at;
            for (std::size_t row = 0; row < rows; ++row) values[row] = static_cast<std::int32_t>(column.integers[row]);
            return true;
        }
        case Type::bigint:
        case Type::timestamp:
        case Type::timestamptz:
            std::ranges::copy(column.integers, duck::values_of<std::int64_t>(vector) + at);
            return true;
        case Type::date: {
            auto* const days = duck::values_of<std::int32_t>(vector) + at;
            for (std::size_t row = 0; row < rows; ++row)
                days[row] = column.is_valid(row) ? static_cast<std::int32_t>(column.integers[row] / kMicrosOfDay) : 0;
            return true;
        }
        case Type::double_precision:
            std::ranges::copy(column.doubles, duck::values_of<double>(vector) + at);
            return true;
        case Type::numeric: {
            auto* const values = duck::values_of<duckdb_hugeint>(vector) + at;
            for (std::size_t row = 0; row < rows; ++row) {
                if (!column.is_valid(row)) continue;
                const auto digits = digits_at(column.decimals[row], scale);
                if (!digits) return false;
                values[row] = {.lower = static_cast<std::uint64_t>(*digits),
                               .upper = static_cast<std::int64_t>(*digits >> 64)};
            }
            return true;
        }
        case Type::interval: {
            auto* const values = duck::values_of<duckdb_interval>(vector) + at;
            for (std::size_t row = 0; row < rows; ++row) {
                const sql::Interval& value = column.intervals[row];
                values[row] = {.months = value.months, .days = value.days, .micros = value.micros};
            }
            return true;
        }
        case Type::uuid: {
            auto* const values = duck::values_of<duckdb_hugeint>(vector) + at;
            for (std::size_t row = 0; row < rows; ++row) values[row] = duck::to_duck(column.uuids[row]);
            return true;
        }
        case Type::text:
        case Type::jsonb:
        case Type::json_scalar: break;
    }
    write_texts(column, vector, rows, at);
    return true;
}

void write_numeric_texts(const sql::Column& column, duckdb_vector vector, std::size_t rows, std::size_t at) {
    write_nulls(column, vector, rows, at);
    for (std::size_t row = 0; row < rows; ++row) {
        if (!column.is_valid(row)) continue;
        const std::string text = column.decimals[row].to_text();
        duckdb_vector_assign_string_element_len(vector, at + row, text.data(), text.size());
    }
}

duck::LogicalType vector_type(Type type, int scale) {
    if (sql::is_array(type))
        return duck::LogicalType(duckdb_create_list_type(vector_type(sql::element_type(type), scale).get()));
    switch (type) {
        case Type::boolean: return duck::plain_type(DUCKDB_TYPE_BOOLEAN);
        case Type::integer: return duck::plain_type(DUCKDB_TYPE_INTEGER);
        case Type::bigint: return duck::plain_type(DUCKDB_TYPE_BIGINT);
        case Type::double_precision: return duck::plain_type(DUCKDB_TYPE_DOUBLE);
        case Type::numeric:
            return duck::LogicalType(duckdb_create_decimal_type(kDigitsMax, static_cast<std::uint8_t>(scale)));
        case Type::text: return duck::plain_type(DUCKDB_TYPE_VARCHAR);
        case Type::timestamptz: return duck::plain_type(DUCKDB_TYPE_TIMESTAMP_TZ);
        case Type::timestamp: return duck::plain_type(DUCKDB_TYPE_TIMESTAMP);
        case Type::date: return duck::plain_type(DUCKDB_TYPE_DATE);
        case Type::interval: return duck::plain_type(DUCKDB_TYPE_INTERVAL);
        case Type::uuid: return duck::plain_type(DUCKDB_TYPE_UUID);
        case Type::jsonb:
        case Type::json_scalar: break;
    }
    return duck::json_type();
}

}  // namespace sf::database
