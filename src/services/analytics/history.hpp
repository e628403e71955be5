// A view computed from stored events, apart from the live engine: what a backfill does before it hands its state over.
#pragma once

#include "database/event_store.hpp"
#include "engine/partial_fold.hpp"
#include "engine/shard.hpp"
#include "messaging/log.hpp"

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace sf::analytics {

/// One thread.
class History {
public:
    History(engine::ViewPtr view, std::size_t shards, messaging::Partition partitions, std::uint64_t late_listed_max);

    /// All stored events, in the order of the view's time, so that windows close one after the other and memory stays
    /// bounded.
    [[nodiscard]] Result<> read(database::EventStore& events, const std::stop_token& stop);

    /// After read(): the records of each partition between what was stored and `ends`. Each partition has its own time,
    /// as in the live engine: one that lags behind the others loses nothing.
    [[nodiscard]] Result<> read_log(messaging::Log& log, const std::string& topic,
                                    const std::map<engine::Partition, engine::Offset>& ends);

    [[nodiscard]] const engine::ViewPtr& view() const { return view_; }
    [[nodiscard]] engine::Shard& shard(std::size_t index) { return *shards_[index].shard; }
    [[nodiscard]] std::uint64_t events() const { return events_; }

    /// The latest row of each identity that a shard has given, and all late events. Once.
    [[nodiscard]] engine::Emitted take_rows(std::size_t shard);

    /// Windows that end here or before have been emitted for good.
    [[nodiscard]] std::int64_t closed_until() const;

private:
    struct ShardAndRows {
        std::unique_ptr<engine::Shard> shard;
        std::map<std::string, models::MetricPoint> latest;  // By window and keys.
        std::vector<models::LateEvent> late_events;
    };
    void merge(const engine::Frame& frame);
    [[nodiscard]] Result<> collect();

    const engine::ViewPtr view_;
    const messaging::Partition partitions_;
    engine::PartialFold fold_;  // Of stored events: as if all were in partition 0.
    std::vector<ShardAndRows> shards_;
    std::map<messaging::Partition, messaging::Offset> stored_;  // Events below were in the store.
    engine::Offset next_ = 0;                                   // Of frames, whatever their partition.
    std::uint64_t events_ = 0;
};

}  // namespace sf::analytics
