// Values out of the JSON of events: for a batch and a set of paths, where each value stands in each row's `data`. All
// paths are found in one walk over the text, and what nobody asked for is stepped over.
#pragma once

#include "models/event_batch.hpp"
#include "models/json_index.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::models {

/// Keys from the outermost object inwards; at least one.
using JsonPath = std::vector<std::string>;

/// Reusable; keeps its memory. One thread at a time.
class JsonFields {
public:
    explicit JsonFields(std::span<const JsonPath> paths);

    /// Writes, for each path, the values of all rows into the array of the same number: each a value's text as it
    /// stands in the batch, without white space around it, strings with their quotes; an empty view where the path
    /// leads nowhere. Arrays have batch.size() entries. The JSON was checked when the events came in (json_strict.hpp);
    /// should it be damaged all the same, values are missing, and nothing else happens.
    void read(const EventBatch& batch, std::span<const std::span<std::string_view>> values);

    /// The same for JSON of another origin, which was checked as strictly; an empty text has no values.
    void read(std::span<const std::string_view> texts, std::span<const std::span<std::string_view>> values);

private:
    // A place in the tree of paths: what is asked for below an object, and which paths end at it.
    struct Key {
        std::uint64_t word = 0;  // The first eight bytes of the name, the rest zero.
        std::string name;
        std::uint32_t place = 0;
    };
    struct Place {
        std::vector<std::uint32_t> paths;
        std::vector<Key> keys;
        std::uint64_t sizes = 0;           // A bit for the size of each name; most names of others are told by it.
        std::vector<std::uint32_t> slots;  // A hash table of indexes into `keys`, plus 1.
        unsigned shift = 0;                // Of the hash, to a slot.
    };
    struct Row {
        std::size_t begin = 0;  // In the text that is indexed.
        std::string_view source;
        std::size_t number = 0;  // In the batch.
    };
    using Token = const std::uint32_t*;  // Where a token of the indexed text begins.

    void make_table(Place& place);
    [[nodiscard]] const Place* find(const Place& place, const char* name, std::size_t size) const;
    [[nodiscard]] const Place* find_escaped(const Place& place, std::string_view raw);
    template <class TextOf>
    void read_texts(std::size_t count, TextOf text_of, std::span<const std::span<std::string_view>> values);
    void read_rows();
    [[nodiscard]] Token walk(const Place& place, Token at, const Row& row);
    [[nodiscard]] Token step_over(Token at) const;
    void keep(const Place& place, std::size_t begin, std::size_t end, const Row& row) const;

    std::vector<Place> places_;  // The first is the outermost object.
    std::string text_;           // The rows that are indexed together, padded.
    std::vector<Row> rows_;
    JsonIndex index_;
    std::string resolved_;  // A key without its escapes.

    // While reading:
    std::span<const std::span<std::string_view>> values_;
    const char* base_ = nullptr;
    Token end_ = nullptr;
    bool escapes_ = false;
};

}  // namespace sf::models
