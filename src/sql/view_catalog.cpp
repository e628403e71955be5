#include "sql/view_catalog.hpp"

namespace sf::sql {
namespace {

class NoViews final : public ViewCatalog {
public:
    [[nodiscard]] const ViewPlan* view(std::string_view) const override { return nullptr; }
    [[nodiscard]] std::vector<std::string> view_names() const override { return {}; }
};

std::unexpected<Error> not_read(const ViewPlan& plan, const std::string& why, std::string hint) {
    return fail(ErrorCode::invalid_input, "view \"" + plan.name + "\" " + why, {}, std::move(hint));
}

}  // namespace

const ViewCatalog& no_views() {
    static const NoViews none;
    return none;
}

// What is read of a view never changes again, and comes in the order of its windows.
Result<ViewSource> source_of(const ViewPlan& plan) {
    if (plan.of_events)
        return not_read(plan, "has rows of single events, which a view does not read",
                        "read the events: FROM events WHERE ...");
    if (plan.window.kind == Window::Kind::none)
        return not_read(plan, "is a running total, whose rows are never final", "give it windows: TUMBLE or HOP");
    if (plan.window.kind == Window::Kind::session)
        return not_read(plan, "has sessions, which a view does not read", "views read those with TUMBLE or HOP");
    if (plan.options.lateness == kForever)
        return not_read(plan, "has lateness = 'infinity', so its rows are never final", "give it a lateness that ends");
    ViewSource source{.view = plan.name, .window = plan.window};
    for (const OutputColumn& output : plan.outputs) {
        using Part = ViewSource::Part;
        ViewSource::Column column{.name = output.name, .type = output.type};
        if (column.type == Type::json_scalar) column.type = Type::jsonb;
        switch (output.kind) {
            case OutputColumn::Kind::key:
                column.part = Part::keys;
                column.member = plan.keys[output.key].name;
                break;
            case OutputColumn::Kind::window_start: column.part = Part::window_start; break;
            case OutputColumn::Kind::window_end: column.part = Part::window_end; break;
            case OutputColumn::Kind::value:
                column.part = Part::values;
                column.member = output.name;
                break;
        }
        source.columns.push_back(std::move(column));
    }
    return source;
}

}  // namespace sf::sql
