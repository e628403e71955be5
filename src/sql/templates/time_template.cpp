#include "sql/templates/time_template.hpp"

#include "base/ascii.hpp"
#include "sql/values/characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql {
namespace {

using ItemKind = TemplateItem::Kind;

constexpr std::string_view kInQuotes = "text that is to stay as it is goes into double quotes: '\"at\" HH24'";

struct FieldWord {
    std::string_view word;  // In capitals; small ones are the same.
    TimeField field;
    std::uint8_t digits = 0;
};
constexpr std::array kFields = {
    FieldWord{"A.D.", TimeField::era},
    FieldWord{"AD", TimeField::era},
    FieldWord{"B.C.", TimeField::era},
    FieldWord{"BC", TimeField::era},
    FieldWord{"A.M.", TimeField::meridiem},
    FieldWord{"AM", TimeField::meridiem},
    FieldWord{"P.M.", TimeField::meridiem},
    FieldWord{"PM", TimeField::meridiem},
    FieldWord{"CC", TimeField::century, 2},
    FieldWord{"Y,YYY", TimeField::year_grouped, 4},
    FieldWord{"YYYY", TimeField::year, 4},
    FieldWord{"YYY", TimeField::year, 3},
    FieldWord{"YY", TimeField::year, 2},
    FieldWord{"Y", TimeField::year, 1},
    FieldWord{"IYYY", TimeField::iso_year, 4},
    FieldWord{"IYY", TimeField::iso_year, 3},
    FieldWord{"IY", TimeField::iso_year, 2},
    FieldWord{"I", TimeField::iso_year, 1},
    FieldWord{"Q", TimeField::quarter, 1},
    FieldWord{"MONTH", TimeField::month_name},
    FieldWord{"MON", TimeField::month_short},
    FieldWord{"MM", TimeField::month, 2},
    FieldWord{"RM", TimeField::month_roman},
    FieldWord{"WW", TimeField::week_of_year, 2},
    FieldWord{"IW", TimeField::iso_week, 2},
    FieldWord{"W", TimeField::week_of_month, 1},
    FieldWord{"DAY", TimeField::day_name},
    FieldWord{"DY", TimeField::day_short},
    FieldWord{"DDD", TimeField::day_of_year, 3},
    FieldWord{"IDDD", TimeField::iso_day_of_year, 3},
    FieldWord{"DD", TimeField::day, 2},
    FieldWord{"D", TimeField::day_of_week, 1},
    FieldWord{"ID", TimeField::iso_day_of_week, 1},
    FieldWord{"J", TimeField::julian_day, 1},
    FieldWord{"HH24", TimeField::hour24, 2},
    FieldWord{"HH12", TimeField::hour12, 2},
    FieldWord{"HH", TimeField::hour12, 2},
    FieldWord{"MI", TimeField::minute, 2},
    FieldWord{"SSSSS", TimeField::second_of_day, 5},
    FieldWord{"SSSS", TimeField::second_of_day, 4},
    FieldWord{"SS", TimeField::second, 2},
    FieldWord{"FF1", TimeField::fraction, 1},
    FieldWord{"FF2", TimeField::fraction, 2},
    FieldWord{"FF3", TimeField::fraction, 3},
    FieldWord{"FF4", TimeField::fraction, 4},
    FieldWord{"FF5", TimeField::fraction, 5},
    FieldWord{"FF6", TimeField::fraction, 6},
    FieldWord{"MS", TimeField::fraction, 3},
    FieldWord{"US", TimeField::fraction, 6},
    FieldWord{"TZH", TimeField::zone_hours, 2},
    FieldWord{"TZM", TimeField::zone_minutes, 2},
    FieldWord{"TZ", TimeField::zone_name},
    FieldWord{"OF", TimeField::zone_offset},
};

bool begins_with(std::string_view text, std::string_view word, TemplateItem::Letters letters) {
    if (text.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        const bool small =
            letters == TemplateItem::Letters::small || (letters == TemplateItem::Letters::first_capital && i > 0);
        if (text[i] != (small ? ascii_lower(word[i]) : word[i])) return false;
    }
    return true;
}

bool is_name(TimeField field) {
    return field == TimeField::month_name || field == TimeField::month_short || field == TimeField::day_name ||
           field == TimeField::day_short;
}

// The longest field that the text begins with: in capitals or in small letters, names also as Month.
std::optional<TemplateItem> first_field(std::string_view text) {
    using Letters = TemplateItem::Letters;
    std::optional<TemplateItem> found;
    for (const FieldWord& known : kFields) {
        if (found && found->text.size() >= known.word.size()) continue;
        for (const Letters letters : {Letters::capital, Letters::small, Letters::first_capital}) {
            if (letters == Letters::first_capital && !is_name(known.field)) continue;
            if (!begins_with(text, known.word, letters)) continue;
            found = TemplateItem{.kind = ItemKind::field,
                                 .field = known.field,
                                 .digits = known.digits,
                                 .letters = letters,
                                 .dotted = known.word.find('.') != std::string_view::npos,
                                 .text = std::string(text.substr(0, known.word.size()))};
            break;
        }
    }
    return found;
}

// Those between which fields stand: printable ASCII that is no letter and no digit.
bool is_template_separator(char c) { return c > ' ' && c < '\x7f' && !is_letter(c) && !is_digit(c); }

class TemplateReader {
public:
    explicit TemplateReader(std::string_view text) : rest_(text) {}

    Result<TimeTemplate> run() {
        while (!rest_.empty()) {
            const bool fill_mode = skip("FM") || skip("fm");
            const bool translated = !fill_mode && (skip("TM") || skip("tm"));
            if (rest_.starts_with("FX") || rest_.starts_with("fx"))
                return fail(ErrorCode::invalid_input, "FX in a template is not supported", {}, std::string(kInQuotes));
            if (rest_.empty()) break;
            if (auto field = first_field(rest_)) {
                rest_.remove_prefix(field->text.size());
                field->fill_mode = fill_mode;
                field->translated = translated;
                if (skip("TH")) field->ordinal = TemplateItem::Ordinal::capital;
                else if (skip("th")) field->ordinal = TemplateItem::Ordinal::small;
                else if (rest_.starts_with("SP"))
                    return fail(ErrorCode::invalid_input, "SP in a template is not supported", {},
                                std::string(kInQuotes));
                items_.push_back(std::move(*field));
            } else if (rest_[0] == '"') {
                quoted();
            } else {
                if (rest_.starts_with("\\\"")) rest_.remove_prefix(1);
                const char c = rest_[0];
                character(is_template_separator(c) ? ItemKind::separator
                          : is_space(c)            ? ItemKind::space
                                                   : ItemKind::character);
            }
        }
        if (items_.empty()) return fail(ErrorCode::invalid_input, "the template is empty", {}, "such as 'YYYY-MM-DD'");
        return std::move(items_);
    }

private:
    bool skip(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    void character(ItemKind kind) {
        const std::size_t size = character_bytes(rest_, 1);
        items_.push_back({.kind = kind, .text = std::string(rest_.substr(0, size))});
        rest_.remove_prefix(size);
    }

    // A backslash takes the next character as it is.
    void quoted() {
        rest_.remove_prefix(1);
        while (!rest_.empty() && rest_[0] != '"') {
            if (rest_[0] == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
            character(ItemKind::character);
        }
        if (!rest_.empty()) rest_.remove_prefix(1);
    }

    std::string_view rest_;
    TimeTemplate items_;
};

Result<> check_fields(const TimeTemplate& fields, std::span<const TimeField> wrong, std::string_view what,
                      std::string_view hint) {
    for (const TemplateItem& item : fields) {
        if (item.kind == ItemKind::field && std::ranges::find(wrong, item.field) != wrong.end())
            return fail(ErrorCode::invalid_input, fmt::format("{}: {}", what, item.text), {}, std::string(hint));
    }
    return {};
}

}  // namespace

Result<TimeTemplate> parse_time_template(std::string_view text) { return TemplateReader(text).run(); }

Result<> check_interval_template(const TimeTemplate& fields) {
    static constexpr std::array kWrong = {
        TimeField::era,         TimeField::iso_year,        TimeField::month_name,  TimeField::month_short,
        TimeField::iso_week,    TimeField::iso_day_of_year, TimeField::day_of_week, TimeField::iso_day_of_week,
        TimeField::day_name,    TimeField::day_short,       TimeField::julian_day,  TimeField::zone_name,
        TimeField::zone_offset, TimeField::zone_hours,      TimeField::zone_minutes};
    return check_fields(fields, kWrong, "an interval has no such part", "YYYY, MM, DD, HH24, MI, SS and MS are parts");
}

Result<> check_reading_template(const TimeTemplate& fields) {
    static constexpr std::array kWrong = {TimeField::zone_name, TimeField::zone_offset};
    return check_fields(fields, kWrong, "this field is not read", "TZH and TZM are");
}

}  // namespace sf::sql
