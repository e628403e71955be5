#include "database/lakehouse/points/point_manifest.hpp"

namespace sf::database {
namespace {

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::string_view name_of(PointFileEntry::Kind kind) { return kind == PointFileEntry::Kind::late ? "late" : "points"; }

// Calls `row` for each row of a SELECT.
template <class Row>
Result<> each_row(SqliteDatabase& database, std::string_view sql, Row row) {
    SF_ASSIGN(SqliteStatement select, database.prepare(sql));
    while (true) {
        SF_ASSIGN(const bool more, select.step());
        if (!more) return {};
        row(select);
    }
}

}  // namespace

std::string day_of(const models::MetricPoint& point) {
    return point.window_start ? format_day(*point.window_start) : std::string(PointFileEntry::kRunning);
}

Result<PointManifest> PointManifest::open(const std::filesystem::path& path) {
    SF_ASSIGN(SqliteDatabase database, SqliteDatabase::open(path));
    return PointManifest(std::move(database));
}

Result<std::vector<PointFileEntry>> PointManifest::files() {
    std::vector<PointFileEntry> files;
    std::map<std::int64_t, std::size_t> places;
    SF_TRY(each_row(database_,
                    "SELECT id, path, kind, day, rows, bytes, start_least, start_greatest, end_least, end_greatest "
                    "FROM point_files ORDER BY id",
                    [&](const SqliteStatement& row) {
                        PointFileEntry file;
                        file.id = row.integer(0);
                        file.path = row.text(1);
                        file.kind = row.text(2) == "late" ? PointFileEntry::Kind::late : PointFileEntry::Kind::points;
                        file.day = row.text(3);
                        file.rows = static_cast<std::uint64_t>(row.integer(4));
                        file.bytes = static_cast<std::uint64_t>(row.integer(5));
                        file.starts = {row.integer(6), row.integer(7)};
                        file.ends = {row.integer(8), row.integer(9)};
                        places[file.id] = files.size();
                        files.push_back(std::move(file));
                    }));
    SF_TRY(each_row(database_, "SELECT file_id, view, window_longest FROM point_file_views",
                    [&](const SqliteStatement& row) {
                        if (const auto place = places.find(row.integer(0)); place != places.end()) {
                            files[place->second].views[row.text(1)] = row.integer(2);
                        }
                    }));
    return files;
}

Result<NextOffsets> PointManifest::next_offsets() {
    NextOffsets offsets;
    SF_TRY(each_row(database_, "SELECT partition, next_offset FROM point_offsets", [&](const SqliteStatement& row) {
        offsets[static_cast<messaging::Partition>(row.integer(0))] = static_cast<messaging::Offset>(row.integer(1));
    }));
    return offsets;
}

Result<DroppedViews> PointManifest::dropped_views() {
    DroppedViews views;
    SF_TRY(each_row(database_, "SELECT view, file_id FROM dropped_views",
                    [&](const SqliteStatement& row) { views[row.text(0)].file_id = row.integer(1); }));
    SF_TRY(each_row(database_, "SELECT view, partition, before FROM dropped_offsets", [&](const SqliteStatement& row) {
        views[row.text(0)].before[static_cast<messaging::Partition>(row.integer(1))] =
            static_cast<messaging::Offset>(row.integer(2));
    }));
    return views;
}

Result<> PointManifest::commit(Change& change) {
    return database_.transaction([&]() -> Result<> {
        SF_ASSIGN(SqliteStatement remove, database_.prepare("DELETE FROM point_files WHERE id = ?"));
        for (const std::int64_t id : change.removed) SF_TRY(remove.bind(1, id).run());
        for (PointFileEntry& file : change.added) SF_TRY(add(file));
        SF_ASSIGN(SqliteStatement advance,
                  database_.prepare("INSERT INTO point_offsets VALUES (?, ?) ON CONFLICT (partition) DO UPDATE SET "
                                    "next_offset = max(next_offset, excluded.next_offset)"));
        for (const auto& [partition, offset] : change.next_offsets) {
            SF_TRY(advance.bind(1, partition).bind(2, number(offset)).run());
        }
        for (auto& [view, dropped] : change.dropped) SF_TRY(drop(view, dropped));
        SF_ASSIGN(SqliteStatement purge, database_.prepare("DELETE FROM dropped_views WHERE view = ?"));
        for (const std::string& view : change.purged) SF_TRY(purge.bind(1, view).run());
        return {};
    });
}

Result<> PointManifest::add(PointFileEntry& file) {
    SF_ASSIGN(SqliteStatement insert,
              database_.prepare(
                  "INSERT INTO point_files (path, kind, day, rows, bytes, start_least, start_greatest, end_least, "
                  "end_greatest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    SF_TRY(insert.bind(1, file.path)
               .bind(2, name_of(file.kind))
               .bind(3, file.day)
               .bind(4, number(file.rows))
               .bind(5, number(file.bytes))
               .bind(6, file.starts.least)
               .bind(7, file.starts.greatest)
               .bind(8, file.ends.least)
               .bind(9, file.ends.greatest)
               .run());
    file.id = database_.last_insert_id();
    SF_ASSIGN(SqliteStatement views, database_.prepare("INSERT INTO point_file_views VALUES (?, ?, ?)"));
    for (const auto& [view, longest] : file.views) SF_TRY(views.bind(1, file.id).bind(2, view).bind(3, longest).run());
    return {};
}

Result<> PointManifest::drop(const std::string& view, DroppedView& dropped) {
    SF_ASSIGN(SqliteStatement last, database_.prepare("SELECT coalesce(max(id), 0) FROM point_files"));
    SF_TRY(last.step());
    dropped.file_id = last.integer(0);
    SF_TRY(last.step());
    SF_ASSIGN(SqliteStatement forget, database_.prepare("DELETE FROM dropped_views WHERE view = ?"));
    SF_TRY(forget.bind(1, view).run());
    SF_ASSIGN(SqliteStatement insert, database_.prepare("INSERT INTO dropped_views VALUES (?, ?)"));
    SF_TRY(insert.bind(1, view).bind(2, dropped.file_id).run());
    SF_ASSIGN(SqliteStatement offsets, database_.prepare("INSERT INTO dropped_offsets VALUES (?, ?, ?)"));
    for (const auto& [partition, before] : dropped.before) {
        SF_TRY(offsets.bind(1, view).bind(2, partition).bind(3, number(before)).run());
    }
    return {};
}

}  // namespace sf::database
