// = <> < <= > >= and IS [NOT] DISTINCT FROM.
#include "sql/functions/array_order.hpp"
#include "sql/functions/array_row.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/order.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/values/jsonb.hpp"

namespace sf::sql {
namespace {

// A comparison as a plain expression, so that the loops below become vector instructions. NaN comes out right by asking
// the opposite question: "not less" is true for it.
struct Equal {
    static bool plain(std::int64_t a, std::int64_t b) { return a == b; }
    static bool plain(std::uint8_t a, std::uint8_t b) { return a == b; }
    static bool plain(double a, double b) { return a == b || (a != a && b != b); }
    static bool number(double a, double b) { return a == b; }
    static bool ordered(int order) { return order == 0; }
};
struct NotEqual {
    template <class T>
    static bool plain(T a, T b) {
        return !Equal::plain(a, b);
    }
    static bool number(double a, double b) { return a != b; }
    static bool ordered(int order) { return order != 0; }
};
struct Less {
    template <class T>
    static bool plain(T a, T b) {
        if constexpr (std::is_same_v<T, double>) return a < b || (a == a && b != b);
        else return a < b;
    }
    static bool number(double a, double b) { return a < b; }
    static bool ordered(int order) { return order < 0; }
};
struct LessEqual {
    template <class T>
    static bool plain(T a, T b) {
        if constexpr (std::is_same_v<T, double>) return a <= b || b != b;
        else return a <= b;
    }
    static bool number(double a, double b) { return a <= b; }
    static bool ordered(int order) { return order <= 0; }
};
struct Greater {
    template <class T>
    static bool plain(T a, T b) {
        return Less::plain(b, a);
    }
    static bool number(double a, double b) { return !(a <= b); }
    static bool ordered(int order) { return order > 0; }
};
struct GreaterEqual {
    template <class T>
    static bool plain(T a, T b) {
        return LessEqual::plain(b, a);
    }
    static bool number(double a, double b) { return !(a < b); }
    static bool ordered(int order) { return order >= 0; }
};

template <class T, class Test>
void compare_constant(const T* values, T constant, std::uint8_t* out, std::size_t rows, Test test) {
    for (std::size_t row = 0; row < rows; ++row) out[row] = static_cast<std::uint8_t>(test(values[row], constant));
}

// Entries of NULL rows are compared, too: any answer will do there.
template <class T, class Operator>
void compare_plain(Call& call) {
    const Reader<T> left = call.read<T>(0);
    const Reader<T> right = call.read<T>(1);
    std::uint8_t* const __restrict out = call.write<std::uint8_t>().data();
    const std::size_t rows = call.rows();
    const T* const a = left.values;
    const T* const b = right.values;
    if (right.is_constant() && !left.is_constant()) {
        if constexpr (std::is_same_v<T, double>) {
            if (!std::isnan(*b)) {
                compare_constant(a, *b, out, rows, [](double x, double c) { return Operator::number(x, c); });
                return;
            }
        }
        compare_constant(a, *b, out, rows, [](T x, T c) { return Operator::plain(x, c); });
    } else if (left.is_constant() && !right.is_constant()) {
        compare_constant(b, *a, out, rows, [](T x, T c) { return Operator::plain(c, x); });
    } else if (left.is_constant()) {
        for (std::size_t row = 0; row < rows; ++row) out[row] = static_cast<std::uint8_t>(Operator::plain(*a, *b));
    } else {
        for (std::size_t row = 0; row < rows; ++row)
            out[row] = static_cast<std::uint8_t>(Operator::plain(a[row], b[row]));
    }
}

template <class T, class Operator>
bool compare_row(T a, T b) {
    return Operator::ordered(order(a, b));
}

template <class Operator>
bool compare_text_row(std::string_view a, std::string_view b) {
    if constexpr (std::is_same_v<Operator, Equal>) return a == b;
    else if constexpr (std::is_same_v<Operator, NotEqual>) return a != b;
    else return Operator::ordered(order(a, b));
}

bool jsonb_equal_row(std::string_view a, std::string_view b) { return jsonb_equal(a, b); }
bool jsonb_not_equal_row(std::string_view a, std::string_view b) { return !jsonb_equal(a, b); }

template <class Operator>
void compare_arrays(Call& call) {
    const Type type = call.argument(0).type;
    const auto left = call.read<std::string_view>(0);
    const auto right = call.read<std::string_view>(1);
    const std::span<std::uint8_t> out = call.write<std::uint8_t>();
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = 0;
        if (!call.is_valid(row)) continue;
        if constexpr (std::is_same_v<Operator, Equal>) out[row] = equal_arrays(type, left[row], right[row]);
        else if constexpr (std::is_same_v<Operator, NotEqual>) out[row] = !equal_arrays(type, left[row], right[row]);
        else out[row] = Operator::ordered(order_arrays(type, left[row], right[row]));
    }
}

// IS DISTINCT FROM: NULL is a value like others.
template <bool kDistinct>
void distinct(Call& call) {
    const std::span<std::uint8_t> out = call.write<std::uint8_t>();
    const auto left_valid = call.read_valid(0);
    const auto right_valid = call.read_valid(1);
    const auto left_failed = call.read_failed(0);
    const auto right_failed = call.read_failed(1);
    const Type type = call.argument(0).type;
    with_value_type(call.argument(0).type, [&](auto sample) {
        using T = decltype(sample);
        const Reader<T> left = call.read<T>(0);
        const Reader<T> right = call.read<T>(1);
        for (std::size_t row = 0; row < call.rows(); ++row) {
            out[row] = 0;
            if ((left_failed[row] | right_failed[row]) != 0) {
                call.fail(row);
                continue;
            }
            bool same = left_valid[row] == right_valid[row];
            if (same && left_valid[row] != 0) {
                if constexpr (std::is_same_v<T, std::string_view>) same = equal_texts(type, left[row], right[row]);
                else same = equal(left[row], right[row]);
            }
            out[row] = static_cast<std::uint8_t>(same != kDistinct);
        }
    });
}

constexpr Function operation(std::string_view name, Type type, Kernel kernel) {
    return {.name = name,
            .arguments = {type, type},
            .arity = 2,
            .result = Type::boolean,
            .kernel = kernel,
            .style = Function::Style::infix};
}

// bigint's are integer's, too: both are kept in 64 bits.
template <class Operator>
constexpr std::array<Function, 10> comparisons(std::string_view name) {
    return {operation(name, Type::bigint, compare_plain<std::int64_t, Operator>),
            operation(name, Type::double_precision, compare_plain<double, Operator>),
            operation(name, Type::numeric, rowwise<&compare_row<Decimal, Operator>>),
            operation(name, Type::text, rowwise<&compare_text_row<Operator>>),
            operation(name, Type::boolean, compare_plain<std::uint8_t, Operator>),
            operation(name, Type::timestamptz, compare_plain<std::int64_t, Operator>),
            operation(name, Type::timestamp, compare_plain<std::int64_t, Operator>),
            operation(name, Type::date, compare_plain<std::int64_t, Operator>),
            operation(name, Type::interval, rowwise<&compare_row<Interval, Operator>>),
            operation(name, Type::uuid, rowwise<&compare_row<Uuid, Operator>>)};
}

// Of jsonb only = and <>: it has no order here.
template <class Operator>
constexpr auto array_comparisons(std::string_view name) {
    constexpr bool kOrder = !std::is_same_v<Operator, Equal> && !std::is_same_v<Operator, NotEqual>;
    std::array<Function, kElementTypes.size() - (kOrder ? 1 : 0)> functions{};
    static_assert(kElementTypes.back() == Type::jsonb);
    for (std::size_t i = 0; i < functions.size(); ++i)
        functions[i] = operation(name, array_type(kElementTypes[i]), compare_arrays<Operator>);
    return functions;
}

constexpr auto kComparisons =
    joined(array_comparisons<Equal>("="), array_comparisons<NotEqual>("<>"), array_comparisons<Less>("<"),
           array_comparisons<LessEqual>("<="), array_comparisons<Greater>(">"), array_comparisons<GreaterEqual>(">="),
           comparisons<Equal>("="), comparisons<NotEqual>("<>"), comparisons<Less>("<"), comparisons<LessEqual>("<="),
           comparisons<Greater>(">"), comparisons<GreaterEqual>(">="),
           std::array{operation("=", Type::jsonb, rowwise<&jsonb_equal_row>),
                      operation("<>", Type::jsonb, rowwise<&jsonb_not_equal_row>),
                      operation("=", Type::json_scalar, rowwise<&compare_text_row<Equal>>),
                      operation("<>", Type::json_scalar, rowwise<&compare_text_row<NotEqual>>)});

}  // namespace

constinit const Function kDistinctFrom = {.name = "IS DISTINCT FROM",
                                          .result = Type::boolean,
                                          .kernel = distinct<true>,
                                          .style = Function::Style::infix,
                                          .nulls = Function::Nulls::own};
constinit const Function kNotDistinctFrom = {.name = "IS NOT DISTINCT FROM",
                                             .result = Type::boolean,
                                             .kernel = distinct<false>,
                                             .style = Function::Style::infix,
                                             .nulls = Function::Nulls::own};

std::span<const Function> comparison_operators() { return kComparisons; }

}  // namespace sf::sql
