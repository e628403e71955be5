// How the engine starts: from its checkpoints and the log, and from stored events where these don't do.
#include "services/analytics/view_engine.hpp"

#include "base/logging.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::analytics {
namespace {

messaging::Offset start_in(const std::map<engine::Partition, engine::Offset>& starts, messaging::Partition partition) {
    const auto found = starts.find(partition);
    return found == starts.end() ? 0 : found->second;
}

std::string checkpoint_name(std::size_t shard) { return "analytics-" + std::to_string(shard); }

}  // namespace

Result<> ViewEngine::start() {
    SF_TRY(fix_shards());
    SF_TRY(tables_.load());
    SF_TRY(functions_.load());
    SF_ASSIGN(const std::vector<ViewRecord> records, store_.load());
    std::vector<engine::ViewPtr> views;
    bool some_lost = false;
    SF_TRY(plan_all(records));
    for (const auto& [name, known] : views_) {
        SF_ASSIGN(const bool lost, store_.is_lost(name));
        some_lost |= lost;
        if (!lost) views.push_back(known.view);
    }
    const std::size_t sound = views.size();
    SF_TRY(start_shards(views));
    SF_TRY(find_unconfirmed());
    SF_TRY(start_readers(views));
    running_ = true;
    announce_tables();
    {
        std::lock_guard lock(tables_mutex_);
        announce_reference_tables();
        announce_functions();
    }
    if (some_lost || views.size() < sound) {
        computing_again_ = std::jthread([this](const std::stop_token& stop) { compute_again(stop); });
    }
    return {};
}

// Keys are spread over the shards by their hash, so a checkpoint is of no use to another number of them.
Result<> ViewEngine::fix_shards() {
    SF_ASSIGN(const auto shards, store_.number_fact("shards"));
    if (shards) {
        if (*shards >= 1 && *shards <= 256) options_.shards = *shards;
        return {};
    }
    return store_.set_fact("shards", std::to_string(options_.shards));
}

// Stored rows outlive a loss of the checkpoints, and so must the epoch: were it to begin anew, older rows would hide
// newer ones.
Result<std::uint32_t> ViewEngine::take_over(std::size_t shard, std::uint32_t above) {
    const std::string name = checkpoint_name(shard);
    SF_ASSIGN(const auto known, store_.number_fact("epoch of " + name));
    above = std::max(above, static_cast<std::uint32_t>(known.value_or(0)));
    SF_ASSIGN(const std::uint32_t epoch, checkpoints_.take_over(name, above));
    SF_TRY(store_.set_fact("epoch of " + name, std::to_string(epoch)));
    return epoch;
}

// All have one epoch: rows of several shards are told which is newer by it. A start that was killed has raised some.
Result<std::vector<std::uint32_t>> ViewEngine::take_over_all() {
    std::vector<std::uint32_t> epochs(options_.shards);
    for (std::size_t i = 0; i < epochs.size(); ++i) {
        SF_ASSIGN(epochs[i], take_over(i, 0));
    }
    const std::uint32_t highest = std::ranges::max(epochs);
    for (std::size_t i = 0; i < epochs.size(); ++i) {
        if (epochs[i] == highest) continue;
        SF_ASSIGN(epochs[i], take_over(i, highest - 1));
    }
    return epochs;
}

std::unique_ptr<ShardRunner> ViewEngine::make_shard(std::size_t index, std::uint32_t epoch) {
    ShardRunner::Options options{
        .shard = {.index = index,
                  .shards = options_.shards,
                  .partitions = options_.partitions,
                  .epoch = epoch,
                  .late_listed_max = options_.late_listed_max,
                  .early_rows_max = (options_.early_rows_max + options_.shards - 1) / options_.shards},
        .checkpoint = checkpoint_name(index),
        .checkpoint_interval = options_.checkpoint_interval,
        .on_rows = options_.on_rows,
    };
    return std::make_unique<ShardRunner>(std::move(options), publisher_, unconfirmed_, checkpoints_, clock_);
}

// Every view has been in a checkpoint before its making was acknowledged. Where a checkpoint is gone, the log alone
// will not do, since it is trimmed: the views stand still until compute_again() has them, and their stored rows stay as
// they are.
Result<> ViewEngine::start_shards(std::vector<engine::ViewPtr>& views) {
    SF_ASSIGN(const std::vector<std::uint32_t> epochs, take_over_all());
    std::optional<Error> lost;
    for (std::size_t i = 0; i < options_.shards; ++i) {
        auto shard = make_shard(i, epochs[i]);
        if (!views.empty() && !lost) {
            Result<> restored = shard->restore(views);
            if (restored) restored = check_log(shard->before_start());
            if (!restored && restored.error().code != ErrorCode::corrupt) return restored;
            if (!restored) lost = std::move(restored.error());
        }
        shards_.push_back(std::move(shard));
    }
    if (!lost) return {};
    logging::error("the state of views is lost; they are computed again from stored events", {{"error", lost->line()}});
    for (const engine::ViewPtr& view : views) SF_TRY(store_.set_lost(view->plan.name, true));
    views.clear();
    shards_.clear();
    for (std::size_t i = 0; i < options_.shards; ++i) shards_.push_back(make_shard(i, epochs[i]));
    return {};
}

Result<> ViewEngine::find_unconfirmed() {
    std::map<std::uint32_t, RowMark> marks;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        if (const auto& mark = shards_[i]->restored_mark()) marks.emplace(static_cast<std::uint32_t>(i), *mark);
    }
    return unconfirmed_.collect(log_, marks, [this](std::string_view name) {
        const auto found = views_.find(name);
        return found != views_.end() && found->second.view->plan.may_take_rows_back();
    });
}

// When every shard has merged again what was in the log at the start, and given what there is to give, rows that are
// still in doubt are no rows.
void ViewEngine::settle_rows(const std::vector<messaging::Offset>& ends, const std::stop_token& stop) {
    constexpr auto kLook = std::chrono::milliseconds{200};
    for (auto& shard : shards_) {
        while (!shard->wait_merged(ends, kLook)) {
            if (stop.stop_requested()) return;
        }
    }
    (void)hand_pieces_on();  // No: it is stopping, as below.
    std::uint32_t epoch = 0;
    const auto given = on_shards([&](engine::Shard& shard, std::size_t) {
        shard.emit_all_changed();
        epoch = std::max(epoch, shard.epoch());
    });
    if (!given) return;  // It is stopping: the next start finds them again.
    engine::Emitted tombstones{.points = unconfirmed_.take_back(epoch), .late_events = {}};
    if (tombstones.empty()) return;
    logging::info("rows from before a crash that did not come again are taken back",
                  {{"rows", tombstones.points.size()}});
    publisher_.publish(0, std::move(tombstones), stop);
}

// Whether the log has what comes after the checkpoint. A repair may have cut its end off.
Result<> ViewEngine::check_log(const engine::Shard& shard) const {
    for (messaging::Partition p = 0; p < options_.partitions; ++p) {
        SF_ASSIGN(const messaging::OffsetRange range, log_.range(options_.topic, p));
        const messaging::Offset next = shard.next_offset(p);
        if (range.begin <= next && next <= range.end) continue;
        return fail(
            ErrorCode::corrupt, "the log does not have what comes after the checkpoint of views",
            fmt::format("partition {} has offsets from {} to {}, views go on at {}", p, range.begin, range.end, next));
    }
    return {};
}

void ViewEngine::compute_again(const std::stop_token& stop) {
    std::vector<Known> views = all_known();
    std::ranges::stable_sort(views, {}, [&](const Known& known) { return chain_of(*known.view).size(); });
    for (const Known& known : views) {
        const std::string& name = known.record.name;
        const auto lost = store_.is_lost(name);
        if (stop.stop_requested()) return;
        if (lost && !*lost) continue;
        const auto events = backfill(name, stop);
        if (events) {
            logging::info("a view is computed again", {{"view", name}, {"events", *events}});
        } else if (events.error().code != ErrorCode::not_found && !stop.stop_requested()) {
            logging::error(
                "a view can't be computed again; the next start tries anew, streamflow views backfill at once",
                {{"view", name}, {"error", events.error().line()}});
        }
    }
}

// Records that were read before a table got other rows are folded with those of that time.
Result<> ViewEngine::start_readers(const std::vector<engine::ViewPtr>& views) {
    std::vector<std::vector<TimedPlan>> all_plans;
    for (const engine::ViewPtr& view : views) {
        if (view->plan.over) continue;  // Shards give it what it reads.
        SF_ASSIGN(std::vector<TimedPlan> plans, plans_of(views_.find(view->plan.name)->second));
        all_plans.push_back(std::move(plans));
    }
    for (messaging::Partition p = 0; p < options_.partitions; ++p) {
        // The shard that is farthest behind says where to begin, and how far time had come there.
        const auto behind = std::ranges::min_element(
            shards_, {}, [&](const auto& shard) { return shard->before_start().next_offset(p); });
        const engine::Shard& shard = (*behind)->before_start();
        SF_ASSIGN(const messaging::OffsetRange range, log_.range(options_.topic, p));
        // Less than its begin only where no view runs yet.
        const messaging::Offset from = std::max(shard.next_offset(p), range.begin);
        messaging::Offset merged = 0;  // By any shard.
        for (const auto& runner : shards_) merged = std::max(merged, runner->before_start().next_offset(p));
        PartitionReader::Options options{.topic = options_.topic,
                                         .partition = p,
                                         .from = from,
                                         .time = shard.partition_time(p),
                                         .join_from = merged};
        readers_.push_back(std::make_unique<PartitionReader>(std::move(options), log_, clock_,
                                                             [this](engine::FramePtr frame, Timestamp appended_at) {
                                                                 bool pushed = true;
                                                                 for (auto& runner : shards_)
                                                                     pushed &= runner->push(frame, appended_at);
                                                                 return pushed;
                                                             }));
        for (const std::vector<TimedPlan>& plans : all_plans) {
            for (std::size_t i = 0; i < plans.size(); ++i) {
                const bool last = i + 1 == plans.size();
                readers_.back()->add(plans[i].view, {.from = start_in(plans[i].starts, p),
                                                     .until = last ? UINT64_MAX : start_in(plans[i + 1].starts, p)});
            }
        }
    }
    std::vector<messaging::Offset> ends;
    for (messaging::Partition p = 0; p < options_.partitions; ++p) {
        SF_ASSIGN(const messaging::OffsetRange range, log_.range(options_.topic, p));
        ends.push_back(range.end);
    }
    std::vector<ShardRunner*> all_shards;
    for (const auto& shard : shards_) all_shards.push_back(shard.get());
    for (auto& shard : shards_) shard->connect(all_shards);
    for (auto& shard : shards_) shard->start();
    for (auto& reader : readers_) reader->start();
    if (!unconfirmed_.empty()) {
        settling_ = std::jthread([this, ends](const std::stop_token& stop) { settle_rows(ends, stop); });
    }
    return {};
}

}  // namespace sf::analytics
