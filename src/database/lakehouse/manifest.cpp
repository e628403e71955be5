#include "database/lakehouse/manifest.hpp"

namespace sf::database {
namespace {

constexpr std::int64_t kFormat = 2;

constexpr const char* kTables = R"(
CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    day TEXT NOT NULL,
    events INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    received_least INTEGER NOT NULL,
    received_greatest INTEGER NOT NULL,
    event_time_least INTEGER NOT NULL,
    event_time_greatest INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS file_offsets (
    file_id INTEGER NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    partition INTEGER NOT NULL,
    offset_begin INTEGER NOT NULL,
    offset_end INTEGER NOT NULL,
    PRIMARY KEY (file_id, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS next_offsets (
    partition INTEGER PRIMARY KEY,
    next_offset INTEGER NOT NULL);
)";

// What format 2 has more: metric points and late events. point_manifest.hpp reads and writes these.
constexpr const char* kPointTables = R"(
CREATE TABLE IF NOT EXISTS point_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    start_least INTEGER NOT NULL,
    start_greatest INTEGER NOT NULL,
    end_least INTEGER NOT NULL,
    end_greatest INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS point_file_views (
    file_id INTEGER NOT NULL REFERENCES point_files (id) ON DELETE CASCADE,
    view TEXT NOT NULL,
    window_longest INTEGER NOT NULL,
    PRIMARY KEY (file_id, view)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS point_offsets (
    partition INTEGER PRIMARY KEY,
    next_offset INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS dropped_views (
    view TEXT PRIMARY KEY,
    file_id INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dropped_offsets (
    view TEXT NOT NULL REFERENCES dropped_views (view) ON DELETE CASCADE,
    partition INTEGER NOT NULL,
    before INTEGER NOT NULL,
    PRIMARY KEY (view, partition)) WITHOUT ROWID;
)";

// An empty file gets the newest format, an older one what it lacks; both in one transaction.
Result<> migrate(SqliteDatabase& database, std::int64_t found) {
    if (found == kFormat) return {};
    return database.transaction([&]() -> Result<> {
        SF_TRY(database.execute(kTables));
        SF_TRY(database.execute(kPointTables));
        const std::string version = std::to_string(kFormat);
        const std::string statement =
            found == 0 ? "INSERT INTO format VALUES (" + version + ")" : "UPDATE format SET version = " + version;
        return database.execute(statement.c_str());
    });
}

// Without a manifest nothing of what is stored would count.
Result<> refuse_beside_files(const std::filesystem::path& manifest) {
    for (const char* name : {"events", "points"}) {
        std::error_code error;
        for (std::filesystem::recursive_directory_iterator at(manifest.parent_path() / name, error), end;
             !error && at != end; at.increment(error)) {
            if (at->path().extension() != ".parquet") continue;
            return fail(ErrorCode::corrupt,
                        "the manifest \"" + manifest.string() + "\" is missing or empty, but there are stored files",
                        at->path().string(),
                        "restore it from the same copy as these; to begin anew, move events/ and points/ away");
        }
    }
    return {};
}

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace

Result<Manifest> Manifest::open(const std::filesystem::path& path) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error || size == 0) SF_TRY(refuse_beside_files(path));  // Before one is made.
    SF_ASSIGN(SqliteDatabase database, SqliteDatabase::open(path));
    SF_ASSIGN(SqliteStatement check, database.prepare("PRAGMA quick_check(1)"));
    SF_TRY(check.step());
    if (const std::string found = check.text(0); found != "ok") {
        return fail(ErrorCode::corrupt, "\"" + path.string() + "\" is damaged", found,
                    "restore it from a backup; until then start with another data directory");
    }
    SF_TRY(check.step());
    SF_TRY(database.execute("CREATE TABLE IF NOT EXISTS format (version INTEGER NOT NULL)"));
    SF_ASSIGN(SqliteStatement version, database.prepare("SELECT max(version) FROM format"));
    SF_TRY(version.step());
    const std::int64_t found = version.integer(0);
    SF_TRY(version.step());
    if (found > kFormat) {
        return fail(ErrorCode::corrupt, "the manifest \"" + path.string() + "\" was written by a later version",
                    "format " + std::to_string(found) + ", this program knows " + std::to_string(kFormat),
                    "start the version of StreamFlow that wrote it");
    }
    if (found == 0) SF_TRY(refuse_beside_files(path));
    SF_TRY(migrate(database, found));
    return Manifest(std::move(database));
}

Result<std::vector<FileEntry>> Manifest::files() {
    std::vector<FileEntry> files;
    std::map<std::int64_t, std::size_t> places;
    SF_ASSIGN(
        SqliteStatement select,
        database_.prepare("SELECT id, path, day, events, bytes, received_least, received_greatest, event_time_least, "
                          "event_time_greatest FROM files ORDER BY id"));
    while (true) {
        SF_ASSIGN(const bool row, select.step());
        if (!row) break;
        FileEntry file;
        file.id = select.integer(0);
        file.path = select.text(1);
        file.day = select.text(2);
        file.events = static_cast<std::uint64_t>(select.integer(3));
        file.bytes = static_cast<std::uint64_t>(select.integer(4));
        file.received = {select.integer(5), select.integer(6)};
        file.event_time = {select.integer(7), select.integer(8)};
        places[file.id] = files.size();
        files.push_back(std::move(file));
    }
    SF_ASSIGN(SqliteStatement offsets,
              database_.prepare("SELECT file_id, partition, offset_begin, offset_end FROM file_offsets"));
    while (true) {
        SF_ASSIGN(const bool row, offsets.step());
        if (!row) break;
        const auto place = places.find(offsets.integer(0));
        if (place == places.end()) continue;
        files[place->second].offsets[static_cast<messaging::Partition>(offsets.integer(1))] = {
            static_cast<messaging::Offset>(offsets.integer(2)), static_cast<messaging::Offset>(offsets.integer(3))};
    }
    return files;
}

Result<NextOffsets> Manifest::next_offsets() {
    NextOffsets offsets;
    SF_ASSIGN(SqliteStatement select, database_.prepare("SELECT partition, next_offset FROM next_offsets"));
    while (true) {
        SF_ASSIGN(const bool row, select.step());
        if (!row) break;
        offsets[static_cast<messaging::Partition>(select.integer(0))] =
            static_cast<messaging::Offset>(select.integer(1));
    }
    return offsets;
}

Result<> Manifest::commit(Change& change) {
    return database_.transaction([&]() -> Result<> {
        SF_ASSIGN(SqliteStatement remove, database_.prepare("DELETE FROM files WHERE id = ?"));
        for (const std::int64_t id : change.removed) SF_TRY(remove.bind(1, id).run());
        for (FileEntry& file : change.added) SF_TRY(add(file));
        SF_ASSIGN(SqliteStatement advance,
                  database_.prepare("INSERT INTO next_offsets VALUES (?, ?) ON CONFLICT (partition) DO UPDATE SET "
                                    "next_offset = max(next_offset, excluded.next_offset)"));
        for (const auto& [partition, offset] : change.next_offsets) {
            SF_TRY(advance.bind(1, partition).bind(2, number(offset)).run());
        }
        return {};
    });
}

Result<> Manifest::add(FileEntry& file) {
    SF_ASSIGN(SqliteStatement insert,
              database_.prepare("INSERT INTO files (path, day, events, bytes, received_least, received_greatest, "
                                "event_time_least, event_time_greatest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    SF_TRY(insert.bind(1, file.path)
               .bind(2, file.day)
               .bind(3, number(file.events))
               .bind(4, number(file.bytes))
               .bind(5, file.received.least)
               .bind(6, file.received.greatest)
               .bind(7, file.event_time.least)
               .bind(8, file.event_time.greatest)
               .run());
    file.id = database_.last_insert_id();
    SF_ASSIGN(SqliteStatement offsets, database_.prepare("INSERT INTO file_offsets VALUES (?, ?, ?, ?)"));
    for (const auto& [partition, range] : file.offsets) {
        SF_TRY(
            offsets.bind(1, file.id).bind(2, partition).bind(3, number(range.begin)).bind(4, number(range.end)).run());
    }
    return {};
}

}  // namespace sf::database
