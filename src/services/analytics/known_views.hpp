// The views of an engine as a catalog for statements that read them.
#pragma once

#include "services/analytics/view_engine.hpp"
#include "sql/view_catalog.hpp"

namespace sf::analytics {

/// Looks at the engine when it is asked. One thread; the engine outlives it.
class ViewEngine::KnownViews final : public sql::ViewCatalog {
public:
    explicit KnownViews(const ViewEngine& engine) : engine_(engine) {}

    [[nodiscard]] const sql::ViewPlan* view(std::string_view name) const override {
        const auto found = is_shadow(name) ? std::nullopt : engine_.known(name);
        if (!found) return nullptr;
        found_.push_back(found->view);
        return &found->view->plan;
    }
    [[nodiscard]] std::vector<std::string> view_names() const override {
        std::vector<std::string> names;
        for (const Known& known : engine_.all_known()) {
            if (!is_shadow(known.record.name)) names.push_back(known.record.name);
        }
        return names;
    }

private:
    const ViewEngine& engine_;
    mutable std::vector<engine::ViewPtr> found_;  // Plans that were given stay.
};

}  // namespace sf::analytics
