#include "engine/value_set.hpp"

#include "base/hash.hpp"

#include <algorithm>
#include <bit>

namespace sf::engine {

void ValueSet::insert(std::string_view value) { insert(value, static_cast<std::uint32_t>(hash64(value))); }

void ValueSet::merge(const ValueSet& other) {
    for (const Entry& entry : other.entries_) insert(other.value(entry), entry.tag);
}

bool ValueSet::holds(const Entry& entry, std::string_view value, std::uint32_t tag) const {
    return entry.tag == tag && this->value(entry) == value;
}

void ValueSet::insert(std::string_view value, std::uint32_t tag) {
    if (slots_.empty()) {
        if (std::ranges::any_of(entries_, [&](const Entry& entry) { return holds(entry, value, tag); })) return;
    } else {
        const std::size_t mask = slots_.size() - 1;
        for (std::size_t at = tag & mask; slots_[at] != 0; at = (at + 1) & mask) {
            if (holds(entries_[slots_[at] - 1], value, tag)) return;
        }
    }
    entries_.push_back({tag, static_cast<std::uint32_t>(value.size()), text_.size()});
    text_ += value;
    if (entries_.size() * 2 > slots_.size()) make_index();
    else put(static_cast<std::uint32_t>(entries_.size() - 1));
}

// Nothing to do while there are few.
void ValueSet::make_index() {
    if (entries_.size() <= kWithoutIndex) return;
    slots_.assign(std::bit_ceil(entries_.size() * 4), 0);
    for (std::uint32_t number = 0; number < entries_.size(); ++number) put(number);
}

void ValueSet::put(std::uint32_t number) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = entries_[number].tag & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = number + 1;
}

std::size_t ValueSet::bytes() const {
    return entries_.capacity() * sizeof(Entry) + slots_.capacity() * sizeof(slots_[0]) + text_.capacity();
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
