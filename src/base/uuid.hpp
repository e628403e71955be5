// UUIDs (RFC 9562): 16 bytes in network order, text in lower case with hyphens.
#pragma once

#include "base/time.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace sf {

struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    friend auto operator<=>(const Uuid&, const Uuid&) = default;

    [[nodiscard]] std::uint64_t high() const { return load(0); }
    [[nodiscard]] std::uint64_t low() const { return load(8); }

private:
    [[nodiscard]] std::uint64_t load(std::size_t at) const {
        std::uint64_t value;
        std::memcpy(&value, bytes.data() + at, 8);
        return __builtin_bswap64(value);
    }
};

/// Any version, either case, the hyphenated form of 36 characters only.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);
[[nodiscard]] std::string to_string(const Uuid& id);

/// A name-based UUID (version 8): the same name always gives the same id. 128 bits of our own hash, not SHA-1.
[[nodiscard]] Uuid uuid_from_name(std::string_view name);

/// Makes version 7 UUIDs: 48 bits of Unix milliseconds, then random bits. Seeded from the kernel; not for secrets.
/// One thread owns each generator.
class UuidGenerator {
public:
    UuidGenerator();

    [[nodiscard]] Uuid next(Timestamp now);

private:
    [[nodiscard]] std::uint64_t random();

    std::array<std::uint64_t, 4> state_;  // xoshiro256++
};

}  // namespace sf

template <>
struct std::hash<sf::Uuid> {
    std::size_t operator()(const sf::Uuid& id) const noexcept {
        return (id.high() ^ (id.low() * 0x9E3779B97F4A7C15ull)) * 0xD6E8FEB86659FD93ull;
    }
};
