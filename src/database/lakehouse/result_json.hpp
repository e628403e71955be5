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
    /// How a column is shown, beyond what its type says.
    struct Column {
        std::string name;
        std::string type;
        bool open_scale = false;   // A decimal whose zeros at the end mean nothing.
        bool number_text = false;  // Text that is a number.
    };

    /// `columns` are those of the statement. `invalid_input` for one whose type has no JSON form.
    [[nodiscard]] static Result<ResultJson> of(duckdb_prepared_statement statement, std::vector<Column> columns);

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
