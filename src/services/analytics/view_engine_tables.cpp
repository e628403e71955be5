// Reference tables of the engine: how they are made and loaded, and from which record on views meet new rows.
#include "services/analytics/view_engine.hpp"

#include <algorithm>
#include <set>

namespace sf::analytics {
namespace {

Error no_such_table(std::string_view name) {
    return {ErrorCode::not_found, "there is no table \"" + std::string(name) + "\"", "",
            "streamflow tables list shows those that exist"};
}

// Notes which tables a statement asks for.
class AskedFor final : public sql::TableCatalog {
public:
    explicit AskedFor(const sql::TableCatalog& catalog) : catalog_(catalog) {}

    [[nodiscard]] sql::ReferenceTablePtr table(std::string_view name) const override {
        names_.emplace(name);
        return catalog_.table(name);
    }
    [[nodiscard]] std::vector<std::string> table_names() const override { return catalog_.table_names(); }

    [[nodiscard]] const std::set<std::string, std::less<>>& names() const { return names_; }

private:
    const sql::TableCatalog& catalog_;
    mutable std::set<std::string, std::less<>> names_;
};

// The catalog, with other rows in one table.
class WithRows final : public sql::TableCatalog {
public:
    WithRows(const sql::TableCatalog& catalog, sql::ReferenceTablePtr rows)
        : catalog_(catalog), rows_(std::move(rows)) {}

    [[nodiscard]] sql::ReferenceTablePtr table(std::string_view name) const override {
        return name == rows_->definition().name ? rows_ : catalog_.table(name);
    }
    [[nodiscard]] std::vector<std::string> table_names() const override { return catalog_.table_names(); }

private:
    const sql::TableCatalog& catalog_;
    sql::ReferenceTablePtr rows_;
};

}  // namespace

Result<engine::ViewPtr> ViewEngine::planned_with(const Known& known, const sql::TableCatalog& tables) const {
    const engine::View& view = *known.view;
    SF_ASSIGN(sql::ViewPlan plan, plan_with(known.record, tables));
    plan.name = view.plan.name;
    auto planned = std::make_shared<engine::View>(view.number, view.identity, std::move(plan), view.starts);
    planned->closed_until = view.closed_until;
    return engine::ViewPtr(std::move(planned));
}

std::vector<ViewEngine::Known> ViewEngine::all_known() const {
    std::vector<Known> all;
    std::lock_guard lock(mutex_);
    for (const auto& [name, known] : views_) all.push_back(known);
    return all;
}

// Under tables_mutex_.
Result<std::vector<ViewEngine::Known>> ViewEngine::views_with_table(std::string_view table) const {
    std::vector<Known> users;
    const TableStore::AsOf now = tables_.now();
    for (Known& known : all_known()) {
        const AskedFor asked(now);
        SF_TRY(plan_with(known.record, asked));
        if (asked.names().contains(table)) users.push_back(std::move(known));
    }
    return users;
}

// One plan for each content that one of the view's tables has had, in the order in which they came. The last one is the
// view's own.
Result<std::vector<ViewEngine::TimedPlan>> ViewEngine::plans_of(const Known& known) const {
    std::lock_guard lock(tables_mutex_);
    const TableStore::AsOf now = tables_.now();
    const AskedFor asked(now);
    SF_TRY(plan_with(known.record, asked));
    std::map<std::uint64_t, std::map<engine::Partition, engine::Offset>> loads = {{0, {}}};
    for (const std::string& name : asked.names()) {
        const std::vector<TableContent>& contents = tables_.tables().find(name)->second.contents;
        for (const TableContent& content : std::span(contents).subspan(1))
            loads.emplace(content.number, content.starts);
    }
    std::vector<TimedPlan> plans;
    for (const auto& [number, starts] : loads) {
        const TableStore::AsOf tables(tables_, number);
        SF_ASSIGN(engine::ViewPtr view, planned_with(known, tables));
        plans.push_back({std::move(view), starts});
    }
    return plans;
}

Result<TableStatus> ViewEngine::create_table(const std::string& sql) {
    std::lock_guard change(change_mutex_);
    if (!running_) return fail(ErrorCode::unavailable, "the service is stopping");
    SF_ASSIGN(const sql::TableDefinition definition, sql::plan_table(sql));
    if (known(definition.name))
        return fail(ErrorCode::conflict, "there is a view \"" + definition.name + "\" already", "",
                    "views and tables have different names");
    std::lock_guard lock(tables_mutex_);
    SF_ASSIGN(const TableRecord* const made, tables_.create(sql, clock_.now()));
    announce_reference_tables();
    return table_status(*made);
}

// The new rows are durable before an event meets them, and hold from the place where the readers stand still.
Result<TableStatus> ViewEngine::load_table(std::string_view name, const std::string& csv) {
    std::lock_guard change(change_mutex_);
    if (!running_) return fail(ErrorCode::unavailable, "the service is stopping");
    TableContent content;
    std::vector<engine::ViewPtr> revised;
    {
        std::lock_guard lock(tables_mutex_);
        SF_ASSIGN(content, tables_.read_csv(name, csv, clock_.now()));
        const TableStore::AsOf now = tables_.now();
        const WithRows tables(now, content.table);
        SF_ASSIGN(const std::vector<Known> users, views_with_table(name));
        for (const Known& user : users) {
            SF_ASSIGN(engine::ViewPtr view, planned_with(user, tables));
            revised.push_back(std::move(view));
        }
    }
    (void)catch_up(options_.catch_up_patience);  // What was durable before meets the rows of before.
    std::map<engine::Partition, engine::Offset> starts;
    const auto keep = [&](const std::vector<Reached>& reached) -> Result<> {
        for (std::size_t p = 0; p < reached.size(); ++p) starts[static_cast<engine::Partition>(p)] = reached[p].next;
        content.starts = starts;
        std::lock_guard lock(tables_mutex_);
        return tables_.put(name, std::move(content), csv);
    };
    SF_TRY(between_records(keep, [&](engine::PartialFold& fold) {
        for (const engine::ViewPtr& view : revised) fold.revise(view, starts.at(fold.partition()));
    }));
    {
        std::lock_guard lock(mutex_);
        for (engine::ViewPtr& view : revised) {
            const auto found = views_.find(view->plan.name);
            if (found != views_.end()) found->second.view = std::move(view);
        }
    }
    std::map<engine::Partition, engine::Offset> floor;
    for (messaging::Partition p = 0; p < options_.partitions; ++p) floor[p] = trim_floor(p);
    std::lock_guard lock(tables_mutex_);
    SF_TRY(tables_.forget_before(floor));
    announce_reference_tables();
    return table_status(tables_.tables().find(name)->second);
}

Result<> ViewEngine::drop_table(std::string_view name) {
    std::lock_guard change(change_mutex_);
    std::lock_guard lock(tables_mutex_);
    if (!tables_.tables().contains(name)) return fail(no_such_table(name));
    SF_ASSIGN(const std::vector<Known> users, views_with_table(name));
    if (!users.empty())
        return fail(ErrorCode::conflict, "view \"" + users.front().record.name + "\" looks rows of the table up", "",
                    "drop the view first");
    SF_TRY(tables_.drop(name));
    announce_reference_tables();
    return {};
}

// Under tables_mutex_.
void ViewEngine::announce_reference_tables() {
    std::vector<sql::ReferenceTablePtr> tables;
    for (const auto& [name, record] : tables_.tables()) tables.push_back(record.contents.back().table);
    points_.set_reference_tables(std::move(tables));
}

// Under tables_mutex_.
TableStatus ViewEngine::table_status(const TableRecord& record) const {
    const TableContent& content = record.contents.back();
    TableStatus status{.name = record.name,
                       .sql = record.sql,
                       .definition = record.definition,
                       .rows = content.table->rows(),
                       .bytes = content.table->bytes(),
                       .loaded_at = content.loaded_at};
    // A view that runs can be planned, so it is known which tables it looks at.
    if (const auto users = views_with_table(record.name)) {
        for (const Known& user : *users) status.views.push_back(user.record.name);
    }
    return status;
}

std::vector<TableStatus> ViewEngine::tables() const {
    std::vector<TableStatus> all;
    std::lock_guard lock(tables_mutex_);
    for (const auto& [name, record] : tables_.tables()) all.push_back(table_status(record));
    return all;
}

Result<TableStatus> ViewEngine::find_table(std::string_view name) const {
    std::lock_guard lock(tables_mutex_);
    const auto found = tables_.tables().find(name);
    if (found == tables_.tables().end()) return fail(no_such_table(name));
    return table_status(found->second);
}

}  // namespace sf::analytics
