// A piece of a file in memory that grows as needed and moves forward: sequential reading with few calls.
#pragma once

#include "messaging/embedded/disk.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace sf::messaging::embedded {

class FileWindow {
public:
    explicit FileWindow(File& file) : file_(file) {}

    /// At least `size` bytes at `position`, or fewer at the end of the file. They stay until the next call.
    [[nodiscard]] Result<std::span<const std::byte>> at(std::uint64_t position, std::size_t size) {
        if (position < begin_ || position + size > begin_ + size_) {
            if (capacity_ < size || capacity_ == 0) {
                capacity_ = std::max(size, kPiece);
                bytes_ = std::make_unique_for_overwrite<std::byte[]>(capacity_);
            }
            SF_ASSIGN(size_, file_.read(position, {bytes_.get(), capacity_}));
            begin_ = position;
        }
        const std::size_t skip = position - begin_;
        return std::span<const std::byte>(bytes_.get() + skip, std::min(size, size_ - skip));
    }

private:
    static constexpr std::size_t kPiece = 1u << 20;

    File& file_;
    std::uint64_t begin_ = 0;  // Where in the file the piece begins.
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    std::unique_ptr<std::byte[]> bytes_;
};

}  // namespace sf::messaging::embedded
