// Which views there are, as far as the dashboard needs to know. app hands in what analytics keeps.
#pragma once

#include "database/point_store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sf::dashboard {

struct CatalogView {
    database::ViewTable table;
    std::string description = {};
    std::uint64_t revision = 0;  // Another one each time that the view is replaced: whoever watches it starts anew.
};

/// Any thread; quick: asked once a second, and by every request about views.
class ViewCatalog {
public:
    virtual ~ViewCatalog() = default;

    [[nodiscard]] virtual std::vector<CatalogView> views() = 0;
};

/// The view of that name; `not_found` names those that were probably meant.
[[nodiscard]] Result<CatalogView> find_view(ViewCatalog& catalog, const std::string& name);

/// [{"name","type","kind"}]; kinds are key, window_start, window_end and value.
void append_columns(std::string& out, const database::ViewTable& table);

}  // namespace sf::dashboard
