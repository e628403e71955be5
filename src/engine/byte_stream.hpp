// How state is written into a checkpoint and read back: little-endian fields, lengths before variable parts. Reading
// never goes beyond the end: after the first failure every read gives zeros, and ok() is false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sf::engine {

/// Collects bytes and hands them on in pieces of about a MiB, so that a large checkpoint is never in memory twice.
class ByteWriter {
public:
    using Sink = std::function<void(std::span<const std::byte>)>;

    explicit ByteWriter(Sink sink) : sink_(std::move(sink)) {}

    template <class T>
        requires std::is_trivially_copyable_v<T>
    void put(const T& value) {
        raw(&value, sizeof value);
    }
    template <class T>
        requires std::is_trivially_copyable_v<T>
    void put_array(std::span<const T> values) {
        put<std::uint64_t>(values.size());
        raw(values.data(), values.size_bytes());
    }
    void put_text(std::string_view text) {
        put<std::uint64_t>(text.size());
        raw(text.data(), text.size());
    }
    void flush() {
        if (!buffer_.empty()) sink_(buffer_);
        buffer_.clear();
    }

private:
    static constexpr std::size_t kPiece = 1u << 20;

    void raw(const void* data, std::size_t size) {
        const auto* bytes = static_cast<const std::byte*>(data);
        if (size >= kPiece) {
            flush();
            sink_({bytes, size});
            return;
        }
        buffer_.insert(buffer_.end(), bytes, bytes + size);
        if (buffer_.size() >= kPiece) flush();
    }

    Sink sink_;
    std::vector<std::byte> buffer_;
};

class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) : rest_(bytes) {}

    template <class T>
        requires std::is_trivially_copyable_v<T>
    [[nodiscard]] T get() {
        T value{};
        if (take(sizeof value)) std::memcpy(&value, taken_, sizeof value);
        return value;
    }
    template <class T>
        requires std::is_trivially_copyable_v<T>
    [[nodiscard]] std::vector<T> get_array() {
        const auto count = get<std::uint64_t>();
        if (count > rest_.size() / sizeof(T)) ok_ = false;
        std::vector<T> values;
        if (ok_ && take(count * sizeof(T))) {
            values.resize(count);
            if (count > 0) std::memcpy(values.data(), taken_, count * sizeof(T));
        }
        return values;
    }
    /// How many items follow, each of at least `item_bytes`: a length that can't be true fails here and not in an
    /// allocation.
    [[nodiscard]] std::size_t get_count(std::size_t item_bytes) {
        const auto count = get<std::uint64_t>();
        if (count > rest_.size() / item_bytes) ok_ = false;
        return ok_ ? count : 0;
    }
    [[nodiscard]] std::string_view get_text() {
        const auto size = get<std::uint64_t>();
        if (!ok_ || !take(size)) return {};
        return {reinterpret_cast<const char*>(taken_), size};
    }
    void fail() { ok_ = false; }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    bool take(std::size_t size) {
        if (!ok_ || size > rest_.size()) {
            ok_ = false;
            return false;
        }
        taken_ = rest_.data();
        rest_ = rest_.subspan(size);
        return true;
    }

    std::span<const std::byte> rest_;
    const std::byte* taken_ = nullptr;
    bool ok_ = true;
};

}  // namespace sf::engine
