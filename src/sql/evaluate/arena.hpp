// Memory for the results of one batch: handed out by moving a pointer, taken back all at once. What the batches of late
// needed is kept for the next, so in a steady state nothing is allocated; what one great batch needed goes again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sf::sql {

class Arena {
public:
    /// Kept in any case.
    static constexpr std::size_t kBytesKept = 8u << 20;

    /// `count` values, not initialised; aligned for any of them and for vector instructions.
    template <class T>
    [[nodiscard]] std::span<T> array(std::size_t count) {
        static_assert(std::is_trivially_destructible_v<T>);
        return {reinterpret_cast<T*>(take(count * sizeof(T))), count};
    }

    template <class T>
    [[nodiscard]] std::span<T> filled(std::size_t count, T value) {
        const std::span<T> values = array<T>(count);
        std::ranges::fill(values, value);
        return values;
    }

    /// Room for a text of at most `size` bytes; `keep` says how many of them it became. Nothing else may be taken in
    /// between.
    [[nodiscard]] char* text(std::size_t size) {
        reserve(size);
        return reinterpret_cast<char*>(block_ + used_);
    }
    std::string_view keep(const char* begin, std::size_t size) {
        used_ += size;
        return {begin, size};
    }

    [[nodiscard]] std::string_view copy(std::string_view text_to_copy) {
        char* const begin = text(text_to_copy.size());
        if (!text_to_copy.empty()) std::memcpy(begin, text_to_copy.data(), text_to_copy.size());
        return keep(begin, text_to_copy.size());
    }

    /// Everything handed out is gone.
    void reset() {
        const std::size_t used = total_ - capacity_ + used_;
        of_late_ = std::max(used, of_late_ - of_late_ / 64);
        const std::size_t keep = std::max(kBytesKept, 2 * of_late_);
        if (total_ > keep) begin_anew(of_late_);
        else if (blocks_.size() > 1) begin_anew(total_);  // One block for all of it next time.
        used_ = 0;
    }

    [[nodiscard]] std::size_t bytes() const { return total_; }

private:
    static constexpr std::size_t kAlignment = 64;
    static constexpr std::size_t kBlockMin = 64u << 10;

    struct Release {
        void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t{kAlignment}); }
    };

    void begin_anew(std::size_t size) {
        blocks_.clear();
        total_ = 0;
        add_block(std::max(size, kBlockMin));
    }

    std::byte* take(std::size_t size) {
        used_ = (used_ + kAlignment - 1) & ~(kAlignment - 1);
        reserve(size);
        std::byte* const begin = block_ + used_;
        used_ += size;
        return begin;
    }

    void reserve(std::size_t size) {
        if (used_ + size > capacity_) add_block(std::max(size, std::max(kBlockMin, total_)));
    }

    void add_block(std::size_t size) {
        block_ = static_cast<std::byte*>(::operator new[](size, std::align_val_t{kAlignment}));
        blocks_.emplace_back(block_);
        capacity_ = size;
        total_ += size;
        used_ = 0;
    }

    std::vector<std::unique_ptr<std::byte, Release>> blocks_;  // The last one is in use.
    std::byte* block_ = nullptr;
    std::size_t used_ = 0;
    std::size_t capacity_ = 0;
    std::size_t total_ = 0;
    std::size_t of_late_ = 0;  // What the greatest of the last batches needed; of older ones ever less.
};

}  // namespace sf::sql
