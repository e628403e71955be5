// The input of a fuzz target, taken apart from its beginning; what is not there is zero.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace sf::fuzz {

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }
    [[nodiscard]] std::span<const std::byte> rest() const { return std::as_bytes(rest_); }

    template <class T>
    [[nodiscard]] T take() {
        T value{};
        const auto bytes = take_bytes(sizeof value);
        std::memcpy(&value, bytes.data(), bytes.size());
        return value;
    }
    [[nodiscard]] std::span<const std::uint8_t> take_bytes(std::size_t size) {
        const auto taken = rest_.first(std::min(size, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }

private:
    std::span<const std::uint8_t> rest_;
};

/// `valid` with the edits that the input describes: some bytes replaced, put in or taken out, or the end cut off. So a
/// reader gets past its first checks, which random bytes seldom do.
inline std::vector<std::byte> edited(std::vector<std::byte> valid, Bytes input) {
    while (!input.empty()) {
        const auto kind = input.take<std::uint8_t>();
        const std::size_t at = valid.empty() ? 0 : input.take<std::uint32_t>() % valid.size();
        const auto bytes = std::as_bytes(input.take_bytes(1 + (kind >> 4)));
        const auto begin = valid.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t room = std::min(bytes.size(), valid.size() - at);
        switch (kind % 4) {
            case 0:
            case 1: std::copy_n(bytes.begin(), room, begin); break;
            case 2: valid.insert(begin, bytes.begin(), bytes.end()); break;
            case 3:
                // Mostly a few bytes, now and then all to the end.
                valid.erase(begin, kind == 0xF3 ? valid.end() : begin + static_cast<std::ptrdiff_t>(room));
                break;
        }
    }
    return valid;
}

}  // namespace sf::fuzz
