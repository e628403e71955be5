#include "services/analytics/view_diff.hpp"

#include "base/json_text.hpp"
#include "models/json_member.hpp"
#include "services/analytics/view_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>

namespace sf::analytics {
namespace {

using Window = std::pair<std::int64_t, std::int64_t>;
using models::MetricPoint;

Window window_of(const MetricPoint& point) {
    return {point.window_start ? to_micros(*point.window_start) : engine::kTimeMin,
            point.window_end ? to_micros(*point.window_end) : engine::kTimeMax};
}

std::optional<double> number_of(std::string_view json) {
    if (json.empty() || (json[0] != '-' && (json[0] < '0' || json[0] > '9'))) return std::nullopt;
    return std::strtod(std::string(json).c_str(), nullptr);
}

bool same_value(std::optional<std::string_view> a, std::optional<std::string_view> b) {
    if (a == b) return true;
    const auto left = number_of(a.value_or("")), right = number_of(b.value_or(""));
    constexpr double kOfSize = 1e-9;
    return left && right && std::abs(*left - *right) <= kOfSize * std::max(std::abs(*left), std::abs(*right));
}

std::vector<std::string> values_of(const DiffSide& side) {
    std::vector<std::string> names;
    for (const sql::OutputColumn& output : side.view->plan.outputs) {
        if (output.kind == sql::OutputColumn::Kind::value) names.push_back(output.name);
    }
    return names;
}

std::vector<std::string> without(const std::vector<std::string>& names, const std::vector<std::string>& others) {
    std::vector<std::string> rest;
    std::ranges::copy_if(names, std::back_inserter(rest),
                         [&](const std::string& name) { return std::ranges::find(others, name) == others.end(); });
    return rest;
}

// Which windows of a side no event changes any more: the watermark says so, or a flush.
class Finality {
public:
    explicit Finality(const DiffSide& side) : side_(side) {
        for (const MetricPoint& point : side.points) {
            if (point.final) flushed_.insert(window_of(point));
        }
    }
    [[nodiscard]] bool has(const Window& window) const {
        if (window.second >= engine::kTimeMax) return true;  // A running total is never: it is compared as it is.
        const std::int64_t end = window.second + side_.view->gap();
        return side_.view->closes_at(end) <= side_.watermark || flushed_.contains(window);
    }

private:
    const DiffSide& side_;
    std::set<Window> flushed_;
};

// The newest window that a side has only some rows of.
std::int64_t cut_at(const DiffSide& side) {
    return side.cut && !side.points.empty() ? window_of(side.points.back()).first : engine::kTimeMin - 1;
}

std::pair<std::int64_t, std::string> identity_of(const MetricPoint& point) {
    return {window_of(point).first, point.keys};
}

}  // namespace

ViewDiff compare(const DiffSide& live, const DiffSide& shadow, std::size_t samples_max) {
    ViewDiff diff;
    const std::vector<std::string> live_columns = values_of(live), shadow_columns = values_of(shadow);
    diff.columns_only_live = without(live_columns, shadow_columns);
    diff.columns_only_shadow = without(shadow_columns, live_columns);
    const std::vector<std::string> common = without(live_columns, diff.columns_only_live);
    diff.cut = live.cut || shadow.cut;
    const Finality live_final(live), shadow_final(shadow);
    const std::int64_t after = std::max(cut_at(live), cut_at(shadow));
    const std::int64_t whole_after = std::max(live.whole_after, shadow.whole_after);
    std::set<Window> windows;
    const auto counts = [&](const MetricPoint& point) {
        const Window window = window_of(point);
        const bool total = window.second >= engine::kTimeMax;
        if (window.first <= after || (!total && window.first <= whole_after)) return false;
        if (!live_final.has(window) || !shadow_final.has(window)) return false;
        windows.insert(window);
        return true;
    };
    const auto note = [&](std::uint64_t& count, auto& samples, auto make) {
        if (++count <= samples_max) samples.push_back(make());
    };
    std::map<std::pair<std::int64_t, std::string>, const MetricPoint*> others;
    for (const MetricPoint& point : shadow.points) {
        if (counts(point)) others.emplace(identity_of(point), &point);
    }
    for (const MetricPoint& point : live.points) {
        if (!counts(point)) continue;
        const auto found = others.find(identity_of(point));
        if (found == others.end()) {
            note(diff.only_live, diff.only_live_samples, [&] { return point; });
            continue;
        }
        const MetricPoint& other = *found->second;
        std::vector<std::string> columns;
        if (point.window_end != other.window_end) columns.emplace_back("window_end");
        for (const std::string& name : common) {
            if (!same_value(models::json_member(point.values, name), models::json_member(other.values, name)))
                columns.push_back(name);
        }
        if (columns.empty()) ++diff.same;
        else note(diff.different, diff.different_samples, [&] { return ViewDiff::Different{point, other, columns}; });
        others.erase(found);
    }
    for (const MetricPoint& point : shadow.points) {
        if (others.contains(identity_of(point)))
            note(diff.only_shadow, diff.only_shadow_samples, [&] { return point; });
    }
    diff.windows = windows.size();
    return diff;
}

std::string diff_json(std::string_view view, const ViewDiff& diff) {
    const auto list = [](const auto& items, auto text) {
        std::string out;
        for (const auto& item : items) out += (out.empty() ? "" : ",") + text(item);
        return '[' + out + ']';
    };
    const auto names = [&](const std::vector<std::string>& items) {
        return list(items, [](const std::string& name) { return json_string(name); });
    };
    return fmt::format(R"({{"view":{},"shadow":{},"windows":{},"same":{},"only_live":{{"rows":{},"samples":{}}},)"
                       R"("only_shadow":{{"rows":{},"samples":{}}},"different":{{"rows":{},"samples":{}}},)"
                       R"("columns_only_live":{},"columns_only_shadow":{},"cut":{}}})",
                       json_string(view), json_string(shadow_name(view)), diff.windows, diff.same, diff.only_live,
                       list(diff.only_live_samples, row_json), diff.only_shadow,
                       list(diff.only_shadow_samples, row_json), diff.different,
                       list(diff.different_samples,
                            [&](const ViewDiff::Different& row) {
                                return fmt::format(R"({{"columns":{},"live":{},"shadow":{}}})", names(row.columns),
                                                   row_json(row.live), row_json(row.shadow));
                            }),
                       names(diff.columns_only_live), names(diff.columns_only_shadow), diff.cut);
}

}  // namespace sf::analytics
