#include "engine/pane_table.hpp"

#include <numeric>

namespace sf::engine {

std::shared_ptr<PaneTable> PaneTable::clone() const {
    std::vector<std::unique_ptr<AggregateStates>> states;
    states.reserve(states_.size());
    for (const auto& one : states_) states.push_back(one->clone());
    auto copy = std::make_shared<PaneTable>(std::move(states));
    copy->keys_ = keys_;
    copy->index_ = index_;
    return copy;
}

void PaneTable::merge(const PaneTable& other) {
    std::vector<std::uint32_t> from(other.size()), to(other.size());
    std::iota(from.begin(), from.end(), 0u);
    for (std::size_t cell = 0; cell < other.size(); ++cell) to[cell] = cell_of(other.keys_[cell]);
    grow();
    for (std::size_t i = 0; i < states_.size(); ++i) states_[i]->merge(*other.states_[i], from, to);
}

std::size_t PaneTable::bytes() const {
    std::size_t bytes = keys_.capacity() * sizeof(KeyId) + index_.bytes();
    for (const auto& states : states_) bytes += states->bytes();
    return bytes;
}

void PaneTable::renumber(const std::vector<KeyId>& moved) {
    index_ = {};
    for (std::size_t cell = 0; cell < keys_.size(); ++cell) {
        keys_[cell] = moved[keys_[cell]];
        index_.insert(keys_[cell], static_cast<std::uint32_t>(cell));
    }
}

void PaneTable::save(ByteWriter& writer) const {
    writer.put_array(std::span<const KeyId>(keys_));
    for (const auto& states : states_) states->save(writer);
}

void PaneTable::load(ByteReader& reader, std::size_t keys) {
    keys_ = reader.get_array<KeyId>();
    index_ = {};
    for (std::size_t cell = 0; cell < keys_.size(); ++cell) {
        if (keys_[cell] >= keys) return reader.fail();
        index_.insert(keys_[cell], static_cast<std::uint32_t>(cell));
    }
    for (const auto& states : states_) {
        states->load(reader);
        states->resize(keys_.size());  // What a damaged checkpoint lacks is empty; its checksum has told already.
    }
}

}  // namespace sf::engine
