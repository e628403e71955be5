// Rows of a DuckDB result as JSON text, exactly: docs/formats/lakehouse.md has the table of types.
#pragma once

#include "base/result.hpp"
#include "database/lakehouse/duck.hpp"
#include "database/query.hpp"

#include <memory>
#include <string>
#include <vector>

namespace sf::database {

/// Made once per result. One thread at a time.
class ResultJson {
public:
    /// `invalid_input` for a column whose type has no JSON form, with the cast that helps.
    [[nodiscard]] static Result<ResultJson> of(duckdb_prepared_statement statement);

    ~ResultJson();
    ResultJson(ResultJson&&) noexcept;
    ResultJson& operator=(ResultJson&&) noexcept;

    [[nodiscard]] const std::vector<QueryColumn>& columns() const { return columns_; }

    /// Appends row `row` of `chunk` as an array. `chunk` was given to bind() before.
    void bind(duckdb_data_chunk chunk);
    void append_row(std::string& out, std::size_t row);

    struct Writer;

private:
    ResultJson();

    std::vector<QueryColumn> columns_;
    std::vector<std::unique_ptr<Writer>> writers_;
};

}  // namespace sf::database
