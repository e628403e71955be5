// Views over views: in which order they are planned, how one begins, and what may not change while it is read
// (docs/decisions/0015-a-view-over-a-view-reads-windows-that-are-over.md).
#include "base/logging.hpp"
#include "services/analytics/known_views.hpp"
#include "services/analytics/view_engine.hpp"

#include <algorithm>

namespace sf::analytics {
namespace {

constexpr std::size_t kRowsReadMax = 1'000'000;  // By a backfill: they are in memory until all are there.

}  // namespace

// A view is planned after the one that it reads.
Result<> ViewEngine::plan_all(const std::vector<ViewRecord>& records) {
    std::vector<const ViewRecord*> waiting;
    for (const ViewRecord& record : records) {
        if (record.enabled) waiting.push_back(&record);
        else unplanned_.emplace(record.name, record);
    }
    while (!waiting.empty()) {
        std::vector<const ViewRecord*> still;
        std::vector<Error> errors;
        for (const ViewRecord* const record : waiting) {
            auto view = make_view(*record);
            if (view) {
                views_.emplace(record->name, Known{*record, *view});
            } else {
                still.push_back(record);
                errors.push_back(std::move(view.error()));
            }
        }
        if (still.size() < waiting.size()) {
            waiting = std::move(still);
            continue;
        }
        // Written by another version of this program, most likely. The others go on, and these are still there to be
        // replaced.
        for (std::size_t i = 0; i < still.size(); ++i) {
            logging::error("a stored view can't be planned any more and does not run",
                           {{"view", still[i]->name}, {"error", errors[i].line()}});
            unplanned_.emplace(still[i]->name, *still[i]);
        }
        break;
    }
    return {};
}

std::vector<std::string> ViewEngine::chain_of(const engine::View& view) const {
    std::vector<std::string> chain;
    for (auto next = view.plan.over; next;) {
        chain.push_back(next->view);
        const auto source = known(next->view);
        next = source ? source->view->plan.over : std::nullopt;
    }
    return chain;
}

Result<> ViewEngine::check_not_read(std::string_view name, std::string_view what) const {
    for (const Known& known : all_known()) {
        const auto& over = known.view->plan.over;
        if (!over || over->view != name) continue;
        return fail(ErrorCode::conflict,
                    "view \"" + std::string(name) + "\" can't be " + std::string(what) + ": view \"" +
                        known.record.name + "\" reads it",
                    "", "drop \"" + known.record.name + "\" first");
    }
    return {};
}

// Each round, what shards have given is merged, and what that ends is given on: as many rounds as views can stand over
// one another.
Result<> ViewEngine::hand_pieces_on() {
    std::size_t rounds = 0;
    {
        std::lock_guard lock(mutex_);
        rounds = static_cast<std::size_t>(
            std::ranges::count_if(views_, [](const auto& view) { return view.second.view->plan.over.has_value(); }));
    }
    for (; rounds > 0; --rounds) SF_TRY(on_shards([](engine::Shard&, std::size_t) {}));
    return {};
}

// While readers stand still and no piece is on its way: every shard has ended the same windows of the view that is
// read. There the new one begins. Two checkpoints have it before it is said to be made, as the store may fall back to
// the one before the last.
Result<ViewEngine::Known> ViewEngine::begin_over(ViewRecord record, engine::ViewPtr planned, const Known* instead_of,
                                                 Filled* filled) {
    const std::string& read = planned->plan.over->view;
    const auto source = known(read);
    SF_ASSIGN(const bool lost, store_.is_lost(read));
    if (!source || lost)
        return fail(ErrorCode::unavailable, "view \"" + read + "\" is being computed again", "",
                    "repeat the request later");
    record.starts.clear();
    record.whole_after = engine::kTimeMin;
    Known made{std::move(record), std::move(planned)};
    const std::string& name = made.record.name;
    (void)catch_up(options_.catch_up_patience);
    Result<> kept;
    const auto hand_to_shards = [&](const std::vector<Reached>&) -> Result<> {
        SF_TRY(hand_pieces_on());
        std::vector<engine::WindowIndex> places(shards_.size());
        SF_TRY(on_shards(
            [&](engine::Shard& shard, std::size_t i) { places[i] = shard.settled_before(source->view->number); }));
        if (filled != nullptr) SF_TRY(fill_from_rows(made.view, *source->view, places, *filled));
        if (instead_of != nullptr) {
            SF_TRY(store_.set_lost(name, true));
            SF_TRY(store_.put(made.record));
            SF_TRY(on_shards([&](engine::Shard& shard, std::size_t) { shard.remove(instead_of->view->number); }));
        }
        kept = forget_rows(name);
        return on_shards([&](engine::Shard& shard, std::size_t i) {
            if (filled == nullptr) return shard.add(made.view, places);
            engine::Shard& from = *filled->shards[i];
            from.emit_now(made.view->number);
            engine::Emitted given = from.take();
            shard.adopt(made.view, from, std::move(given));
        });
    };
    SF_TRY(between_records(hand_to_shards, [&](engine::PartialFold& fold) {
        if (instead_of != nullptr) fold.remove(instead_of->view->number);
    }));
    if (kept) kept = checkpoint_all();
    return finish_begin(std::move(made), instead_of, std::move(kept));
}

// As if all its rows came in one piece.
Result<> ViewEngine::fill_from_rows(const engine::ViewPtr& view, const engine::View& source,
                                    const std::vector<engine::WindowIndex>& places, Filled& filled) {
    SF_TRY(store_emitted());
    SF_ASSIGN(std::vector<models::MetricPoint> rows,
              points_.latest_points(source.plan.name, {.limit = kRowsReadMax + 1}));
    if (rows.size() > kRowsReadMax)
        return fail(ErrorCode::invalid_input, "view \"" + source.plan.name + "\" has too many rows to fill a view from",
                    "more than " + std::to_string(kRowsReadMax), "keep fewer of them, or let the view begin empty");
    const engine::WindowIndex before = std::ranges::min(places);
    std::erase_if(rows, [&](const models::MetricPoint& row) {
        return !row.final || row.deleted || !row.window_end ||
               source.grid.first_window_ending_after(to_micros(*row.window_end) - 1) >= before;
    });
    filled.rows = rows.size();
    const std::vector<engine::Partials> partials = engine::ViewRowFold(view).fold(rows);
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto shard = std::make_unique<engine::Shard>(
            engine::ShardOptions{.index = i, .shards = options_.shards, .partitions = options_.partitions});
        shard->add(view, std::vector<engine::WindowIndex>(places.size(), engine::kNothingSettled));
        for (std::size_t from = 0; from < places.size(); ++from)
            shard->merge(engine::SettledPiece{.view = view->number,
                                              .shard = from,
                                              .before = places[from],
                                              .partials = from == 0 ? partials : std::vector<engine::Partials>()});
        filled.shards.push_back(std::move(shard));
    }
    return {};
}

}  // namespace sf::analytics
