// A group's key as bytes: what frames carry, key tables compare and checkpoints keep. A byte for "NULL or not" before
// each column, then eight bytes, or a length and that many. Equal keys (as GROUP BY sees them) are equal bytes.
#pragma once

#include "base/hash.hpp"
#include "engine/owned_column.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::engine {

/// Appends the key of a row.
void append_key(std::string& out, std::span<const sql::Column* const> columns, std::size_t row);

/// The keys of these rows, one behind the other: `out` is their bytes, and ends[i] is where that of rows[i] ends.
void write_keys(std::span<const sql::Column* const> columns, std::span<const std::uint32_t> rows, std::string& out,
                std::span<std::uint32_t> ends);

[[nodiscard]] inline std::uint64_t hash_of_key(std::string_view key) { return hash64(key, 7); }

/// The bytes of the next column of a key that append_key() made, which are taken from its beginning.
[[nodiscard]] std::string_view take_key_part(std::string_view& key, sql::Type type);

/// Keys back to columns of these types. Texts point into `keys`. False if some key was not made by append_key() for
/// them.
[[nodiscard]] bool read_keys(std::span<const std::string_view> keys, std::span<const sql::Type> types,
                             std::vector<OwnedColumn>& columns);

}  // namespace sf::engine
