// Functions in SQL of the engine: how they are made, replaced and dropped, and which views were made with them.
#include "services/analytics/known_views.hpp"
#include "services/analytics/view_engine.hpp"
#include "sql/planner.hpp"

#include <algorithm>

namespace sf::analytics {
namespace {

Error no_such_function(std::string_view name) {
    return {ErrorCode::not_found, "there is no function \"" + std::string(name) + "\"", "",
            "streamflow functions list shows those that exist"};
}

// Whether a view was made with the function, or with one that calls it.
bool made_with(const ViewRecord& record, std::string_view function) {
    return std::ranges::any_of(record.functions, [&](const std::string& statement) {
        const auto read = sql::read_function(statement);
        return read && (*read)->name == function;
    });
}

}  // namespace

Result<sql::ViewPlan> ViewEngine::plan(const std::string& sql, std::span<const std::string> functions,
                                       std::span<const std::string> views) const {
    std::lock_guard lock(tables_mutex_);
    StatedFunctions all(functions_);
    SF_TRY(all.read(functions));
    KnownViews known(*this);
    const auto planned = [&](const std::string& statement) {
        return sql::plan_view(statement, engine::aggregate_catalog(), tables_.now(), all, known);
    };
    for (const std::string& statement : views) {
        SF_ASSIGN(sql::ViewPlan plan, planned(statement));
        known.state(std::move(plan));
    }
    return planned(sql);
}

Result<ViewEngine::Planned> ViewEngine::plan_new(const std::string& sql) const {
    std::lock_guard lock(tables_mutex_);
    const AskedFunctions asked(functions_);
    SF_ASSIGN(sql::ViewPlan plan,
              sql::plan_view(sql, engine::aggregate_catalog(), tables_.now(), asked, KnownViews(*this)));
    return Planned{std::move(plan), asked.statements()};
}

Result<sql::ViewPlan> ViewEngine::plan_of(const ViewRecord& record) const {
    std::lock_guard lock(tables_mutex_);
    return plan_with(record, tables_.now());
}

Result<sql::ViewPlan> ViewEngine::plan_with(const ViewRecord& record, const sql::TableCatalog& tables) const {
    StatedFunctions functions;
    SF_TRY(functions.read(record.functions));
    return sql::plan_view(record.sql, engine::aggregate_catalog(), tables, functions, KnownViews(*this));
}

// Those of the statements count as made, in their order.
Result<sql::UserFunctionPtr> ViewEngine::check_function(const std::string& sql,
                                                        std::span<const std::string> functions) const {
    SF_ASSIGN(sql::UserFunctionPtr function, sql::read_function(sql));
    std::lock_guard lock(tables_mutex_);
    StatedFunctions all(functions_);
    SF_TRY(all.read(functions));
    SF_TRY(check_function_in(*function, all));
    return function;
}

// Under tables_mutex_. Where it takes the place of another one, those that call it must go on as well.
Result<> ViewEngine::check_function_in(const sql::UserFunction& function, const sql::FunctionCatalog& others) const {
    StatedFunctions changed(others);
    changed.add(std::make_shared<const sql::UserFunction>(function));
    SF_TRY(sql::check_function(function, engine::aggregate_catalog(), changed));
    for (const auto& [name, record] : functions_.functions()) {
        const AskedFunctions asked(changed);
        if (name == function.name) continue;
        const auto still = sql::check_function(*record.function, engine::aggregate_catalog(), asked);
        if (!still && asked.has(function.name))
            return fail(ErrorCode::conflict, "function \"" + name + "\" calls it, and could not any more",
                        still.error().line(), "change or drop that one first");
    }
    return {};
}

Result<FunctionStatus> ViewEngine::create_function(const std::string& sql) {
    std::lock_guard change(change_mutex_);
    if (!running_) return fail(ErrorCode::unavailable, "the service is stopping");
    SF_ASSIGN(const sql::UserFunctionPtr function, sql::read_function(sql));
    std::lock_guard lock(tables_mutex_);
    const sql::UserFunctionPtr before = functions_.function(function->name);
    if (before != nullptr && before->sql != sql && !function->replaces)
        return fail(ErrorCode::conflict, "there is a function \"" + function->name + "\" already", "",
                    "CREATE OR REPLACE FUNCTION puts another one in its place");
    SF_TRY(check_function_in(*function, functions_));
    if (before == nullptr || before->sql != sql) SF_TRY(functions_.put(function, clock_.now()));
    announce_functions();
    return function_status(function->name, function_uses());
}

// Views have their own copies, so none would stop. It is kept for them to be made again from what was written.
Result<> ViewEngine::drop_function(std::string_view name) {
    std::lock_guard change(change_mutex_);
    std::lock_guard lock(tables_mutex_);
    if (functions_.function(name) == nullptr) return fail(no_such_function(name));
    SF_ASSIGN(const FunctionStatus status, function_status(name, function_uses()));
    if (!status.views.empty())
        return fail(ErrorCode::conflict, "view \"" + status.views.front() + "\" calls the function", "",
                    "drop the view first, or make it without the function");
    if (!status.functions.empty())
        return fail(ErrorCode::conflict, "function \"" + status.functions.front() + "\" calls the function", "",
                    "drop that one first");
    SF_TRY(functions_.remove(name));
    announce_functions();
    return {};
}

// Under tables_mutex_.
void ViewEngine::announce_functions() {
    auto named = std::make_shared<sql::NamedFunctions>();
    for (const auto& [name, record] : functions_.functions()) named->add(record.function);
    points_.set_functions(std::move(named));
}

// Under tables_mutex_. What each function calls, those that these call included.
std::map<std::string, ViewEngine::FunctionUse> ViewEngine::function_uses() const {
    std::map<std::string, FunctionUse> uses;
    for (const auto& [name, record] : functions_.functions()) {
        AskedFunctions asked(functions_);
        const auto aggregates = sql::check_function(*record.function, engine::aggregate_catalog(), asked);
        uses.emplace(name, FunctionUse{aggregates.value_or(false), std::move(asked)});
    }
    return uses;
}

// Under tables_mutex_. Views that are disabled count as well.
Result<FunctionStatus> ViewEngine::function_status(std::string_view name,
                                                   const std::map<std::string, FunctionUse>& uses) {
    const FunctionRecord& record = functions_.functions().find(name)->second;
    FunctionStatus status{.function = record.function, .created_at = record.created_at};
    for (const auto& [other, use] : uses) {
        if (other == name) status.aggregates = use.aggregates;
        else if (use.calls.has(name)) status.functions.push_back(other);
    }
    SF_ASSIGN(const std::vector<ViewRecord> views, store_.load());
    for (const ViewRecord& view : views) {
        if (made_with(view, name)) status.views.push_back(view.name);
    }
    return status;
}

Result<std::vector<FunctionStatus>> ViewEngine::functions() {
    std::vector<FunctionStatus> all;
    std::lock_guard lock(tables_mutex_);
    const std::map<std::string, FunctionUse> uses = function_uses();
    for (const auto& [name, record] : functions_.functions()) {
        SF_ASSIGN(FunctionStatus status, function_status(name, uses));
        all.push_back(std::move(status));
    }
    return all;
}

Result<FunctionStatus> ViewEngine::find_function(std::string_view name) {
    std::lock_guard lock(tables_mutex_);
    if (functions_.function(name) == nullptr) return fail(no_such_function(name));
    return function_status(name, function_uses());
}

}  // namespace sf::analytics
