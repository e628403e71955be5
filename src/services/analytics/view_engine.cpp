#include "services/analytics/view_engine.hpp"

#include "services/analytics/history.hpp"

#include <algorithm>

namespace sf::analytics {
namespace {

constexpr auto kForgetPatience = std::chrono::seconds{10};

Error no_such_view(std::string_view name) {
    return {ErrorCode::not_found, "there is no view \"" + std::string(name) + "\"", "",
            "streamflow views list shows those that exist"};
}

std::optional<Timestamp> time_of(std::int64_t watermark) {
    if (watermark <= engine::kTimeMin || watermark >= engine::kTimeMax) return std::nullopt;
    return timestamp_from_micros(watermark);
}

}  // namespace

ViewEngine::ViewEngine(ViewEngineOptions options, messaging::Log& log, database::DocumentStore& documents,
                       database::CheckpointStore& checkpoints, database::EventStore& events,
                       database::PointStore& points, const Clock& clock)
    : options_(std::move(options)),
      log_(log),
      events_(events),
      points_(points),
      checkpoints_(checkpoints),
      clock_(clock),
      store_(documents),
      tables_(documents),
      functions_(documents),
      publisher_(log, clock) {}

ViewEngine::~ViewEngine() { stop(); }

void ViewEngine::stop() {
    stopping_.request_stop();  // Whoever waits for rows to become durable waits no longer.
    if (computing_again_.joinable()) {
        computing_again_.request_stop();
        computing_again_.join();
    }
    if (settling_.joinable()) {
        settling_.request_stop();
        settling_.join();
    }
    std::lock_guard change(change_mutex_);
    running_ = false;
    for (auto& reader : readers_) reader->stop();
    for (auto& shard : shards_) shard->stop();
}

Result<engine::ViewPtr> ViewEngine::make_view(const ViewRecord& record) {
    SF_ASSIGN(sql::ViewPlan plan, plan_of(record));
    plan.name = record.name;  // Of a shadow it is another one than the statement's.
    auto view = std::make_shared<engine::View>(next_number_++, record.identity, std::move(plan), record.starts);
    view->closed_until = record.closed_until;
    return engine::ViewPtr(std::move(view));
}

std::string ViewEngine::new_identity(std::string_view name) {
    return std::string(name) + ' ' + to_string(ids_.next(clock_.now()));
}

// The readers stand still between two records of each partition while `work` is done; if it was, they go on with
// `change`.
Result<> ViewEngine::between_records(const std::function<Result<>(const std::vector<Reached>&)>& work,
                                     const std::function<void(engine::PartialFold&)>& change) {
    bool done = false;
    std::promise<void> resume;
    const std::shared_future<void> resumed = resume.get_future().share();
    std::vector<std::promise<std::optional<Reached>>> reached(readers_.size());
    std::vector<std::jthread> holders;
    for (std::size_t p = 0; p < readers_.size(); ++p) {
        holders.emplace_back([this, p, resumed, &reached, &change, &done] {
            const bool ran = readers_[p]->run([&](engine::PartialFold& fold, messaging::Offset next) {
                reached[p].set_value(Reached{next, fold.time()});
                resumed.wait();
                if (done) change(fold);
            });
            if (!ran) reached[p].set_value(std::nullopt);
        });
    }
    Result<> result;
    std::vector<Reached> places;
    for (auto& promise : reached) {
        if (const auto place = promise.get_future().get()) places.push_back(*place);
        else result = fail(ErrorCode::unavailable, "analytics has stopped reading", "", "see /health/deep");
    }
    if (result) result = work(places);
    done = result.has_value();
    resume.set_value();
    return result;
}

// A view begins between two records of each partition. The readers stand still there until the shards know the view,
// and a checkpoint has how far time had come: after a crash the same events are late again. `instead_of` ends at the
// same place. From when its rows begin to go until a checkpoint has the new one, a crash leaves a view whose state is
// lost: the next start computes it again.
Result<ViewEngine::Known> ViewEngine::begin(ViewRecord record, const Known* instead_of, History* history) {
    record.starts.clear();
    record.whole_after = engine::kTimeMin;
    SF_ASSIGN(const engine::ViewPtr planned, make_view(record));
    if (planned->plan.over) return begin_over(std::move(record), planned, instead_of, nullptr);
    // What was durable before it was asked for is not its own, as far as the readers come in time.
    (void)catch_up(options_.catch_up_patience);
    Known made{record, planned};
    const std::string& name = made.record.name;
    Result<> kept;
    const auto hand_to_shards = [&](const std::vector<Reached>& reached) -> Result<> {
        for (std::size_t p = 0; p < reached.size(); ++p) {
            made.record.starts[static_cast<engine::Partition>(p)] = reached[p].next;
            if (history == nullptr)
                made.record.whole_after =
                    std::max(made.record.whole_after, reached[p].time.watermark(planned->plan.window.time, 0));
        }
        if (history != nullptr) SF_TRY(hand_over(*history, made));
        if (instead_of != nullptr) {
            SF_TRY(store_.set_lost(name, true));
            SF_TRY(store_.put(made.record));
            SF_TRY(on_shards([&](engine::Shard& shard, std::size_t) { shard.remove(instead_of->view->number); }));
        }
        kept = forget_rows(name);
        return on_shards([&](engine::Shard& shard, std::size_t i) {
            if (history != nullptr) shard.adopt(made.view, history->shard(i), history->take_rows(i));
            else shard.add(made.view);
        });
    };
    SF_TRY(between_records(hand_to_shards, [&](engine::PartialFold& fold) {
        if (instead_of != nullptr) fold.remove(instead_of->view->number);
        fold.add(made.view);
    }));
    return finish_begin(std::move(made), instead_of, std::move(kept));
}

// What follows when readers and shards have the view.
Result<ViewEngine::Known> ViewEngine::finish_begin(Known made, const Known* instead_of, Result<> kept) {
    const std::string& name = made.record.name;
    if (kept) kept = checkpoint_all();
    if (kept && instead_of == nullptr) kept = store_.put(made.record);
    if (kept && instead_of != nullptr) kept = store_.set_lost(name, false);
    if (!kept && instead_of == nullptr) {
        end(made.view);  // It would be gone after a restart, so it must not run now.
        return fail(std::move(kept.error()));
    }
    {
        std::lock_guard lock(mutex_);
        views_.insert_or_assign(name, made);
    }
    unplanned_.erase(name);
    announce_tables();
    if (!kept) return fail(std::move(kept.error()));
    return made;
}

// Everything of the view that was emitted until now: it is all in the log before the place up to which rows are dropped
// is read.
Result<> ViewEngine::forget_rows(std::string_view name) {
    SF_TRY(on_shards([](engine::Shard&, std::size_t) {}));
    if (!publisher_.wait_durable(publisher_.ticket(), stopping_.get_token(), clock_.steady() + kForgetPatience)) {
        return fail(ErrorCode::unavailable, "rows of views can't be stored now", log_.state().reason,
                    "repeat the request a little later");
    }
    SF_ASSIGN(const messaging::OffsetRange range, log_.range(kMetricsTopic, 0));
    return points_.drop_points(name, {{0, range.end}});
}

Result<> ViewEngine::on_shards(const std::function<void(engine::Shard&, std::size_t)>& command) {
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        if (!shards_[i]->run([&](engine::Shard& shard) { command(shard, i); }))
            return fail(ErrorCode::unavailable, "the service is stopping");
    }
    return {};
}

void ViewEngine::end(const engine::ViewPtr& view) {
    for (auto& reader : readers_) {
        (void)reader->run([&](engine::PartialFold& fold, messaging::Offset) { fold.remove(view->number); });
    }
    (void)on_shards([&](engine::Shard& shard, std::size_t) { shard.remove(view->number); });  // No: they have ended.
}

Result<> ViewEngine::checkpoint_all() {
    for (auto& shard : shards_) SF_TRY(shard->checkpoint(stopping_.get_token()));
    return {};
}

Result<std::optional<ViewStatus>> ViewEngine::create(const ViewDefinition& definition) {
    std::lock_guard change(change_mutex_);
    if (!running_) return fail(ErrorCode::unavailable, "the service is stopping");
    SF_ASSIGN(Planned planned, plan_new(definition.sql));
    const sql::ViewPlan& plan = planned.plan;
    const auto stopped = unplanned_.find(plan.name);
    if (known(plan.name) || (stopped != unplanned_.end() && !stopped->second.enabled)) {
        return fail(ErrorCode::conflict, "there is a view \"" + plan.name + "\" already", "",
                    "replace it with PUT, or drop it first");
    }
    return make(record_of(definition, planned, plan.name), nullptr);
}

Result<std::optional<ViewStatus>> ViewEngine::replace(std::string_view name, const ViewDefinition& definition) {
    std::lock_guard change(change_mutex_);
    if (!running_) return fail(ErrorCode::unavailable, "the service is stopping");
    SF_ASSIGN(Planned planned, plan_new(definition.sql));
    const sql::ViewPlan& plan = planned.plan;
    if (plan.name != name) {
        return fail(ErrorCode::invalid_input,
                    "the statement makes view \"" + plan.name + "\", not \"" + std::string(name) + "\"", "",
                    "a view keeps its name; create one with the other name instead");
    }
    SF_TRY(check_made_alike(name, definition));
    const auto old = known(name);
    if (!old || old->record.sql != definition.sql || old->record.functions != planned.functions ||
        !definition.enabled) {
        SF_TRY(check_not_read(name, "changed"));
        return make(record_of(definition, planned, plan.name), old ? &*old : nullptr);
    }
    Known same = *old;
    if (same.record.rule != definition.rule) {
        same.record.rule = definition.rule;
        SF_TRY(store_.put(same.record));
        std::lock_guard lock(mutex_);
        views_.insert_or_assign(plan.name, same);
    }
    return status(same);
}

// A rule's view is changed as a rule, a statement's as a statement.
Result<> ViewEngine::check_made_alike(std::string_view name, const ViewDefinition& definition) const {
    const auto old = known(name);
    const auto stopped = unplanned_.find(name);
    const ViewRecord* const before = old ? &old->record : stopped != unplanned_.end() ? &stopped->second : nullptr;
    if (before == nullptr || before->rule.empty() == definition.rule.empty()) return {};
    const bool rule = !before->rule.empty();
    const std::string path = std::string(rule ? "/api/v1/processing-rules/" : "/api/v1/views/") + before->name;
    return fail(ErrorCode::conflict,
                "\"" + before->name + "\" is made by a " + (rule ? "processing rule" : "statement"), "",
                std::string("change it as one (") + path + "), or drop it first");
}

ViewRecord ViewEngine::record_of(const ViewDefinition& definition, Planned& planned, const std::string& name) {
    return {.name = name,
            .sql = definition.sql,
            .identity = new_identity(name),
            .created_at = clock_.now(),
            .built_in = definition.built_in,
            .rule = definition.rule,
            .enabled = definition.enabled,
            .functions = std::move(planned.functions)};
}

Result<std::optional<ViewStatus>> ViewEngine::make(ViewRecord record, const Known* instead_of) {
    if (record.enabled) {
        SF_ASSIGN(const Known made, begin(std::move(record), instead_of, nullptr));
        return status(made);
    }
    SF_TRY(store_.put(record));
    SF_TRY(end_and_forget(record.name));
    unplanned_.insert_or_assign(record.name, std::move(record));
    return std::nullopt;
}

Result<> ViewEngine::drop(std::string_view name) {
    std::lock_guard change(change_mutex_);
    const auto stopped = unplanned_.find(name);
    if (!known(name) && stopped == unplanned_.end()) return fail(no_such_view(name));
    SF_TRY(check_not_read(name, "dropped"));
    SF_TRY(store_.remove(name));
    if (stopped != unplanned_.end()) unplanned_.erase(stopped);
    SF_TRY(end_and_forget(name));
    const std::string shadow = shadow_name(name);
    if (!known(shadow)) return {};
    SF_TRY(store_.remove(shadow));
    return end_and_forget(shadow);
}

Result<> ViewEngine::end_and_forget(std::string_view name) {
    if (const auto old = known(name)) {
        end(old->view);
        std::lock_guard lock(mutex_);
        views_.erase(views_.find(name));
    }
    announce_tables();
    return forget_rows(name);
}

Result<std::uint64_t> ViewEngine::backfill(std::string_view name, std::stop_token stop) {
    std::lock_guard change(change_mutex_);
    if (!running_) return fail(ErrorCode::unavailable, "the service is stopping");
    const auto old = known(name);
    if (!old) return fail(no_such_view(name));
    SF_ASSIGN(const bool lost, store_.is_lost(name));  // Then those that read it are, too, and follow.
    if (!lost) SF_TRY(check_not_read(name, "filled anew"));
    ViewRecord record = old->record;
    record.identity = new_identity(name);
    record.closed_until = engine::kTimeMin;
    SF_ASSIGN(const engine::ViewPtr view, make_view(record));
    if (view->plan.over) {
        Filled filled;
        SF_TRY(begin_over(std::move(record), view, &*old, &filled));
        return filled.rows;
    }
    const LogHold hold(*this);
    History history(view, options_.shards, options_.partitions, options_.late_listed_max);
    SF_TRY(history.read(events_, stop));
    SF_TRY(begin(std::move(record), &*old, &history));
    return history.events();
}

// While stored events are read the log keeps what is not stored yet.
ViewEngine::LogHold::LogHold(ViewEngine& engine) : engine_(engine) {
    std::vector<messaging::Offset> begins;
    for (messaging::Partition p = 0; p < engine.options_.partitions; ++p) {
        const auto range = engine.log_.range(engine.options_.topic, p);
        begins.push_back(range ? range->begin : 0);
    }
    std::lock_guard lock(engine.mutex_);
    engine.held_ = std::move(begins);
}

ViewEngine::LogHold::~LogHold() {
    std::lock_guard lock(engine_.mutex_);
    engine_.held_.clear();
}

// With the readers standing still: what came since the stored events were read, and the view as it goes on.
Result<> ViewEngine::hand_over(History& history, Known& paused) {
    SF_TRY(history.read_log(log_, options_.topic, paused.record.starts));
    paused.record.closed_until = history.closed_until();
    auto view = std::make_shared<engine::View>(*history.view());
    view->closed_until = paused.record.closed_until;
    paused.view = std::move(view);
    return {};
}

std::optional<ViewEngine::Known> ViewEngine::known(std::string_view name) const {
    std::lock_guard lock(mutex_);
    const auto found = views_.find(name);
    if (found == views_.end()) return std::nullopt;
    return found->second;
}

ViewStatus ViewEngine::status(const Known& known) {
    ViewStatus status{.record = known.record, .view = known.view};
    const engine::ViewNumber number = known.view->number;
    std::int64_t watermark = engine::kTimeMax;
    for (auto& shard : shards_) {
        (void)shard->run([&](engine::Shard& from) {
            if (const auto counters = from.counters(number)) status.counters += *counters;
            watermark = std::min(watermark, from.watermark(number));
            status.groups += from.groups(number);
            status.state_bytes += from.bytes(number);
            status.pieces = status.view->gap() > 0 ? status.pieces + from.pieces(number)
                                                   : std::max(status.pieces, from.pieces(number));
            status.rates.events += from.rates(number).events;
            status.rates.rows += from.rates(number).rows;
        });
    }
    status.watermark = time_of(watermark);
    return status;
}

// Waits until the shards have merged what is durable now.
bool ViewEngine::catch_up(std::chrono::milliseconds patience) {
    std::vector<messaging::Offset> ends;
    for (messaging::Partition p = 0; p < options_.partitions; ++p) {
        const auto range = log_.range(options_.topic, p);
        ends.push_back(range ? range->end : 0);
    }
    const auto deadline = clock_.steady() + patience;
    bool merged = true;
    for (auto& shard : shards_) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock_.steady());
        merged &= shard->wait_merged(ends, std::max(left, std::chrono::milliseconds{0}));
    }
    (void)hand_pieces_on();  // No: it is stopping.
    return merged;
}

bool ViewEngine::wait_emitted(std::chrono::milliseconds patience) {
    const Deadline deadline = clock_.steady() + patience;
    if (!catch_up(patience)) return false;
    for (auto& shard : shards_) {
        if (!shard->run([](engine::Shard&) {})) return false;  // What it emitted before is published now.
    }
    return publisher_.wait_durable(publisher_.ticket(), stopping_.get_token(), deadline);
}

std::vector<ViewStatus> ViewEngine::list() {
    (void)catch_up(options_.catch_up_patience);
    std::vector<Known> all;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [name, known] : views_) all.push_back(known);
    }
    std::vector<ViewStatus> statuses;
    for (const Known& known : all) statuses.push_back(status(known));
    return statuses;
}

Result<ViewStatus> ViewEngine::find(std::string_view name) {
    const auto found = known(name);
    if (!found) return fail(no_such_view(name));
    (void)catch_up(options_.catch_up_patience);
    return status(*found);
}

Result<ViewExplanation> ViewEngine::explain(std::string_view name) {
    SF_ASSIGN(ViewStatus status, find(name));
    std::vector<engine::ViewPtr> all;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [other, known] : views_) {
            if (!known.view->plan.over) all.push_back(known.view);
        }
    }
    if (status.view->plan.over) all = {status.view};  // Its rows are its own.
    ViewExplanation explanation{.status = std::move(status), .late_listed_max = options_.late_listed_max};
    explanation.chain = chain_of(*explanation.status.view);
    explanation.sharing = engine::sharing_of(*explanation.status.view, all);
    if (explanation.status.watermark) explanation.lag = clock_.now() - *explanation.status.watermark;
    return explanation;
}

Result<ViewEngine::Rows> ViewEngine::rows(std::string_view name, const database::PointFilter& filter) {
    const auto found = known(name);
    if (!found) return fail(no_such_view(name));
    const engine::ViewNumber number = found->view->number;
    (void)catch_up(options_.catch_up_patience);
    std::int64_t watermark = engine::kTimeMax;
    SF_TRY(on_shards([&](engine::Shard& shard, std::size_t) {
        shard.emit_now(number);
        watermark = std::min(watermark, shard.watermark(number));
    }));
    (void)publisher_.wait_durable(publisher_.ticket(), stopping_.get_token(),
                                  clock_.steady() + options_.catch_up_patience);
    if (options_.points_stored) (void)options_.points_stored(options_.catch_up_patience);
    SF_ASSIGN(std::vector<models::MetricPoint> points, points_.latest_points(name, filter));
    return Rows{std::move(points), time_of(watermark)};
}

database::ViewTable ViewEngine::table_of(const Known& known) {
    using Source = database::ViewTable::Source;
    database::ViewTable table{.name = known.record.name, .columns = {}};
    for (const sql::OutputColumn& output : known.view->plan.outputs) {
        const Source source = output.kind == sql::OutputColumn::Kind::key            ? Source::key
                              : output.kind == sql::OutputColumn::Kind::window_start ? Source::window_start
                              : output.kind == sql::OutputColumn::Kind::window_end   ? Source::window_end
                                                                                     : Source::value;
        table.columns.push_back({output.name, std::string(sql::to_string(output.type)), source});
    }
    return table;
}

std::vector<ViewSummary> ViewEngine::summaries() {
    std::vector<ViewSummary> summaries;
    std::lock_guard lock(mutex_);
    for (const auto& [name, known] : views_)
        summaries.push_back({table_of(known), known.record.identity, known.record.built_in});
    return summaries;
}

void ViewEngine::announce_tables() {
    std::vector<database::ViewTable> tables;
    for (ViewSummary& summary : summaries()) tables.push_back(std::move(summary.table));
    points_.set_view_tables(std::move(tables));
}

}  // namespace sf::analytics
