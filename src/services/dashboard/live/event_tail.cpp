#include "services/dashboard/live/event_tail.hpp"

#include "base/json_text.hpp"

#include <algorithm>

namespace sf::dashboard {
namespace {

bool fits(std::string_view value, std::string_view pattern) {
    if (pattern.empty()) return true;
    if (!pattern.ends_with('*')) return value == pattern;
    pattern.remove_suffix(1);
    return value.starts_with(pattern);
}

bool equals(std::string_view value, std::string_view wanted) { return wanted.empty() || value == wanted; }

void append_member(std::string& out, std::string_view name, std::string_view value) {
    out += out.back() == '{' ? "\"" : ",\"";
    out += name;
    out += "\":";
    append_json_string(out, value);
}

void append_optional(std::string& out, std::string_view name, bool there, std::string_view value) {
    if (there) return append_member(out, name, value);
    out += ",\"";
    out += name;
    out += "\":null";
}

}  // namespace

void append_event(std::string& out, const models::EventBatch& batch, std::size_t row) {
    out += '{';
    append_member(out, "id", to_string(batch.id(row)));
    append_member(out, "type", batch.type(row));
    append_member(out, "source", batch.source(row));
    append_member(out, "timestamp", format_rfc3339(batch.timestamp(row)));
    append_member(out, "received_at", format_rfc3339(batch.received_at(row)));
    append_member(out, "severity", models::to_string(batch.severity(row)));
    append_optional(out, "user_id", batch.has_user_id(row), batch.user_id(row));
    append_optional(out, "correlation_id", batch.has_correlation_id(row), batch.correlation_id(row));
    out += R"(,"tags":[)";
    models::TagReader tags(batch.tags_encoded(row));
    std::string_view tag;
    while (tags.next(tag)) {
        if (out.back() != '[') out += ',';
        append_json_string(out, tag);
    }
    out += R"(],"data":)";
    out += batch.data(row);
    out += '}';
}

void EventTail::note_codes(const models::EventBatch& batch) {
    types_.assign(batch.types().size(), false);
    sources_.assign(batch.sources().size(), false);
    for (std::size_t i = 0; i < types_.size(); ++i) types_[i] = fits(batch.types()[i], filter_.type);
    for (std::size_t i = 0; i < sources_.size(); ++i) sources_[i] = equals(batch.sources()[i], filter_.source);
}

bool EventTail::matches(const models::EventBatch& batch, std::size_t row) const {
    return types_[batch.type_codes()[row]] && sources_[batch.source_codes()[row]] &&
           (!filter_.severity || batch.severity(row) == *filter_.severity) &&
           (filter_.user_id.empty() || batch.user_id(row) == filter_.user_id);
}

void EventTail::look(const models::EventBatchPtr& batch) {
    note_codes(*batch);
    // Nothing in a whole batch, most often: its few types and sources tell.
    if (std::ranges::find(types_, true) == types_.end() || std::ranges::find(sources_, true) == sources_.end()) return;
    std::size_t wanted = kTailEventsMax;  // The newest of a batch stand at its end.
    const std::size_t before = found_.size();
    for (std::size_t row = batch->size(); row-- > 0;) {
        if (!matches(*batch, row)) continue;
        ++matched_;
        if (wanted > 0) {
            --wanted;
            found_.push_back({batch, row});
        }
    }
    std::reverse(found_.begin() + static_cast<std::ptrdiff_t>(before), found_.end());
    // Several partitions come one after the other, so a few more are kept than can be shown, and put in order by
    // take().
    constexpr std::size_t kKept = 4 * kTailEventsMax;
    if (found_.size() > 2 * kKept) {
        std::ranges::stable_sort(found_, {}, [](const Found& found) { return found.batch->received_at(found.row); });
        found_.erase(found_.begin(), found_.end() - kKept);
    }
}

EventTail::News EventTail::take() {
    std::ranges::stable_sort(found_, {}, [](const Found& found) { return found.batch->received_at(found.row); });
    if (found_.size() > kTailEventsMax) found_.erase(found_.begin(), found_.end() - kTailEventsMax);
    News news{.events = {}, .matched = std::exchange(matched_, 0)};
    for (const Found& found : found_) {
        std::string text;
        append_event(text, *found.batch, found.row);
        news.events.push_back(std::make_shared<const std::string>(std::move(text)));
    }
    found_.clear();
    return news;
}

void TailFeed::offer(const EventTail::News& news) {
    skipped_ += news.matched - news.events.size();
    for (const EventTextPtr& event : news.events) {
        events_.push_back(event);
        bytes_ += event->size();
    }
    while (events_.size() > tail_.limit || (events_.size() > 1 && bytes_ > kFrameBytes)) {
        bytes_ -= events_.front()->size();
        events_.pop_front();
        ++skipped_;
    }
}

std::string TailFeed::take_frame() {
    if (events_.empty()) return {};
    std::string frame = R"({"type":"events","id":)";
    append_json_string(frame, id_);
    frame += R"(,"events":[)";
    for (const EventTextPtr& event : events_) {
        if (frame.back() != '[') frame += ',';
        frame += *event;
    }
    frame += R"(],"skipped":)" + std::to_string(std::exchange(skipped_, 0)) + '}';
    events_.clear();
    bytes_ = 0;
    return frame;
}

}  // namespace sf::dashboard
