// A column together with its memory: results of aggregates and keys on their way into rows.
#pragma once

#include "sql/column.hpp"

#include <deque>
#include <string>
#include <vector>

namespace sf::engine {

/// Filled by whoever makes it: exactly the array of its type, and `valid` where there are NULLs. Reusable. Texts are
/// views: their maker says what they point into.
struct OwnedColumn {
    sql::Type type = sql::Type::bigint;
    std::vector<std::uint8_t> valid;
    std::vector<std::uint8_t> failed;
    std::vector<std::uint8_t> booleans;
    std::vector<std::int64_t> integers;
    std::vector<double> doubles;
    std::vector<sql::Decimal> decimals;
    std::vector<sql::Interval> intervals;
    std::vector<Uuid> uuids;
    std::vector<std::string_view> texts;

    /// Texts that were made for this column live as long as it is not reset.
    [[nodiscard]] std::string_view keep(std::string text) { return made_.emplace_back(std::move(text)); }

    /// Empty, of this type, with room for `size` values of which none is NULL.
    void reset(sql::Type new_type, std::size_t size);

    /// The value of this row is NULL.
    void set_null(std::size_t row, std::size_t size) {
        if (valid.empty()) valid.assign(size, 1);
        valid[row] = 0;
    }

    /// And it is, because it could not be computed.
    void set_failed(std::size_t row, std::size_t size) {
        set_null(row, size);
        if (failed.empty()) failed.assign(size, 0);
        failed[row] = 1;
    }

    [[nodiscard]] sql::Column view(std::size_t size) const;

private:
    std::deque<std::string> made_;
};

}  // namespace sf::engine
