#include "base/uuid.hpp"

#include "base/assert.hpp"
#include "base/hash.hpp"

#include <sys/random.h>

#include <bit>

namespace sf {
namespace {

constexpr std::array<std::int8_t, 256> kHexValue = [] {
    std::array<std::int8_t, 256> table{};
    for (auto& value : table) value = -1;
    for (int i = 0; i < 10; ++i) table['0' + i] = static_cast<std::int8_t>(i);
    for (int i = 0; i < 6; ++i) {
        table['a' + i] = static_cast<std::int8_t>(10 + i);
        table['A' + i] = static_cast<std::int8_t>(10 + i);
    }
    return table;
}();

// Where each byte's two digits stand in the hyphenated form.
constexpr std::array<std::uint8_t, 16> kDigitAt = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

void store64(std::uint8_t* at, std::uint64_t value) {
    value = __builtin_bswap64(value);
    std::memcpy(at, &value, 8);
}

}  // namespace

std::optional<Uuid> parse_uuid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    const char* const c = text.data();
    if (c[8] != '-' || c[13] != '-' || c[18] != '-' || c[23] != '-') return std::nullopt;
    Uuid id;
    int bad = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        const int high = kHexValue.data()[static_cast<std::uint8_t>(c[kDigitAt[i]])];
        const int low = kHexValue.data()[static_cast<std::uint8_t>(c[kDigitAt[i] + 1])];
        bad |= high | low;
        id.bytes[i] = static_cast<std::uint8_t>((high << 4) | low);
    }
    if (bad < 0) return std::nullopt;
    return id;
}

std::string to_string(const Uuid& id) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string text(36, '-');
    for (std::size_t i = 0; i < 16; ++i) {
        text[kDigitAt[i]] = kHex[id.bytes[i] >> 4];
        text[kDigitAt[i] + 1] = kHex[id.bytes[i] & 15];
    }
    return text;
}

Uuid uuid_from_name(std::string_view name) {
    Uuid id;
    store64(id.bytes.data(), hash64(name, 0x5355));
    store64(id.bytes.data() + 8, hash64(name, 0xAE17));
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x80);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
    return id;
}

UuidGenerator::UuidGenerator() {
    const ssize_t got = ::getrandom(state_.data(), sizeof state_, 0);
    SF_ASSERT(got == static_cast<ssize_t>(sizeof state_));  // Up to 256 bytes never come short.
}

// xoshiro256++ 1.0, by Blackman and Vigna.
std::uint64_t UuidGenerator::random() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

Uuid UuidGenerator::next(Timestamp now) {
    const auto millis =
        static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
    Uuid id;
    store64(id.bytes.data(), (millis << 16) | 0x7000 | (random() >> 52));
    store64(id.bytes.data() + 8, (random() >> 2) | 0x8000'0000'0000'0000ull);
    return id;
}

}  // namespace sf
