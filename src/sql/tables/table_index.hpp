// Finds the row of a reference table by the values of some columns.
#pragma once

#include "sql/tables/reference_table.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

/// The bytes that equal values have in common, and others do not; `scratch` may hold them. Where `constant` is not
/// empty it says which columns have one value for all rows.
[[nodiscard]] std::string_view lookup_key(std::span<const Column* const> columns,
                                          std::span<const std::uint8_t> constant, std::size_t row,
                                          std::string& scratch);

/// Immutable; any thread. Open addressing over the rows' keys.
class TableIndex {
public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    /// `columns` are the key's values, all of `rows`; rows where one is NULL can't be found.
    TableIndex(std::span<const Column* const> columns, std::size_t rows);

    /// kNone if there is none.
    [[nodiscard]] std::uint32_t find(std::string_view key) const;

    /// A row whose key another one has already; kNone if there is none.
    [[nodiscard]] std::uint32_t repeated() const { return repeated_; }

private:
    struct Slot {
        std::uint64_t hash = 0;
        std::uint32_t row = kNone;
    };
    struct Key {
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
    };

    [[nodiscard]] std::string_view key(std::uint32_t row) const {
        return std::string_view(bytes_).substr(keys_[row].begin, keys_[row].size);
    }

    std::string bytes_;
    std::vector<Key> keys_;  // By row.
    std::vector<Slot> slots_;
    std::uint32_t repeated_ = kNone;
};

}  // namespace sf::sql
