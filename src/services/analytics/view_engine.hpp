// Runs the views: readers, shards, checkpoints, and how views come and go. README.md has the threads.
#pragma once

#include "base/clock.hpp"
#include "database/checkpoint_store.hpp"
#include "database/document_store.hpp"
#include "database/event_store.hpp"
#include "database/point_store.hpp"
#include "engine/sharing.hpp"
#include "messaging/log.hpp"
#include "services/analytics/function_store.hpp"
#include "services/analytics/partition_reader.hpp"
#include "services/analytics/point_publisher.hpp"
#include "services/analytics/shard_runner.hpp"
#include "services/analytics/table_store.hpp"
#include "services/analytics/view_diff.hpp"
#include "services/analytics/view_store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace sf::analytics {

struct ViewEngineOptions {
    std::string topic = "events";
    messaging::Partition partitions = 1;
    std::size_t shards = 1;  // Fixed when a data directory is first used; what it holds then counts.
    std::chrono::milliseconds checkpoint_interval = std::chrono::seconds{10};
    std::uint64_t late_listed_max = 100'000;
    std::uint64_t early_rows_max = 20'000;  // A second, of all views; 0: no limit.
    std::chrono::milliseconds catch_up_patience = std::chrono::seconds{2};

    /// Waits until the point store has every row that is durable; false if it has not after the patience.
    std::function<bool(std::chrono::milliseconds)> points_stored;

    /// Told how long after a record was appended its rows went out. On the threads of shards. May be empty.
    std::function<void(std::chrono::microseconds)> on_rows;
};

/// A view and how it fares.
struct ViewStatus {
    ViewRecord record;
    engine::ViewPtr view;
    engine::ViewCounters counters;
    std::optional<Timestamp> watermark;  // None before the first event of every partition.
    std::size_t groups = 0;
    std::size_t pieces = 0;  // Panes, or sessions.
    std::size_t state_bytes = 0;
    engine::Shard::Rates rates;  // A second, of late.
};

/// And how it is computed.
struct ViewExplanation {
    ViewStatus status;
    engine::Sharing sharing;
    std::vector<std::string> chain;  // Of a view over a view: the one that it reads, the one that that reads, ...
    std::optional<Duration> lag;     // How far the watermark is behind the clock.
    std::uint64_t late_listed_max = 0;
};

/// A reference table and how it fares.
struct TableStatus {
    std::string name;
    std::string sql;
    sql::TableDefinition definition;
    std::size_t rows = 0;
    std::size_t bytes = 0;
    Timestamp loaded_at;             // Its rows; when it was made, where it has none yet.
    std::vector<std::string> views;  // That look rows of it up.
};

/// A function in SQL and who calls it.
struct FunctionStatus {
    sql::UserFunctionPtr function;
    Timestamp created_at;
    bool aggregates = false;                  // It is one: there are some in its body.
    std::vector<std::string> views = {};      // That were made with it.
    std::vector<std::string> functions = {};  // In whose bodies it is called.
};

class History;  // A view computed from stored events.

/// What a view is made of.
struct ViewDefinition {
    std::string sql;
    std::string rule = {};  // The processing rule that the statement was made of, as JSON; empty if it was written.
    bool enabled = true;    // False: it is kept and does not run. For rules.
    bool built_in = false;
};

/// A view as other parts know it.
struct ViewSummary {
    database::ViewTable table;
    std::string identity;  // Another one with every definition and every backfill.
    bool built_in = false;
};

/// Any thread; calls block and are made one at a time where they change something.
class ViewEngine {
public:
    ViewEngine(ViewEngineOptions options, messaging::Log& log, database::DocumentStore& documents,
               database::CheckpointStore& checkpoints, database::EventStore& events, database::PointStore& points,
               const Clock& clock);
    ~ViewEngine();

    /// Restores what the last checkpoint and the log have. The topics exist.
    [[nodiscard]] Result<> start();
    void stop();  // Idempotent.

    /// Plans the statement and starts the view, from the next event on. `conflict` if there is one of that name; when
    /// it returns the view outlives any crash. No status of one that is not enabled.
    [[nodiscard]] Result<std::optional<ViewStatus>> create(const ViewDefinition& definition);

    /// The view gets this definition and begins anew: its rows so far are dropped. Goes on where the text is the
    /// same. `invalid_input` if the statement names another view, `conflict` if one of both is a rule's and the other
    /// is not.
    [[nodiscard]] Result<std::optional<ViewStatus>> replace(std::string_view name, const ViewDefinition& definition);

    [[nodiscard]] Result<> drop(std::string_view name);

    /// Computes the view anew over all stored events, or over the stored rows of the view that it reads, then goes on
    /// with live ones. Returns how many events, or rows, were read.
    [[nodiscard]] Result<std::uint64_t> backfill(std::string_view name, std::stop_token stop);

    /// Runs the definition beside the view that it is to replace, as view "NAME@next"; one that is there already is
    /// replaced. With `backfill` it is computed from all stored events first.
    [[nodiscard]] Result<ViewStatus> shadow(std::string_view name, const ViewDefinition& definition, bool backfill,
                                            std::stop_token stop);
    [[nodiscard]] Result<> drop_shadow(std::string_view name);

    /// What differs between the rows of a view and its shadow, in the windows that are final in both.
    [[nodiscard]] Result<ViewDiff> diff(std::string_view name, std::size_t samples_max);

    /// The shadow takes the place of the view, with its state and rows. Readers find either the old or the new row of
    /// each identity all the time; rows that the shadow does not have get tombstones.
    [[nodiscard]] Result<ViewStatus> promote(std::string_view name);

    /// What a statement means, with the reference tables, functions and views that there are, and the functions and
    /// views that statements make, each in its order.
    [[nodiscard]] Result<sql::ViewPlan> plan(const std::string& sql, std::span<const std::string> functions = {},
                                             std::span<const std::string> views = {}) const;

    /// What a view's statement means, with the functions that it was made with.
    [[nodiscard]] Result<sql::ViewPlan> plan_of(const ViewRecord& record) const;

    // Functions in SQL: view_engine_functions.cpp. A view keeps the definitions that it was made with.
    /// `conflict` if there is another one of the name and the statement does not replace it, or if a function that
    /// calls it could not any more.
    [[nodiscard]] Result<FunctionStatus> create_function(const std::string& sql);
    [[nodiscard]] Result<> drop_function(std::string_view name);
    [[nodiscard]] Result<std::vector<FunctionStatus>> functions();
    [[nodiscard]] Result<FunctionStatus> find_function(std::string_view name);

    /// As create_function() would, with the functions that statements make besides.
    [[nodiscard]] Result<sql::UserFunctionPtr> check_function(const std::string& sql,
                                                              std::span<const std::string> functions) const;

    // Reference tables: view_engine_tables.cpp. Views meet the rows of a load from the next event on.
    [[nodiscard]] Result<TableStatus> create_table(const std::string& sql);
    [[nodiscard]] Result<TableStatus> load_table(std::string_view name, const std::string& csv);
    [[nodiscard]] Result<> drop_table(std::string_view name);
    [[nodiscard]] std::vector<TableStatus> tables() const;
    [[nodiscard]] Result<TableStatus> find_table(std::string_view name) const;

    // Both with everything that was durable when they were called, as far as the patience reaches.
    [[nodiscard]] std::vector<ViewStatus> list();
    [[nodiscard]] Result<ViewStatus> find(std::string_view name);
    [[nodiscard]] Result<ViewExplanation> explain(std::string_view name);

    /// The latest rows, with everything that was durable when it was called (or as far as the patience reaches), and
    /// the view's watermark.
    struct Rows {
        std::vector<models::MetricPoint> points;
        std::optional<Timestamp> watermark;
    };
    [[nodiscard]] Result<Rows> rows(std::string_view name, const database::PointFilter& filter);

    /// Waits until every row that is due for what is durable now is durable itself. False if it is not after the
    /// patience.
    [[nodiscard]] bool wait_emitted(std::chrono::milliseconds patience);

    /// Quick, unlike list().
    [[nodiscard]] std::vector<ViewSummary> summaries();

    /// Everything below this in a partition is merged by all shards.
    [[nodiscard]] messaging::Offset next_offset(messaging::Partition partition) const;

    /// Durable records that are not merged yet: views have not seen their events.
    [[nodiscard]] std::uint64_t lag() const;

    /// The log of events may be trimmed below this.
    [[nodiscard]] messaging::Offset trim_floor(messaging::Partition partition) const;

    /// What stopped a part for good; for health.
    [[nodiscard]] std::optional<Error> failure() const;
    [[nodiscard]] std::uint64_t points_emitted() const { return publisher_.points(); }
    [[nodiscard]] std::uint64_t checkpoints_failed() const;

private:
    struct Known {
        ViewRecord record;
        engine::ViewPtr view;
    };
    struct Planned {
        sql::ViewPlan plan;
        std::vector<std::string> functions;  // The statements of those that it calls.
    };
    struct TimedPlan {
        engine::ViewPtr view;
        std::map<engine::Partition, engine::Offset> starts;  // It holds from here on.
    };
    class LogHold {
    public:
        explicit LogHold(ViewEngine& engine);
        ~LogHold();

    private:
        ViewEngine& engine_;
    };

    [[nodiscard]] Result<> fix_shards();
    [[nodiscard]] Result<std::uint32_t> take_over(std::size_t shard, std::uint32_t above);
    [[nodiscard]] Result<std::vector<std::uint32_t>> take_over_all();
    [[nodiscard]] Result<> start_shards(std::vector<engine::ViewPtr>& views);
    [[nodiscard]] std::unique_ptr<ShardRunner> make_shard(std::size_t index, std::uint32_t epoch);
    [[nodiscard]] Result<> check_log(const engine::Shard& shard) const;
    void compute_again(const std::stop_token& stop);
    [[nodiscard]] Result<> find_unconfirmed();
    void settle_rows(const std::vector<messaging::Offset>& ends, const std::stop_token& stop);
    [[nodiscard]] Result<> start_readers(const std::vector<engine::ViewPtr>& views);
    [[nodiscard]] Result<engine::ViewPtr> make_view(const ViewRecord& record);
    [[nodiscard]] Result<std::vector<TimedPlan>> plans_of(const Known& known) const;
    [[nodiscard]] Result<std::vector<Known>> views_with_table(std::string_view table) const;
    [[nodiscard]] TableStatus table_status(const TableRecord& record) const;
    [[nodiscard]] std::vector<Known> all_known() const;
    [[nodiscard]] Result<Planned> plan_new(const std::string& sql) const;
    [[nodiscard]] Result<sql::ViewPlan> plan_with(const ViewRecord& record, const sql::TableCatalog& tables) const;
    [[nodiscard]] Result<engine::ViewPtr> planned_with(const Known& known, const sql::TableCatalog& tables) const;
    [[nodiscard]] Result<> check_function_in(const sql::UserFunction& function,
                                             const sql::FunctionCatalog& others) const;
    struct FunctionUse {
        bool aggregates = false;
        AskedFunctions calls;
    };
    [[nodiscard]] std::map<std::string, FunctionUse> function_uses() const;
    [[nodiscard]] Result<FunctionStatus> function_status(std::string_view name,
                                                         const std::map<std::string, FunctionUse>& uses);
    [[nodiscard]] ViewRecord record_of(const ViewDefinition& definition, Planned& planned, const std::string& name);
    [[nodiscard]] Result<std::optional<ViewStatus>> make(ViewRecord record, const Known* instead_of);
    struct Reached {  // By the reader of a partition.
        messaging::Offset next;
        engine::PartitionTime time;
    };
    [[nodiscard]] Result<> between_records(const std::function<Result<>(const std::vector<Reached>&)>& work,
                                           const std::function<void(engine::PartialFold&)>& change);
    [[nodiscard]] Result<> check_made_alike(std::string_view name, const ViewDefinition& definition) const;
    [[nodiscard]] Result<Known> begin(ViewRecord record, const Known* instead_of, History* history);
    [[nodiscard]] Result<Known> finish_begin(Known made, const Known* instead_of, Result<> kept);

    // Views over views: view_engine_over.cpp.
    class KnownViews;
    [[nodiscard]] Result<> plan_all(const std::vector<ViewRecord>& records);
    struct Filled {
        std::vector<std::unique_ptr<engine::Shard>> shards;  // None: it begins empty.
        std::uint64_t rows = 0;
    };
    [[nodiscard]] Result<Known> begin_over(ViewRecord record, engine::ViewPtr planned, const Known* instead_of,
                                           Filled* filled);
    [[nodiscard]] Result<> fill_from_rows(const engine::ViewPtr& view, const engine::View& source,
                                          const std::vector<engine::WindowIndex>& places, Filled& filled);
    [[nodiscard]] Result<> hand_pieces_on();
    [[nodiscard]] Result<> check_not_read(std::string_view name, std::string_view what) const;
    [[nodiscard]] std::vector<std::string> chain_of(const engine::View& view) const;
    [[nodiscard]] Result<> forget_rows(std::string_view name);
    [[nodiscard]] Result<> end_and_forget(std::string_view name);
    [[nodiscard]] Result<std::vector<models::MetricPoint>> all_rows(const std::string& name);
    [[nodiscard]] Result<> store_emitted();
    [[nodiscard]] Result<> take_place(const Known* old, const Known& shadow, const Known& made);
    [[nodiscard]] Result<DiffSide> diff_side(const Known& known);
    [[nodiscard]] Result<> on_shards(const std::function<void(engine::Shard&, std::size_t)>& command);
    void end(const engine::ViewPtr& view);
    [[nodiscard]] Result<> checkpoint_all();
    [[nodiscard]] ViewStatus status(const Known& known);
    [[nodiscard]] static database::ViewTable table_of(const Known& known);
    [[nodiscard]] std::optional<Known> known(std::string_view name) const;
    void announce_tables();
    void announce_reference_tables();
    void announce_functions();
    bool catch_up(std::chrono::milliseconds patience);
    [[nodiscard]] std::string new_identity(std::string_view name);

    [[nodiscard]] Result<> hand_over(History& history, Known& known);

    ViewEngineOptions options_;
    messaging::Log& log_;
    database::EventStore& events_;
    database::PointStore& points_;
    database::CheckpointStore& checkpoints_;
    const Clock& clock_;
    ViewStore store_;
    mutable std::mutex tables_mutex_;  // Inside change_mutex_ where both are taken.
    TableStore tables_;                // Under tables_mutex_.
    FunctionStore functions_;          // Under tables_mutex_.
    PointPublisher publisher_;
    UnconfirmedRows unconfirmed_;
    std::vector<std::unique_ptr<ShardRunner>> shards_;
    std::vector<std::unique_ptr<PartitionReader>> readers_;
    bool running_ = false;

    std::stop_source stopping_;
    std::jthread computing_again_;
    std::jthread settling_;  // Rows that are in doubt after a crash.

    std::mutex change_mutex_;  // One change of the views at a time.
    mutable std::mutex mutex_;
    std::map<std::string, Known, std::less<>> views_;  // Under mutex_.
    std::map<std::string, ViewRecord, std::less<>>
        unplanned_;  // Stored, but do not run: disabled, or not planned any more. Under change_mutex_.
    std::vector<messaging::Offset> held_;  // Under mutex_: the log stays from here on. May be empty.
    engine::ViewNumber next_number_ = 1;   // Under change_mutex_.
    UuidGenerator ids_;                    // Under change_mutex_.
};

}  // namespace sf::analytics
