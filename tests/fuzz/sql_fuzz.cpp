// The SQL front end: a statement that makes a view or a function, an expression over events, or an ad-hoc query. What
// can be planned of the first three is run over a few events, so that no plan breaks the evaluator or the engine; a
// query is written out for DuckDB.
#include "sample.hpp"

#include "engine/partial_fold.hpp"
#include "engine/shard.hpp"
#include "sql/evaluator.hpp"
#include "sql/plan/event_expression.hpp"
#include "sql/planner.hpp"
#include "sql/query_text.hpp"

#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace sf;

void run_view(const std::string& text, sql::ViewPlan plan) {
    const auto view =
        std::make_shared<const engine::View>(1, text, std::move(plan), std::map<engine::Partition, engine::Offset>{});
    engine::PartialFold fold(0, {});
    engine::Shard shard({.epoch = 1});
    fold.add(view);
    shard.add(view);
    shard.merge(*fold.fold(0, *fuzz::sample_batch()));
    shard.tick(1'800'000'000'000'000);
    shard.merge(*fold.flush(1));
    // No row of a view may be without a place to stand.
    for (const models::MetricPoint& point : shard.take().points) {
        if (point.view != view->plan.name || point.keys.empty()) std::abort();
    }
}

void run_expression(const sql::ExpressionPtr& expression) {
    const auto batch = fuzz::sample_batch();
    sql::EventEvaluator evaluator;
    const auto slot = evaluator.add(expression);
    evaluator.begin(*batch);
    const sql::Column& column = evaluator.column(slot);
    std::string out;
    for (std::size_t row = 0; row < batch->size(); ++row) sql::append_json(out, column, row);
}

// A function, and a view that calls it.
class OneFunction final : public sql::FunctionCatalog {
public:
    explicit OneFunction(sql::UserFunctionPtr function) : function_(std::move(function)) {}
    [[nodiscard]] sql::UserFunctionPtr function(std::string_view name) const override {
        return name == function_->name ? function_ : nullptr;
    }
    [[nodiscard]] std::vector<std::string> function_names() const override { return {function_->name}; }

private:
    sql::UserFunctionPtr function_;
};

void call_function(const std::string& text) {
    const auto function = sql::read_function(text);
    if (!function) {
        if (function.error().message.empty()) std::abort();
        return;
    }
    const OneFunction functions(*function);
    if (!sql::check_function(**function, engine::aggregate_catalog(), functions)) return;
    std::string arguments;
    for (const sql::FunctionParameter& parameter : (*function)->parameters)
        arguments += (arguments.empty() ? "" : ", ") + ("NULL::" + std::string(sql::to_string(parameter.type)));
    const std::string view = "CREATE MATERIALIZED VIEW v AS SELECT " + (*function)->name + "(" + arguments +
                             ") AS x, count(*) AS n FROM events";
    auto plan = sql::plan_view(view, engine::aggregate_catalog(), sql::no_tables(), functions);
    if (plan) run_view(view, std::move(*plan));
}

// Columns of most types; the name of the table is the one that statements of the corpus read.
class OneRelation final : public sql::RelationCatalog {
public:
    [[nodiscard]] const std::vector<sql::RelationColumn>* find(std::string_view table) const override {
        return table == "events" ? &columns_ : nullptr;
    }
    [[nodiscard]] std::vector<std::string> names() const override { return {"events"}; }

private:
    const std::vector<sql::RelationColumn> columns_ = {{"id", sql::Type::uuid},
                                                       {"type", sql::Type::text},
                                                       {"source", sql::Type::text},
                                                       {"timestamp", sql::Type::timestamptz},
                                                       {"received_at", sql::Type::timestamptz},
                                                       {"user_id", sql::Type::text},
                                                       {"tags", sql::kTextArray},
                                                       {"data", sql::Type::jsonb},
                                                       {"events", sql::Type::bigint},
                                                       {"ratio", sql::Type::double_precision},
                                                       {"amount", sql::Type::numeric},
                                                       {"price", sql::Type::numeric, 2},
                                                       {"day", sql::Type::date},
                                                       {"open", sql::Type::boolean},
                                                       {"took", sql::Type::interval}};
};

void write_query(const std::string& text) {
    const auto query = sql::query_for_duckdb(text, OneRelation(), engine::aggregate_catalog(),
                                             timestamp_from_micros(1'700'000'000'000'000));
    if (query ? query->text.empty() : query.error().message.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (auto plan = sql::plan_view(text, engine::aggregate_catalog())) run_view(text, std::move(*plan));
    else if (plan.error().message.empty()) std::abort();
    if (sql::makes_function(text)) call_function(text);
    if (const auto expression = sql::plan_event_expression(text)) run_expression(*expression);
    write_query(text);
    return 0;
}
