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
    return list + "], hive_partitioning = false, filename = true, file_row_number = true)";
}

// kPointColumns and a number by which the newest of several rows of an identity is told: the greatest. The last of its
// bits are the row's own, for a record that the log has twice makes two that are the same.
std::string with_newness(const char* row) {
    return fmt::format(
        "{}, (CAST(epoch AS UHUGEINT) << 96) + (CAST(version AS UHUGEINT) << 32) + ({} & 4294967295) AS newness",
        kPointColumns, row);
}
const std::string& stored_with_newness() {
    static const std::string columns = with_newness("hash(filename, file_row_number)");
    return columns;
}
const std::string& live_with_newness() {
    static const std::string columns = with_newness("0::UBIGINT");  // Memory has each identity once.
    return columns;
}

constexpr std::uint64_t kFewRows = 200'000;

// The newest of few rows: what is asked of window_start is asked before it looks for them. It has all of a part of the
// rows in memory, and makes fewer parts where it may have more memory: with a million rows it runs out of any.
std::string newest_of_few(const std::string& rows) {
    return fmt::format(
        "SELECT {0} FROM ({1}) QUALIFY row_number() OVER (PARTITION BY view, window_start, keys ORDER BY newness DESC) "
        "= 1",
        kPointColumns, rows);
}

// The same of any number: all rows but those of which there is a newer one. Identities are kept by the hash of their
// keys, whose size is fixed, so that DuckDB can spill them (docs/decisions/0019-*). Who makes two keys with one MD5
// hides a row of their own.
std::string newest_of_many(const std::string& rows) {
    return fmt::format(
        "SELECT {0} FROM ({1}) AS r ANTI JOIN "
        "(SELECT view, window_start, md5_number(keys) AS identity, max(newness) AS newest FROM ({1}) "
        "GROUP BY view, window_start, identity HAVING count(*) > 1) AS n "
        "ON r.view = n.view AND r.window_start IS NOT DISTINCT FROM n.window_start AND "
        "md5_number(r.keys) = n.identity AND r.newness < n.newest",
        kPointColumns, rows);
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

std::optional<std::string> stored_rows(std::span<const PointFilePtr> files, std::string_view columns,
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

std::optional<std::string> newest_stored_rows(std::span<const PointFilePtr> files, const DroppedViews& dropped) {
    const auto rows = stored_rows(files, stored_with_newness(), dropped);
    if (!rows) return std::nullopt;
    return newest_of_many(*rows);
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
    std::uint64_t several_rows = snapshot.live->size();
    for (const auto& [day, files] : days) {
        const bool is_alone = files.size() == 1 && !live_days.contains(day);
        for (const PointFilePtr& file : files) several_rows += is_alone ? 0 : file->entry().rows;
        (is_alone ? alone : several).insert((is_alone ? alone : several).end(), files.begin(), files.end());
    }
    std::vector<std::string> parts;
    if (const auto rows = stored_rows(alone, kPointColumns, snapshot.dropped, view)) parts.push_back(*rows);
    std::vector<std::string> mixed;
    if (const auto rows = stored_rows(several, stored_with_newness(), snapshot.dropped, view)) mixed.push_back(*rows);
    if (!live_days.empty() || (parts.empty() && mixed.empty())) {
        mixed.push_back(fmt::format("SELECT {} FROM {}()", live_with_newness(), PointScan::kPointFunction));
        if (view) mixed.back() += " WHERE view = " + duck::quoted(*view);
    }
    if (!mixed.empty()) parts.push_back((several_rows <= kFewRows ? newest_of_few : newest_of_many)(joined(mixed)));
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
