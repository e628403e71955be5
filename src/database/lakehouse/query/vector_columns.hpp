// DuckDB's vectors as columns of our expressions, and back. Internal to lakehouse/.
#pragma once

#include "database/lakehouse/duck.hpp"
#include "sql/column.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sf::database {

/// A column over the values of a vector. Reusable; the vector outlives the use of the column.
class VectorColumn {
public:
    explicit VectorColumn(sql::Type type) : type_(type) {}

    /// `numeric` columns are DECIMALs of 38 digits.
    [[nodiscard]] const sql::Column& read(duckdb_vector vector, std::size_t rows);

private:
    void read_values(duckdb_vector vector, std::size_t rows);
    void read_arrays(duckdb_vector vector, std::size_t rows);

    sql::Type type_;
    sql::Column column_;
    std::vector<std::uint8_t> valid_;
    std::vector<std::int64_t> integers_;
    std::vector<sql::Decimal> decimals_;
    std::vector<sql::Interval> intervals_;
    std::vector<Uuid> uuids_;
    std::vector<std::string_view> texts_;
    std::vector<std::string> arrays_;
    std::unique_ptr<VectorColumn> elements_;
};

/// What the query says where write_column() gives false.
inline constexpr const char* kNumericTooLong = "a numeric has more digits before the point than a column has room for";

/// Writes a column into a vector of its type, from row `at` on. False if a numeric has more digits before the point
/// than DECIMAL(38, scale) has; what it has more behind it is rounded.
[[nodiscard]] bool write_column(const sql::Column& column, duckdb_vector vector, std::size_t rows, int scale,
                                std::size_t at = 0);

/// Writes numerics as their texts.
void write_numeric_texts(const sql::Column& column, duckdb_vector vector, std::size_t rows, std::size_t at = 0);

/// The type of vectors that hold such values.
[[nodiscard]] duck::LogicalType vector_type(sql::Type type, int scale);

}  // namespace sf::database
