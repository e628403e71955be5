// One run of a function over a batch: what a kernel reads and writes.
#pragma once

#include "sql/column.hpp"
#include "sql/evaluate/arena.hpp"
#include "sql/expression_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sf::sql {

/// Values of one C++ type, of rows or of a constant that stands for all of them.
template <class T>
struct Reader {
    const T* values = nullptr;
    std::size_t stride = 0;  // 0: a constant.

    [[nodiscard]] T operator[](std::size_t row) const { return values[row * stride]; }
    [[nodiscard]] bool is_constant() const { return stride == 0; }
};

/// The array of a column that holds values of T.
template <class T>
[[nodiscard]] std::span<const T>& array_of(Column& column);
template <>
inline std::span<const std::uint8_t>& array_of(Column& column) {
    return column.booleans;
}
template <>
inline std::span<const std::int64_t>& array_of(Column& column) {
    return column.integers;
}
template <>
inline std::span<const double>& array_of(Column& column) {
    return column.doubles;
}
template <>
inline std::span<const Decimal>& array_of(Column& column) {
    return column.decimals;
}
template <>
inline std::span<const Interval>& array_of(Column& column) {
    return column.intervals;
}
template <>
inline std::span<const Uuid>& array_of(Column& column) {
    return column.uuids;
}
template <>
inline std::span<const std::string_view>& array_of(Column& column) {
    return column.texts;
}

template <class T>
[[nodiscard]] std::span<const T> array_of(const Column& column) {
    return array_of<T>(const_cast<Column&>(column));
}

/// Calls `body` with a value of the C++ type that a column of `type` holds.
template <class Body>
decltype(auto) with_value_type(Type type, Body body) {
    switch (type) {
        case Type::boolean: return body(std::uint8_t{});
        case Type::integer:
        case Type::bigint:
        case Type::timestamptz:
        case Type::timestamp:
        case Type::date: return body(std::int64_t{});
        case Type::double_precision: return body(double{});
        case Type::numeric: return body(Decimal{});
        case Type::interval: return body(Interval{});
        case Type::uuid: return body(Uuid{});
        case Type::text:
        case Type::jsonb:
        case Type::json_scalar: break;
    }
    return body(std::string_view{});
}

class Call {
public:
    /// Texts that one call makes for one batch take at most this much together, and each at most kTextMax; those of all
    /// calls kBatchTextBytesMax. Rows beyond fail, so that no expression can eat the memory. A batch holds 1 MiB.
    static constexpr std::size_t kTextBytesMax = 16u << 20;
    static constexpr std::size_t kTextMax = 1u << 20;
    static constexpr std::size_t kBatchTextBytesMax = 128u << 20;

    /// `arguments` are constants (one value) or have `rows` values; none is dictionary-coded. `batch_text_bytes_left`
    /// says what all calls of the batch may still make of text.
    Call(const Expression& expression, std::span<const Column* const> arguments, std::span<const std::uint8_t> constant,
         std::size_t rows, Arena& arena, std::size_t& batch_text_bytes_left);

    [[nodiscard]] const Expression& expression() const { return expression_; }
    [[nodiscard]] std::size_t rows() const { return rows_; }
    [[nodiscard]] std::size_t size() const { return arguments_.size(); }
    [[nodiscard]] const Column& argument(std::size_t index) const { return *arguments_[index]; }
    [[nodiscard]] bool is_constant(std::size_t index) const { return constant_[index] != 0; }
    [[nodiscard]] Arena& arena() { return arena_; }
    [[nodiscard]] Column& result() { return result_; }

    template <class T>
    [[nodiscard]] Reader<T> read(std::size_t index) const {
        return {array_of<T>(argument(index)).data(), is_constant(index) ? std::size_t{0} : std::size_t{1}};
    }
    [[nodiscard]] Reader<std::uint8_t> read_valid(std::size_t index) const {
        return flags(index, argument(index).valid, 1);
    }
    [[nodiscard]] Reader<std::uint8_t> read_failed(std::size_t index) const {
        return flags(index, argument(index).failed, 0);
    }

    /// The array for the result's values, not initialised; it becomes the result's.
    template <class T>
    [[nodiscard]] std::span<T> write() {
        const std::span<T> values = arena_.array<T>(rows_);
        array_of<T>(result_) = values;
        return values;
    }

    /// For functions that are strict: NULL where an argument is, failed where one has failed. Before the kernel runs.
    void merge_nulls();

    [[nodiscard]] bool is_valid(std::size_t row) const { return result_.valid.empty() || result_.valid[row] != 0; }

    /// For functions with NULLs of their own: 1 where there is a value, 1 where the row has failed.
    void set_flags(std::span<const std::uint8_t> valid, std::span<const std::uint8_t> failed);

    /// Makes the row NULL; `fail` counts it as failed, too.
    void set_null(std::size_t row);
    void fail(std::size_t row);

    /// How long the next text may be.
    [[nodiscard]] std::size_t room() const { return std::min({kTextMax, text_bytes_left_, batch_text_bytes_left_}); }
    [[nodiscard]] bool has_room(std::size_t size) const { return size <= room(); }
    [[nodiscard]] std::string_view keep(const char* begin, std::size_t size) {
        spend(size);
        return arena_.keep(begin, size);
    }
    /// False if there is no room for it.
    [[nodiscard]] bool copy(std::string_view text, std::string_view& kept) {
        if (!has_room(text.size())) return false;
        spend(text.size());
        kept = arena_.copy(text);
        return true;
    }

    /// Runs another function over columns of this call's making. `arguments` and `constant` as in the constructor; the
    /// result stays as long as this call's.
    [[nodiscard]] Column nested(const Expression& call, std::span<const Column* const> arguments,
                                std::span<const std::uint8_t> constant, std::size_t rows);

    /// The same for a chain of calls of one argument each, over an input that is this column.
    [[nodiscard]] Column nested_chain(const Expression& chain, const Column& input);

private:
    void spend(std::size_t size) {
        text_bytes_left_ -= size;
        batch_text_bytes_left_ -= size;
    }
    [[nodiscard]] Reader<std::uint8_t> flags(std::size_t index, std::span<const std::uint8_t> values,
                                             std::uint8_t without) const {
        static constexpr std::uint8_t kFlag[2] = {0, 1};
        if (values.empty()) return {&kFlag[without], 0};
        return {values.data(), is_constant(index) ? std::size_t{0} : std::size_t{1}};
    }

    const Expression& expression_;
    std::span<const Column* const> arguments_;
    std::span<const std::uint8_t> constant_;
    std::size_t rows_;
    Arena& arena_;
    Column result_;
    std::span<std::uint8_t> valid_;   // Where this call has its own: the array of result_.valid,
    std::span<std::uint8_t> failed_;  // of result_.failed.
    std::size_t text_bytes_left_ = kTextBytesMax;
    std::size_t& batch_text_bytes_left_;
};

using Kernel = void (*)(Call& call);

}  // namespace sf::sql
