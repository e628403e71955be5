#include "models/event_batch.hpp"

#include "models/event_batch_generated.h"
#include "models/flat_columns.hpp"

#include <limits>

namespace sf::models {
namespace {

std::unexpected<Error> damaged(const char* what) { return fail(ErrorCode::corrupt, "an event batch is damaged", what); }

bool below(std::span<const std::uint16_t> codes, std::size_t limit) {
    std::uint16_t greatest = 0;
    for (const std::uint16_t code : codes) greatest = std::max(greatest, code);
    return codes.empty() || greatest < limit;
}

bool known_only(std::span<const std::uint8_t> flags) {
    std::uint8_t all = 0;
    for (const std::uint8_t bits : flags) all |= bits;
    return (all & ~EventBatch::kFlagsKnown) == 0;
}

bool rising(std::span<const std::uint32_t> edges) {
    bool falls = false;
    for (std::size_t i = 1; i < edges.size(); ++i) falls |= edges[i] < edges[i - 1];
    return !falls;
}

}  // namespace

Result<EventBatchPtr> EventBatch::from_bytes(std::vector<std::byte> bytes) {
    auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    return from_memory(std::span(*owner), owner);
}

Result<EventBatchPtr> EventBatch::from_memory(std::span<const std::byte> memory, std::shared_ptr<const void> owner) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(memory.data());
    flatbuffers::Verifier verifier(data, memory.size());
    if (memory.size() < 16 || !wire::VerifyEventBatchTableBuffer(verifier))
        return damaged("its FlatBuffer does not verify");
    const auto* table = wire::GetEventBatchTable(data);
    if (!table->ids() || !table->timestamps() || !table->received() || !table->flags() || !table->type_codes() ||
        !table->source_codes() || !table->types() || !table->sources() || !table->edges() || !table->arena()) {
        return damaged("a column is missing");
    }
    if (!aligned(table->timestamps(), table->received(), table->type_codes(), table->source_codes(), table->edges())) {
        return damaged("a column is not aligned");
    }

    std::shared_ptr<EventBatch> batch(new EventBatch);
    batch->bytes_ = memory;
    batch->owner_ = std::move(owner);
    batch->ids_ = span_of(table->ids());
    batch->timestamps_ = span_of(table->timestamps());
    batch->received_ = span_of(table->received());
    batch->flags_ = span_of(table->flags());
    batch->type_codes_ = span_of(table->type_codes());
    batch->source_codes_ = span_of(table->source_codes());
    batch->edges_ = span_of(table->edges());
    batch->arena_ = {reinterpret_cast<const char*>(table->arena()->data()), table->arena()->size()};
    for (const auto* name : *table->types()) batch->types_.push_back(name->string_view());
    for (const auto* name : *table->sources()) batch->sources_.push_back(name->string_view());

    const std::size_t rows = batch->size();
    if (rows == 0) return damaged("it is empty");
    if (batch->ids_.size() != rows * 16 || batch->received_.size() != rows || batch->flags_.size() != rows ||
        batch->type_codes_.size() != rows || batch->source_codes_.size() != rows ||
        batch->edges_.size() != rows * kSlices + 1) {
        return damaged("its columns differ in length");
    }
    if (!below(batch->type_codes_, batch->types_.size()) || !below(batch->source_codes_, batch->sources_.size())) {
        return damaged("a dictionary code is out of range");
    }
    if (!known_only(batch->flags_)) return damaged("it has flags that are not known");
    if (batch->edges_.front() != 0 || batch->edges_.back() != batch->arena_.size() || !rising(batch->edges_)) {
        return damaged("its arena positions are out of order");
    }
    return EventBatchPtr(std::move(batch));
}

}  // namespace sf::models
