#include "services/analytics/history.hpp"

#include <algorithm>

namespace sf::analytics {
namespace {

// They are in memory until all are there: the old rows stay until then.
constexpr std::size_t kHistoryRowsMax = 1'000'000;
constexpr std::size_t kRowsAtOnce = 10'000;

engine::ViewPtr beginning_at(const engine::View& view, std::int64_t closed_until) {
    auto all = std::make_shared<engine::View>(view);
    all->starts.clear();
    all->closed_until = closed_until;
    return all;
}

}  // namespace

History::History(engine::ViewPtr view, std::size_t shards, messaging::Partition partitions,
                 std::uint64_t late_listed_max)
    : view_(beginning_at(*view, engine::kTimeMin)), partitions_(partitions), fold_(0, {}) {
    fold_.add(view_);
    for (std::size_t i = 0; i < shards; ++i) {
        auto shard = std::make_unique<engine::Shard>(engine::ShardOptions{
            .index = i, .shards = shards, .partitions = partitions, .late_listed_max = late_listed_max});
        shard->add(view_);
        shards_.push_back({std::move(shard), {}, {}});
    }
}

void History::merge(const engine::Frame& frame) {
    for (const ShardAndRows& one : shards_) one.shard->merge(frame);
}

// A window may be given many times over while events come; only its last rows count.
Result<> History::collect() {
    std::size_t rows = 0;
    for (ShardAndRows& one : shards_) {
        if (one.shard->emitted_points() >= kRowsAtOnce) {
            engine::Emitted given = one.shard->take();
            for (models::MetricPoint& point : given.points) {
                std::string name =
                    (point.window_start ? std::to_string(to_micros(*point.window_start)) : std::string()) + point.keys;
                one.latest.insert_or_assign(std::move(name), std::move(point));
            }
            std::ranges::move(given.late_events, std::back_inserter(one.late_events));
        }
        rows += one.latest.size();
    }
    if (rows <= kHistoryRowsMax) return {};
    return fail(ErrorCode::invalid_input, "the view has too many rows to be filled from history",
                "more than " + std::to_string(kHistoryRowsMax),
                "narrow it with WHERE, or make its windows or keys coarser");
}

Result<> History::read(database::EventStore& events, const std::stop_token& stop) {
    const auto order = view_->plan.window.time == sql::TimeColumn::timestamp ? database::TimeColumn::timestamp
                                                                             : database::TimeColumn::received_at;
    const auto take = [&](const models::EventBatchPtr& batch) -> Result<> {
        events_ += batch->size();
        merge(*fold_.fold(next_++, *batch));
        for (messaging::Partition p = 1; p < partitions_; ++p)
            merge({.partition = p,
                   .first = next_,
                   .offset = next_++,
                   .kind = engine::FrameKind::tick,
                   .time = fold_.time()});
        return collect();
    };
    SF_ASSIGN(stored_, events.scan(order, take, stop));
    return {};
}

Result<> History::read_log(messaging::Log& log, const std::string& topic,
                           const std::map<engine::Partition, engine::Offset>& ends) {
    const engine::ViewPtr tail = beginning_at(*view_, closed_until());
    for (const auto& [partition, end] : ends) {
        engine::PartialFold fold(partition, {});
        fold.add(tail);
        const auto stored = stored_.find(partition);
        messaging::Offset at = stored == stored_.end() ? 0 : stored->second;
        while (at < end) {
            SF_ASSIGN(const auto records, log.read(topic, partition, at, {}));
            if (records.empty()) {
                return fail(ErrorCode::internal, "the log ends before what was read of it",
                            "partition " + std::to_string(partition) + " at offset " + std::to_string(at));
            }
            for (const messaging::StoredRecord& record : records) {
                at = record.offset + 1;
                if (record.offset >= end || !record.record.batch) continue;
                events_ += record.record.batch->size();
                merge(*fold.fold(next_++, *record.record.batch));
                SF_TRY(collect());
            }
        }
    }
    return {};
}

engine::Emitted History::take_rows(std::size_t shard) {
    ShardAndRows& from = shards_[shard];
    from.shard->emit_now(view_->number);
    engine::Emitted last = from.shard->take();
    engine::Emitted all;
    for (auto& [name, point] : std::exchange(from.latest, {})) all.points.push_back(std::move(point));
    std::ranges::move(last.points, std::back_inserter(all.points));  // Behind: they count where both are there.
    all.late_events = std::move(from.late_events);
    std::ranges::move(last.late_events, std::back_inserter(all.late_events));
    return all;
}

std::int64_t History::closed_until() const {
    const std::int64_t watermark = shards_.front().shard->watermark(view_->number);
    return watermark <= engine::kTimeMin || view_->lateness >= engine::kTimeMax ? engine::kTimeMin
                                                                                : watermark - view_->lateness;
}

}  // namespace sf::analytics
