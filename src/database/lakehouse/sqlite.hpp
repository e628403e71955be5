// SQLite with errors as Results. Internal to lakehouse/.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace sf::database {

/// A prepared statement. Bind from 1, step, read columns from 0, reset. One thread at a time.
class SqliteStatement {
public:
    SqliteStatement() = default;

    SqliteStatement& bind(int index, std::int64_t value);
    SqliteStatement& bind(int index, std::string_view value);  // Copied.

    /// True: a row stands ready. False: done, and the statement is reset.
    [[nodiscard]] Result<bool> step();

    /// Runs a statement that gives no rows, and resets it.
    [[nodiscard]] Result<> run();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;

private:
    friend class SqliteDatabase;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A connection in WAL mode with synchronous=FULL: what a call committed survives power loss. One thread at a time.
class SqliteDatabase {
public:
    /// Opens or makes the file. `corrupt` where SQLite says so.
    [[nodiscard]] static Result<SqliteDatabase> open(const std::filesystem::path& path);

    [[nodiscard]] Result<> execute(const char* sql);
    [[nodiscard]] Result<SqliteStatement> prepare(std::string_view sql);
    [[nodiscard]] std::int64_t changes() const;  // Rows that the last statement changed.
    [[nodiscard]] std::int64_t last_insert_id() const;

    /// Runs `body`, which returns Result<>, in one transaction: committed if it succeeds, rolled back otherwise.
    template <class Body>
    [[nodiscard]] Result<> transaction(Body body) {
        SF_TRY(execute("BEGIN IMMEDIATE"));
        Result<> result = body();
        if (result) result = execute("COMMIT");
        if (!result) (void)execute("ROLLBACK");  // The first error is the one to tell.
        return result;
    }

    /// Commits a transaction that changes nothing. One that failed while it was committed may be whole in the
    /// write-ahead log and would come back when the file is opened anew: this one takes its place there.
    [[nodiscard]] Result<> overwrite() { return execute("PRAGMA user_version = 0"); }

private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace sf::database
