// The views of an engine as a catalog for statements that read them.
#pragma once

#include "services/analytics/view_engine.hpp"
#include "sql/view_catalog.hpp"

namespace sf::analytics {

/// Looks at the engine when it is asked. One thread; the engine outlives it.
class ViewEngine::KnownViews final : public sql::ViewCatalog {
public:
    explicit KnownViews(const ViewEngine& engine) : engine_(engine) {}

    /// Counts as made from here on, before one of the engine.
    void state(sql::ViewPlan plan) { stated_.push_back(std::make_unique<sql::ViewPlan>(std::move(plan))); }

    [[nodiscard]] const sql::ViewPlan* view(std::string_view name) const override {
        for (const auto& plan : stated_) {
            if (plan->name == name) return plan.get();
        }
        const auto found = is_shadow(name) ? std::nullopt : engine_.known(name);
        if (!found) return nullptr;
        found_.push_back(found->view);
        return &found->view->plan;
    }
    [[nodiscard]] std::vector<std::string> view_names() const override {
        std::vector<std::string> names;
        for (const auto& plan : stated_) names.push_back(plan->name);
        for (const Known& known : engine_.all_known()) {
            if (!is_shadow(known.record.name)) names.push_back(known.record.name);
        }
        return names;
    }

private:
    const ViewEngine& engine_;
    std::vector<std::unique_ptr<sql::ViewPlan>> stated_;
    mutable std::vector<engine::ViewPtr> found_;  // Plans that were given stay.
};

}  // namespace sf::analytics
