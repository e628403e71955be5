// The keys of the groups in one record, one behind the other. Where nearly every event is a group of its own, those few
// keys that come again stand there again: stage 2 looks every key up anyway.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sf::engine {

struct KeyBlock {
    std::string bytes;
    std::vector<std::uint32_t> ends;  // Of each key in `bytes`.
    std::vector<std::uint64_t> hashes;

    [[nodiscard]] std::string_view key(std::size_t index) const {
        const std::uint32_t begin = index == 0 ? 0 : ends[index - 1];
        return {bytes.data() + begin, ends[index] - begin};
    }
};

}  // namespace sf::engine
