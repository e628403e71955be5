#include "services/analytics/view_json.hpp"

#include "base/json_text.hpp"
#include "engine/pane_windows.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::analytics {
namespace {

std::string duration_text(Duration duration) {
    if (duration == sql::kForever) return "infinity";
    const auto micros = duration.count();
    struct Unit {
        std::int64_t micros;
        const char* name;
    };
    for (const Unit unit : {Unit{86'400'000'000, "day"}, Unit{3'600'000'000, "hour"}, Unit{60'000'000, "minute"},
                            Unit{1'000'000, "second"}, Unit{1'000, "millisecond"}}) {
        if (micros != 0 && micros % unit.micros == 0) {
            return fmt::format("{} {}{}", micros / unit.micros, unit.name, micros / unit.micros == 1 ? "" : "s");
        }
    }
    return fmt::format("{} microseconds", micros);
}

std::string emit_text(const sql::Emission& emission) {
    switch (emission.kind) {
        case sql::Emission::Kind::on_close: return "on close";
        case sql::Emission::Kind::on_change: return "on change";
        case sql::Emission::Kind::every: break;
    }
    return "every " + duration_text(emission.interval);
}

std::string time_or_null(const std::optional<Timestamp>& time) {
    return time ? json_string(format_rfc3339(*time)) : "null";
}

const char* kind_name(sql::OutputColumn::Kind kind) {
    switch (kind) {
        case sql::OutputColumn::Kind::key: return "key";
        case sql::OutputColumn::Kind::window_start: return "window_start";
        case sql::OutputColumn::Kind::window_end: return "window_end";
        case sql::OutputColumn::Kind::value: break;
    }
    return "value";
}

std::string window_json(const sql::ViewPlan& plan) {
    const sql::Window& window = plan.window;
    if (window.kind == sql::Window::Kind::none) return R"({"kind":"none"})";
    const char* const time = plan.over ? plan.over->by_end ? "window_end" : "window_start"
                             : window.time == sql::TimeColumn::timestamp ? "timestamp"
                                                                         : "received_at";
    if (window.kind == sql::Window::Kind::session)
        return fmt::format(R"({{"kind":"session","time":"{}","gap":{}}})", time,
                           json_string(duration_text(window.size)));
    return fmt::format(R"({{"kind":"{}","time":"{}","size":{},"slide":{},"offset":{}}})",
                       window.kind == sql::Window::Kind::hop ? "hop" : "tumble", time,
                       json_string(duration_text(window.size)), json_string(duration_text(window.slide)),
                       json_string(duration_text(window.offset)));
}

std::string size_or_null(std::uint64_t bytes) { return bytes == 0 ? "null" : std::to_string(bytes); }

// The members of both views and explanations, without braces.
std::string common_members(const ViewStatus& status) {
    const sql::ViewOptions& options = status.view->plan.options;
    return fmt::format(
        R"("name":{},"reads":{},"window":{},"emit":{},"lateness":{},"out_of_orderness":{},"ttl":{},"keys_max":{},"state_max":{})",
        json_string(status.record.name), status.view->plan.over ? json_string(status.view->plan.over->view) : "null",
        window_json(status.view->plan), json_string(emit_text(options.emit)),
        json_string(duration_text(options.lateness)), json_string(duration_text(options.out_of_orderness)),
        options.ttl == Duration::zero() ? "null" : json_string(duration_text(options.ttl)), options.keys_max,
        size_or_null(options.state_max));
}

// What a window is put together from.
std::string pieces_json(const engine::View& view) {
    if (view.gap() > 0 || view.plan.of_events) return R"("panes":null,"panes_per_window":null)";
    const engine::PaneGrid& grid = view.grid;
    const std::string panes = grid.is_total() ? "one for all time"
                              : grid.cut() == 0
                                  ? "of " + duration_text(Duration{grid.slide()})
                                  : fmt::format("of {} and {} in turn", duration_text(Duration{grid.cut()}),
                                                duration_text(Duration{grid.slide() - grid.cut()}));
    return fmt::format(R"("panes":{},"panes_per_window":{})", json_string(panes),
                       grid.is_total() ? 1 : grid.panes_of(0).end - grid.panes_of(0).begin);
}

template <class Items, class Text>
std::string texts(const Items& items, Text text) {
    std::string out = "[";
    for (const auto& item : items) out += (out.size() > 1 ? "," : "") + json_string(text(item));
    return out + ']';
}

// Of a view over a UNION ALL: what the SELECTs behind the first one read.
std::string branches_json(const sql::ViewPlan& plan) {
    if (plan.branches.empty()) return "";
    return R"(,"branches":)" + texts(plan.branches, [](const sql::ViewPlan& branch) {
               std::string text = branch.where ? sql::canonical_text(*branch.where) : "all events";
               for (const sql::KeyColumn& key : branch.keys)
                   text += fmt::format("; {} = {}", key.name, sql::canonical_text(*key.expression));
               for (const sql::AggregateCall& call : branch.aggregates) text += "; " + call.text();
               return text;
           });
}

// Members of a view that ranks its groups; none for others.
std::string ranks_json(const sql::ViewPlan& plan) {
    if (plan.rankings.empty()) return {};
    return fmt::format(R"(,"ranks":{},"shown":{})",
                       texts(plan.rankings, [](const sql::Ranking& ranking) { return ranking.text(); }),
                       plan.shown ? json_string(sql::canonical_text(*plan.shown)) : "null");
}

// Of thousands of views nobody wants to read all names.
std::string shared_with(const std::vector<std::string>& views) {
    constexpr std::size_t kNamesMax = 20;
    std::string names;
    for (std::size_t i = 0; i < std::min(views.size(), kNamesMax); ++i)
        names += (i > 0 ? "," : "") + json_string(views[i]);
    return fmt::format(R"({{"views":{},"names":[{}]}})", views.size(), names);
}

std::string sharing_json(const engine::Sharing& sharing) {
    std::string fields;
    for (const auto& [field, views] : sharing.fields)
        fields += (fields.empty() ? "" : ",") + json_string(field) + ':' + shared_with(views);
    return fmt::format(R"({{"filter":{},"keys":{},"groups":{},"panes":{},"fields":{{{}}}}})",
                       shared_with(sharing.filter), shared_with(sharing.keys), shared_with(sharing.groups), shared_with(sharing.panes), fields);
}

std::string limits_json(const ViewExplanation& explanation) {
    const engine::View& view = *explanation.status.view;
    const bool many =
        view.gap() == 0 && !view.grid.is_total() && view.grid.size() / view.grid.slide() > engine::kEarlyWindowsMax;
    return fmt::format(R"({{"keys_max":{},"state_max":{},"late_events_max":{},"early_results":{}}})",
                       view.plan.options.keys_max, size_or_null(view.plan.options.state_max),
                       explanation.late_listed_max,
                       json_string(many ? "of the window that ends next" : "of all windows"));
}

}  // namespace

std::string columns_json(const sql::ViewPlan& plan) {
    std::string out = "[";
    for (const sql::OutputColumn& column : plan.outputs) {
        if (out.size() > 1) out += ',';
        out += fmt::format(R"({{"name":{},"type":{},"kind":"{}"}})", json_string(column.name),
                           json_string(sql::to_string(column.type)), kind_name(column.kind));
    }
    return out + ']';
}

std::string view_json(const ViewStatus& status) {
    const std::string& name = status.record.name;
    const std::string shadow_of = is_shadow(name) ? json_string(name.substr(0, name.rfind('@'))) : "null";
    return fmt::format(
        R"({{{},"sql":{},"columns":{},"built_in":{},"rule":{},"shadow_of":{},"created_at":{},"watermark":{},"groups":{},"state_bytes":{},)"
        R"("events":{},"events_late":{},"late_events_listed":{},"events_failed":{},"groups_refused":{},"rows_failed":{}}})",
        common_members(status), json_string(status.record.sql), columns_json(status.view->plan), status.record.built_in,
        !status.record.rule.empty(), shadow_of, json_string(format_rfc3339(status.record.created_at)),
        time_or_null(status.watermark), status.groups, status.state_bytes, status.counters.events,
        status.counters.events_late, status.counters.late_listed, status.counters.events_failed,
        status.counters.groups_refused, status.counters.rows_failed);
}

std::string explain_json(const ViewExplanation& explanation) {
    const ViewStatus& status = explanation.status;
    const sql::ViewPlan& plan = status.view->plan;
    const std::string lag =
        explanation.lag ? fmt::format("{:.3f}", std::chrono::duration<double>(*explanation.lag).count()) : "null";
    return fmt::format(
        R"({{{},"chain":{},"filter":{},"keys":{},"aggregates":{}{},{},"having":{}{},"outputs":{},"sharing":{},)"
        R"("state":{{"groups":{},"{}":{},"bytes":{}}},"rates":{{"events_per_second":{:.3f},"rows_per_second":{:.3f}}},)"
        R"("watermark":{},"lag_seconds":{},"limits":{}}})",
        common_members(status), texts(explanation.chain, [](const std::string& name) { return name; }),
        plan.where ? json_string(sql::canonical_text(*plan.where)) : "null",
        texts(plan.keys, [](const sql::KeyColumn& key) { return sql::canonical_text(*key.expression); }),
        texts(plan.aggregates, [](const sql::AggregateCall& call) { return call.text(); }), branches_json(plan),
        pieces_json(*status.view), plan.having ? json_string(sql::canonical_text(*plan.having)) : "null",
        ranks_json(plan),
        texts(plan.outputs,
              [](const sql::OutputColumn& output) {
                  return output.name + " = " + sql::canonical_text(*output.expression);
              }),
        sharing_json(explanation.sharing), status.groups, status.view->gap() > 0 ? "sessions" : "panes", status.pieces,
        status.state_bytes, status.rates.events, status.rates.rows, time_or_null(status.watermark), lag,
        limits_json(explanation));
}

std::string row_json(const models::MetricPoint& point) {
    return fmt::format(
        R"({{"keys":{},"window_start":{},"window_end":{},"values":{},"final":{},"epoch":{},"version":{}}})", point.keys,
        time_or_null(point.window_start), time_or_null(point.window_end), point.values, point.final, point.epoch,
        point.version);
}

}  // namespace sf::analytics
