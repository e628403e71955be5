#include "cli/recording/time_zone.hpp"

#include "base/file.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

namespace sf::recording {
namespace {

std::int64_t big_endian(std::string_view bytes) {
    std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (const char c : bytes) value = (value << 8) | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
}

// "+hh:mm", "+hhmm" or "+hh", either sign. Seconds.
std::optional<std::int64_t> fixed_offset(std::string_view text) {
    if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    std::string digits;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == ':' && i == 3) continue;
        if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) return std::nullopt;
        digits += text[i];
    }
    if (digits.size() == 2) digits += "00";
    if (digits.size() != 4) return std::nullopt;
    const int hours = std::stoi(digits.substr(0, 2));
    const int minutes = std::stoi(digits.substr(2));
    if (hours > 14 || minutes > 59) return std::nullopt;
    const std::int64_t seconds = (hours * 60 + minutes) * 60;
    return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name, const std::filesystem::path& database) {
    if (name == "UTC" || name == "Z" || name == "GMT") return TimeZone{};
    if (const auto offset = fixed_offset(name)) {
        TimeZone zone;
        zone.offset_first_ = *offset;
        return zone;
    }
    const std::string quoted = "\"" + std::string(name) + "\"";
    const bool clean = !name.empty() && name.find("..") == std::string_view::npos && name.front() != '/';
    const auto file = clean ? read_file(database / name) : Result<std::string>(fail(ErrorCode::not_found, ""));
    if (!file) {
        return fail(ErrorCode::invalid_input, "time zone " + quoted + " is not known", "",
                    std::filesystem::exists(database)
                        ? "use UTC, an offset such as +01:00, or a name such as Europe/London"
                        : "this machine has no time zone database: install tzdata, or use an offset such as +01:00");
    }
    return read_tzif(name, *file);
}

// RFC 8536, section 3: a version 1 block that is skipped, then one with 64-bit times. Debian's files list every change
// up to 2037, so the rule in the footer is needed for later times only; those get the last listed offset.
Result<TimeZone> TimeZone::read_tzif(std::string_view name, std::string_view file) {
    constexpr std::size_t kHeader = 44;
    const auto broken = [&] {
        return fail(ErrorCode::invalid_input, "time zone \"" + std::string(name) + "\" can't be read",
                    "its file is no TZif file of version 2 or later", "use an offset such as +01:00");
    };
    const auto count = [&](std::string_view block, std::size_t i) {
        return static_cast<std::size_t>(big_endian(block.substr(20 + 4 * i, 4)));
    };
    if (file.size() < kHeader || file.substr(0, 4) != "TZif" || file[4] < '2') return broken();
    const std::size_t skipped = kHeader + count(file, 3) * 5 + count(file, 4) * 6 + count(file, 5) +
                                count(file, 2) * 8 + count(file, 1) + count(file, 0);
    if (file.size() < skipped + kHeader) return broken();
    const std::string_view block = file.substr(skipped);
    const std::size_t times = count(block, 3);
    const std::size_t types = count(block, 4);
    if (types == 0 || block.size() < kHeader + times * 9 + types * 6) return broken();
    const std::string_view indexes = block.substr(kHeader + times * 8, times);
    const std::string_view kinds = block.substr(kHeader + times * 9, types * 6);
    TimeZone zone;
    zone.offset_first_ = big_endian(kinds.substr(0, 4));
    for (std::size_t i = 0; i < times; ++i) {
        const auto type = static_cast<unsigned char>(indexes[i]);
        if (type >= types) return broken();
        zone.changes_.push_back({big_endian(block.substr(kHeader + i * 8, 8)), big_endian(kinds.substr(type * 6u, 4))});
    }
    return zone;
}

std::int64_t TimeZone::to_utc(std::int64_t local) const {
    // Offsets are within 26 hours, so changes before that are past under any of them.
    auto change = std::upper_bound(changes_.begin(), changes_.end(), local - 26 * 3600,
                                   [](std::int64_t time, const Change& c) { return time < c.at; });
    std::int64_t offset = change == changes_.begin() ? offset_first_ : std::prev(change)->offset;
    for (; change != changes_.end(); ++change) {
        // In a gap (clocks go forward) and in a repeated hour (they go back) the offset before the change applies.
        if (local < change->at + std::max(offset, change->offset)) break;
        offset = change->offset;
    }
    return local - offset;
}

}  // namespace sf::recording
