// The views that a view may read.
#pragma once

#include "sql/view_plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

class ViewCatalog {
public:
    virtual ~ViewCatalog() = default;

    /// Null where there is none of this name. Valid as long as the catalog.
    [[nodiscard]] virtual const ViewPlan* view(std::string_view name) const = 0;
    [[nodiscard]] virtual std::vector<std::string> view_names() const = 0;
};

/// A catalog that is empty.
[[nodiscard]] const ViewCatalog& no_views();

/// What another view reads of `plan`. `invalid_input` where its rows are not read: the message says why, the hint what
/// to do.
[[nodiscard]] Result<ViewSource> source_of(const ViewPlan& plan);

}  // namespace sf::sql
