// An array as one value: its elements one after the other, each a little-endian 16-bit length and that many bytes. Tags
// of events are kept like this (models/event_batch.hpp), so they are arrays as they stand. Two lengths that tags never
// have stand for NULL and for long elements. Arrays have one dimension and count from 1.
#pragma once

#include "base/uuid.hpp"
#include "sql/decimal.hpp"
#include "sql/interval.hpp"
#include "sql/type.hpp"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace sf::sql {

inline constexpr std::uint16_t kNullElement = 0xFFFF;
inline constexpr std::uint16_t kLongElement = 0xFFFE;  // The length follows in 32 bits.

/// The bytes of an element; nothing for NULL.
using Element = std::optional<std::string_view>;

/// Walks the elements of an array.
class ArrayReader {
public:
    explicit ArrayReader(std::string_view array) : rest_(array) {}

    [[nodiscard]] bool next(Element& element);

private:
    std::string_view rest_;
};

void append_element(std::string& array, Element element);

/// How many elements there are.
[[nodiscard]] std::int64_t array_size(std::string_view array);

/// Whether bytes that came from outside are an array of this type.
[[nodiscard]] bool is_array_value(Type array_type, std::string_view bytes);

// An element's bytes are those of its text, or of its value: numeric without the padding of Decimal.
inline constexpr std::size_t kDecimalBytes = sizeof(__int128) + sizeof(std::int32_t);

template <class T>
[[nodiscard]] T element_as(std::string_view bytes) {
    if constexpr (std::is_same_v<T, std::string_view>) {
        return bytes;
    } else if constexpr (std::is_same_v<T, Decimal>) {
        Decimal value;
        std::memcpy(&value.digits, bytes.data(), sizeof value.digits);
        std::memcpy(&value.scale, bytes.data() + sizeof value.digits, sizeof value.scale);
        return value;
    } else {
        T value;
        std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
}

/// Room for the bytes of any value that is no text.
struct ElementBytes {
    char bytes[kDecimalBytes];
};

/// The bytes of a value: in `room`, or the text itself.
template <class T>
[[nodiscard]] std::string_view bytes_of_element(const T& value, ElementBytes& room) {
    if constexpr (std::is_same_v<T, std::string_view>) {
        return value;
    } else if constexpr (std::is_same_v<T, Decimal>) {
        std::memcpy(room.bytes, &value.digits, sizeof value.digits);
        std::memcpy(room.bytes + sizeof value.digits, &value.scale, sizeof value.scale);
        return {room.bytes, kDecimalBytes};
    } else {
        static_assert(sizeof(T) <= kDecimalBytes);
        std::memcpy(room.bytes, &value, sizeof value);
        return {room.bytes, sizeof value};
    }
}

/// Appends the array with its elements in the one form that equal ones share: 1.50 becomes 1.5, -0 becomes 0. Arrays
/// are equal where these are.
void append_normalized_array(std::string& out, Type array_type, std::string_view array);

/// Appends what PostgreSQL's output functions write: t for true, {1,NULL,"a b"}.
void append_element_text(std::string& out, Type element_type, std::string_view element);
void append_array_text(std::string& out, Type array_type, std::string_view array);

/// Reads PostgreSQL's text form of an array and appends the array. False, and `out` as it was, for anything else, for
/// more than one dimension, and for elements that are no values of the type.
[[nodiscard]] bool read_array(std::string& out, Type array_type, std::string_view text);

/// "{a,b}": the element of an array in its text form, in quotes where it needs them.
void append_quoted_element(std::string& out, std::string_view text);

}  // namespace sf::sql
