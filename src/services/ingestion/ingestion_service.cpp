#include "services/ingestion/ingestion_service.hpp"

#include "base/logging.hpp"
#include "http/problem.hpp"
#include "services/ingestion/answer.hpp"

#include <charconv>

namespace sf::ingestion {
namespace {

using models::EventReader;

EventReader::Form form_of(const http::Request& request) {
    const std::string_view type = request.header("content-type");
    return type.find("json") != std::string_view::npos && type.find("ndjson") == std::string_view::npos &&
                   type.find("jsonl") == std::string_view::npos
               ? EventReader::Form::batch
               : EventReader::Form::lines;
}

bool wants_ids(const http::Request& request) { return request.query("ids").value_or("0") == "1"; }

http::Response answer_to(const models::BodyProblem& problem, EventReader::Form form) {
    if (problem.too_many)
        return http::problem(413, "too many events", problem.detail, {}, "send them in several requests");
    const std::string_view hint = form == EventReader::Form::batch && problem.detail.starts_with("something follows")
                                      ? "one event a line is sent as application/x-ndjson"
                                      : "";
    std::vector<http::FieldError> errors = {{problem.pointer, problem.detail}};
    return http::problem(400, "the body is not valid JSON", problem.detail, errors, hint);
}

}  // namespace

IngestionService::IngestionService(IngestionOptions options, messaging::Log& log, database::DocumentStore& documents,
                                   const Clock& clock)
    : options_(std::move(options)),
      log_(log),
      clock_(clock),
      dedupe_(options_.dedupe_bytes),
      journal_(options_.data / "dedupe", options_.partitions, dedupe_.ids_max()),
      quarantine_(options_.quarantine, documents),
      intake_({.partitions = options_.partitions}, log, dedupe_, clock,
              [this](messaging::Partition partition, messaging::Offset offset, const models::EventBatch* batch) {
                  journal_.add(partition, offset, batch, clock_.now());
              }) {
    for (unsigned i = 0; i < options_.workers; ++i) workers_.push_back(std::make_unique<Worker>());
}

IngestionService::~IngestionService() { stop(); }

Result<> IngestionService::start() {
    SF_TRY(log_.ensure_topic(kEventsTopic, options_.partitions));
    SF_TRY(restore_dedupe());
    SF_TRY(quarantine_.start());
    intake_.start();
    started_ = true;
    return {};
}

void IngestionService::stop() {
    if (!started_) return;
    started_ = false;
    intake_.stop();
    quarantine_.stop();
    save_dedupe();
}

void IngestionService::save_dedupe() { journal_.save(clock_.now()); }

// The saved copy first, then the log from where the copy ends.
Result<> IngestionService::restore_dedupe() {
    SF_TRY(journal_.load(dedupe_));
    std::vector<Uuid> ids;
    std::vector<DedupeShard::Found> found;
    for (messaging::Partition p = 0; p < options_.partitions; ++p) {
        SF_ASSIGN(const messaging::OffsetRange range, log_.range(kEventsTopic, p));
        const messaging::Offset covered = journal_.covered(p);
        messaging::Offset at = std::clamp(covered, range.begin, range.end);
        if (at != covered) {
            logging::warn("the saved dedupe window does not end in the log: events in between may be taken twice",
                          {{"partition", p}, {"saved", covered}, {"log_begin", range.begin}, {"log_end", range.end}});
            journal_.read_on(p, at);
        }
        while (at < range.end) {
            auto records = log_.read(kEventsTopic, p, at, {});
            if (!records) {
                // What can be read still guards against repeats; the rest is read at the first start after a repair.
                logging::error("the dedupe window can't be restored beyond a damaged record",
                               {{"error", records.error().line()}});
                journal_.hold(p);
                break;
            }
            if (records->empty()) break;
            for (const messaging::StoredRecord& record : *records) {
                at = record.offset + 1;
                const models::EventBatch* batch = record.record.batch.get();
                ids.clear();
                for (std::size_t row = 0; batch != nullptr && row < batch->size(); ++row) {
                    if (batch->id_from_client(row)) ids.push_back(batch->id(row));
                }
                dedupe_.add(ids, 0, 0, record.appended_at, found);
                journal_.add(p, record.offset, batch, clock_.now());
            }
        }
    }
    save_dedupe();
    return {};
}

void IngestionService::take(http::Request request, http::Responder respond, EventReader::Form form) {
    // Before any work: parsing bodies that can't be stored would keep the machine from recovering.
    if (const messaging::LogState state = log_.state(); !state.accepting) {
        return respond(http::problem(
            Error{ErrorCode::unavailable, "events can't be stored now", state.reason,
                  state.failed ? "restart StreamFlow once the disk is sound" : "repeat the request a little later"}));
    }
    if (request.body.size() == 0) {
        return respond(
            http::problem(400, "the body is empty", "an event is a JSON object with at least type and source"));
    }
    Worker& worker = *workers_[request.worker];
    if (const auto problem =
            worker.reader.read(request.body.view(), form, request.received_at, worker.ids, worker.reading)) {
        return respond(answer_to(*problem, form));
    }
    const models::EventReading& reading = worker.reading;
    bool quarantine = false;
    for (const models::RefusedEvent& refused : reading.refused) {
        const bool far_off = refused.refusal == models::Refusal::quarantined;
        quarantine |= far_off;
        ++(far_off ? quarantined_ : rejected_);
    }
    // Here stand, in this order: the limits of the principal, the schemas of the types. Neither exists yet.
    const auto answer = std::make_shared<Answer>(
        reading,
        AnswerOptions{.with_ids = wants_ids(request), .parts = quarantine ? 2u : 1u, .durability = options_.durability},
        std::move(respond));
    if (quarantine) {
        quarantine_.put(reading, request.received_at,
                        [answer](Result<> stored) { answer->quarantined(std::move(stored)); });
    }
    intake_.admit(reading.rows, [answer](Result<Admission> admission) { answer->admitted(std::move(admission)); });
}

void IngestionService::submit(const models::Event& event, OnAdmitted done) {
    std::string json;
    models::append_json(json, event);
    const std::size_t size = json.size();
    json.append(models::JsonIndex::kPadding, ' ');
    std::lock_guard lock(own_mutex_);
    const auto problem = own_.reader.read(std::string_view(json).substr(0, size), EventReader::Form::single,
                                          clock_.now(), own_.ids, own_.reading);
    if (problem || own_.reading.rows.empty()) {
        return done(fail(ErrorCode::internal, "an event of our own is not valid",
                         problem ? problem->detail : "it was refused"));
    }
    intake_.admit(own_.reading.rows, std::move(done));
}

void IngestionService::flush(http::Responder respond) {
    auto shared = std::make_shared<http::Responder>(std::move(respond));
    intake_.control(messaging::RecordKind::flush, [shared](Result<std::vector<messaging::Offset>> offsets) {
        if (!offsets) return (*shared)(http::problem(offsets.error()));
        std::string body = R"({"flushed":{)";
        for (std::size_t p = 0; p < offsets->size(); ++p) {
            if (p > 0) body += ',';
            body += '"' + std::to_string(p) + "\":" + std::to_string((*offsets)[p]);
        }
        (*shared)({.status = 202, .body = body + "}}"});
    });
}

void IngestionService::show_quarantine(const http::Request& request, http::Responder respond) {
    constexpr std::size_t kPageMax = 1000;
    std::size_t limit = 100;
    if (const auto text = request.query("limit")) {
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
        if (error != std::errc{} || end != text->data() + text->size() || limit == 0 || limit > kPageMax) {
            return respond(http::problem(400, "the limit is not valid", "limit is a number from 1 to 1000"));
        }
    }
    auto page = quarantine_.page(request.query("after").value_or(""), limit);
    if (!page) return respond(http::problem(page.error()));
    respond({.status = 200, .body = std::move(*page)});
}

void IngestionService::add_routes(http::RouteTable& routes) {
    constexpr std::string_view kEventSchema =
        R"({"type":"object","required":["type","source"],"additionalProperties":false,"properties":{"id":{"type":"string","format":"uuid"},)"
        R"("type":{"type":"string","pattern":"^[a-z][a-z0-9_-]*([.][a-z0-9_-]+)*$","maxLength":128},"source":{"type":"string","minLength":1,"maxLength":256},)"
        R"("timestamp":{"type":"string","format":"date-time"},"severity":{"enum":["low","medium","high","critical"]},)"
        R"("user_id":{"type":"string","minLength":1,"maxLength":256},"correlation_id":{"type":"string","maxLength":256},)"
        R"("tags":{"type":"array","maxItems":64,"items":{"type":"string","maxLength":256}},"data":{"type":"object"}}})";
    constexpr std::string_view kEventExample =
        R"({"type":"web.click","source":"shop","user_id":"u1","data":{"button":"buy"}})";
    constexpr std::string_view kVerdictSchema =
        R"({"type":"object","properties":{"accepted":{"type":"integer"},"duplicates":{"type":"integer"},"durability":{"enum":["fsync","os"]},)"
        R"("ids":{"type":"array","items":{"type":"string"}},"results":{"type":"array","items":{"type":"object","properties":{"index":{"type":"integer"},)"
        R"("id":{"type":"string"},"status":{"enum":["rejected","quarantined"]},"retryable":{"type":"boolean"},"errors":{"type":"array"}}}}}})";
    const std::string events_schema = R"({"type":"array","maxItems":10000,"items":)" + std::string(kEventSchema) + '}';
    const std::vector<http::Answer> answers = {
        {202, "All are durable (or were before)", std::string(kVerdictSchema)},
        {207, "Some were not accepted: see results", std::string(kVerdictSchema)}};
    const std::vector<http::Parameter> ids = {
        {"ids", "1: the answer lists the events' ids", false, R"({"enum":["0","1"]})"}};
    constexpr std::size_t kBatchBodyMax = 16u << 20;

    http::Route one{.method = http::Method::post,
                    .pattern = "/api/v1/events",
                    .service = "ingestion",
                    .summary = "Send one event",
                    .description = "Answers once the event is durable.",
                    .role = http::Role::ingest,
                    .query_parameters = ids};
    one.bodies = {{"application/json", std::string(kEventSchema), std::string(kEventExample)}};
    one.answers = answers;
    one.body_bytes_max = models::kEventBytesMax + (64u << 10);
    one.handler = [this](http::Request request, http::Responder respond) {
        take(std::move(request), std::move(respond), EventReader::Form::single);
    };
    routes.push_back(std::move(one));

    http::Route batch{
        .method = http::Method::post,
        .pattern = "/api/v1/events/batch",
        .service = "ingestion",
        .summary = "Send many events",
        .description =
            "A JSON array, {\"events\": [...]} or one event a line; gzip or zstd. Every event gets its own verdict.",
        .role = http::Role::ingest,
        .query_parameters = ids};
    batch.bodies = {{"application/json", events_schema, '[' + std::string(kEventExample) + ']'},
                    {"application/x-ndjson", "{\"type\":\"string\"}", ""},
                    {"application/ndjson", "{\"type\":\"string\"}", ""},
                    {"application/jsonl", "{\"type\":\"string\"}", ""}};
    batch.answers = answers;
    batch.body_bytes_max = kBatchBodyMax;
    batch.handler = [this](http::Request request, http::Responder respond) {
        const EventReader::Form form = form_of(request);
        take(std::move(request), std::move(respond), form);
    };
    routes.push_back(std::move(batch));

    http::Route flushing{.method = http::Method::post,
                         .pattern = "/api/v1/flush",
                         .service = "ingestion",
                         .summary = "Close all windows now",
                         .description = "Writes a flush record behind all events that were accepted before.",
                         .role = http::Role::operations};
    flushing.answers = {{202, "The offset of the record in each partition", R"({"type":"object"})"}};
    flushing.handler = [this](http::Request, http::Responder respond) { flush(std::move(respond)); };
    routes.push_back(std::move(flushing));

    http::Route quarantined{.method = http::Method::get,
                            .pattern = "/api/v1/quarantine",
                            .service = "ingestion",
                            .summary = "Events that were well-formed but could not be taken",
                            .role = http::Role::editor};
    quarantined.query_parameters = {{"limit", "Events a page, up to 1000", false, R"({"type":"integer"})"},
                                    {"after", "The value of next of the page before", false, R"({"type":"string"})"}};
    quarantined.answers = {{200, "A page of them", R"({"type":"object"})"}};
    quarantined.handler = [this](http::Request request, http::Responder respond) {
        show_quarantine(request, std::move(respond));
    };
    routes.push_back(std::move(quarantined));
}

IngestionService::Statistics IngestionService::statistics() const {
    return {intake_.statistics(), dedupe_.statistics(), rejected_, quarantined_, quarantine_.size()};
}

}  // namespace sf::ingestion
