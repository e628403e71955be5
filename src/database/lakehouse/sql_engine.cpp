#include "database/lakehouse/sql_engine.hpp"

#include "base/file.hpp"
#include "base/logging.hpp"
#include "database/lakehouse/duck.hpp"
#include "database/lakehouse/live_scan.hpp"
#include "database/lakehouse/parquet_writer.hpp"
#include "database/lakehouse/points/json_functions.hpp"
#include "database/lakehouse/query/aggregators.hpp"
#include "database/lakehouse/query/evaluators.hpp"
#include "database/lakehouse/query/query_tables.hpp"
#include "database/lakehouse/query/reference_scan.hpp"
#include "database/lakehouse/query/vector_columns.hpp"
#include "database/lakehouse/result_json.hpp"
#include "database/lakehouse/sql_error.hpp"
#include "database/lakehouse/sql_gate.hpp"
#include "engine/aggregate.hpp"
#include "sql/query_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace sf::database {

using namespace std::chrono_literals;

namespace {

std::vector<ResultJson::Column> shown_columns(const sql::QueryText& query) {
    std::vector<ResultJson::Column> columns;
    for (const sql::QueryText::Column& column : query.columns) {
        columns.push_back({column.name, std::string(sql::to_string(column.type)), column.open_scale, column.as_text});
    }
    return columns;
}

}  // namespace

// A DuckDB that may read one folder and nothing else, with its connections. Settings of a connection can't be made once
// the configuration is locked, so all connections are made before.
class SqlEngine::Instance {
public:
    [[nodiscard]] static Result<std::shared_ptr<Instance>> open(const SqlEngineOptions& options);

    [[nodiscard]] duck::Connection take() {
        std::lock_guard lock(mutex_);
        duck::Connection connection;
        if (!connections_.empty()) {
            connection = std::move(connections_.back());
            connections_.pop_back();
        }
        return connection;
    }
    void give_back(duck::Connection connection) {
        std::lock_guard lock(mutex_);
        connections_.push_back(std::move(connection));
    }

    [[nodiscard]] LiveScan& scan() { return *scan_; }
    [[nodiscard]] PointScan& point_scan() { return *point_scan_; }
    [[nodiscard]] ReferenceScan& reference_scan() { return *reference_scan_; }
    [[nodiscard]] Evaluators& evaluators() { return evaluators_; }
    [[nodiscard]] Aggregators& aggregators() { return aggregators_; }

    std::atomic<bool> broken{false};

private:
    std::shared_ptr<LiveScan> scan_ = std::make_shared<LiveScan>();  // Shared with its registration in database_.
    std::shared_ptr<PointScan> point_scan_ = std::make_shared<PointScan>();  // The same.
    std::shared_ptr<ReferenceScan> reference_scan_ = std::make_shared<ReferenceScan>();
    Aggregators aggregators_;  // The same as:
    Evaluators evaluators_;    // Outlives database_, which calls it.
    duck::Database database_;
    std::mutex mutex_;
    std::vector<duck::Connection> connections_;  // Under mutex_. Destroyed before the database.
};

Result<std::shared_ptr<SqlEngine::Instance>> SqlEngine::Instance::open(const SqlEngineOptions& options) {
    auto instance = std::make_shared<Instance>();
    SF_ASSIGN(instance->database_, duck::open_database());
    for (unsigned i = 0; i < options.queries_max; ++i) {
        SF_ASSIGN(duck::Connection connection, duck::connect(instance->database_));
        SF_TRY(duck::execute(connection, "SET errors_as_json = true"));
        instance->connections_.push_back(std::move(connection));
    }
    const duck::Connection& first = instance->connections_.front();
    SF_TRY(instance->scan_->install(first));
    SF_TRY(instance->point_scan_->install(first));
    SF_TRY(instance->reference_scan_->install(first));
    SF_TRY(install_json_functions(first));
    SF_TRY(instance->evaluators_.install(first));
    SF_TRY(instance->aggregators_.install(first));
    std::string folders;
    for (const std::filesystem::path& folder : options.folders) {
        folders += (folders.empty() ? "" : ", ") + duck::quoted(std::filesystem::absolute(folder).string());
    }
    for (const std::string& setting : {
             fmt::format("memory_limit = '{}B'", options.memory_bytes),
             fmt::format("threads = {}", options.threads),
             fmt::format("temp_directory = {}", duck::quoted(std::filesystem::absolute(options.temporary).string())),
             fmt::format("max_temp_directory_size = '{}B'", options.spill_bytes),
             std::string("TimeZone = 'UTC'"),
             std::string("preserve_insertion_order = true"),
             // Its memory would be that of other queries and of ingestion; the kernel's page cache serves as well.
             std::string("enable_external_file_cache = false"),
             std::string("autoinstall_known_extensions = false"),
             std::string("autoload_known_extensions = false"),
             std::string("allow_community_extensions = false"),
             std::string("allow_unsigned_extensions = false"),
             std::string("allow_persistent_secrets = false"),
             fmt::format("allowed_directories = [{}]", folders),
             std::string("enable_external_access = false"),
             std::string("lock_configuration = true"),
         }) {
        SF_TRY(duck::execute(first, "SET GLOBAL " + setting));
    }
    return instance;
}

// Ends a query from outside: at its deadline, when asked to stop, or when it is evicted. Keeps interrupting until the
// query has noticed, since DuckDB forgets an interrupt that comes between two statements.
class SqlEngine::Watch {
public:
    Watch(duckdb_connection connection, Deadline deadline, std::stop_token stop)
        : connection_(connection), deadline_(deadline), stop_(std::move(stop)), thread_([this] { watch(); }) {}
    ~Watch() {
        {
            std::lock_guard lock(mutex_);
            done_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    void end(ErrorCode reason) {
        {
            std::lock_guard lock(mutex_);
            if (!reason_) reason_ = reason;
        }
        changed_.notify_all();
    }

    /// Why the query was ended, if it was.
    [[nodiscard]] std::optional<ErrorCode> reason() {
        std::lock_guard lock(mutex_);
        return reason_;
    }

private:
    void watch() {
        const std::stop_callback on_stop(stop_, [this] { end(ErrorCode::cancelled); });
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, deadline_, [this] { return done_ || reason_; });
        if (!done_ && !reason_) reason_ = ErrorCode::timed_out;
        while (!done_) {
            duckdb_interrupt(connection_);
            changed_.wait_for(lock, 5ms, [this] { return done_; });
        }
    }

    duckdb_connection connection_;
    const Deadline deadline_;
    const std::stop_token stop_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;                // Under mutex_.
    std::optional<ErrorCode> reason_;  // Under mutex_.
    std::thread thread_;               // Last: runs on all of the above.
};

// One query on one connection.
class SqlEngine::Session {
public:
    Session(SqlEngine& engine, std::shared_ptr<Instance> instance, duck::Connection connection,
            const QueryLimits& limits, std::stop_token stop)
        : engine_(engine),
          instance_(std::move(instance)),
          connection_(std::move(connection)),
          limits_(limits),
          watch_(std::in_place, connection_.get(), std::chrono::steady_clock::now() + limits.time_max,
                 std::move(stop)) {
        std::lock_guard lock(engine_.mutex_);
        ++engine_.sessions_;
        engine_.watches_.push_back(&*watch_);
        if (engine_.stopped_) watch_->end(ErrorCode::unavailable);
    }
    ~Session() {
        {
            std::lock_guard lock(engine_.mutex_);
            std::erase(engine_.watches_, &*watch_);
        }
        watch_.reset();  // No interrupt of ours may reach the connection's next query.
        drop_point_tables();
        instance_->give_back(std::move(connection_));
        std::lock_guard lock(engine_.mutex_);
        --engine_.sessions_;
        engine_.idle_.notify_all();
    }

    Result<QueryResult> run(const sql::QueryText& query, std::int64_t number, EventCatalog& catalog,
                            PointTables& point_tables, const ViewTables& views, const ReferenceTables& references) {
        const std::string& sql = query.text;
        sql_ = &sql;
        const EventSnapshot snapshot = catalog.snapshot();
        duck::Extracted statements;
        const idx_t count = duckdb_extract_statements(connection_.get(), sql.c_str(), statements.out());
        if (count == 0) {
            const char* text = duckdb_extract_statements_error(statements.get());
            if (!text) return fail(ErrorCode::invalid_input, "the query is empty");
            return fail(refused(text));
        }
        if (count > 1)
            return fail(ErrorCode::invalid_input, "a query is one statement, this is " + std::to_string(count));
        SF_ASSIGN(const SqlTables tables, check_tree());
        const std::uint64_t connection = duck::connection_id(connection_);
        const ShownHere evaluations(instance_->evaluators().expressions, connection,
                                    make_evaluations(query.expressions));
        const ShownHere aggregates(instance_->aggregators().calls, static_cast<std::uint64_t>(number),
                                   std::make_shared<const AggregateCalls>(query.aggregates));
        const ShownSnapshot shown(instance_->scan(), connection, snapshot.live);
        SF_TRY(make_view(snapshot));
        const PointQuery points = point_tables.query(tables, views);
        const ShownHere shown_points(instance_->point_scan().points, connection, points.snapshot.live);
        const ShownHere shown_late(instance_->point_scan().late_events, connection, points.snapshot.late);
        SF_TRY(make_point_tables(points));
        const ReferenceRows mentioned = mentioned_tables(tables, views, references);
        const ShownHere shown_references(instance_->reference_scan(), connection,
                                         std::make_shared<const ReferenceRows>(mentioned));
        SF_TRY(make_reference_tables(mentioned));
        duck::Prepared prepared;
        if (duckdb_prepare_extracted_statement(connection_.get(), statements.get(), 0, prepared.out()) !=
            DuckDBSuccess) {
            return fail(refused(duckdb_prepare_error(prepared.get())));
        }
        if (duckdb_prepared_statement_type(prepared.get()) != DUCKDB_STATEMENT_TYPE_SELECT) {
            return fail(ErrorCode::invalid_input, "only SELECT is allowed: queries are read-only");
        }
        if (duckdb_nparams(prepared.get()) > 0) return fail(ErrorCode::invalid_input, "a query has no parameters");
        return fetch(prepared, query);
    }

private:
    // The gate: what the text says, before anything of it is bound.
    Result<SqlTables> check_tree() {
        duck::Prepared prepared;
        if (duckdb_prepare(connection_.get(), "SELECT json_serialize_sql($1::VARCHAR)", prepared.out()) !=
                DuckDBSuccess ||
            duckdb_bind_varchar_length(prepared.get(), 1, sql_->data(), sql_->size()) != DuckDBSuccess) {
            return fail(refused(duckdb_prepare_error(prepared.get())));
        }
        duck::Output output;
        if (duckdb_execute_prepared(prepared.get(), output.get()) != DuckDBSuccess) {
            return fail(refused(duckdb_result_error(output.get())));
        }
        const duck::Chunk chunk(duckdb_fetch_chunk(*output.get()));
        if (!chunk) return fail(ErrorCode::internal, "the query's syntax tree is missing");
        auto* tree =
            static_cast<duckdb_string_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk.get(), 0)));
        const std::string_view text(duckdb_string_t_data(tree), duckdb_string_t_length(*tree));
        if (text.starts_with(R"({"error":true)")) {
            // It parsed before, so it is no error of syntax: it is no SELECT, or one that changes something on its way
            // (PIVOT).
            return fail(ErrorCode::invalid_input, "only a plain SELECT is allowed: queries are read-only", "",
                        "a PIVOT needs its values named: PIVOT ... ON column IN (...)");
        }
        return check_sql_tree(*sql_, text);
    }

    Result<> make_view(const EventSnapshot& snapshot) {
        const std::string live = fmt::format("SELECT {} FROM {}()", kEventColumns, LiveScan::kFunction);
        const std::string stored = fmt::format("SELECT {} FROM {}", kEventColumns, parquet_list(snapshot.files));
        std::string view = "CREATE OR REPLACE TEMP VIEW events AS ";
        // Without a UNION where one side is empty: DuckDB then answers more from the files' own statistics.
        if (snapshot.files.empty()) {
            view += live;
        } else if (snapshot.live->empty()) {
            view += stored;
        } else {
            view += live + " UNION ALL " + stored;
        }
        return execute(view);
    }

    // Statements of our own: where they fail it is not the query's fault.
    Result<> execute(const std::string& statement) {
        duck::Output output;
        if (duckdb_query(connection_.get(), statement.c_str(), output.get()) == DuckDBSuccess) return {};
        Error error = refused(duckdb_result_error(output.get()));
        if (error.code == ErrorCode::invalid_input)
            error = {ErrorCode::corrupt, "stored events can't be read", error.message, ""};
        return fail(std::move(error));
    }

    Result<> make_point_tables(const PointQuery& points) {
        for (const PointQuery::Table& table : points.tables) {
            const std::string name = quoted_name(table.name);
            SF_TRY(execute(fmt::format("CREATE OR REPLACE TEMP VIEW {} AS {}", name, table.select)));
            point_tables_.push_back(name);
        }
        return {};
    }

    static ReferenceRows mentioned_tables(const SqlTables& tables, const ViewTables& views,
                                          const ReferenceTables& references) {
        ReferenceRows mentioned;
        for (const std::string& name : tables.names) {
            const auto found = references.find(name);
            if (found != references.end() && !views.contains(name)) mentioned.push_back(found->second);
        }
        return mentioned;
    }

    Result<> make_reference_tables(const ReferenceRows& tables) {
        for (std::size_t i = 0; i < tables.size(); ++i) {
            const std::string name = quoted_name(tables[i]->definition().name);
            SF_TRY(execute(fmt::format("CREATE OR REPLACE TEMP VIEW {} AS SELECT * FROM {}({})", name,
                                       ReferenceScan::kFunction, i)));
            point_tables_.push_back(name);
        }
        return {};
    }

    // The next query on this connection sees other rows, and perhaps other tables.
    void drop_point_tables() {
        for (const std::string& name : point_tables_)
            (void)duck::execute(connection_, "DROP VIEW IF EXISTS temp.main." + name);
    }

    Result<QueryResult> fetch(const duck::Prepared& prepared, const sql::QueryText& query) {
        SF_ASSIGN(ResultJson json, ResultJson::of(prepared.get(), shown_columns(query)));
        QueryResult result;
        result.columns = json.columns();
        result.rows_json = "[";
        // Streaming: DuckDB stops working when it is a few chunks ahead of us.
        duckdb_pending_result pending = nullptr;
        duck::Output output;
        const bool started = duckdb_pending_prepared_streaming(prepared.get(), &pending) == DuckDBSuccess &&
                             duckdb_execute_pending(pending, output.get()) == DuckDBSuccess;
        Error error;
        if (!started) {
            const char* text = duckdb_result_error(output.get());
            error = refused(text ? text : duckdb_pending_error(pending));
        }
        duckdb_destroy_pending(&pending);
        if (!started) return fail(std::move(error));
        while (true) {
            const duck::Chunk chunk(duckdb_fetch_chunk(*output.get()));
            const char* text = duckdb_result_error(output.get());
            if (text && *text) return fail(refused(text));
            if (const auto reason = watch_->reason()) return fail(ended(*reason));
            if (!chunk || duckdb_data_chunk_get_size(chunk.get()) == 0) break;
            if (!append(json, chunk, result)) break;
        }
        result.rows_json += ']';
        return result;
    }

    // False: a limit was reached.
    bool append(ResultJson& json, const duck::Chunk& chunk, QueryResult& result) const {
        json.bind(chunk.get());
        for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk.get()); ++row) {
            const std::size_t before = result.rows_json.size();
            if (limits_.rows_max && result.rows == *limits_.rows_max) {
                result.truncated = true;
                return false;
            }
            if (result.rows > 0) result.rows_json += ",\n";
            json.append_row(result.rows_json, row);
            if (result.rows_json.size() + 1 > limits_.bytes_max) {
                result.rows_json.resize(before);
                result.truncated = true;
                return false;
            }
            ++result.rows;
        }
        return true;
    }

    // What DuckDB said, as what the caller should do.
    Error refused(const char* text) {
        if (const auto reason = watch_->reason()) return ended(*reason);
        const DuckError error = parse_duck_error(text ? text : "no message");
        if (error.type == "FATAL" || error.type == "INTERNAL" || error.type == "Fatal" || error.type == "Internal" ||
            error.message.find("database has been invalidated") != std::string::npos) {
            logging::error("a query broke the query engine, which is started anew", {{"error", error.message}});
            instance_->broken = true;
            return {ErrorCode::internal, "the query engine failed on this query", error.message, ""};
        }
        if (error.type == "Out of Memory") {
            return {ErrorCode::invalid_input, "the query needs more memory than a query may have",
                    fmt::format("the limit for all queries together is {} MiB", engine_.options_.memory_bytes >> 20),
                    "narrow it: fewer columns, groups or rows; QUERY_MEMORY is the setting"};
        }
        if (error.type == "IO") return {ErrorCode::corrupt, "stored events can't be read", error.message, ""};
        // DuckDB's own words are those of a cast between two scales, as in a UNION.
        if (error.message == kNumericTooLong || (error.message.find("to type DECIMAL(") != std::string::npos &&
                                                 error.message.find("out of range") != std::string::npos)) {
            return {ErrorCode::invalid_input, kNumericTooLong, "",
                    "cast it to a numeric of few digits behind the point, such as numeric(38,2)"};
        }
        // Places in the text that DuckDB has are none in the query's own.
        return {ErrorCode::invalid_input, error.message, "", ""};
    }

    Error ended(ErrorCode reason) const {
        switch (reason) {
            case ErrorCode::timed_out:
                return {reason, fmt::format("the query took longer than {}", format_duration(limits_.time_max)), "",
                        "narrow it by time or type, or allow it more time"};
            case ErrorCode::cancelled: return {reason, "the query was cancelled", "", ""};
            default:
                return {reason, "the query was ended: its memory is needed for new events", "",
                        "try again in a moment"};
        }
    }

    SqlEngine& engine_;
    std::shared_ptr<Instance> instance_;
    duck::Connection connection_;
    const QueryLimits limits_;
    const std::string* sql_ = nullptr;
    std::vector<std::string> point_tables_;  // Made for this query, in quotes.
    std::optional<Watch> watch_;
};

SqlEngine::SqlEngine(SqlEngineOptions options) : options_(std::move(options)) {}
SqlEngine::~SqlEngine() { stop(); }

Result<> SqlEngine::start() {
    std::error_code ignored;  // Left by a crash; DuckDB makes it anew where it needs it.
    std::filesystem::remove_all(options_.temporary, ignored);
    SF_TRY(make_folders(options_.temporary));
    SF_ASSIGN(std::shared_ptr<Instance> opened, Instance::open(options_));
    std::lock_guard lock(mutex_);
    instance_ = std::move(opened);
    stopped_ = false;
    return {};
}

void SqlEngine::stop() {
    std::unique_lock lock(mutex_);
    stopped_ = true;
    for (Watch* watch : watches_) watch->end(ErrorCode::unavailable);
    idle_.wait(lock, [this] { return sessions_ == 0; });
    instance_.reset();
}

Result<std::shared_ptr<SqlEngine::Instance>> SqlEngine::instance() {
    std::lock_guard lock(mutex_);
    if (stopped_) return fail(ErrorCode::unavailable, "the event store is not running");
    if (instance_->broken) {
        SF_ASSIGN(instance_, Instance::open(options_));
    }
    return instance_;
}

Result<QueryResult> SqlEngine::run(const std::string& sql, const QueryLimits& limits, std::stop_token stop,
                                   EventCatalog& catalog, PointTables& points) {
    SF_TRY(check_sql_begin(sql));
    const std::shared_ptr<const ViewTables> views = points.views();
    const std::shared_ptr<const ReferenceTables> references = points.reference_tables();
    const std::shared_ptr<const sql::NamedFunctions> functions = points.functions();
    const std::int64_t number = next_number_.fetch_add(1, std::memory_order_relaxed);
    SF_ASSIGN(const sql::QueryText query,
              sql::query_for_duckdb(sql, QueryTables(views, references), engine::aggregate_catalog(),
                                    options_.clock->now(), *functions, number));
    SF_ASSIGN(const std::shared_ptr<Instance> on, instance());
    duck::Connection connection = on->take();
    if (!connection) {
        return fail(ErrorCode::overloaded, fmt::format("{} queries are running already", options_.queries_max), "",
                    "try again when one has ended");
    }
    Session session(*this, on, std::move(connection), limits, std::move(stop));
    return session.run(query, number, catalog, points, *views, *references);
}

void SqlEngine::evict() {
    std::lock_guard lock(mutex_);
    for (Watch* watch : watches_) watch->end(ErrorCode::unavailable);
}

std::uint64_t SqlEngine::running() {
    std::lock_guard lock(mutex_);
    return sessions_;
}

void SqlEngine::break_instance() {
    std::lock_guard lock(mutex_);
    if (instance_) instance_->broken = true;
}

}  // namespace sf::database
