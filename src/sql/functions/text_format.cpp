// format(): %s, %I, %L and %% with positions and widths, as in PostgreSQL's documentation under "format".
#include "base/ascii.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/values/characters.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace sf::sql {
namespace {

// A specifier taken apart; position 0: the next argument.
struct Specifier {
    std::size_t position = 0;
    bool left = false;
    std::int64_t width = 0;
    char kind = 's';
};

class FormatReader {
public:
    explicit FormatReader(std::string_view format) : rest_(format) {}

    // Appends what stands before the next specifier. Nothing at the end, or where `wrong` is set.
    std::optional<Specifier> next(std::string& out) {
        while (!rest_.empty()) {
            const std::size_t percent = std::min(rest_.find('%'), rest_.size());
            out += rest_.substr(0, percent);
            rest_.remove_prefix(percent);
            if (rest_.empty()) break;
            rest_.remove_prefix(1);
            if (!rest_.starts_with('%')) return specifier();
            out += '%';
            rest_.remove_prefix(1);
        }
        return std::nullopt;
    }
    [[nodiscard]] bool wrong() const { return wrong_; }

private:
    std::optional<std::int64_t> number() {
        if (rest_.empty() || !is_digit(rest_.front())) return std::nullopt;
        std::int64_t value = 0;
        for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1))
            value = std::min<std::int64_t>(value * 10 + (rest_.front() - '0'), 1u << 31);
        return value;
    }

    std::optional<Specifier> specifier() {
        Specifier found;
        auto digits = number();
        if (digits && rest_.starts_with('$')) {
            rest_.remove_prefix(1);
            if (*digits == 0) return refuse();
            found.position = static_cast<std::size_t>(*digits);
            digits.reset();
        }
        if (!digits) {
            for (; rest_.starts_with('-'); rest_.remove_prefix(1)) found.left = true;
            digits = number();
        }
        found.width = digits.value_or(0);
        if (rest_.empty()) return refuse();
        found.kind = rest_.front();
        rest_.remove_prefix(1);
        if (found.kind != 's' && found.kind != 'I' && found.kind != 'L') return refuse();
        return found;
    }

    std::optional<Specifier> refuse() {
        wrong_ = true;
        return std::nullopt;
    }

    std::string_view rest_;
    bool wrong_ = false;
};

// False where PostgreSQL has an error.
bool append_formatted(std::string& out, const Specifier& specifier, std::optional<std::string_view> value) {
    std::string text;
    if (specifier.kind == 'I') {
        if (!value) return false;
        append_quoted_name(text, *value);
    } else if (specifier.kind == 'L') {
        if (value) append_quoted_literal(text, *value);
        else text = "NULL";
    } else if (value) {
        text = *value;
    }
    const std::int64_t missing = specifier.width - count_characters(text);
    if (missing > static_cast<std::int64_t>(Call::kTextMax)) return false;
    const auto spaces = static_cast<std::size_t>(std::max<std::int64_t>(missing, 0));
    if (specifier.left) out.append(text).append(spaces, ' ');
    else out.append(spaces, ' ').append(text);
    return out.size() <= Call::kTextMax;
}

bool append_row(std::string& out, const Call& call, std::size_t row) {
    FormatReader reader(call.read<std::string_view>(0)[row]);
    std::size_t argument = 0;
    while (const auto specifier = reader.next(out)) {
        argument = specifier->position > 0 ? specifier->position : argument + 1;
        if (argument >= call.size()) return false;
        const bool is_null = call.read_valid(argument)[row] == 0;
        if (!append_formatted(out, *specifier,
                              is_null ? std::nullopt : std::optional(call.read<std::string_view>(argument)[row])))
            return false;
    }
    return !reader.wrong();
}

void format(Call& call) {
    const std::span<std::string_view> out = call.write<std::string_view>();
    std::string text;
    for (std::size_t row = 0; row < out.size(); ++row) {
        out[row] = {};
        bool failed = false;
        for (std::size_t i = 0; i < call.size(); ++i) failed = failed || call.read_failed(i)[row] != 0;
        text.clear();
        if (!failed && call.read_valid(0)[row] == 0) call.set_null(row);
        else if (failed || !append_row(text, call, row) || !call.copy(text, out[row])) call.fail(row);
    }
}

Result<std::shared_ptr<const Prepared>> prepare_format(std::span<const ExpressionPtr> arguments) {
    const std::string* const text = std::get_if<std::string>(&arguments[0]->literal);
    if (text != nullptr && text->find('*') != std::string::npos) {
        std::string out;
        FormatReader reader(*text);
        while (reader.next(out)) {
        }
        if (reader.wrong())
            return fail(ErrorCode::invalid_input, "format() takes no width from an argument here", {},
                        "write the width as digits: %10s");
    }
    return std::shared_ptr<const Prepared>{};
}

}  // namespace

constinit const Function kFormat = {
    .name = "format", .result = Type::text, .kernel = format, .nulls = Function::Nulls::own, .prepare = prepare_format};

}  // namespace sf::sql
