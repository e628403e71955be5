#include "base/assert.hpp"
#include "base/hash.hpp"
#include "models/event_batch.hpp"
#include "models/event_batch_generated.h"

namespace sf::models {
namespace {

// Gives each distinct name of a batch a number. Events come in runs, so the last name is tried first.
class Dictionary {
public:
    Dictionary() : slots_(kSlots, 0) {}

    std::uint16_t code_of(std::string_view name) {
        if (!names_.empty() && names_[last_] == name) return last_;
        std::size_t slot = hash64(name) & (kSlots - 1);
        while (slots_[slot] != 0) {
            const auto code = static_cast<std::uint16_t>(slots_[slot] - 1);
            if (names_[code] == name) return last_ = code;
            slot = (slot + 1) & (kSlots - 1);
        }
        names_.emplace_back(name);
        bytes_ += name.size() + 16;
        last_ = static_cast<std::uint16_t>(names_.size() - 1);
        slots_[slot] = static_cast<std::uint16_t>(names_.size());
        return last_;
    }

    void clear() {
        for (const std::string& name : names_) {
            std::size_t slot = hash64(name) & (kSlots - 1);
            while (slots_[slot] != 0) {
                slots_[slot] = 0;
                slot = (slot + 1) & (kSlots - 1);
            }
        }
        names_.clear();
        bytes_ = 0;
        last_ = 0;
    }

    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    static constexpr std::size_t kSlots = kBatchEventsMax * 4;  // At most a quarter full.
    std::vector<std::uint16_t> slots_;                          // Code + 1; 0 is free.
    std::vector<std::string> names_;
    std::size_t bytes_ = 0;
    std::uint16_t last_ = 0;
};

}  // namespace

struct EventBatchBuilder::Columns {
    std::vector<std::uint8_t> ids;
    std::vector<std::int64_t> timestamps;
    std::vector<std::int64_t> received;
    std::vector<std::uint8_t> flags;
    std::vector<std::uint16_t> type_codes;
    std::vector<std::uint16_t> source_codes;
    std::vector<std::uint32_t> edges = {0};
    std::vector<char> arena;
    Dictionary types;
    Dictionary sources;

    void put(std::string_view piece) {
        arena.insert(arena.end(), piece.begin(), piece.end());
        edges.push_back(static_cast<std::uint32_t>(arena.size()));
    }

    void clear() {
        ids.clear();
        timestamps.clear();
        received.clear();
        flags.clear();
        type_codes.clear();
        source_codes.clear();
        edges.assign(1, 0);
        arena.clear();
        types.clear();
        sources.clear();
    }
};

EventBatchBuilder::EventBatchBuilder() : columns_(std::make_unique<Columns>()) {}
EventBatchBuilder::~EventBatchBuilder() = default;
EventBatchBuilder::EventBatchBuilder(EventBatchBuilder&&) noexcept = default;
EventBatchBuilder& EventBatchBuilder::operator=(EventBatchBuilder&&) noexcept = default;

std::size_t EventBatchBuilder::size() const { return columns_->timestamps.size(); }

std::size_t EventBatchBuilder::bytes() const {
    constexpr std::size_t kFixed = 16 + 8 + 8 + 1 + 2 + 2 + 4 * EventBatch::kSlices;
    return columns_->arena.size() + size() * kFixed + columns_->types.bytes() + columns_->sources.bytes();
}

bool EventBatchBuilder::fits(const EventRow& row) const {
    constexpr std::size_t kOverhead = 256;  // Columns, dictionary entries, vector headers.
    const std::size_t needed = row.type.size() + row.source.size() + row.user_id.size() + row.correlation_id.size() +
                               row.tags_encoded.size() + row.data.size() + kOverhead;
    return empty() || (size() < kBatchEventsMax && bytes() + needed <= kBatchBytesMax);
}

void EventBatchBuilder::append(const EventRow& row) {
    Columns& c = *columns_;
    SF_DEBUG_ASSERT(size() < kBatchEventsMax);
    c.ids.insert(c.ids.end(), row.id.bytes.begin(), row.id.bytes.end());
    c.timestamps.push_back(row.timestamp);
    c.received.push_back(row.received_at);
    c.flags.push_back(static_cast<std::uint8_t>(
        static_cast<std::uint8_t>(row.severity) | (row.id_from_client ? EventBatch::kIdFromClient : 0) |
        (row.has_user_id ? EventBatch::kHasUser : 0) | (row.has_correlation_id ? EventBatch::kHasCorrelation : 0)));
    c.type_codes.push_back(c.types.code_of(row.type));
    c.source_codes.push_back(c.sources.code_of(row.source));
    c.put(row.user_id);
    c.put(row.correlation_id);
    c.put(row.tags_encoded);
    c.put(row.data);
}

EventBatchPtr EventBatchBuilder::seal() {
    SF_ASSERT(!empty());
    Columns& c = *columns_;
    flatbuffers::FlatBufferBuilder builder(bytes() + 1024);
    const auto arena = builder.CreateVector(reinterpret_cast<const std::uint8_t*>(c.arena.data()), c.arena.size());
    const auto edges = builder.CreateVector(c.edges);
    const auto types = builder.CreateVectorOfStrings(c.types.names());
    const auto sources = builder.CreateVectorOfStrings(c.sources.names());
    const auto source_codes = builder.CreateVector(c.source_codes);
    const auto type_codes = builder.CreateVector(c.type_codes);
    const auto flags = builder.CreateVector(c.flags);
    const auto received = builder.CreateVector(c.received);
    const auto timestamps = builder.CreateVector(c.timestamps);
    const auto ids = builder.CreateVector(c.ids);
    wire::FinishEventBatchTableBuffer(
        builder, wire::CreateEventBatchTable(builder, ids, timestamps, received, flags, type_codes, source_codes, types,
                                             sources, edges, arena));
    auto buffer = std::make_shared<const flatbuffers::DetachedBuffer>(builder.Release());
    const std::span memory(reinterpret_cast<const std::byte*>(buffer->data()), buffer->size());
    auto batch = EventBatch::from_memory(memory, buffer);
    SF_ASSERT(batch.has_value());  // We have just built it.
    c.clear();
    return std::move(*batch);
}

}  // namespace sf::models
