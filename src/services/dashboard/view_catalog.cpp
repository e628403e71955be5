#include "services/dashboard/view_catalog.hpp"

#include "base/json_text.hpp"
#include "base/nearest_name.hpp"

#include <algorithm>

namespace sf::dashboard {
namespace {

constexpr std::size_t kNamesMax = 3;

// Names that differ by a few typing errors, or that contain the other one; the nearest first.
std::vector<std::string> near_names(const std::vector<CatalogView>& views, const std::string& name) {
    std::vector<std::pair<std::size_t, std::string>> near;
    if (name.empty() || name.size() > 128) return {};
    for (const CatalogView& view : views) {
        const std::string& candidate = view.table.name;
        const std::size_t errors = typing_errors(name, candidate);
        const bool part = name.size() >= 3 &&
                          (candidate.find(name) != std::string::npos || name.find(candidate) != std::string::npos);
        if (part || errors <= std::max<std::size_t>(1, candidate.size() / 3)) near.emplace_back(errors, candidate);
    }
    std::ranges::sort(near);
    if (near.size() > kNamesMax) near.resize(kNamesMax);
    std::vector<std::string> names;
    for (auto& [errors, candidate] : near) names.push_back(std::move(candidate));
    return names;
}

std::string_view kind_of(database::ViewTable::Source source) {
    switch (source) {
        case database::ViewTable::Source::key: return "key";
        case database::ViewTable::Source::window_start: return "window_start";
        case database::ViewTable::Source::window_end: return "window_end";
        case database::ViewTable::Source::value: return "value";
    }
    return "value";
}

}  // namespace

Result<CatalogView> find_view(ViewCatalog& catalog, const std::string& name) {
    std::vector<CatalogView> views = catalog.views();
    const auto found = std::ranges::find(views, name, [](const CatalogView& view) { return view.table.name; });
    if (found != views.end()) return std::move(*found);
    std::string meant;
    for (const std::string& near : near_names(views, name)) meant += (meant.empty() ? "" : ", ") + near;
    return fail(ErrorCode::not_found, "there is no view \"" + name + '"', "",
                meant.empty() ? "GET /api/v1/metrics lists all views" : "did you mean: " + meant);
}

void append_columns(std::string& out, const database::ViewTable& table) {
    out += '[';
    for (const database::ViewTable::Column& column : table.columns) {
        if (out.back() != '[') out += ',';
        out += R"({"name":)";
        append_json_string(out, column.name);
        out += R"(,"type":)";
        append_json_string(out, column.type);
        out += R"(,"kind":")";
        out += kind_of(column.source);
        out += "\"}";
    }
    out += ']';
}

}  // namespace sf::dashboard
