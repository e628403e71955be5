// Events for the tests of stores: made from a few fields, put into records as the log would give them.
#pragma once

#include "database/event_store.hpp"
#include "models/event_batch.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace sf::database::testing {

/// A folder that goes away with the test.
class TestFolder {
public:
    TestFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "sf-database-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TestFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline Timestamp at(std::string_view text) { return *parse_rfc3339(text); }

struct TestEvent {
    std::string name;  // The id is made from it.
    std::string type = "web.click";
    std::string source = "shop";
    Timestamp time = at("2015-05-17T10:05:03Z");
    Timestamp received = at("2015-05-17T10:05:04Z");
    models::Severity severity = models::Severity::low;
    std::optional<std::string> user;
    std::optional<std::string> correlation;
    std::vector<std::string> tags;
    std::string data = "{}";
};

inline models::EventBatchPtr batch_of(const std::vector<TestEvent>& events) {
    models::EventBatchBuilder builder;
    for (const TestEvent& event : events) {
        std::string tags;
        for (const std::string& tag : event.tags) {
            tags += static_cast<char>(tag.size() & 0xFF);
            tags += static_cast<char>(tag.size() >> 8);
            tags += tag;
        }
        models::EventRow row;
        row.id = uuid_from_name(event.name);
        row.severity = event.severity;
        row.timestamp = to_micros(event.time);
        row.received_at = to_micros(event.received);
        row.type = event.type;
        row.source = event.source;
        row.has_user_id = event.user.has_value();
        row.has_correlation_id = event.correlation.has_value();
        if (event.user) row.user_id = *event.user;
        if (event.correlation) row.correlation_id = *event.correlation;
        row.tags_encoded = tags;
        row.data = event.data;
        builder.append(row);
    }
    return builder.seal();
}

inline messaging::StoredRecord record_of(messaging::Offset offset, const std::vector<TestEvent>& events) {
    messaging::StoredRecord record;
    record.offset = offset;
    record.record.batch = batch_of(events);
    return record;
}

/// `count` events named "<prefix>0", "<prefix>1", ... with data {"n": 0}, {"n": 1}, ...
inline std::vector<TestEvent> numbered(const std::string& prefix, int count,
                                       Timestamp received = at("2015-05-17T10:05:04Z")) {
    std::vector<TestEvent> events;
    for (int i = 0; i < count; ++i) {
        TestEvent event;
        event.name = prefix + std::to_string(i);
        event.received = received;
        event.data = "{\"n\": " + std::to_string(i) + "}";
        events.push_back(std::move(event));
    }
    return events;
}

inline Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds{20}; }

inline Result<> add(EventStore& store, messaging::Partition partition, messaging::Offset offset,
                    const std::vector<TestEvent>& events) {
    const std::vector<messaging::StoredRecord> records = {record_of(offset, events)};
    return store.add(partition, records, soon());
}

/// The rows of a query as JSON without the spaces and line ends between values; or its error, whole.
inline std::string rows(QueryEngine& engine, const std::string& sql, const QueryLimits& limits = {}) {
    auto result = engine.query(sql, limits, {});
    if (!result) return "error: " + std::string(to_string(result.error().code)) + ": " + result.error().text();
    std::string text;
    for (const char c : result->rows_json) {
        if (c != '\n') text += c;
    }
    return text;
}

#define SF_ASSERT_OK(expression)                                          \
    do {                                                                  \
        const auto& sf_outcome = (expression);                            \
        ASSERT_TRUE(sf_outcome.has_value()) << sf_outcome.error().text(); \
    } while (false)

}  // namespace sf::database::testing
