// Stage 1: an event becomes part of a partial. Folds one record of one partition into one frame. Keeps nothing between
// records but how far time has come, so a replay makes the same frames.
#pragma once

#include "engine/aggregate_fold.hpp"
#include "engine/event_rows.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sf::engine {

/// The records for which a plan of a view holds: [from, until).
struct PlanRange {
    Offset from = 0;
    Offset until = UINT64_MAX;
};

/// One partition's. One thread.
class PartialFold {
public:
    PartialFold(Partition partition, PartitionTime time) : partition_(partition), time_(time) {}

    /// A view may be added several times with plans that differ in the reference tables they look at, each for records
    /// of its own.
    /// Over a UNION ALL it is folded once for each SELECT, into the same groups and panes.
    void add(const ViewPtr& view, PlanRange range = {});
    void remove(ViewNumber view);

    /// From `from` on the view is folded as `view` says, which has its number.
    void revise(const ViewPtr& view, Offset from);

    /// The record at `offset`. Records come in order.
    [[nodiscard]] FramePtr fold(Offset offset, const models::EventBatch& batch) { return fold(offset, offset, batch); }

    /// The records from `first` to `last` as one, whose events `batch` has. No view may begin or end between them.
    [[nodiscard]] FramePtr fold(Offset first, Offset last, const models::EventBatch& batch);

    /// The first offset behind `offset` at which a view or one of its plans begins or ends; UINT64_MAX if none does.
    [[nodiscard]] Offset next_change(Offset offset) const;

    /// A tick: the stream has reached `event` without an event in this partition, at `received`.
    [[nodiscard]] FramePtr tick(Offset offset, std::int64_t event, std::int64_t received);

    /// A flush: all windows are to be closed.
    [[nodiscard]] FramePtr flush(Offset offset);

    [[nodiscard]] Partition partition() const { return partition_; }
    [[nodiscard]] const PartitionTime& time() const { return time_; }
    [[nodiscard]] std::size_t views() const { return views_.size(); }

private:
    // Parts that views share stand in maps by what they are made of; each is computed once a record, when the first
    // view asks.
    struct Keys {
        explicit Keys(std::vector<Slot> slots) : keys(std::move(slots)) {}
        BatchKeys keys;
        std::size_t users = 0;     // Groups, each of another filter, and aggregates over their values.
        std::uint64_t record = 0;  // For which it was computed.
    };
    struct Groups {
        explicit Groups(std::optional<Slot> where) : groups(where) {}
        EventGroups groups;
        Keys* keys = nullptr;
        std::string keys_name;
        std::size_t users = 0;
        std::uint64_t record = 0;
    };
    struct Cells {
        explicit Cells(std::unique_ptr<EventCells> made) : cells(std::move(made)) {}
        std::unique_ptr<EventCells> cells;
        std::size_t users = 0;
        std::uint64_t record = 0;
    };
    // What an aggregate over cells has made of a record.
    struct Folded {
        std::size_t users = 0;
        std::uint64_t record = 0;
        std::shared_ptr<const AggregateStates> states;  // In the frames of this record.
        std::uint64_t failed = 0;                       // Rows whose arguments or filter could not be computed.
    };
    struct Fold {
        Fold(const sql::AggregateCall& call, sql::EventEvaluator& evaluator) : aggregate(call, evaluator) {}
        AggregateFold aggregate;
        Keys* values = nullptr;  // Of the argument that is numbered.
        std::string values_name;
        Folded of_cells;
        Folded* of_groups = nullptr;  // Where the cells are the groups: for other windows too.
        std::string of_groups_name;
    };
    struct Running {
        ViewPtr view;
        PlanRange range;
        std::optional<Slot> where;
        std::vector<Slot> keys;
        std::string groups_name, cells_name;
        std::vector<std::string> fold_names;
        Groups* groups = nullptr;
        Cells* cells = nullptr;  // Null of a view without groups, which has rows instead.
        std::unique_ptr<EventRows> rows;
        std::vector<Fold*> folds;
    };

    void add_branch(ViewPtr branch, PlanRange range);
    [[nodiscard]] Groups& groups_of(const Running& running, const std::vector<Slot>& keys);
    [[nodiscard]] Keys* use_keys(const std::vector<Slot>& slots, std::string& name);
    [[nodiscard]] BatchKeys& begun(Keys& keys);
    void release_keys(const std::string& name);
    void release(const Running& running);
    void release_groups(const std::string& name);
    [[nodiscard]] BatchTimes times_of(const models::EventBatch& batch);
    void fold_view(Running& running, const models::EventBatch& batch, const BatchTimes& times, Frame& frame);
    void add_fold(Running& running, const sql::AggregateCall& call);
    void release_fold(const std::string& name);
    [[nodiscard]] const Folded& folded(Fold& fold, const EventCells& cells, std::size_t batch_size);

    const Partition partition_;
    PartitionTime time_;
    sql::EventEvaluator evaluator_;
    std::vector<Running> views_;
    std::map<std::string, Keys> keys_;
    std::map<std::string, Groups> groups_;
    std::map<std::string, Cells> cells_;
    std::map<std::string, Fold> folds_;
    std::map<std::string, Folded> of_groups_;
    std::uint64_t record_ = 0;
    AggregateFold::Scratch scratch_;
};

}  // namespace sf::engine
