#include "services/dashboard/live/view_feed.hpp"

#include "base/assert.hpp"
#include "base/json_text.hpp"

namespace sf::dashboard {

ViewFeed::ViewFeed(std::string id, WatchView watch, CatalogView view)
    : id_(std::move(id)), watch_(std::move(watch)), view_(std::move(view)) {}

void ViewFeed::forget() {
    backlog_.clear();
    backlog_next_ = 0;
    backlog_bytes_ = 0;
    change_of_.clear();
    changes_.clear();
    missed_ = false;
}

void ViewFeed::start_over() {
    forget();
    snapshot_due_ = false;
    state_ = State::wanting;
}

void ViewFeed::offer(const LiveRowPtr& row) {
    if (state_ == State::wanting) return;  // The snapshot will have it.
    if (watch_.from && row->window_end() && *row->window_end() <= *watch_.from) return;
    if (watch_.to && row->window_start() && *row->window_start() >= *watch_.to) return;
    if (!row->has_keys(watch_.keys)) return;
    const auto known = change_of_.find(row->identity());
    if (known == change_of_.end()) {
        if (changes_.size() >= kChangesMax) {
            if (state_ == State::live) return start_over();
            missed_ = true;
            return;
        }
        change_of_.emplace(row->identity(), next_change_);
        changes_.emplace(next_change_++, row);
        return;
    }
    const auto change = changes_.find(known->second);
    if (!row->replaces(*change->second)) return;
    const std::uint64_t place = known->second;
    change_of_.erase(known);  // Its key goes with the old row.
    change->second = row;
    change_of_.emplace(row->identity(), place);
}

void ViewFeed::snapshot(std::vector<LiveRowPtr> rows) {
    SF_ASSERT(state_ == State::asked);
    if (missed_) return start_over();
    state_ = State::live;
    snapshot_due_ = true;
    backlog_ = std::move(rows);
    backlog_next_ = 0;
    for (const LiveRowPtr& row : backlog_) {
        backlog_bytes_ += row->json().size() + row->identity().size() + sizeof(LiveRow);
        // What the snapshot has already is no change.
        const auto change = change_of_.find(row->identity());
        if (change == change_of_.end() || changes_.at(change->second)->replaces(*row)) continue;
        const std::uint64_t place = change->second;
        change_of_.erase(change);
        changes_.erase(place);
    }
}

void ViewFeed::hold_back() {
    if (state_ == State::live && changes_.size() > kChangesHeldMax) start_over();
}

std::string ViewFeed::take_frame(TimePoint now) {
    const bool news = snapshot_due_ || backlog_next_ < backlog_.size() || !changes_.empty();
    if (state_ != State::live || !news || now - last_frame_ < kFrameInterval) return {};
    last_frame_ = now;
    std::string frame = snapshot_due_ ? R"({"type":"snapshot","id":)" : R"({"type":"rows","id":)";
    append_json_string(frame, id_);
    if (snapshot_due_) {
        frame += R"(,"view":)";
        append_json_string(frame, view_.table.name);
        frame += R"(,"columns":)";
        append_columns(frame, view_.table);
    }
    frame += R"(,"rows":[)";
    // Frames of a snapshot have nothing else in them: the client counts its rows.
    const bool of_snapshot = std::exchange(snapshot_due_, false) || backlog_next_ < backlog_.size();
    if (of_snapshot) take_backlog(frame);
    else take_changes(frame);
    frame += backlog_next_ < backlog_.size() ? R"(],"more":true})" : "]}";
    return frame;
}

void ViewFeed::take_backlog(std::string& frame) {
    while (backlog_next_ < backlog_.size() && frame.size() < kFrameBytes) {
        LiveRowPtr row = std::move(backlog_[backlog_next_++]);
        if (frame.back() != '[') frame += ',';
        frame += row->json();
    }
    if (backlog_next_ < backlog_.size()) return;
    backlog_ = {};
    backlog_next_ = 0;
    backlog_bytes_ = 0;
}

void ViewFeed::take_changes(std::string& frame) {
    while (!changes_.empty() && frame.size() < kFrameBytes) {
        const auto first = changes_.begin();
        if (frame.back() != '[') frame += ',';
        frame += first->second->json();
        change_of_.erase(first->second->identity());
        changes_.erase(first);
    }
}

}  // namespace sf::dashboard
