// Batches from JSON, for tests.
#pragma once

#include "base/assert.hpp"
#include "models/event_reader.hpp"

#include <string>

namespace sf::sql {

/// `json` is an array of events; all are received at 2026-01-02T00:00:00Z.
[[nodiscard]] inline models::EventBatchPtr events_of(const std::string& json) {
    std::string body = json;
    body.append(models::JsonIndex::kPadding, ' ');
    models::EventReader reader;
    models::EventReading reading;
    UuidGenerator ids;
    const auto problem = reader.read(std::string_view(body).substr(0, json.size()), models::EventReader::Form::batch,
                                     *parse_rfc3339("2026-01-02T00:00:00Z"), ids, reading);
    SF_ASSERT(!problem && reading.refused.empty());
    models::EventBatchBuilder builder;
    for (const models::EventRow& row : reading.rows) builder.append(row);
    return builder.seal();
}

/// One event for each object, which becomes its `data`.
[[nodiscard]] inline models::EventBatchPtr events_with_data(std::initializer_list<std::string_view> objects) {
    std::string json = "[";
    for (const std::string_view object : objects) {
        if (json.size() > 1) json += ',';
        json += R"({"type":"web.click","source":"shop","data":)";
        json += object;
        json += '}';
    }
    return events_of(json + "]");
}

}  // namespace sf::sql
