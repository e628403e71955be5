#include "services/ingestion/quarantine.hpp"

#include "base/json_text.hpp"

namespace sf::ingestion {
namespace {

constexpr std::string_view kCollection = "quarantine";

}  // namespace

Quarantine::Quarantine(QuarantineOptions options, database::DocumentStore& store)
    : options_(options), store_(store), jobs_(options.waiting_max) {}

Quarantine::~Quarantine() { stop(); }

Result<> Quarantine::start() {
    SF_ASSIGN(size_, store_.count(kCollection));
    thread_ = std::thread([this] { run(); });
    return {};
}

void Quarantine::stop() {
    jobs_.close();
    if (thread_.joinable()) thread_.join();
}

void Quarantine::put(const models::EventReading& reading, Timestamp received_at, OnStored done) {
    Job job;
    for (const models::RefusedEvent& refused : reading.refused) {
        if (refused.refusal != models::Refusal::quarantined) continue;
        // An event that a client named is kept once however often it is sent.
        const Uuid id =
            refused.id ? *refused.id : uuid_from_name(format_rfc3339(received_at) + std::string(refused.json));
        std::string json = R"({"received_at":")" + format_rfc3339(received_at) + R"(","errors":[)";
        for (const models::EventComplaint& complaint : refused.complaints) {
            if (json.back() != '[') json += ',';
            append_json_string(json, complaint.detail);
        }
        json += R"(],"event":)";
        json += refused.json;
        json += '}';
        job.documents.push_back({to_string(id), std::move(json)});
    }
    if (size_ + job.documents.size() > options_.events_max) {
        return done(
            fail(ErrorCode::unavailable, "the quarantine is full", "it holds its limit of events",
                 "GET /api/v1/quarantine shows what is wrong with them; raise QUARANTINE_EVENTS_MAX to keep more"));
    }
    if (jobs_.size() >= options_.waiting_max) {
        return done(fail(ErrorCode::overloaded, "too many events are on their way to the quarantine"));
    }
    // Between the check and the push others may have filled the queue; then the job is dropped with its callback, and
    // the answer that the callback holds tells the sender that nothing is known to be stored.
    job.done = std::move(done);
    if (!jobs_.try_push(std::move(job))) return;
}

void Quarantine::run() {
    while (auto job = jobs_.pop()) {
        auto stored = store_.put(kCollection, job->documents, {.keep_existing = true});
        if (stored) size_ += job->documents.size();
        job->done(std::move(stored));
    }
}

Result<std::string> Quarantine::page(std::string_view after, std::size_t limit) {
    SF_ASSIGN(const database::DocumentPage page, store_.list(kCollection, after, limit));
    std::string out = R"({"events":[)";
    for (const database::Document& document : page.documents) {
        if (out.back() != '[') out += ',';
        out += R"({"key":)";
        append_json_string(out, document.key);
        out += ',';
        out += std::string_view(document.json).substr(1);
    }
    out += R"(],"next":)";
    append_json_string(out, page.next);
    out += '}';
    return out;
}

}  // namespace sf::ingestion
