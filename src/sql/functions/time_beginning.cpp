#include "sql/functions/time_beginning.hpp"

#include "sql/functions/catalog.hpp"
#include "sql/values/calendar.hpp"
#include "sql/values/time_text.hpp"

namespace sf::sql {
namespace {

constexpr std::int64_t kOfDay = sizeof "2026-01-01" - 1;
constexpr std::int64_t kOfSecond = sizeof "2026-01-01 00:00:00" - 1;  // A year may be longer, but no text is shorter.

void write_beginnings(Call& call) {
    const auto times = call.read<std::int64_t>(0);
    const auto size = static_cast<std::size_t>(call.read<std::int64_t>(1)[0]);
    const std::int64_t unit = size <= kOfDay ? kMicrosDay : kMicrosSecond;
    const auto out = call.write<std::string_view>();
    const std::span<const std::uint8_t> valid = call.result().valid;
    TimeTexts texts("");
    std::string_view text;
    std::int64_t last = 0;  // The unit that `text` is of, where there is one.
    for (std::size_t row = 0; row < call.rows(); ++row) {
        out[row] = {};
        if (!valid.empty() && valid[row] == 0) continue;
        const std::int64_t number = floor_divide(times[row], unit);
        if (text.empty() || number != last) {
            text = {};
            if (!call.has_room(TimeTexts::kTextMax)) {
                call.fail(row);
                continue;
            }
            char* const at = call.arena().text(TimeTexts::kTextMax);
            (void)texts.write(at, times[row]);
            text = call.keep(at, size);
            last = number;
        }
        out[row] = text;
    }
}

// Its name says nothing: the text of the expression is that of the calls for which it stands.
constinit const Function kBeginning = {.name = "beginning",
                                       .arguments = {Type::timestamptz, Type::integer},
                                       .arity = 2,
                                       .result = Type::text,
                                       .kernel = write_beginnings};

bool is_integer(const Expression& expression, std::int64_t least, std::int64_t greatest) {
    const auto* const value = std::get_if<std::int64_t>(&expression.literal);
    return expression.kind == Expression::Kind::literal && value != nullptr && *value >= least && *value <= greatest;
}

}  // namespace

ExpressionPtr beginning_of_time(const ExpressionPtr& expression) {
    if (expression->kind != Expression::Kind::call || expression->type != Type::text) return expression;
    const std::vector<ExpressionPtr>& arguments = expression->arguments;
    const std::string_view name = expression->function->name;
    const bool is_substring =
        (name == "substring" || name == "substr") && arguments.size() == 3 && is_integer(*arguments[1], 1, 1);
    if (!is_substring && !(name == "left" && arguments.size() == 2)) return expression;
    const Expression& text = *arguments[0];
    if (text.kind != Expression::Kind::call || text.function->style != Function::Style::cast) return expression;
    const Type from = text.function->argument_types()[0];
    const bool is_time = from == Type::timestamptz || from == Type::timestamp;
    if (!is_time || text.arguments.size() != 1 || !is_integer(*arguments.back(), 1, kOfSecond)) return expression;
    auto both = std::make_shared<Expression>(*expression);
    both->function = &kBeginning;
    both->arguments = {text.arguments[0], arguments.back()};
    return both;
}

}  // namespace sf::sql
