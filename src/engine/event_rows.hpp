// Views without groups: an event becomes a row in stage 1, and stage 2 only hands it on.
#pragma once

#include "engine/event_groups.hpp"
#include "engine/view_windows.hpp"
#include "models/event_batch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace sf::engine {

/// The outputs of one view over the events of one partition. One thread.
class EventRows {
public:
    /// `evaluator` outlives it.
    EventRows(const View& view, sql::EventEvaluator& evaluator);
    ~EventRows();
    EventRows(const EventRows&) = delete;
    EventRows& operator=(const EventRows&) = delete;

    /// A row for each of `rows` of the batch that the evaluator has begun, without epoch and version. A row stands at
    /// the time of its event, as if that were its window. Adds to `failed` how many expressions could not be computed.
    [[nodiscard]] std::shared_ptr<const std::vector<models::MetricPoint>> rows(const models::EventBatch& batch,
                                                                               std::span<const std::uint32_t> rows,
                                                                               std::uint64_t& failed);

private:
    struct Output {
        std::string name;  // As JSON, with its colon.
        Slot slot;
    };
    sql::EventEvaluator& evaluator_;
    std::string view_;
    std::string key_name_;  // As JSON, with its colon.
    std::vector<Output> outputs_;
};

/// Stage 2 of such a view: there is nothing to keep, to close or to wait for.
class NoWindows final : public ViewWindows {
public:
    using ViewWindows::ViewWindows;

    Merged merge(const Partials&) override { return {}; }
    [[nodiscard]] std::int64_t due_at() const override { return kTimeMax; }
    void emit(const Times&, bool, RowSink&) override {}
    void flush(RowSink&) override {}
    void refuse_new_groups(bool) override {}
    void move_keys_to(KeySpacePtr) override {}
    [[nodiscard]] std::size_t groups() const override { return 0; }
    [[nodiscard]] std::size_t pieces() const override { return 0; }
    [[nodiscard]] std::size_t bytes() const override { return 0; }
    [[nodiscard]] std::unique_ptr<const Frozen> freeze() const override;
    void load(ByteReader&) override {}
};

}  // namespace sf::engine
