#include "sql/values/array.hpp"

#include "sql/values/jsonb.hpp"

#include <cmath>
#include <limits>

namespace sf::sql {
namespace {

// Of a type whose values all have the same; 0 for texts.
std::size_t element_bytes(Type type) {
    switch (type) {
        case Type::boolean: return 1;
        case Type::integer:
        case Type::bigint:
        case Type::timestamptz:
        case Type::timestamp:
        case Type::date: return sizeof(std::int64_t);
        case Type::double_precision: return sizeof(double);
        case Type::numeric: return kDecimalBytes;
        case Type::interval: return sizeof(Interval);
        case Type::uuid: return sizeof(Uuid);
        default: return 0;
    }
}

template <class T>
void append_value(std::string& out, const T& value) {
    ElementBytes room;
    append_element(out, bytes_of_element(value, room));
}

void append_normalized(std::string& out, Type type, std::string_view element) {
    switch (type) {
        case Type::double_precision: {
            double value = element_as<double>(element);
            if (value == 0) value = 0;  // -0 too.
            if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
            append_value(out, value);
            return;
        }
        case Type::numeric: append_value(out, normalized(element_as<Decimal>(element))); return;
        case Type::interval: append_value(out, normalized(element_as<Interval>(element))); return;
        case Type::jsonb: {
            std::string canonical;
            append_canonical_jsonb(canonical, element);
            append_element(out, std::string_view(canonical));
            return;
        }
        default: append_element(out, element);
    }
}

}  // namespace

bool ArrayReader::next(Element& element) {
    if (rest_.size() < 2) return false;
    std::uint16_t small = 0;
    std::memcpy(&small, rest_.data(), sizeof small);
    rest_.remove_prefix(sizeof small);
    if (small == kNullElement) {
        element.reset();
        return true;
    }
    std::uint32_t length = small;
    if (small == kLongElement) {
        if (rest_.size() < sizeof length) return false;
        std::memcpy(&length, rest_.data(), sizeof length);
        rest_.remove_prefix(sizeof length);
    }
    element = rest_.substr(0, length);
    rest_.remove_prefix(element->size());
    return true;
}

void append_element(std::string& array, Element element) {
    const auto small = !element                         ? kNullElement
                       : element->size() < kLongElement ? static_cast<std::uint16_t>(element->size())
                                                        : kLongElement;
    array.append(reinterpret_cast<const char*>(&small), sizeof small);
    if (!element) return;
    if (small == kLongElement) {
        const auto length = static_cast<std::uint32_t>(element->size());
        array.append(reinterpret_cast<const char*>(&length), sizeof length);
    }
    array.append(*element);
}

std::int64_t array_size(std::string_view array) {
    std::int64_t count = 0;
    ArrayReader reader(array);
    for (Element element; reader.next(element);) ++count;
    return count;
}

bool is_array_value(Type array_type, std::string_view bytes) {
    const std::size_t size = element_bytes(element_type(array_type));
    std::size_t seen = 0;
    ArrayReader reader(bytes);
    for (Element element; reader.next(element);) {
        if (element && size != 0 && element->size() != size) return false;
        seen += sizeof(std::uint16_t);
        if (element) seen += element->size() + (element->size() < kLongElement ? 0 : sizeof(std::uint32_t));
    }
    return seen == bytes.size();
}

void append_normalized_array(std::string& out, Type array_type, std::string_view array) {
    const Type type = element_type(array_type);
    if (type != Type::double_precision && type != Type::numeric && type != Type::interval && type != Type::jsonb) {
        out += array;
        return;
    }
    ArrayReader reader(array);
    for (Element element; reader.next(element);) {
        if (element) append_normalized(out, type, *element);
        else append_element(out, element);
    }
}

}  // namespace sf::sql
