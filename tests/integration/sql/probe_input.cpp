#include "probe_input.hpp"

#include "models/event_reader.hpp"
#include "models/json_strict.hpp"
#include "services/ingestion/dedupe_window.hpp"

#include <cstdlib>
#include <iostream>

namespace sf::probe {
namespace {

constexpr std::size_t kIdsMax = 100'000;

// Calls `visit(json)` with the cursor at each member or element of the bracket that `json` is.
template <class Visit>
void each_inside(const std::string& json, char open, Visit visit) {
    std::string padded = json;
    padded.append(models::JsonIndex::kPadding, ' ');
    const std::string_view text = std::string_view(padded).substr(0, json.size());
    models::JsonIndex index;
    models::JsonError error;
    if (!index.build(text, error)) give_up(error.message);
    models::StrictJson cursor;
    cursor.start(text, index);
    const char close = open == '{' ? '}' : ']';
    if (!cursor.expect(open, "another bracket is expected")) give_up(cursor.error().message);
    while (cursor.peek() != close) {
        visit(cursor);
        if (cursor.peek() == ',') cursor.take();
        else if (cursor.peek() != close) give_up("a bracket is not closed");
    }
}

std::string value_at(models::StrictJson& cursor) {
    std::vector<models::JsonComplaint> complaints;
    std::string_view raw;
    if (!cursor.skip_value(raw, 0, complaints)) give_up(cursor.error().message);
    return std::string(raw);
}

std::string unescaped(std::string_view raw) {
    std::string text;
    models::unescape(text, raw);
    return text;
}

}  // namespace

void give_up(const std::string& what) {
    std::cerr << "probe: " << what << '\n';
    std::exit(2);
}

std::map<std::string, std::string> members_of(const std::string& json) {
    std::map<std::string, std::string> members;
    each_inside(json, '{', [&](models::StrictJson& cursor) {
        std::string_view name;
        if (!cursor.raw_string(name) || !cursor.expect(':', "a colon is missing")) give_up(cursor.error().message);
        members[unescaped(name)] = value_at(cursor);
    });
    return members;
}

std::vector<std::string> elements_of(const std::string& json) {
    std::vector<std::string> elements;
    each_inside(json, '[', [&](models::StrictJson& cursor) { elements.push_back(value_at(cursor)); });
    return elements;
}

std::string text_of(const std::string& json) {
    if (json.size() < 2 || json.front() != '"') give_up("no string: " + json);
    return unescaped(std::string_view(json).substr(1, json.size() - 2));
}

namespace {

models::EventBatchPtr read_batch(const std::string& events, const std::string& now, ingestion::DedupeShard* known) {
    std::string body = events;
    body.append(models::JsonIndex::kPadding, ' ');
    const auto received_at = parse_rfc3339(now);
    if (!received_at) give_up("now is no time: " + now);
    models::EventReader reader;
    models::EventReading reading;
    UuidGenerator ids;
    const auto problem = reader.read(std::string_view(body).substr(0, events.size()), models::EventReader::Form::batch,
                                     *received_at, ids, reading);
    if (problem) give_up(problem->detail);
    for (const models::RefusedEvent& refused : reading.refused) {
        if (known != nullptr && refused.refusal == models::Refusal::quarantined) continue;
        give_up("event refused: " + refused.complaints[0].detail + ": " + std::string(refused.json));
    }
    models::EventBatchBuilder builder;
    for (const models::EventRow& row : reading.rows) {
        if (known != nullptr && known->add(row.id, 1, 0, *received_at).known) continue;
        if (!builder.fits(row)) give_up("the events don't fit into one batch");
        builder.append(row);
    }
    return builder.seal();
}

}  // namespace

models::EventBatchPtr batch_of(const std::string& events, const std::string& now) {
    return read_batch(events, now, nullptr);
}

std::vector<Batch> batches_of(const std::string& json) {
    ingestion::DedupeShard known(kIdsMax);
    std::vector<Batch> batches;
    for (const std::string& each : elements_of(json)) {
        auto members = members_of(each);
        batches.push_back({.partition = static_cast<std::uint32_t>(std::stoul(members["partition"])),
                           .events = read_batch(members["events"], text_of(members["now"]), &known)});
        if (batches.back().events->size() == 0) give_up("of a batch no event is taken");
    }
    return batches;
}

}  // namespace sf::probe
