#include "engine/value_set.hpp"

#include "engine/group_key.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace sf::engine {
namespace {

std::uint32_t tag_of_value(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }

}  // namespace

void ValueSet::insert(std::string_view value) { insert_one({value, tag_of_value(hash_of_key(value))}); }

void ValueSet::insert(const KeyBlock& block, std::span<const std::uint32_t> which) {
    insert_many(which.size(),
                [&](std::size_t i) { return Value{block.key(which[i]), tag_of_value(block.hashes[which[i]])}; });
}

void ValueSet::merge(const ValueSet& other) {
    insert_many(other.entries_.size(),
                [&](std::size_t i) { return Value{other.value(other.entries_[i]), other.entries_[i].tag}; });
}

// A set of many values is larger than the caches. So a few values go through each step together: the memory that one
// step needs is under way since the step before.
template <class ValueAt>
void ValueSet::insert_many(std::size_t count, ValueAt value_at) {
    constexpr std::size_t kTogether = 16;
    std::size_t done = 0;
    while (done < count) {
        const std::size_t some = std::min(kTogether, count - done);
        if (slots_.empty() && entries_.size() + some <= kWithoutIndex) {
            for (std::size_t i = done; i < done + some; ++i) insert_one(value_at(i));
            done += some;
            continue;
        }
        make_room(some);
        const std::size_t mask = slots_.size() - 1;
        std::array<Value, kTogether> values;
        std::array<std::size_t, kTogether> places{};
        for (std::size_t i = 0; i < some; ++i) {
            values[i] = value_at(done + i);
            __builtin_prefetch(&slots_[values[i].tag & mask]);
        }
        for (std::size_t i = 0; i < some; ++i) {
            std::size_t at = values[i].tag & mask;
            while (slots_[at].number != 0 && slots_[at].tag != values[i].tag) at = (at + 1) & mask;
            if (slots_[at].number != 0) __builtin_prefetch(&entries_[slots_[at].number - 1]);
            places[i] = at;
        }
        for (std::size_t i = 0; i < some; ++i) {
            const std::uint32_t number = slots_[places[i]].number;
            if (number != 0) __builtin_prefetch(text_.data() + entries_[number - 1].begin);
        }
        for (std::size_t i = 0; i < some; ++i) insert_from(places[i], values[i]);
        done += some;
    }
}

bool ValueSet::holds(const Entry& entry, const Value& value) const {
    return entry.tag == value.tag && this->value(entry) == value.bytes;
}

void ValueSet::insert_one(const Value& value) {
    if (slots_.empty() && entries_.size() < kWithoutIndex) {
        if (std::ranges::none_of(entries_, [&](const Entry& entry) { return holds(entry, value); })) append(value);
        return;
    }
    make_room(1);
    insert_from(value.tag & (slots_.size() - 1), value);
}

// `at`: where to look on; no slot of the value stands before it.
void ValueSet::insert_from(std::size_t at, const Value& value) {
    const std::size_t mask = slots_.size() - 1;
    for (; slots_[at].number != 0; at = (at + 1) & mask) {
        if (slots_[at].tag == value.tag && holds(entries_[slots_[at].number - 1], value)) return;
    }
    append(value);
    slots_[at] = {value.tag, static_cast<std::uint32_t>(entries_.size())};
}

void ValueSet::append(const Value& value) {
    entries_.push_back({value.tag, static_cast<std::uint32_t>(value.bytes.size()), text_.size()});
    text_ += value.bytes;
}

// For so many more, with an index.
void ValueSet::make_room(std::size_t values) {
    const std::size_t all = entries_.size() + values;
    if (all * 2 <= slots_.size()) return;
    slots_.assign(std::bit_ceil(all * 2), {});
    for (std::uint32_t number = 0; number < entries_.size(); ++number) put(number);
}

void ValueSet::put(std::uint32_t number) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = entries_[number].tag & mask;
    while (slots_[at].number != 0) at = (at + 1) & mask;
    slots_[at] = {entries_[number].tag, number + 1};
}

std::size_t ValueSet::bytes() const {
    return entries_.capacity() * sizeof(Entry) + slots_.capacity() * sizeof(Slot) + text_.capacity();
}

void ValueSet::save(ByteWriter& writer) const {
    writer.put<std::uint64_t>(entries_.size());
    for (const Entry& entry : entries_) writer.put_text(value(entry));
}

void ValueSet::load(ByteReader& reader) {
    clear();
    for (std::size_t left = reader.get_count(sizeof(std::uint64_t)); left > 0; --left) insert(reader.get_text());
}

}  // namespace sf::engine
