// The answer to a request that brought events: collects what became of them, on whatever thread, and sends one response
// when the last part is known. Status codes and shapes: docs/http.md.
#pragma once

#include "base/result.hpp"
#include "http/message.hpp"
#include "models/event_reader.hpp"
#include "services/ingestion/intake.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::ingestion {

struct AnswerOptions {
    bool with_ids = false;
    unsigned parts = 1;                     // So many calls of admitted() and quarantined() follow.
    std::string_view durability = "fsync";  // What "durable" means here: "fsync" or "os". Outlives the answer.
};

/// Kept alive by the parts that are still to come: the commit and, where there is one, the quarantine.
class Answer {
public:
    /// Copies what it needs of `reading`.
    Answer(const models::EventReading& reading, AnswerOptions options, http::Responder respond);

    void admitted(Result<Admission> admission);  // Any thread, once.
    void quarantined(Result<> stored);           // Any thread, once.

private:
    void part_done();
    [[nodiscard]] http::Response response() const;
    void append_results(std::string& out) const;

    struct Refused {
        std::uint32_t index;
        models::Refusal refusal;
        std::optional<Uuid> id;
        std::vector<models::EventComplaint> complaints;
    };

    http::Responder respond_;
    std::vector<Refused> refused_;
    std::vector<Uuid> ids_;  // Of accepted events and duplicates, if asked for.
    const AnswerOptions options_;
    std::uint32_t quarantined_ = 0;
    std::atomic<unsigned> parts_left_;
    Result<Admission> admission_ = Admission{};
    Result<> quarantine_;
};

}  // namespace sf::ingestion
