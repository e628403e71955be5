#include "services/analytics/record_joiner.hpp"

#include <algorithm>

namespace sf::analytics {
namespace {

// A fold of a view costs, for a record, about what it costs to copy so many events.
constexpr std::size_t kEventsPerView = 8;

models::EventRow row_of(const models::EventBatch& batch, std::size_t row) {
    return {.id = batch.id(row),
            .id_from_client = batch.id_from_client(row),
            .has_user_id = batch.has_user_id(row),
            .has_correlation_id = batch.has_correlation_id(row),
            .severity = batch.severity(row),
            .timestamp = batch.timestamps()[row],
            .received_at = batch.received()[row],
            .type = batch.type(row),
            .source = batch.source(row),
            .user_id = batch.user_id(row),
            .correlation_id = batch.correlation_id(row),
            .tags_encoded = batch.tags_encoded(row),
            .data = batch.data(row)};
}

}  // namespace

std::size_t RecordJoiner::count(std::span<const messaging::StoredRecord> records, messaging::Offset until,
                                std::size_t views) {
    std::size_t count = 0, events = 0, bytes = 0;
    for (const messaging::StoredRecord& stored : records) {
        const models::EventBatchPtr& batch = stored.record.batch;
        if (!batch || stored.offset >= until || batch->size() > views * kEventsPerView) break;
        events += batch->size();
        bytes += batch->bytes();
        if (events > models::kBatchEventsMax || bytes > models::kBatchBytesMax) break;
        ++count;
    }
    return std::max<std::size_t>(1, count);
}

models::EventBatchPtr RecordJoiner::join(std::span<const messaging::StoredRecord> records) {
    if (records.size() == 1) return records.front().record.batch;
    for (const messaging::StoredRecord& stored : records) {
        const models::EventBatch& batch = *stored.record.batch;
        for (std::size_t row = 0; row < batch.size(); ++row) builder_.append(row_of(batch, row));
    }
    return builder_.seal();
}

}  // namespace sf::analytics
