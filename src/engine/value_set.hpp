// Different values of one column: bytes that are equal where the values are, as group_key writes them.
#pragma once

#include "engine/byte_stream.hpp"
#include "engine/key_block.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::engine {

/// A few values are a list that is looked through; more have an index. All bytes stand together. One thread.
class ValueSet {
public:
    void insert(std::string_view value);

    /// Those of block.key(i) with i in `which`.
    void insert(const KeyBlock& block, std::span<const std::uint32_t> which);
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
    struct Slot {
        std::uint32_t tag = 0;
        std::uint32_t number = 0;  // Of an entry, plus one; 0 is free.
    };
    struct Value {
        std::string_view bytes;
        std::uint32_t tag = 0;
    };
    static constexpr std::size_t kWithoutIndex = 8;

    template <class ValueAt>
    void insert_many(std::size_t count, ValueAt value_at);
    void insert_one(const Value& value);
    void insert_from(std::size_t at, const Value& value);
    void append(const Value& value);
    [[nodiscard]] bool holds(const Entry& entry, const Value& value) const;
    [[nodiscard]] std::string_view value(const Entry& entry) const { return {text_.data() + entry.begin, entry.size}; }
    void make_room(std::size_t values);
    void put(std::uint32_t number);

    std::vector<Entry> entries_;
    std::string text_;
    std::vector<Slot> slots_;  // A power of two, at most half full. Or none.
};

}  // namespace sf::engine
