#include "sql/plan/view_options.hpp"

#include "base/nearest_name.hpp"
#include "sql/plan/scope.hpp"
#include "sql/values/calendar.hpp"
#include "sql/values/number_text.hpp"
#include "sql/values/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace sf::sql {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"emit",     "lateness",  "out_of_orderness",
                                                    "keys_max", "state_max", "ttl"};
constexpr Duration kEmissionMin = std::chrono::milliseconds{1};
constexpr std::int64_t kLengthDaysMax = 10'000'000;
constexpr std::uint64_t kKeysMaxMax = 1'000'000'000;
constexpr std::uint64_t kStateMaxMin = 1ull << 20;
constexpr std::uint64_t kStateMaxMax = 1ull << 40;

// The value of an option as it was written, without quotes.
std::optional<std::string> value_text(const PgQuery__DefElem& option) {
    if (option.arg == nullptr) return std::nullopt;
    switch (option.arg->node_case) {
        case PG_QUERY__NODE__NODE_STRING: return std::string(option.arg->string->sval);
        case PG_QUERY__NODE__NODE_INTEGER: return std::to_string(option.arg->integer->ival);
        case PG_QUERY__NODE__NODE_FLOAT: return std::string(option.arg->float_->fval);
        case PG_QUERY__NODE__NODE_TYPE_NAME:
            return std::string(string_of(*option.arg->type_name->names[option.arg->type_name->n_names - 1]));
        default: return std::nullopt;
    }
}

struct OptionReader {
    const Builder& builder;
    int location;

    [[nodiscard]] std::unexpected<Error> refuse(std::string message, std::string hint) const {
        return fail(builder.error(location, std::move(message), std::move(hint)));
    }

    [[nodiscard]] Result<Duration> length(const std::string& text, std::string_view name) const {
        const auto interval = read_interval(text);
        if (!interval)
            return refuse(fmt::format("{} = '{}' is no interval", name, text), fmt::format("write {} = '5 s'", name));
        return fixed_length(builder, *interval, location, name);
    }

    // "256 MiB", or a number of bytes.
    [[nodiscard]] Result<std::uint64_t> bytes(const std::string& text) const {
        struct Unit {
            std::string_view name;
            std::uint64_t bytes;
        };
        constexpr std::array<Unit, 4> kUnits = {
            {{"", 1}, {"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}}};
        std::uint64_t count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
        while (unit.starts_with(' ')) unit.remove_prefix(1);
        const auto* const known = std::ranges::find(kUnits, unit, &Unit::name);
        if (error != std::errc{} || known == kUnits.end())
            return refuse(fmt::format("state_max = '{}' is no size", text), "write state_max = '256 MiB'");
        if (count < 1 || count > kStateMaxMax / known->bytes || count * known->bytes < kStateMaxMin)
            return refuse(fmt::format("state_max = '{}' is out of range", text), "1 MiB to 1024 GiB");
        return count * known->bytes;
    }

    [[nodiscard]] static std::string emission_hint(std::string_view text) {
        static constexpr std::array<std::string_view, 2> kWords = {"on close", "on change"};
        if (const auto meant = nearest_name(text, kWords)) return fmt::format("is it '{}'?", *meant);
        return "it is 'on close', 'on change', or 'every 1 s'";
    }

    [[nodiscard]] Result<Emission> emission(const std::string& text) const {
        if (text == "on close") return Emission{.kind = Emission::Kind::on_close};
        if (text == "on change") return Emission{.kind = Emission::Kind::on_change};
        constexpr std::string_view kEvery = "every ";
        if (!text.starts_with(kEvery)) return refuse(fmt::format("emit = '{}' is unknown", text), emission_hint(text));
        SF_ASSIGN(const Duration interval, length(text.substr(kEvery.size()), "emit"));
        if (interval < kEmissionMin)
            return refuse("emit has too short an interval", "1 ms at least; 'on change' emits at once");
        return Emission{.kind = Emission::Kind::every, .interval = interval};
    }
};

}  // namespace

Result<__int128> fixed_micros(const Builder& builder, const Interval& interval, int location, std::string_view what) {
    if (interval.months != 0)
        return fail(builder.error(location, fmt::format("{} can't be in months or years, whose lengths differ", what),
                                  "use days: '30 days'"));
    return static_cast<__int128>(interval.days) * kMicrosDay + interval.micros;
}

Result<Duration> fixed_length(const Builder& builder, const Interval& interval, int location, std::string_view what) {
    SF_ASSIGN(const __int128 micros, fixed_micros(builder, interval, location, what));
    if (micros < 0) return fail(builder.error(location, fmt::format("{} must not be negative", what)));
    if (micros > kLengthDaysMax * kMicrosDay)
        return fail(builder.error(location, fmt::format("{} is too long", what),
                                  fmt::format("'{} days' at most", kLengthDaysMax)));
    return Duration{static_cast<std::int64_t>(micros)};
}

Result<ViewOptions> view_options(const Builder& builder, std::span<PgQuery__Node* const> options) {
    ViewOptions result;
    std::vector<std::string_view> seen;
    for (const PgQuery__Node* node : options) {
        const PgQuery__DefElem& option = *node->def_elem;
        const std::string_view name = option.defname;
        const OptionReader reader{builder, option.location};
        if (std::ranges::find(kNames, name) == kNames.end() ||
            (option.defnamespace != nullptr && *option.defnamespace != '\0')) {
            const auto meant = nearest_name(name, kNames);
            return reader.refuse(fmt::format("there is no option \"{}\"", name),
                                 meant ? fmt::format("is it \"{}\"?", *meant)
                                       : "emit, lateness, out_of_orderness, keys_max, state_max and ttl are options");
        }
        if (std::ranges::find(seen, name) != seen.end())
            return reader.refuse(fmt::format("the option {} stands twice", name), "keep one of them");
        seen.push_back(name);
        const auto text = value_text(option);
        if (!text)
            return reader.refuse(fmt::format("the option {} needs a value", name), fmt::format("write {} = ...", name));
        if (name == "emit") {
            SF_ASSIGN(result.emit, reader.emission(*text));
        } else if (name == "lateness" && *text == "infinity") {
            result.lateness = kForever;
        } else if (name == "lateness") {
            SF_ASSIGN(result.lateness, reader.length(*text, name));
        } else if (name == "out_of_orderness") {
            SF_ASSIGN(result.out_of_orderness, reader.length(*text, name));
        } else if (name == "state_max") {
            SF_ASSIGN(result.state_max, reader.bytes(*text));
        } else if (name == "ttl") {
            SF_ASSIGN(result.ttl, reader.length(*text, name));
            if (result.ttl == Duration::zero())
                return reader.refuse("ttl must not be zero", "without it groups stay for good");
        } else {
            const auto count = read_bigint(*text);
            if (!count || *count < 1 || static_cast<std::uint64_t>(*count) > kKeysMaxMax)
                return reader.refuse(fmt::format("keys_max = {} is out of range", *text),
                                     fmt::format("1 to {}", kKeysMaxMax));
            result.keys_max = static_cast<std::uint64_t>(*count);
        }
    }
    return result;
}

}  // namespace sf::sql
