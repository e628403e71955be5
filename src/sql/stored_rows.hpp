// Rows of a view as they are stored, read back into columns of the view's types: what another view over it computes
// with. The inverse of append_json().
#pragma once

#include "base/time.hpp"
#include "sql/evaluator.hpp"
#include "sql/view_plan.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace sf::sql {

/// One thread.
class StoredRows {
public:
    explicit StoredRows(const ViewSource& source);
    ~StoredRows();
    StoredRows(const StoredRows&) = delete;
    StoredRows& operator=(const StoredRows&) = delete;

    struct Row {
        std::string_view keys;  // JSON objects, as a view gives them.
        std::string_view values;
        std::int64_t window_start = 0;  // Microseconds.
        std::int64_t window_end = 0;
    };

    /// A column for each of the source's. JSON's null, and a member that is not there, is NULL; a value that is not of
    /// its column's type is NULL and failed. Valid until the next call; `rows` outlive the use of columns.
    [[nodiscard]] std::span<const Column> read(std::span<const Row> rows);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace sf::sql
