#include "database/lakehouse/points/point_sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace sf::database {
namespace {

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : " UNION ALL ") + part;
    return text;
}

std::string list_of(const std::vector<PointFilePtr>& files) {
    std::string list = "read_parquet([";
    for (const PointFilePtr& file : files) {
        if (list.back() != '[') list += ", ";
        list += duck::quoted(file->path().string());
    }
    return list + "], hive_partitioning = false)";
}

}  // namespace

std::string quoted_name(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

std::optional<std::string> stored_rows(std::span<const PointFilePtr> files, const char* columns,
                                       const DroppedViews& dropped, std::optional<std::string_view> view) {
    // Files that are to be read in the same way together: nearly always all of them.
    std::map<std::set<std::string>, std::vector<PointFilePtr>> groups;
    for (const PointFilePtr& file : files) {
        std::set<std::string> hidden;
        for (const auto& [name, drop] : dropped) {
            if (file->entry().id <= drop.file_id && file->entry().views.contains(name)) hidden.insert(name);
        }
        if (view && (!file->entry().views.contains(*view) || hidden.contains(std::string(*view)))) continue;
        if (view) hidden.clear();
        groups[hidden].push_back(file);
    }
    std::vector<std::string> parts;
    for (const auto& [hidden, group] : groups) {
        std::string where = view ? "view = " + duck::quoted(*view) : "true";
        for (const std::string& name : hidden) where += " AND view <> " + duck::quoted(name);
        parts.push_back(fmt::format("SELECT {} FROM {} WHERE {}", columns, list_of(group), where));
    }
    if (parts.empty()) return std::nullopt;
    return joined(parts);
}

std::string newest_of(const std::string& rows) {
    return fmt::format(
        "SELECT {0} FROM ({1}) QUALIFY row_number() OVER (PARTITION BY view, window_start, keys ORDER BY epoch DESC, "
        "version DESC) = 1",
        kPointColumns, rows);
}

std::string latest_points_sql(const PointSnapshot& snapshot, std::optional<std::string_view> view) {
    // A file has each identity once, and all versions of one are in the files of one day. So a day with a single file,
    // and nothing of it in memory, is read as it is: after merges that is nearly all of history.
    std::map<std::string, std::vector<PointFilePtr>> days;
    for (const PointFilePtr& file : snapshot.files) {
        if (file->entry().kind != PointFileEntry::Kind::points) continue;
        if (!view || file->entry().views.contains(*view)) days[file->entry().day].push_back(file);
    }
    std::set<std::string> live_days;
    for (const LivePointPtr& point : *snapshot.live) {
        if (!view || (*point)->view == *view) live_days.insert(day_of(**point));
    }
    std::vector<PointFilePtr> alone, several;
    for (const auto& [day, files] : days) {
        const bool is_alone = files.size() == 1 && !live_days.contains(day);
        (is_alone ? alone : several).insert((is_alone ? alone : several).end(), files.begin(), files.end());
    }
    std::vector<std::string> parts;
    if (const auto rows = stored_rows(alone, kPointColumns, snapshot.dropped, view)) parts.push_back(*rows);
    std::vector<std::string> mixed;
    if (const auto rows = stored_rows(several, kPointColumns, snapshot.dropped, view)) mixed.push_back(*rows);
    if (!live_days.empty() || (parts.empty() && mixed.empty())) {
        mixed.push_back(fmt::format("SELECT {} FROM {}()", kPointColumns, PointScan::kPointFunction));
        if (view) mixed.back() += " WHERE view = " + duck::quoted(*view);
    }
    if (!mixed.empty()) parts.push_back(fmt::format("SELECT {} FROM ({})", kPointColumns, newest_of(joined(mixed))));
    return fmt::format("SELECT {} FROM ({}) WHERE NOT deleted", kPointColumns, joined(parts));
}

std::string late_events_sql(const PointSnapshot& snapshot) {
    std::vector<PointFilePtr> files;
    for (const PointFilePtr& file : snapshot.files) {
        if (file->entry().kind == PointFileEntry::Kind::late) files.push_back(file);
    }
    std::vector<std::string> parts = {fmt::format("SELECT {} FROM {}()", kLateColumns, PointScan::kLateFunction)};
    if (const auto rows = stored_rows(files, kLateColumns, snapshot.dropped)) parts.push_back(*rows);
    // One that is told again, after a restart of the engine, counts once.
    return fmt::format(
        "SELECT view, event_id, max(\"timestamp\") AS \"timestamp\", max(closed_until) AS closed_until FROM ({}) "
        "GROUP BY view, event_id",
        joined(parts));
}

}  // namespace sf::database
