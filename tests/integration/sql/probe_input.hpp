// What the probes read: lines of JSON with events and SQL in them. A line that is not as it should be ends the program:
// the test that wrote it is wrong.
#pragma once

#include "models/event_batch.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sf::probe {

/// Ends the program with 2.
[[noreturn]] void give_up(const std::string& what);

/// The members of an object, each as its JSON.
[[nodiscard]] std::map<std::string, std::string> members_of(const std::string& json);

/// The elements of an array, each as its JSON.
[[nodiscard]] std::vector<std::string> elements_of(const std::string& json);

/// A string of JSON as the text that it is.
[[nodiscard]] std::string text_of(const std::string& json);

/// The events of an array, read as those of a request are, all received at `now`: one batch.
[[nodiscard]] models::EventBatchPtr batch_of(const std::string& events, const std::string& now);

/// What a partition of the log gets at once.
struct Batch {
    std::uint32_t partition = 0;
    models::EventBatchPtr events;
};

/// [{"partition": 0, "now": "2026-01-01T00:00:00Z", "events": [{...}, ...]}, ...], each read as a request of its time.
/// As in ingestion, an event whose time is far off and one whose id has come before are left out.
[[nodiscard]] std::vector<Batch> batches_of(const std::string& json);

}  // namespace sf::probe
