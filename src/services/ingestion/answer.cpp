#include "services/ingestion/answer.hpp"

#include "base/json_text.hpp"
#include "http/problem.hpp"

#include <algorithm>

namespace sf::ingestion {
namespace {

constexpr std::size_t kProblemErrorsMax = 100;

void append_errors(std::string& out, const std::vector<models::EventComplaint>& complaints) {
    out += R"("errors":[)";
    for (std::size_t i = 0; i < complaints.size(); ++i) {
        if (i > 0) out += ',';
        out += R"({"pointer":)";
        append_json_string(out, complaints[i].pointer);
        out += R"(,"detail":)";
        append_json_string(out, complaints[i].detail);
        out += '}';
    }
    out += ']';
}

}  // namespace

Answer::Answer(const models::EventReading& reading, AnswerOptions options, http::Responder respond)
    : respond_(std::move(respond)), options_(options), parts_left_(options.parts) {
    for (const models::RefusedEvent& refused : reading.refused) {
        refused_.push_back({refused.index, refused.refusal, refused.id, refused.complaints});
        if (refused.refusal == models::Refusal::quarantined) ++quarantined_;
    }
    if (options_.with_ids) {
        for (const models::EventRow& row : reading.rows) ids_.push_back(row.id);
    }
}

void Answer::admitted(Result<Admission> admission) {
    admission_ = std::move(admission);
    part_done();
}

void Answer::quarantined(Result<> stored) {
    quarantine_ = std::move(stored);
    part_done();
}

void Answer::part_done() {
    if (parts_left_.fetch_sub(1) == 1) respond_(response());
}

void Answer::append_results(std::string& out) const {
    out += R"("results":[)";
    for (std::size_t i = 0; i < refused_.size(); ++i) {
        const Refused& refused = refused_[i];
        const bool quarantined = refused.refusal == models::Refusal::quarantined;
        if (i > 0) out += ',';
        out += R"({"index":)" + std::to_string(refused.index);
        if (refused.id) out += R"(,"id":")" + to_string(*refused.id) + '"';
        // An event that the quarantine could not keep is lost unless the sender brings it again.
        out += quarantined && quarantine_ ? R"(,"status":"quarantined","retryable":false,)"
                                          : (quarantined ? R"(,"status":"rejected","retryable":true,)"
                                                         : R"(,"status":"rejected","retryable":false,)");
        append_errors(out, refused.complaints);
        out += '}';
    }
    out += ']';
}

http::Response Answer::response() const {
    // Nothing of this request is known to be durable: the sender repeats it, and ids keep it from counting twice.
    if (!admission_) return http::problem(admission_.error());
    const std::uint32_t stored = admission_->accepted + admission_->duplicates;
    if (stored == 0 && quarantined_ > 0 && !quarantine_) return http::problem(quarantine_.error());
    if (stored == 0 && quarantined_ == 0 && !refused_.empty()) {
        std::vector<http::FieldError> errors;
        for (const Refused& refused : refused_) {
            for (const models::EventComplaint& complaint : refused.complaints) {
                if (errors.size() < kProblemErrorsMax) errors.push_back({complaint.pointer, complaint.detail});
            }
        }
        return http::problem(422, "no event was accepted",
                             refused_.size() == 1 ? "the event breaks a rule" : "every event breaks a rule", errors);
    }
    http::Response response;
    response.status = refused_.empty() ? 202 : 207;
    std::string& out = response.body;
    out = R"({"accepted":)" + std::to_string(admission_->accepted) + R"(,"duplicates":)" +
          std::to_string(admission_->duplicates) + R"(,"durability":")";
    out.append(options_.durability).append("\"");
    if (options_.with_ids) {
        out += R"(,"ids":[)";
        for (std::size_t i = 0; i < ids_.size(); ++i) {
            if (i > 0) out += ',';
            out += '"' + to_string(ids_[i]) + '"';
        }
        out += ']';
    }
    if (!refused_.empty()) {
        out += ',';
        append_results(out);
    }
    out += '}';
    return response;
}

}  // namespace sf::ingestion
