// JSON bodies to validated events, in one pass and without copies: the rows point into the body. Takes one event, an
// array of them, {"events": [...]}, or NDJSON. The rules that an event must keep are in docs/events.md.
#pragma once

#include "models/event_batch.hpp"
#include "models/json_index.hpp"
#include "models/json_strict.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::models {

inline constexpr std::size_t kEventsPerRequestMax = 10'000;
inline constexpr Duration kFutureMax =
    std::chrono::minutes{5};  // Later timestamps are quarantined, and those before 1970.

/// Something wrong at a place in the body.
struct EventComplaint {
    std::string pointer;  // "/3/type": into the body as it was sent; for NDJSON the first number is the line's, from 0.
    std::string detail;
};

/// Why an event was not taken.
enum class Refusal : std::uint8_t {
    rejected,     // Breaks a rule of the event model: must be mended by the sender.
    quarantined,  // Well-formed, but can't enter the stream: its time is far off.
};

struct RefusedEvent {
    std::uint32_t index = 0;  // Among the body's events, from 0.
    Refusal refusal = Refusal::rejected;
    std::optional<Uuid> id;
    std::string_view json;  // The event's text in the body.
    std::vector<EventComplaint> complaints;
};

/// What came out of a body. Rows and refusals together are every event, each once.
struct EventReading {
    std::vector<EventRow> rows;  // Valid events; index i of the body is indexes[i].
    std::vector<std::uint32_t> indexes;
    std::vector<RefusedEvent> refused;
    std::uint32_t count = 0;

    void clear();
};

/// Why a body as a whole was refused; nothing of it may be stored.
struct BodyProblem {
    bool too_many = false;  // More than kEventsPerRequestMax events.
    std::string pointer;    // Of the event it is in; may be empty.
    std::string detail;     // With the byte, for syntax errors.
};

/// Reusable; keeps its memory. One thread at a time.
class EventReader {
public:
    enum class Form : std::uint8_t {
        single,  // One object.
        batch,   // An array, or {"events": [...]}.
        lines,   // One object a line; a line that is no JSON is a refused event, not a problem of the body.
    };

    /// Reads `body`, which is followed by at least JsonIndex::kPadding readable bytes and outlives the use of
    /// `reading`, as does this reader until its next read(). Events without an id get one from `ids`, events without a
    /// time get `now`, which is also their received_at. Nothing, and `reading` is complete; or what is wrong with the
    /// body.
    [[nodiscard]] std::optional<BodyProblem> read(std::string_view body, Form form, Timestamp now, UuidGenerator& ids,
                                                  EventReading& reading);

private:
    [[nodiscard]] bool read_batch(EventReading& reading);
    [[nodiscard]] bool read_array(std::string_view pointer, EventReading& reading);
    void read_lines(std::string_view body, EventReading& reading);
    [[nodiscard]] bool read_event(std::string_view prefix, EventReading& reading);
    [[nodiscard]] bool read_member(std::string_view key, EventRow& row);
    [[nodiscard]] bool read_text(std::string_view name, std::size_t size_max, std::string_view& text, bool& present);
    [[nodiscard]] bool read_tags(EventRow& row);
    void check_required();
    void complain(std::string pointer, std::string detail);

    JsonIndex index_;
    StrictJson json_;
    std::string_view body_;
    Timestamp now_;
    UuidGenerator* ids_ = nullptr;  // Borrowed for one read().
    std::string problem_pointer_;
    bool too_many_ = false;
    std::deque<std::string> scratch_;        // Strings that had escapes, and encoded tags, of this read.
    std::vector<JsonComplaint> complaints_;  // Of the event that is being read; pointers below the event.
    bool far_off_ = false;                   // Its time is too far off.
    std::uint32_t seen_ = 0;                 // A bit a member.
};

}  // namespace sf::models
