#include "engine/group_key.hpp"

#include "engine/value_bytes.hpp"
#include "sql/interval.hpp"
#include "sql/values/array.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

namespace sf::engine {
namespace {

constexpr std::size_t kRowsAhead = 16;  // Texts fetched ahead of their use.

template <class T>
T load(const char* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

void put_word(OwnedColumn& column, std::size_t row, std::uint64_t word) {
    if (column.type == sql::Type::boolean) column.booleans[row] = static_cast<std::uint8_t>(word);
    else if (column.type == sql::Type::double_precision) column.doubles[row] = std::bit_cast<double>(word);
    else column.integers[row] = static_cast<std::int64_t>(word);
}

bool put_bytes(OwnedColumn& column, std::size_t row, std::string_view bytes) {
    switch (column.type) {
        case sql::Type::numeric:
            if (bytes.size() != sizeof(__int128) + sizeof(std::int32_t)) return false;
            column.decimals[row] = {load<__int128>(bytes.data()), load<std::int32_t>(bytes.data() + sizeof(__int128))};
            return true;
        case sql::Type::interval:
            if (bytes.size() != sizeof(__int128)) return false;
            column.intervals[row] = sql::interval_of_length(load<__int128>(bytes.data()));
            return true;
        case sql::Type::uuid:
            if (bytes.size() != 16) return false;
            std::memcpy(column.uuids[row].bytes.data(), bytes.data(), 16);
            return true;
        default:
            column.texts[row] = bytes;
            return !sql::is_array(column.type) || sql::is_array_value(column.type, bytes);
    }
}

// As memcpy(), without the call for what is short, as texts in keys are.
char* put_text(char* at, std::string_view text) {
    const std::size_t size = text.size();
    const auto ends = [&]<std::size_t kWidth>(std::integral_constant<std::size_t, kWidth>) {
        std::memcpy(at, text.data(), kWidth);
        std::memcpy(at + size - kWidth, text.data() + size - kWidth, kWidth);
    };
    if (size >= 16 && size <= 32) ends(std::integral_constant<std::size_t, 16>{});
    else if (size >= 8 && size < 16) ends(std::integral_constant<std::size_t, 8>{});
    else if (size >= 4 && size < 8) ends(std::integral_constant<std::size_t, 4>{});
    else if (size > 0) std::memcpy(at, text.data(), size);
    return at + size;
}

bool is_text(sql::Type type) { return type == sql::Type::text || type == sql::Type::json_scalar; }

constexpr std::size_t kTextHead = 1 + sizeof(std::uint32_t);
constexpr std::size_t kWordSize = 1 + sizeof(std::uint64_t);

void add_sizes(const sql::Column& column, std::span<const std::uint32_t> rows, std::size_t& size) {
    if (is_word(column.type)) {
        size += rows.size() * kWordSize;  // NULL needs less.
        return;
    }
    for (const std::uint32_t row : rows) size += column.is_valid(row) ? kTextHead + column.text(row).size() : 1;
}

// A column as it is read here, once for each row.
struct KeyColumnReader {
    explicit KeyColumnReader(const sql::Column& from)
        : column(&from),
          valid(from.valid.empty() ? nullptr : from.valid.data()),
          integers(from.integers.empty() ? nullptr : from.integers.data()),
          texts(from.is_dictionary() ? from.words.data() : from.texts.data()),
          codes(from.is_dictionary() ? from.codes.data() : nullptr),
          is_word(engine::is_word(from.type)) {}

    char* put(char* at, std::uint32_t row) const {
        const bool is_valid = valid == nullptr || valid[row] != 0;
        *at++ = is_valid ? '\1' : '\0';
        if (!is_valid) return at;
        if (is_word) {
            const std::uint64_t word =
                integers != nullptr ? static_cast<std::uint64_t>(integers[row]) : word_of(*column, row);
            std::memcpy(at, &word, sizeof word);
            return at + sizeof word;
        }
        const std::string_view text = codes != nullptr ? texts[codes[row]] : texts[row];
        const auto length = static_cast<std::uint32_t>(text.size());
        std::memcpy(at, &length, sizeof length);
        return put_text(at + sizeof length, text);
    }

    const sql::Column* column;
    const std::uint8_t* valid;
    const std::int64_t* integers;
    const std::string_view* texts;
    const std::uint16_t* codes;
    bool is_word;
};

// The commonest keys, texts and words: room for all of them is made once.
void write_plain_keys(std::span<const sql::Column* const> columns, std::span<const std::uint32_t> rows,
                      std::string& out, std::span<std::uint32_t> ends) {
    std::size_t size = 0;
    for (const sql::Column* column : columns) add_sizes(*column, rows, size);
    std::vector<KeyColumnReader> readers;
    for (const sql::Column* column : columns) readers.emplace_back(*column);
    const std::string_view* const texts = readers[0].codes == nullptr ? readers[0].texts : nullptr;
    const bool fetches = !readers[0].is_word && texts != nullptr;
    out.resize_and_overwrite(size, [&](char* const begin, std::size_t) {
        char* at = begin;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (fetches && i + kRowsAhead < rows.size()) __builtin_prefetch(texts[rows[i + kRowsAhead]].data());
            for (const KeyColumnReader& reader : readers) at = reader.put(at, rows[i]);
            ends[i] = static_cast<std::uint32_t>(at - begin);
        }
        return static_cast<std::size_t>(at - begin);
    });
}

}  // namespace

void write_keys(std::span<const sql::Column* const> columns, std::span<const std::uint32_t> rows, std::string& out,
                std::span<std::uint32_t> ends) {
    const auto is_plain = [](const sql::Column* column) { return is_text(column->type) || is_word(column->type); };
    if (!columns.empty() && std::ranges::all_of(columns, is_plain)) return write_plain_keys(columns, rows, out, ends);
    out.clear();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        append_key(out, columns, rows[i]);
        ends[i] = static_cast<std::uint32_t>(out.size());
    }
}

void append_key(std::string& out, std::span<const sql::Column* const> columns, std::size_t row) {
    for (const sql::Column* column : columns) {
        // A row's keys are told apart as JSON, where null is NULL.
        const bool null_of_json = column->type == sql::Type::jsonb && column->texts[row] == "null";
        if (!column->is_valid(row) || null_of_json) {
            out += '\0';
            continue;
        }
        if (is_text(column->type)) {
            const std::string_view text = column->text(row);
            const auto length = static_cast<std::uint32_t>(text.size());
            std::array<char, 1 + sizeof length> head{'\1'};
            std::memcpy(head.data() + 1, &length, sizeof length);
            out.append(head.data(), head.size());
            out.append(text);
            continue;
        }
        out += '\1';
        if (is_word(column->type)) {
            append_bytes(out, *column, row);
            continue;
        }
        const std::size_t at = out.size();
        out.append(sizeof(std::uint32_t), '\0');
        append_bytes(out, *column, row);
        const auto length = static_cast<std::uint32_t>(out.size() - at - sizeof(std::uint32_t));
        std::memcpy(out.data() + at, &length, sizeof length);
    }
}

std::string_view take_key_part(std::string_view& key, sql::Type type) {
    std::size_t size = 1;
    if (key[0] != '\0')
        size += is_word(type) ? sizeof(std::uint64_t) : sizeof(std::uint32_t) + load<std::uint32_t>(key.data() + 1);
    const std::string_view part = key.substr(0, size);
    key.remove_prefix(size);
    return part;
}

bool read_keys(std::span<const std::string_view> keys, std::span<const sql::Type> types,
               std::vector<OwnedColumn>& columns) {
    columns.resize(types.size());
    for (std::size_t c = 0; c < types.size(); ++c) columns[c].reset(types[c], keys.size());
    for (std::size_t row = 0; row < keys.size(); ++row) {
        std::string_view rest = keys[row];
        for (OwnedColumn& column : columns) {
            if (rest.empty()) return false;
            const bool is_null = rest[0] == '\0';
            rest.remove_prefix(1);
            if (is_null) {
                column.set_null(row, keys.size());
                continue;
            }
            std::size_t size = sizeof(std::uint64_t);
            if (!is_word(column.type)) {
                if (rest.size() < sizeof(std::uint32_t)) return false;
                size = load<std::uint32_t>(rest.data());
                rest.remove_prefix(sizeof(std::uint32_t));
            }
            if (rest.size() < size) return false;
            if (is_word(column.type)) put_word(column, row, load<std::uint64_t>(rest.data()));
            else if (!put_bytes(column, row, rest.substr(0, size))) return false;
            rest.remove_prefix(size);
        }
        if (!rest.empty()) return false;
    }
    return true;
}

}  // namespace sf::engine
