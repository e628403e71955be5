// Different values of one column, as bytes that are equal where the values are (value_bytes.hpp).
#pragma once

#include "engine/byte_stream.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sf::engine {

/// A few values are a list that is looked through; more have an index. All bytes stand together. One thread.
class ValueSet {
public:
    void insert(std::string_view value);
    void merge(const ValueSet& other);
    void clear() { *this = {}; }

    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] std::size_t bytes() const;

    void save(ByteWriter& writer) const;
    void load(ByteReader& reader);

private:
    struct Entry {
        std::uint32_t tag = 0;  // Of the hash. Says where the slot is to be.
        std::uint32_t size = 0;
        std::uint64_t begin = 0;  // In text_.
    };
    static constexpr std::size_t kWithoutIndex = 8;

    void insert(std::string_view value, std::uint32_t tag);
    [[nodiscard]] bool holds(const Entry& entry, std::string_view value, std::uint32_t tag) const;
    [[nodiscard]] std::string_view value(const Entry& entry) const { return {text_.data() + entry.begin, entry.size}; }
    void make_index();
    void put(std::uint32_t number);

    std::vector<Entry> entries_;
    std::string text_;
    std::vector<std::uint32_t> slots_;  // Numbers of entries, plus one; a power of two, at most half full. Or none.
};

}  // namespace sf::engine
