#include "models/json_fields.hpp"

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "models/json_strict.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <utility>

namespace sf::models {
namespace {

// Rows are indexed together up to this much text: long enough to pay for starting the index, short enough to stay in
// the cache.
constexpr std::size_t kTextBytes = 32u << 10;
constexpr std::size_t kDepthMax = 64;  // Deeper paths than `data` may be nested find nothing.

// Eight bytes are readable at any name: texts are padded, and so are resolved keys.
std::uint64_t word_at(const char* name, std::size_t size) {
    std::uint64_t word;
    std::memcpy(&word, name, 8);
    return size >= 8 ? word : word & ((std::uint64_t{1} << (8 * size)) - 1);
}

std::uint64_t hash_of(std::uint64_t word, std::size_t size) { return (word ^ (size << 56)) * 0x9E3779B97F4A7C15ull; }

}  // namespace

JsonFields::JsonFields(std::span<const JsonPath> paths) : places_(1) {
    std::map<std::pair<std::uint32_t, std::string_view>, std::uint32_t> known;  // The place below a place by a name.
    for (std::uint32_t path = 0; path < paths.size(); ++path) {
        SF_ASSERT(!paths[path].empty());
        if (paths[path].size() > kDepthMax) continue;
        std::uint32_t place = 0;
        for (const std::string& name : paths[path]) {
            const auto [next, fresh] = known.try_emplace({place, name}, static_cast<std::uint32_t>(places_.size()));
            if (fresh) {
                std::string padded = name;
                padded.append(8, '\0');
                places_[place].keys.push_back({word_at(padded.data(), name.size()), name, next->second});
                places_.emplace_back();
            }
            place = next->second;
        }
        places_[place].paths.push_back(path);
    }
    for (Place& place : places_) make_table(place);
}

void JsonFields::make_table(Place& place) {
    const std::size_t size = std::bit_ceil(2 * place.keys.size() + 2);
    place.shift = 64u - static_cast<unsigned>(std::countr_zero(size));
    place.slots.assign(size, 0);
    for (std::size_t i = 0; i < place.keys.size(); ++i) {
        const std::size_t name_size = place.keys[i].name.size();
        place.sizes |= std::uint64_t{1} << std::min<std::size_t>(name_size, 63);
        std::size_t slot = hash_of(place.keys[i].word, name_size) >> place.shift;
        while (place.slots[slot] != 0) slot = (slot + 1) & (size - 1);
        place.slots[slot] = static_cast<std::uint32_t>(i + 1);
    }
}

const JsonFields::Place* JsonFields::find(const Place& place, const char* name, std::size_t size) const {
    if (((place.sizes >> std::min<std::size_t>(size, 63)) & 1) == 0) return nullptr;
    const std::uint64_t word = word_at(name, size);
    const std::uint32_t* const slots = place.slots.data();
    const Key* const keys = place.keys.data();
    std::size_t slot = hash_of(word, size) >> place.shift;
    while (slots[slot] != 0) {
        const Key& key = keys[slots[slot] - 1u];
        if (key.word == word && key.name.size() == size &&
            (size <= 8 || std::memcmp(key.name.data() + 8, name + 8, size - 8) == 0))
            return places_.data() + key.place;
        slot = (slot + 1) & (place.slots.size() - 1);
    }
    return nullptr;
}

const JsonFields::Place* JsonFields::find_escaped(const Place& place, std::string_view raw) {
    if (check_escapes(raw) != nullptr) return nullptr;
    resolved_.clear();
    unescape(resolved_, raw);
    const std::size_t size = resolved_.size();
    resolved_.append(8, '\0');
    return find(place, resolved_.data(), size);
}

void JsonFields::read(const EventBatch& batch, std::span<const std::span<std::string_view>> values) {
    read_texts(batch.size(), [&](std::size_t row) { return batch.data(row); }, values);
}

void JsonFields::read(std::span<const std::string_view> texts, std::span<const std::span<std::string_view>> values) {
    read_texts(texts.size(), [&](std::size_t row) { return texts[row]; }, values);
}

template <class TextOf>
void JsonFields::read_texts(std::size_t count, TextOf text_of, std::span<const std::span<std::string_view>> values) {
    values_ = values;
    for (const std::span<std::string_view> column : values) {
        SF_ASSERT(column.size() == count);
        std::ranges::fill(column, std::string_view{});
    }
    for (std::size_t row = 0; row < count;) {
        text_.clear();
        rows_.clear();
        do {
            const std::string_view data = text_of(row);
            rows_.push_back({text_.size(), data, row});
            text_ += data;
            text_ += '\n';
        } while (++row < count && text_.size() + text_of(row).size() < kTextBytes);
        read_rows();
    }
}

void JsonFields::read_rows() {
    const std::size_t size = text_.size();
    text_.append(JsonIndex::kPadding, ' ');
    JsonError error;
    if (!index_.build(std::string_view(text_).substr(0, size), error)) return;
    base_ = text_.data();
    end_ = index_.end();
    escapes_ = std::memchr(base_, '\\', size) != nullptr;
    Token at = index_.begin();
    for (const Row& row : rows_) {
        while (at < end_ && *at < row.begin) ++at;  // What is left of the row before.
        if (at == end_ || base_[*at] != '{') continue;
        if (const Token behind = walk(places_[0], at, row)) at = behind;
        else ++at;
    }
}

// From an opening brace to behind its closing one. Null if the text is no JSON, or nothing more is wanted of the row.
JsonFields::Token JsonFields::walk(const Place& place, Token at, const Row& row) {
    const char* const base = base_;
    const bool outermost = &place == places_.data();
    std::size_t wanted = place.keys.size();
    ++at;
    while (end_ - at >= 4 && base[*at] == '"') {
        const char* const name = base + *at + 1;
        const char* name_end = base + at[1];
        if (*name_end != ':') return nullptr;
        while (name_end > name && name_end[-1] != '"') --name_end;
        if (name_end == name) return nullptr;
        const auto name_size = static_cast<std::size_t>(name_end - 1 - name);
        const bool escaped = escapes_ && std::memchr(name, '\\', name_size) != nullptr;
        const Place* const inner = escaped ? find_escaped(place, {name, name_size}) : find(place, name, name_size);
        at += 2;
        const std::size_t begin = *at;
        const char first = base[begin];
        if (inner != nullptr && first == '{' && !inner->keys.empty()) at = walk(*inner, at, row);
        else if (first == '{' || first == '[') at = step_over(at);
        else ++at;
        if (at == nullptr || at == end_) return nullptr;
        if (inner != nullptr) {
            // The value ends where the last token of it ends: at the bracket that closed it, or before the next token.
            std::size_t end = *at;
            while (end > begin && is_json_space(base[end - 1])) --end;
            keep(*inner, begin, end, row);
            --wanted;
            if (wanted == 0 && outermost) return nullptr;
        }
        if (base[*at] != ',') break;
        ++at;
    }
    return at < end_ && base[*at] == '}' ? at + 1 : nullptr;
}

// Behind the object or array that begins at the token; null if it never ends.
JsonFields::Token JsonFields::step_over(Token at) const {
    std::size_t depth = 0;
    do {
        const char c = base_[*at];
        if (c == '{' || c == '[') ++depth;
        else if (c == '}' || c == ']') --depth;
        ++at;
    } while (depth > 0 && at < end_);
    return depth == 0 ? at : nullptr;
}

void JsonFields::keep(const Place& place, std::size_t begin, std::size_t end, const Row& row) const {
    if (end - row.begin > row.source.size()) return;  // Damaged: a bracket closed in a later row.
    for (const std::uint32_t path : place.paths)
        values_[path][row.number] = row.source.substr(begin - row.begin, end - begin);
}

}  // namespace sf::models
