// The engine without threads or a log, for tests: events in, the latest rows out.
#pragma once

#include "engine/partial_fold.hpp"
#include "engine/shard.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sf::engine::testing {

/// One event as a test writes it. Times are seconds since 1970.
struct TestEvent {
    double at = 0;
    std::string source = "shop";
    std::string data = "{}";
    std::string type = "test.event";
    std::optional<std::string> user;
    std::optional<double> received;  // Default: at.
    std::optional<Uuid> id;
};

[[nodiscard]] models::EventBatchPtr batch_of(const std::vector<TestEvent>& events);

/// The view of a statement; fails the test where it can't be planned.
[[nodiscard]] ViewPtr view_of(const std::string& sql, ViewNumber number = 1);

/// Views that may read those before them, with numbers from 1 on.
[[nodiscard]] std::vector<ViewPtr> views_of(const std::vector<std::string>& statements);

/// A row as text: "{"source":"a"} 0..10 {"n":3}", with " final" behind it where it is. Times in seconds.
[[nodiscard]] std::string text_of(const models::MetricPoint& point);

/// All views over some partitions and shards.
class EngineRun {
public:
    struct Options {
        Partition partitions = 1;
        std::size_t shards = 1;
        std::uint32_t epoch = 1;
        std::uint64_t early_rows_max = 0;
    };
    EngineRun(std::vector<ViewPtr> views, Options options);

    /// Begins from snapshots, one a shard.
    EngineRun(std::vector<ViewPtr> views, Options options, const std::vector<std::vector<std::byte>>& saved);

    void events(const std::vector<TestEvent>& events, Partition partition = 0) { batch(batch_of(events), partition); }
    void batch(const models::EventBatchPtr& batch, Partition partition = 0);
    void tick_record(double event, double received, Partition partition = 0);
    void flush();
    void flush(Partition partition);
    void clock(double seconds);  // Early results of views with an interval.

    /// Of views over views: what every shard had at the last save() is not kept any more.
    void forget_settled();

    void rename(ViewNumber view, const ViewPtr& as);

    [[nodiscard]] std::vector<std::vector<std::byte>> save();
    [[nodiscard]] Offset next_offset(Partition partition) const;
    [[nodiscard]] Offset start(Partition partition) const { return starts_[partition]; }  // Where it began to read.
    [[nodiscard]] const PartitionTime& time(Partition partition) const { return folds_[partition]->time(); }
    void skip_to(Partition partition, Offset offset) { offsets_[partition] = offset; }

    /// What was emitted since the last call, in order.
    [[nodiscard]] std::vector<models::MetricPoint> take();
    [[nodiscard]] std::vector<std::string> taken();

    /// The latest row of each identity that is not deleted, over all that was ever taken, as text in order.
    [[nodiscard]] std::vector<std::string> rows();
    [[nodiscard]] std::map<std::string, models::MetricPoint> latest();

    [[nodiscard]] const std::vector<models::LateEvent>& late() const { return late_; }
    [[nodiscard]] ViewCounters counters(ViewNumber view = 1) const;
    [[nodiscard]] Shard& shard(std::size_t index) { return *shards_[index]; }

private:
    void merge(const FramePtr& frame);
    void give_settled();
    void collect();

    std::vector<std::unique_ptr<PartialFold>> folds_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<Offset> offsets_;
    std::vector<Offset> starts_;
    std::vector<std::map<ViewNumber, std::vector<WindowIndex>>> saved_places_;
    std::vector<models::MetricPoint> emitted_;
    std::map<std::string, models::MetricPoint> latest_;  // By identity, tombstones included.
    std::vector<models::LateEvent> late_;
};

}  // namespace sf::engine::testing
