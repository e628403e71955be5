// (a, b) OVERLAPS (c, d): whether two spans of time have a moment in common. The lesser end is where a span begins,
// whatever the order, and belongs to it; its end does not, unless it is all that there is. A span with one NULL is
// known by its other end alone.
#include "sql/functions/array_row.hpp"
#include "sql/functions/catalog.hpp"

#include <utility>

namespace sf::sql {
namespace {

using Moment = std::optional<std::int64_t>;

struct TimeSpan {
    Moment begin;
    Moment end;

    void put_in_order() {
        if (!begin || (end && *end < *begin)) std::swap(begin, end);
    }
};

// Nothing: it is not known.
std::optional<bool> overlaps(TimeSpan a, TimeSpan b) {
    a.put_in_order();
    b.put_in_order();
    if (!a.begin || !b.begin) return std::nullopt;
    if (*a.begin == *b.begin) return a.end && b.end ? std::optional(true) : std::nullopt;
    if (*a.begin > *b.begin) std::swap(a, b);
    if (!a.end) return std::nullopt;
    if (*b.begin < *a.end) return true;
    return b.end ? std::optional(false) : std::nullopt;
}

Moment moment_at(const Call& call, std::size_t argument, std::size_t row) {
    if (!has_value(call, argument, row)) return std::nullopt;
    return call.argument(argument).integers[place_of(call, argument, row)];
}

void overlaps_kernel(Call& call) {
    const std::span<std::uint8_t> out = call.write<std::uint8_t>();
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = 0;
        if (any_failed(call, row)) {
            call.fail(row);
            continue;
        }
        const auto found = overlaps({moment_at(call, 0, row), moment_at(call, 1, row)},
                                    {moment_at(call, 2, row), moment_at(call, 3, row)});
        if (found) out[row] = static_cast<std::uint8_t>(*found);
        else call.set_null(row);
    }
}

constexpr Function overlaps_of(Type type) {
    return {.name = "overlaps",
            .arguments = {type, type, type, type},
            .arity = 4,
            .result = Type::boolean,
            .kernel = overlaps_kernel,
            .nulls = Function::Nulls::own};
}

constexpr std::array kOverlaps = {overlaps_of(Type::timestamptz), overlaps_of(Type::timestamp)};

}  // namespace

std::span<const Function> overlap_functions() { return kOverlaps; }

}  // namespace sf::sql
