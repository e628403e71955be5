#include "cli/replay_run.hpp"

#include "base/json_text.hpp"

#include <fmt/format.h>

#include <ostream>

namespace sf::cli {
namespace {

constexpr std::size_t kBatchBytesMax = 4u << 20;                // The server's limit is 16 MiB.
constexpr Duration kDueSpread = std::chrono::milliseconds{50};  // Events of one batch are due within this.

using recording::Next;
using recording::Recording;

}  // namespace

ReplayRun::ReplayRun(ReplayOptions options) : options_(std::move(options)), queue_(2 * options_.connections) {
    options_.sender.cancelled = [this] { return cancelled_.load(); };
}

ReplayRun::~ReplayRun() {
    cancel();
    for (std::thread& thread : threads_) thread.join();
}

void ReplayRun::start() {
    started_ = std::chrono::steady_clock::now();
    threads_left_ = 1 + options_.connections;
    const auto run = [this](auto work) {
        work();
        std::lock_guard lock(mutex_);
        if (--threads_left_ == 0) ended_.notify_all();
    };
    threads_.emplace_back([this, run] { run([this] { read_all(); }); });
    for (unsigned i = 0; i < options_.connections; ++i)
        threads_.emplace_back([this, run, i] { run([this, i] { send_all(i); }); });
}

bool ReplayRun::wait(Deadline deadline) {
    std::unique_lock lock(mutex_);
    return ended_.wait_until(lock, deadline, [&] { return threads_left_ == 0; });
}

void ReplayRun::cancel() {
    cancelled_ = true;
    queue_.close();
}

ReplayTally ReplayRun::tally() const {
    std::lock_guard lock(mutex_);
    return tally_;
}

void ReplayRun::end_with(Error error) {
    {
        std::lock_guard lock(mutex_);
        if (!tally_.failure) tally_.failure = std::move(error);
    }
    cancel();
}

void ReplayRun::read_all() {
    ReplayPace pace(options_.speed);
    std::uint64_t bytes_before = 0;
    for (std::size_t file = 0; file < options_.files.size() && !cancelled_; ++file) {
        if (auto read = read_file(file, pace, bytes_before); !read) return end_with(std::move(read.error()));
        bytes_before += options_.files[file].bytes;
    }
    queue_.close();
}

Result<> ReplayRun::read_file(std::size_t file, ReplayPace& pace, std::uint64_t bytes_before) {
    SF_ASSIGN(const auto recording, recording::open_recording(options_.files[file].path, options_.files[file].options));
    Batch batch;
    while (!cancelled_) {
        if (!batch.lines.empty() && recording->would_wait() && !emit(batch)) break;
        const std::size_t before = batch.events.text.size();
        const Next next = recording->next(batch.events.text);
        if (next == Next::end) break;
        batch.file = file;
        if (next == Next::unreadable) {
            count_unreadable(*recording, file);
            continue;
        }
        const Duration due = pace.due(recording->time());
        if (pace.paced() && !batch.lines.empty() && due > batch.due + kDueSpread) {
            // This event is due later than the batch may wait: it starts the next one.
            Batch later{.file = file};
            later.events.text = batch.events.text.substr(before);
            batch.events.text.resize(before);
            if (!emit(batch)) break;
            batch = std::move(later);
            batch.due = due;
            batch.events.begins.push_back(0);
        } else {
            if (batch.lines.empty()) batch.due = due;
            batch.events.begins.push_back(before);
        }
        batch.lines.push_back(recording->line());
        batch.bytes = bytes_before + recording->bytes_read();
        if (batch.lines.size() >= options_.batch_size || batch.events.text.size() >= kBatchBytesMax) {
            if (!emit(batch)) break;
        }
    }
    if (!batch.lines.empty()) static_cast<void>(emit(batch));
    {
        std::lock_guard lock(mutex_);
        tally_.mended += recording->fields_mended();
    }
    if (recording->error()) return fail(Error(*recording->error()));
    return {};
}

// False once the run has ended.
bool ReplayRun::emit(Batch& batch) {
    const std::size_t capacity = batch.events.text.size();
    const bool taken = queue_.push(std::move(batch));
    batch = {};
    batch.events.text.reserve(capacity + capacity / 4);
    return taken;
}

void ReplayRun::wait_until_due(const Batch& batch) const {
    while (!cancelled_) {
        const auto left = std::chrono::duration_cast<Duration>(started_ + batch.due - std::chrono::steady_clock::now());
        if (left.count() <= 0) return;
        options_.sender.wait(std::min<Duration>(left, std::chrono::milliseconds{200}));
    }
}

void ReplayRun::send_all(unsigned) {
    BatchSender sender(options_.sender);
    while (auto batch = queue_.pop()) {
        if (options_.speed > 0) wait_until_due(*batch);
        if (cancelled_) return;
        auto verdict = sender.send(batch->events);
        if (verdict) {
            count(*batch, *verdict);
        } else if (verdict.error().code == ErrorCode::cancelled) {
            return;
        } else {
            return end_with(std::move(verdict.error()));
        }
    }
}

void ReplayRun::add_reason(std::string kind, std::size_t file, std::uint64_t line, std::string text) {
    const auto known = std::ranges::count(tally_.reasons, kind, &ReplayReason::kind);
    if (static_cast<std::size_t>(known) >= kReasonsOfKindMax) return;
    tally_.reasons.push_back({std::move(kind), fmt::format("{}:{}", name_of(file), line), std::move(text)});
}

void ReplayRun::count_unreadable(const Recording& recording, std::size_t file) {
    std::lock_guard lock(mutex_);
    ++tally_.unreadable;
    add_reason("unreadable", file, recording.line(), recording.problem());
    if (options_.rejects == nullptr) return;
    *options_.rejects << fmt::format(R"({{"file":{},"line":{},"status":"unreadable","errors":[{}],"text":{}}})",
                                     json_string(name_of(file)), recording.line(), json_string(recording.problem()),
                                     json_string(recording.text()))
                      << '\n';
}

void ReplayRun::count(const Batch& batch, const BatchVerdict& verdict) {
    std::lock_guard lock(mutex_);
    tally_.sent += batch.lines.size();
    tally_.accepted += verdict.accepted;
    tally_.duplicates += verdict.duplicates;
    tally_.retries += verdict.retries;
    tally_.bytes = std::max(tally_.bytes, batch.bytes);
    for (const RefusedEvent& refused : verdict.refused) {
        ++(refused.quarantined ? tally_.quarantined : tally_.rejected);
        const std::string kind = refused.quarantined ? "quarantined" : "rejected";
        const std::uint64_t line = batch.lines[refused.index];
        add_reason(kind, batch.file, line, fmt::format("{}", fmt::join(refused.reasons, "; ")));
        if (options_.rejects == nullptr) continue;
        std::string errors;
        for (const std::string& reason : refused.reasons) errors += (errors.empty() ? "" : ",") + json_string(reason);
        std::string_view event = batch.events.line(refused.index);
        event.remove_suffix(1);
        *options_.rejects << fmt::format(R"({{"file":{},"line":{},"status":"{}","errors":[{}],"event":{}}})",
                                         json_string(name_of(batch.file)), line, kind, errors, event)
                          << '\n';
    }
}

}  // namespace sf::cli
