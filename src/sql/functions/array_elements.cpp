// value <operator> ANY (array), ALL (array): the operator's own kernel runs over all elements of many rows at once.
#include "sql/functions/array_elements.hpp"

#include "sql/functions/array_row.hpp"
#include "sql/functions/catalog.hpp"

namespace sf::sql {
namespace {

// Of rows that are looked at together, so that what is needed in between stays small.
constexpr std::size_t kRowsTogether = 256;

struct Comparison : Prepared {
    explicit Comparison(ExpressionPtr over_inputs) : expression(std::move(over_inputs)) {}
    ExpressionPtr expression;
};

// The value of each element's row.
Column beside_elements(Call& call, const ElementColumn& elements, std::size_t first_row) {
    const Column& values = call.argument(0);
    const std::span<const std::uint32_t> rows = elements.rows();
    Column column{.type = values.type, .size = rows.size()};
    const auto gathered = [&]<class T>(std::span<const T> from) -> std::span<const T> {
        if (from.empty()) return {};
        const std::span<T> to = call.arena().array<T>(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) to[i] = from[first_row + rows[i]];
        return to;
    };
    with_value_type(values.type, [&](auto sample) {
        using T = decltype(sample);
        array_of<T>(column) = gathered(array_of<T>(values));
    });
    column.valid = gathered(values.valid);
    column.failed = gathered(values.failed);
    return column;
}

// What the comparisons of one row come to. An empty array answers without looking at the value; a value that has
// failed fails the row even then.
template <Quantifier kQuantifier>
void conclude(Call& call, const Column& compared, std::size_t begin, std::size_t end, std::size_t row,
              std::span<std::uint8_t> out) {
    constexpr bool kAny = kQuantifier == Quantifier::any;
    out[row] = static_cast<std::uint8_t>(!kAny);
    if (any_failed(call, row)) return call.fail(row);
    if (!has_value(call, 1, row)) return call.set_null(row);
    bool unknown = false;
    for (std::size_t i = begin; i < end; ++i) {
        if (!compared.failed.empty() && compared.failed[i] != 0) return call.fail(row);
        if (!compared.is_valid(i)) {
            unknown = true;
        } else if ((compared.booleans[i] != 0) == kAny) {
            out[row] = static_cast<std::uint8_t>(kAny);
            return;
        }
    }
    if (unknown) call.set_null(row);
}

template <Quantifier kQuantifier>
void quantified(Call& call) {
    const Expression& comparison = *static_cast<const Comparison&>(*call.expression().prepared).expression;
    const std::span<std::uint8_t> out = call.write<std::uint8_t>();
    for (std::size_t begin = 0; begin < call.rows(); begin += kRowsTogether) {
        const RowRange range{begin, std::min(begin + kRowsTogether, call.rows())};
        const ElementColumn elements(call, 1, range);
        const Column values = call.is_constant(0) ? call.argument(0) : beside_elements(call, elements, begin);
        const std::array<const Column*, 2> arguments = {&values, &elements.column()};
        const std::array<std::uint8_t, 2> constant = {static_cast<std::uint8_t>(call.is_constant(0)), 0};
        const Column compared = call.nested(comparison, arguments, constant, elements.column().size);
        std::size_t at = 0;
        for (std::size_t row = range.begin; row < range.end; ++row) {
            const std::size_t end = at + elements.size_of(row);
            conclude<kQuantifier>(call, compared, at, end, row, out);
            at = end;
        }
    }
}

constinit const Function kAnyOf = {
    .name = "ANY", .result = Type::boolean, .kernel = quantified<Quantifier::any>, .nulls = Function::Nulls::own};
constinit const Function kAllOf = {
    .name = "ALL", .result = Type::boolean, .kernel = quantified<Quantifier::all>, .nulls = Function::Nulls::own};

}  // namespace

ElementColumn::ElementColumn(Call& call, std::size_t argument, RowRange rows) : rows_(rows) {
    const auto arrays = call.read<std::string_view>(argument);
    sizes_ = call.arena().array<std::uint32_t>(rows.end - rows.begin);
    std::size_t total = 0;
    for (std::size_t row = rows.begin; row < rows.end; ++row) {
        sizes_[row - rows.begin] =
            has_value(call, argument, row) ? static_cast<std::uint32_t>(array_size(arrays[row])) : 0;
        total += size_of(row);
    }
    column_ = {.type = element_type(call.argument(argument).type), .size = total};
    row_of_ = call.arena().array<std::uint32_t>(total);
    const std::span<std::uint8_t> valid = call.arena().filled<std::uint8_t>(total, 1);
    with_value_type(column_.type, [&](auto sample) {
        using T = decltype(sample);
        const std::span<T> values = call.arena().array<T>(total);
        std::size_t at = 0;
        for (std::size_t row = rows.begin; row < rows.end; ++row) {
            if (size_of(row) == 0) continue;
            ArrayReader reader(arrays[row]);
            for (Element element; reader.next(element); ++at) {
                values[at] = element ? element_as<T>(*element) : T{};
                valid[at] = static_cast<std::uint8_t>(element.has_value());
                row_of_[at] = static_cast<std::uint32_t>(row - rows.begin);
            }
        }
        array_of<T>(column_) = values;
    });
    column_.valid = valid;
}

ExpressionPtr make_quantified(Quantifier quantifier, ExpressionPtr comparison, ExpressionPtr value, ExpressionPtr array,
                              int location) {
    const Function& function = quantifier == Quantifier::any ? kAnyOf : kAllOf;
    std::string text = "(" + value->text + " " + std::string(comparison->function->name) + " " +
                       std::string(function.name) + "(" + array->text + "))";
    auto call =
        std::make_shared<Expression>(*make_call(function, Type::boolean, {std::move(value), std::move(array)},
                                                std::make_shared<const Comparison>(std::move(comparison)), location));
    call->text = std::move(text);
    return call;
}

}  // namespace sf::sql
