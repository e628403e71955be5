#include "database/lakehouse/sqlite.hpp"

#include <sqlite3.h>

namespace sf::database {
namespace {

Error sqlite_error(sqlite3* database, int code) {
    const char* text = database ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    switch (code & 0xff) {
        case SQLITE_FULL: return {ErrorCode::unavailable, "the disk is full", text, "free space on the data disk"};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ErrorCode::unavailable, "the SQLite database is locked by another program", text, ""};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return {ErrorCode::corrupt, "the SQLite database is damaged", text, ""};
        default: return {ErrorCode::internal, "SQLite failed", text, ""};
    }
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void SqliteDatabase::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

SqliteStatement& SqliteStatement::bind(int index, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), index, value);
    return *this;
}

SqliteStatement& SqliteStatement::bind(int index, std::string_view value) {
    sqlite3_bind_text64(statement_.get(), index, value.data() ? value.data() : "", value.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
    return *this;
}

Result<bool> SqliteStatement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    Error error;
    if (code != SQLITE_DONE) error = sqlite_error(sqlite3_db_handle(statement_.get()), code);
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    if (code != SQLITE_DONE) return fail(std::move(error));
    return false;
}

Result<> SqliteStatement::run() {
    SF_TRY(step());
    return {};
}

std::int64_t SqliteStatement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string SqliteStatement::text(int column) const {
    const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return begin ? std::string(begin, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)))
                 : std::string();
}

Result<SqliteDatabase> SqliteDatabase::open(const std::filesystem::path& path) {
    SqliteDatabase database;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    database.database_.reset(handle);
    if (code != SQLITE_OK) return fail(sqlite_error(handle, code).during("opening " + path.string()));
    sqlite3_busy_timeout(handle, 5000);
    sqlite3_extended_result_codes(handle, 1);
    if (auto set = database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
        !set) {
        return fail(std::move(set.error()).during("opening " + path.string()));
    }
    return database;
}

Result<> SqliteDatabase::execute(const char* sql) {
    const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(sqlite_error(database_.get(), code));
    return {};
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return fail(sqlite_error(database_.get(), code));
    return SqliteStatement(statement);
}

std::int64_t SqliteDatabase::changes() const { return sqlite3_changes64(database_.get()); }
std::int64_t SqliteDatabase::last_insert_id() const { return sqlite3_last_insert_rowid(database_.get()); }

}  // namespace sf::database
