#include "engine/sharing.hpp"

#include "sql/expression_tree.hpp"

#include <algorithm>
#include <set>

namespace sf::engine {
namespace {

std::string where_of(const sql::ViewPlan& plan) { return plan.where ? sql::canonical_text(*plan.where) : ""; }

bool same_keys(const sql::ViewPlan& a, const sql::ViewPlan& b) {
    return std::ranges::equal(a.keys, b.keys, [](const sql::KeyColumn& left, const sql::KeyColumn& right) {
        return sql::canonical_text(*left.expression) == sql::canonical_text(*right.expression);
    });
}

// CellRules of both.
bool same_panes(const View& a, const View& b) {
    return a.gap() == b.gap() && a.grid.is_total() == b.grid.is_total() && a.grid.slide() == b.grid.slide() &&
           a.grid.size() == b.grid.size() && a.grid.offset() == b.grid.offset() && a.lateness == b.lateness &&
           a.out_of_orderness == b.out_of_orderness && a.plan.window.time == b.plan.window.time &&
           a.closed_until == b.closed_until;
}

// Those over each SELECT of a UNION ALL.
std::vector<const sql::ViewPlan*> plans_of(const View& view) {
    std::vector<const sql::ViewPlan*> plans = {&view.plan};
    for (const sql::ViewPlan& branch : view.plan.branches) plans.push_back(&branch);
    return plans;
}

// Whether two views have that in common for some SELECT of each.
template <class Same>
bool share(const View& a, const View& b, Same same) {
    return std::ranges::any_of(plans_of(a), [&](const sql::ViewPlan* left) {
        return std::ranges::any_of(plans_of(b), [&](const sql::ViewPlan* right) { return same(*left, *right); });
    });
}

std::set<std::string> fields_of(const View& view) {
    std::vector<const sql::Expression*> rest;
    const auto look_at = [&](const sql::ExpressionPtr& expression) {
        if (expression != nullptr) rest.push_back(expression.get());
    };
    for (const sql::ViewPlan* const plan : plans_of(view)) {
        look_at(plan->where);
        for (const sql::KeyColumn& key : plan->keys) look_at(key.expression);
        for (const sql::OutputColumn& output : plan->outputs) look_at(output.expression);
        for (const sql::AggregateCall& call : plan->aggregates) {
            std::ranges::for_each(call.arguments, look_at);
            look_at(call.filter);
        }
    }
    std::set<std::string> fields;
    while (!rest.empty()) {
        const sql::Expression* const next = rest.back();
        rest.pop_back();
        if (next->kind == sql::Expression::Kind::json_field) fields.insert(sql::field_text(next->path));
        std::ranges::for_each(next->arguments, look_at);
    }
    return fields;
}

}  // namespace

Sharing sharing_of(const View& view, std::span<const ViewPtr> all) {
    Sharing sharing;
    for (const std::string& field : fields_of(view)) sharing.fields[field];
    for (const ViewPtr& other : all) {
        if (other->number == view.number) continue;
        const std::string& name = other->plan.name;
        const auto same_filter = [](const sql::ViewPlan& a, const sql::ViewPlan& b) {
            return where_of(a) == where_of(b);
        };
        if (share(view, *other, [&](const auto& a, const auto& b) { return a.where && same_filter(a, b); }))
            sharing.filter.push_back(name);
        if (share(view, *other, [&](const auto& a, const auto& b) { return !a.of_events && same_keys(a, b); }))
            sharing.keys.push_back(name);
        if (share(view, *other, [&](const auto& a, const auto& b) { return same_filter(a, b) && same_keys(a, b); })) {
            sharing.groups.push_back(name);
            if (same_panes(*other, view)) sharing.panes.push_back(name);
        }
        for (const std::string& field : fields_of(*other)) {
            if (const auto shared = sharing.fields.find(field); shared != sharing.fields.end())
                shared->second.push_back(name);
        }
    }
    return sharing;
}

}  // namespace sf::engine
