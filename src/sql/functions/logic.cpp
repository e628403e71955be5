// AND, OR, NOT and the IS tests. Three-valued, and read from left to right: what a false AND or a true OR has left
// behind can't fail.
#include "sql/functions/catalog.hpp"

namespace sf::sql {
namespace {

bool is_clean(const Column& column) { return column.valid.empty() && column.failed.empty(); }

// Of AND, else of OR. `open` is 1 while no operand has decided: no false one of AND, no true one of OR.
template <bool kOfAnd>
void connect(Call& call) {
    const std::size_t rows = call.rows();
    bool clean = true;
    for (std::size_t i = 0; i < call.size(); ++i) clean = clean && is_clean(call.argument(i));
    std::uint8_t* const __restrict out = call.write<std::uint8_t>().data();
    if (clean) {
        std::fill_n(out, rows, static_cast<std::uint8_t>(kOfAnd));
        for (std::size_t i = 0; i < call.size(); ++i) {
            const auto values = call.read<std::uint8_t>(i);
            if (values.is_constant()) {
                if ((values[0] != 0) != kOfAnd) std::fill_n(out, rows, static_cast<std::uint8_t>(!kOfAnd));
                continue;
            }
            const std::uint8_t* const value = values.values;
            for (std::size_t row = 0; row < rows; ++row)
                out[row] = kOfAnd ? out[row] & value[row] : out[row] | value[row];
        }
        return;
    }
    const std::span<std::uint8_t> open = call.arena().filled<std::uint8_t>(rows, 1);
    const std::span<std::uint8_t> unknown = call.arena().filled<std::uint8_t>(rows, 0);
    const std::span<std::uint8_t> failed = call.arena().filled<std::uint8_t>(rows, 0);
    for (std::size_t i = 0; i < call.size(); ++i) {
        const auto values = call.read<std::uint8_t>(i);
        const auto valid = call.read_valid(i);
        const auto bad = call.read_failed(i);
        for (std::size_t row = 0; row < rows; ++row) {
            const auto decides = static_cast<std::uint8_t>(valid[row] & (kOfAnd ? values[row] ^ 1 : values[row]));
            failed[row] |= open[row] & bad[row];
            unknown[row] |= valid[row] ^ 1;
            open[row] &= decides ^ 1;
        }
    }
    const std::span<std::uint8_t> known = call.arena().array<std::uint8_t>(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        out[row] = kOfAnd ? open[row] : open[row] ^ 1;
        known[row] = static_cast<std::uint8_t>((failed[row] ^ 1) & ((open[row] ^ 1) | (unknown[row] ^ 1)));
    }
    call.set_flags(known, failed);
}

void negate(Call& call) {
    const auto values = call.read<std::uint8_t>(0);
    const std::span<std::uint8_t> out = call.write<std::uint8_t>();
    for (std::size_t row = 0; row < out.size(); ++row) out[row] = values[row] ^ 1;
}

// The tests answer for NULL, too; only a failed operand makes them fail.
template <class Test>
void test(Call& call, Test answer) {
    const std::span<std::uint8_t> out = call.write<std::uint8_t>();
    const auto valid = call.read_valid(0);
    for (std::size_t row = 0; row < out.size(); ++row)
        out[row] = static_cast<std::uint8_t>(answer(row, valid[row]) & 1);
    const auto failed = call.read_failed(0);
    if (call.argument(0).failed.empty()) return;
    for (std::size_t row = 0; row < out.size(); ++row) {
        if (failed[row] != 0) call.fail(row);
    }
}

template <bool kNull>
void is_null(Call& call) {
    test(call, [](std::size_t, std::uint8_t valid) { return kNull ? valid ^ 1 : valid; });
}

template <bool kWanted, bool kNot>
void is_value(Call& call) {
    const auto values = call.read<std::uint8_t>(0);
    test(call, [&](std::size_t row, std::uint8_t valid) {
        const int is = valid & (kWanted ? values[row] : values[row] ^ 1);
        return kNot ? is ^ 1 : is;
    });
}

constexpr Function postfix(std::string_view name, std::uint8_t arity, Kernel kernel) {
    return {.name = name,
            .arguments = {Type::boolean},
            .arity = arity,
            .result = Type::boolean,
            .kernel = kernel,
            .style = Function::Style::postfix,
            .nulls = Function::Nulls::own};
}

}  // namespace

constinit const Function kAnd = {.name = "AND",
                                 .result = Type::boolean,
                                 .kernel = connect<true>,
                                 .style = Function::Style::infix,
                                 .nulls = Function::Nulls::own};
constinit const Function kOr = {.name = "OR",
                                .result = Type::boolean,
                                .kernel = connect<false>,
                                .style = Function::Style::infix,
                                .nulls = Function::Nulls::own};
constinit const Function kNot = {.name = "NOT",
                                 .arguments = {Type::boolean},
                                 .arity = 1,
                                 .result = Type::boolean,
                                 .kernel = negate,
                                 .style = Function::Style::prefix};
constinit const Function kIsNull = postfix("IS NULL", 0, is_null<true>);
constinit const Function kIsNotNull = postfix("IS NOT NULL", 0, is_null<false>);
constinit const Function kIsTrue = postfix("IS TRUE", 1, is_value<true, false>);
constinit const Function kIsNotTrue = postfix("IS NOT TRUE", 1, is_value<true, true>);
constinit const Function kIsFalse = postfix("IS FALSE", 1, is_value<false, false>);
constinit const Function kIsNotFalse = postfix("IS NOT FALSE", 1, is_value<false, true>);

}  // namespace sf::sql
