#include "sql/tables/table_index.hpp"

#include "base/hash.hpp"
#include "sql/evaluate/call.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace sf::sql {
namespace {

void append_bytes(std::string& out, const auto& value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void append_value(std::string& out, std::string_view text) {
    append_bytes(out, static_cast<std::uint32_t>(text.size()));
    out += text;
}
void append_value(std::string& out, std::int64_t value) { append_bytes(out, value); }
void append_value(std::string& out, std::uint8_t value) { append_bytes(out, value); }
void append_value(std::string& out, const Uuid& value) { append_bytes(out, value); }

// 0 and -0 are equal, and so are all NaNs.
void append_value(std::string& out, double value) {
    if (value == 0) value = 0;
    if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
    append_bytes(out, value);
}

// 1.5 is 1.50.
void append_value(std::string& out, const Decimal& value) {
    std::string text = value.to_text();
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.ends_with('.')) text.pop_back();
    }
    if (text == "-0") text = "0";
    append_value(out, std::string_view(text));
}

// A month is 30 days and a day 24 hours, as in comparisons.
void append_value(std::string& out, const Interval& value) {
    constexpr std::int64_t kDay = 86'400'000'000;
    const __int128 span =
        static_cast<__int128>(value.micros) + (static_cast<__int128>(value.months) * 30 + value.days) * kDay;
    append_bytes(out, span);
}

}  // namespace

std::string_view lookup_key(std::span<const Column* const> columns, std::span<const std::uint8_t> constant,
                            std::size_t row, std::string& scratch) {
    const auto place = [&](std::size_t i) { return !constant.empty() && constant[i] != 0 ? 0 : row; };
    if (columns.size() == 1 && columns[0]->type == Type::text) return columns[0]->text(place(0));
    scratch.clear();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Column& column = *columns[i];
        with_value_type(column.type, [&](auto sample) {
            using T = decltype(sample);
            if constexpr (std::is_same_v<T, std::string_view>) append_value(scratch, column.text(place(i)));
            else append_value(scratch, array_of<T>(column)[place(i)]);
        });
    }
    return scratch;
}

TableIndex::TableIndex(std::span<const Column* const> columns, std::size_t rows)
    : keys_(rows), slots_(std::bit_ceil(rows * 2 + 1)) {
    std::string scratch;
    for (std::uint32_t row = 0; row < rows; ++row) {
        if (!std::ranges::all_of(columns, [&](const Column* column) { return column->is_valid(row); })) continue;
        const std::string_view text = lookup_key(columns, {}, row, scratch);
        if (find(text) != kNone) {
            if (repeated_ == kNone) repeated_ = row;
            continue;
        }
        keys_[row] = {static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(text.size())};
        bytes_ += text;
        const std::uint64_t hash = hash64(text);
        std::size_t slot = hash & (slots_.size() - 1);
        while (slots_[slot].row != kNone) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = {hash, row};
    }
}

std::uint32_t TableIndex::find(std::string_view wanted) const {
    const std::uint64_t hash = hash64(wanted);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = hash & mask; slots_[slot].row != kNone; slot = (slot + 1) & mask) {
        if (slots_[slot].hash == hash && key(slots_[slot].row) == wanted) return slots_[slot].row;
    }
    return kNone;
}

}  // namespace sf::sql
