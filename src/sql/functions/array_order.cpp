#include "sql/functions/array_order.hpp"

#include "sql/evaluate/call.hpp"
#include "sql/functions/order.hpp"
#include "sql/values/jsonb.hpp"

namespace sf::sql {

int order_elements(Type type, std::string_view a, std::string_view b) {
    return with_value_type(type, [&](auto sample) {
        using T = decltype(sample);
        return order(element_as<T>(a), element_as<T>(b));
    });
}

bool equal_elements(Type type, std::string_view a, std::string_view b) {
    if (type == Type::jsonb) return jsonb_equal(a, b);
    return order_elements(type, a, b) == 0;
}

int order_arrays(Type array_type, std::string_view a, std::string_view b) {
    const Type type = element_type(array_type);
    ArrayReader left(a);
    ArrayReader right(b);
    for (Element x, y;;) {
        const bool more_left = left.next(x);
        const bool more_right = right.next(y);
        if (!more_left || !more_right) return static_cast<int>(more_left) - static_cast<int>(more_right);
        if (!x || !y) {
            if (x.has_value() != y.has_value()) return x ? -1 : 1;
            continue;
        }
        if (const int order = order_elements(type, *x, *y); order != 0) return order;
    }
}

bool equal_arrays(Type array_type, std::string_view a, std::string_view b) {
    const Type type = element_type(array_type);
    if (type != Type::jsonb) return a == b || order_arrays(array_type, a, b) == 0;
    std::string left, right;
    append_normalized_array(left, array_type, a);
    append_normalized_array(right, array_type, b);
    return left == right;
}

bool equal_texts(Type type, std::string_view a, std::string_view b) {
    if (type == Type::jsonb) return jsonb_equal(a, b);
    return is_array(type) ? equal_arrays(type, a, b) : a == b;
}

}  // namespace sf::sql
