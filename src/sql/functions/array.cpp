// Functions and operators of arrays. Elements are told apart as IS NOT DISTINCT FROM does it where PostgreSQL looks for
// one (array_position, array_remove), and NULLs match nothing where it compares sets (@>, &&).
#include "sql/functions/array_order.hpp"
#include "sql/functions/array_row.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/rowwise.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace sf::sql {
namespace {

using Position = std::optional<std::int64_t>;

std::int64_t cardinality(std::string_view array) { return array_size(array); }

// Lengths of anything but the first dimension of an array that has elements are NULL, and so is any bound.
template <class Bound>
void bound_kernel(Call& call, Bound bound) {
    const auto arrays = call.read<std::string_view>(0);
    const auto dimensions = call.read<std::int64_t>(1);
    const std::span<std::int64_t> out = call.write<std::int64_t>();
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = 0;
        if (!call.is_valid(row)) continue;
        const std::int64_t size = array_size(arrays[row]);
        if (dimensions[row] != 1 || size == 0) call.set_null(row);
        else out[row] = bound(size);
    }
}
void array_length(Call& call) {
    bound_kernel(call, [](std::int64_t size) { return size; });
}
void array_lower(Call& call) {
    bound_kernel(call, [](std::int64_t) { return std::int64_t{1}; });
}

void array_ndims(Call& call) {
    const auto arrays = call.read<std::string_view>(0);
    const std::span<std::int64_t> out = call.write<std::int64_t>();
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = 1;
        if (call.is_valid(row) && arrays[row].empty()) call.set_null(row);
    }
}

// ARRAY[...]
void make_array(Call& call) {
    ElementBytes room;
    make_arrays(call, [&](std::size_t row, std::string& array) {
        for (std::size_t i = 0; i < call.size(); ++i) append_element(array, element_of(call, i, row, room));
        return true;
    });
}

void append_all(std::string& array, const Call& call, std::size_t argument, std::size_t row) {
    if (has_value(call, argument, row)) array += call.read<std::string_view>(argument)[row];
}

void array_append(Call& call) {
    ElementBytes room;
    make_arrays(call, [&](std::size_t row, std::string& array) {
        append_all(array, call, 0, row);
        append_element(array, element_of(call, 1, row, room));
        return true;
    });
}

void array_prepend(Call& call) {
    ElementBytes room;
    make_arrays(call, [&](std::size_t row, std::string& array) {
        append_element(array, element_of(call, 0, row, room));
        append_all(array, call, 1, row);
        return true;
    });
}

void array_cat(Call& call) {
    make_arrays(call, [&](std::size_t row, std::string& array) {
        append_all(array, call, 0, row);
        append_all(array, call, 1, row);
        return has_value(call, 0, row) || has_value(call, 1, row);
    });
}

bool is_same_element(Type type, const Element& a, const Element& b) {
    return a && b ? equal_elements(type, *a, *b) : a.has_value() == b.has_value();
}

// array_remove(array, element), array_replace(array, from, to)
template <bool kReplace>
void array_without(Call& call) {
    const Type type = element_type(call.argument(0).type);
    ElementBytes from_room, to_room;
    make_arrays(call, [&](std::size_t row, std::string& array) {
        if (!has_value(call, 0, row)) return false;
        const Element from = element_of(call, 1, row, from_room);
        ArrayReader reader(call.read<std::string_view>(0)[row]);
        for (Element element; reader.next(element);) {
            if (!is_same_element(type, element, from)) append_element(array, element);
            else if constexpr (kReplace) append_element(array, element_of(call, 2, row, to_room));
        }
        return true;
    });
}

// Where an element stands for the first time, at `start` or behind.
Position position_of(Type type, std::string_view array, const Element& wanted, std::int64_t start) {
    std::int64_t position = 1;
    ArrayReader reader(array);
    for (Element element; reader.next(element); ++position) {
        if (position >= start && is_same_element(type, element, wanted)) return position;
    }
    return std::nullopt;
}

// A start that is NULL is an error, unless the element can't be there whatever the start is.
void array_position(Call& call) {
    const Type type = element_type(call.argument(0).type);
    const std::span<std::int64_t> out = call.write<std::int64_t>();
    ElementBytes room;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = 0;
        if (any_failed(call, row)) {
            call.fail(row);
            continue;
        }
        const std::string_view array =
            has_value(call, 0, row) ? call.read<std::string_view>(0)[row] : std::string_view{};
        const Element wanted = element_of(call, 1, row, room);
        const bool starts = call.size() == 2 || has_value(call, 2, row);
        const std::int64_t start = call.size() > 2 && starts ? call.read<std::int64_t>(2)[row] : 1;
        const Position found = position_of(type, array, wanted, start);
        const bool could_be = wanted ? !array.empty() : found.has_value();
        if (!starts && could_be) call.fail(row);
        else if (found) out[row] = *found;
        else call.set_null(row);
    }
}

void array_positions(Call& call) {
    const Type type = element_type(call.argument(0).type);
    ElementBytes wanted_room, room;
    make_arrays(call, [&](std::size_t row, std::string& array) {
        if (!has_value(call, 0, row)) return false;
        const Element wanted = element_of(call, 1, row, wanted_room);
        std::int64_t position = 1;
        ArrayReader reader(call.read<std::string_view>(0)[row]);
        for (Element element; reader.next(element); ++position) {
            if (is_same_element(type, element, wanted)) append_element(array, bytes_of_element(position, room));
        }
        return true;
    });
}

// trim_array(array, count): without its last elements. More than there are is an error.
void trim_array(Call& call) {
    const auto arrays = call.read<std::string_view>(0);
    const auto counts = call.read<std::int64_t>(1);
    const std::span<std::string_view> out = call.write<std::string_view>();
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        if (!call.is_valid(row)) continue;
        const std::int64_t size = array_size(arrays[row]);
        if (counts[row] < 0 || counts[row] > size) {
            call.fail(row);
            continue;
        }
        std::size_t bytes = 0;
        ArrayReader reader(arrays[row]);
        Element element;
        for (std::int64_t i = counts[row]; i < size && reader.next(element); ++i)
            bytes += sizeof(std::uint16_t) + (element ? element->size() : 0) +
                     (element && element->size() >= kLongElement ? sizeof(std::uint32_t) : 0);
        out[row] = arrays[row].substr(0, bytes);
    }
}

// array[i]: NULL where there is no such element.
void element_at(Call& call) {
    const auto arrays = call.read<std::string_view>(0);
    const auto indexes = call.read<std::int64_t>(1);
    with_value_type(call.result().type, [&](auto sample) {
        using T = decltype(sample);
        const std::span<T> out = call.write<T>();
        for (std::size_t row = 0; row < out.size(); ++row) {
            out[row] = {};
            if (!call.is_valid(row)) continue;
            ArrayReader reader(arrays[row]);
            Element element;
            std::int64_t left = indexes[row];
            while (left > 0 && reader.next(element)) --left;
            if (left == 0 && indexes[row] > 0 && element) out[row] = element_as<T>(*element);
            else call.set_null(row);
        }
    });
}

// array[from:to]
void slice_of(Call& call) {
    const auto arrays = call.read<std::string_view>(0);
    const auto lower = call.read<std::int64_t>(1);
    const auto upper = call.read<std::int64_t>(2);
    make_arrays(call, [&](std::size_t row, std::string& array) {
        std::int64_t position = 1;
        ArrayReader reader(arrays[row]);
        for (Element element; position <= upper[row] && reader.next(element); ++position) {
            if (position >= lower[row]) append_element(array, element);
        }
        return true;
    });
}

// An array to look for elements in, in time that does not multiply with the other's size.
class ElementSet {
public:
    void assign(Type array_type, std::string_view array) {
        normalized_.clear();
        elements_.clear();
        append_normalized_array(normalized_, array_type, array);
        ArrayReader reader(normalized_);
        for (Element element; reader.next(element);) {
            if (element) elements_.push_back(*element);
        }
        sorted_ = elements_.size() > kSearchedOneByOne;
        if (sorted_) std::ranges::sort(elements_);
    }

    // Of an element in its normalized form.
    [[nodiscard]] bool holds(std::string_view element) const {
        if (sorted_) return std::ranges::binary_search(elements_, element);
        return std::ranges::find(elements_, element) != elements_.end();
    }

private:
    static constexpr std::size_t kSearchedOneByOne = 16;

    std::string normalized_;
    std::vector<std::string_view> elements_;
    bool sorted_ = false;
};

enum class Overlap : std::uint8_t { all, any };

// Whether all elements of argument kPart, or any, are in the other.
template <std::size_t kPart, Overlap kOverlap>
void overlap(Call& call) {
    const Type type = call.argument(0).type;
    const auto wholes = call.read<std::string_view>(1 - kPart);
    const auto parts = call.read<std::string_view>(kPart);
    const std::span<std::uint8_t> out = call.write<std::uint8_t>();
    ElementSet set;
    if (wholes.is_constant()) set.assign(type, wholes[0]);
    std::string normalized;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = 0;
        if (!call.is_valid(row)) continue;
        if (!wholes.is_constant()) set.assign(type, wholes[row]);
        normalized.clear();
        append_normalized_array(normalized, type, parts[row]);
        ArrayReader reader(normalized);
        bool all = true;
        bool any = false;
        for (Element element; reader.next(element) && (kOverlap == Overlap::all ? all : !any);) {
            const bool found = element && set.holds(*element);
            all = all && found;
            any = any || found;
        }
        out[row] = static_cast<std::uint8_t>(kOverlap == Overlap::all ? all : any);
    }
}

constexpr Type kInt = Type::integer;

constexpr Function array_function(std::string_view name, std::array<Type, kArgumentsMax> arguments, std::uint8_t arity,
                                  Type result, Kernel kernel, Function::Nulls nulls = Function::Nulls::strict) {
    return {.name = name, .arguments = arguments, .arity = arity, .result = result, .kernel = kernel, .nulls = nulls};
}
constexpr Function array_operator(std::string_view name, Type left, Type right, Type result, Kernel kernel,
                                  Function::Nulls nulls = Function::Nulls::strict) {
    return {.name = name,
            .arguments = {left, right},
            .arity = 2,
            .result = result,
            .kernel = kernel,
            .style = Function::Style::infix,
            .nulls = nulls};
}

constexpr auto kOwn = Function::Nulls::own;

template <class Make>
constexpr auto of_arrays(Make make) {
    return for_each_element_type([&](Type element) { return make(array_type(element), element); });
}

constexpr auto kArrayFunctions = joined(
    of_arrays([](Type a, Type) { return array_function("cardinality", {a}, 1, kInt, rowwise<&cardinality>); }),
    of_arrays([](Type a, Type) { return array_function("array_length", {a, kInt}, 2, kInt, array_length); }),
    of_arrays([](Type a, Type) { return array_function("array_upper", {a, kInt}, 2, kInt, array_length); }),
    of_arrays([](Type a, Type) { return array_function("array_lower", {a, kInt}, 2, kInt, array_lower); }),
    of_arrays([](Type a, Type) { return array_function("array_ndims", {a}, 1, kInt, array_ndims); }),
    of_arrays([](Type a, Type e) { return array_function("array_append", {a, e}, 2, a, array_append, kOwn); }),
    of_arrays([](Type a, Type e) { return array_function("array_prepend", {e, a}, 2, a, array_prepend, kOwn); }),
    of_arrays([](Type a, Type) { return array_function("array_cat", {a, a}, 2, a, array_cat, kOwn); }),
    of_arrays([](Type a, Type e) { return array_function("array_remove", {a, e}, 2, a, array_without<false>, kOwn); }),
    of_arrays(
        [](Type a, Type e) { return array_function("array_replace", {a, e, e}, 3, a, array_without<true>, kOwn); }),
    of_arrays([](Type a, Type e) { return array_function("array_position", {a, e}, 2, kInt, array_position, kOwn); }),
    of_arrays(
        [](Type a, Type e) { return array_function("array_position", {a, e, kInt}, 3, kInt, array_position, kOwn); }),
    of_arrays([](Type a, Type e) {
        return array_function("array_positions", {a, e}, 2, array_type(kInt), array_positions, kOwn);
    }),
    of_arrays([](Type a, Type) { return array_function("trim_array", {a, kInt}, 2, a, trim_array); }));

constexpr auto kArrayOperators =
    joined(of_arrays([](Type a, Type) { return array_operator("||", a, a, a, array_cat, kOwn); }),
           of_arrays([](Type a, Type e) { return array_operator("||", a, e, a, array_append, kOwn); }),
           of_arrays([](Type a, Type e) { return array_operator("||", e, a, a, array_prepend, kOwn); }),
           of_arrays([](Type a, Type) { return array_operator("@>", a, a, Type::boolean, overlap<1, Overlap::all>); }),
           of_arrays([](Type a, Type) { return array_operator("<@", a, a, Type::boolean, overlap<0, Overlap::all>); }),
           of_arrays([](Type a, Type) { return array_operator("&&", a, a, Type::boolean, overlap<0, Overlap::any>); }));

}  // namespace

constinit const Function kArray = {.name = "ARRAY", .kernel = make_array, .nulls = Function::Nulls::own};
constinit const Function kElementAt = {.name = "[]", .kernel = element_at};
constinit const Function kSlice = {.name = "[:]", .kernel = slice_of};

std::span<const Function> array_functions() { return kArrayFunctions; }
std::span<const Function> array_operators() { return kArrayOperators; }

}  // namespace sf::sql
