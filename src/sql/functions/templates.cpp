// to_char(), to_timestamp() and to_date(): values by templates, which are literals.
#include "sql/functions/catalog.hpp"
#include "sql/functions/rounding.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/templates/number_template.hpp"
#include "sql/templates/time_template.hpp"
#include "sql/values/calendar.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace sf::sql {
namespace {

using PreparedCall = std::shared_ptr<const Prepared>;

template <class Template>
struct PreparedTemplate : Prepared {
    explicit PreparedTemplate(Template read) : shape(std::move(read)) {}
    Template shape;
};

Result<std::string_view> literal_template(const Expression& expression) {
    const std::string* const text = std::get_if<std::string>(&expression.literal);
    if (text == nullptr)
        return fail(ErrorCode::invalid_input, "a template must be a literal", {}, "such as 'YYYY-MM-DD'");
    return *text;
}

template <auto Check>
Result<PreparedCall> prepare_time_template(std::span<const ExpressionPtr> arguments) {
    if (is_null_literal(*arguments[1])) return PreparedCall{};
    SF_ASSIGN(const std::string_view text, literal_template(*arguments[1]));
    SF_ASSIGN(TimeTemplate shape, parse_time_template(text));
    if constexpr (Check != nullptr) SF_TRY(Check(shape));
    return std::make_shared<const PreparedTemplate<TimeTemplate>>(std::move(shape));
}

Result<PreparedCall> prepare_number_template(std::span<const ExpressionPtr> arguments) {
    if (is_null_literal(*arguments[1])) return PreparedCall{};
    SF_ASSIGN(const std::string_view text, literal_template(*arguments[1]));
    SF_ASSIGN(NumberTemplate shape, parse_number_template(text));
    return std::make_shared<const PreparedTemplate<NumberTemplate>>(std::move(shape));
}

constexpr auto kAnyTemplate = static_cast<Result<> (*)(const TimeTemplate&)>(nullptr);

template <class Template>
const Template& template_of(const Call& call) {
    return static_cast<const PreparedTemplate<Template>&>(*call.expression().prepared).shape;
}

std::optional<std::string_view> kept_as(Call& call, const std::string& text) {
    std::string_view kept;
    return call.copy(text, kept) ? std::optional(kept) : std::nullopt;
}

std::optional<std::string_view> zoned_time_as(Call& call, std::int64_t value, std::string_view) {
    std::string text;
    write_time(text, template_of<TimeTemplate>(call), value, "utc");
    return kept_as(call, text);
}
std::optional<std::string_view> plain_time_as(Call& call, std::int64_t value, std::string_view) {
    std::string text;
    write_time(text, template_of<TimeTemplate>(call), value, {});
    return kept_as(call, text);
}
std::optional<std::string_view> interval_as(Call& call, Interval value, std::string_view) {
    std::string text;
    write_interval(text, template_of<TimeTemplate>(call), value);
    return kept_as(call, text);
}

std::optional<std::string_view> number_as(Call& call, const std::string& number, int after) {
    std::string text;
    write_number(text, template_of<NumberTemplate>(call), number, after);
    return kept_as(call, text);
}
std::optional<std::string_view> integer_as(Call& call, std::int64_t value, std::string_view) {
    std::string text = std::to_string(value);
    const int places = template_of<NumberTemplate>(call).after;
    if (places > 0) text.append(1, '.').append(static_cast<std::size_t>(places), '0');
    return number_as(call, text, places);
}
std::optional<std::string_view> numeric_as(Call& call, Decimal value, std::string_view) {
    const int places = template_of<NumberTemplate>(call).after;
    const int kept = std::min(places, value.scale);
    const auto rounded = round_decimal(value, kept);
    if (!rounded) return std::nullopt;
    std::string text = rounded->to_text();
    if (places > kept) {
        if (kept == 0) text += '.';
        text.append(static_cast<std::size_t>(places - kept), '0');
    }
    return number_as(call, text, places);
}

// Without an exponent. NaN and infinities are words.
std::string double_text(double value, int places) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    std::array<char, 512> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, places);
    return std::string(buffer.data(), end.ptr);
}

// Of all digits of a double 15 count.
std::optional<std::string_view> double_as(Call& call, double value, std::string_view) {
    constexpr int kDigits = 15;
    const auto whole = static_cast<int>(double_text(std::fabs(value), 0).size());
    const int places = std::max(0, std::min(template_of<NumberTemplate>(call).after, kDigits - whole));
    return number_as(call, double_text(value, places), places);
}

// To a multiple of so many microseconds, half away from the year 2000, from where PostgreSQL counts.
std::int64_t rounded_time(std::int64_t time, std::int64_t unit) {
    constexpr std::int64_t k2000 = 946'684'800 * kMicrosSecond;
    if (unit <= 1) return time;
    const std::int64_t since = time - k2000;
    const std::int64_t multiple = ((since < 0 ? -since : since) + unit / 2) / unit * unit;
    return k2000 + (since < 0 ? -multiple : multiple);
}

std::optional<std::int64_t> time_read(Call& call, std::string_view text, std::string_view) {
    const auto read = read_time_by(text, template_of<TimeTemplate>(call));
    std::int64_t time = 0;
    if (!read || __builtin_sub_overflow(read->micros, read->ahead, &time) || !is_time(time)) return std::nullopt;
    return rounded_time(time, read->unit);
}
std::optional<std::int64_t> date_read(Call& call, std::string_view text, std::string_view) {
    const auto read = read_time_by(text, template_of<TimeTemplate>(call));
    if (!read || !is_time(read->micros)) return std::nullopt;
    return floor_divide(read->micros, kMicrosDay) * kMicrosDay;
}

constexpr Function templated(std::string_view name, Type value, Type result, Kernel kernel,
                             decltype(Function::prepare) prepare) {
    return {.name = name,
            .arguments = {value, Type::text},
            .arity = 2,
            .result = result,
            .kernel = kernel,
            .prepare = prepare};
}

constexpr std::array kTemplateFunctions = {
    templated("to_char", Type::timestamptz, Type::text, rowwise<&zoned_time_as>, prepare_time_template<kAnyTemplate>),
    templated("to_char", Type::timestamp, Type::text, rowwise<&plain_time_as>, prepare_time_template<kAnyTemplate>),
    templated("to_char", Type::interval, Type::text, rowwise<&interval_as>,
              prepare_time_template<&check_interval_template>),
    templated("to_char", Type::integer, Type::text, rowwise<&integer_as>, prepare_number_template),
    templated("to_char", Type::bigint, Type::text, rowwise<&integer_as>, prepare_number_template),
    templated("to_char", Type::numeric, Type::text, rowwise<&numeric_as>, prepare_number_template),
    templated("to_char", Type::double_precision, Type::text, rowwise<&double_as>, prepare_number_template),
    templated("to_timestamp", Type::text, Type::timestamptz, rowwise<&time_read>,
              prepare_time_template<&check_reading_template>),
    templated("to_date", Type::text, Type::date, rowwise<&date_read>, prepare_time_template<&check_reading_template>),
};

}  // namespace

std::span<const Function> template_functions() { return kTemplateFunctions; }

}  // namespace sf::sql
