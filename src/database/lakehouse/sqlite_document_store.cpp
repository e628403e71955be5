#include "database/lakehouse/sqlite_document_store.hpp"

#include "database/lakehouse/sqlite.hpp"

#include <mutex>

namespace sf::database {

struct SqliteDocumentStore::State {
    std::mutex mutex;
    SqliteDatabase database;  // Under mutex, as are the statements.
    SqliteStatement replace;
    SqliteStatement keep;
    SqliteStatement get;
    SqliteStatement list;
    SqliteStatement remove;
    SqliteStatement count;
};

SqliteDocumentStore::SqliteDocumentStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
SqliteDocumentStore::~SqliteDocumentStore() = default;

Result<std::unique_ptr<SqliteDocumentStore>> SqliteDocumentStore::open(const std::filesystem::path& path) {
    auto state = std::make_unique<State>();
    SF_ASSIGN(state->database, SqliteDatabase::open(path));
    // Keys compare by their bytes, so that a page continues exactly where the last one ended.
    SF_TRY(
        state->database.execute("CREATE TABLE IF NOT EXISTS documents (collection TEXT NOT NULL, key TEXT NOT NULL, "
                                "json TEXT NOT NULL, PRIMARY KEY (collection, key)) WITHOUT ROWID"));
    SF_ASSIGN(state->replace,
              state->database.prepare("INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT (collection, key) "
                                      "DO UPDATE SET json = excluded.json"));
    SF_ASSIGN(state->keep, state->database.prepare("INSERT OR IGNORE INTO documents VALUES (?, ?, ?)"));
    SF_ASSIGN(state->get, state->database.prepare("SELECT json FROM documents WHERE collection = ? AND key = ?"));
    SF_ASSIGN(state->list, state->database.prepare("SELECT key, json FROM documents WHERE collection = ? AND key > ? "
                                                   "ORDER BY key LIMIT ?"));
    SF_ASSIGN(state->remove, state->database.prepare("DELETE FROM documents WHERE collection = ? AND key = ?"));
    SF_ASSIGN(state->count, state->database.prepare("SELECT count(*) FROM documents WHERE collection = ?"));
    return std::unique_ptr<SqliteDocumentStore>(new SqliteDocumentStore(std::move(state)));
}

Result<> SqliteDocumentStore::put(std::string_view collection, std::span<const Document> documents,
                                  PutOptions options) {
    std::lock_guard lock(state_->mutex);
    SqliteStatement& insert = options.keep_existing ? state_->keep : state_->replace;
    return state_->database.transaction([&]() -> Result<> {
        for (const Document& document : documents) {
            SF_TRY(insert.bind(1, collection).bind(2, document.key).bind(3, document.json).run());
        }
        return {};
    });
}

Result<std::optional<std::string>> SqliteDocumentStore::get(std::string_view collection, std::string_view key) {
    std::lock_guard lock(state_->mutex);
    SqliteStatement& select = state_->get.bind(1, collection).bind(2, key);
    SF_ASSIGN(const bool found, select.step());
    if (!found) return std::nullopt;
    std::optional<std::string> json = select.text(0);
    SF_TRY(select.step());
    return json;
}

Result<DocumentPage> SqliteDocumentStore::list(std::string_view collection, std::string_view after, std::size_t limit) {
    std::lock_guard lock(state_->mutex);
    DocumentPage page;
    // One more than asked for tells whether there is more.
    SqliteStatement& select =
        state_->list.bind(1, collection).bind(2, after).bind(3, static_cast<std::int64_t>(limit) + 1);
    while (true) {
        SF_ASSIGN(const bool row, select.step());
        if (!row) break;
        page.documents.push_back({select.text(0), select.text(1)});
    }
    if (page.documents.size() > limit) {
        page.documents.pop_back();
        page.next = page.documents.empty() ? std::string() : page.documents.back().key;
    }
    return page;
}

Result<> SqliteDocumentStore::remove(std::string_view collection, std::span<const std::string> keys) {
    std::lock_guard lock(state_->mutex);
    return state_->database.transaction([&]() -> Result<> {
        for (const std::string& key : keys) SF_TRY(state_->remove.bind(1, collection).bind(2, key).run());
        return {};
    });
}

Result<std::uint64_t> SqliteDocumentStore::count(std::string_view collection) {
    std::lock_guard lock(state_->mutex);
    SqliteStatement& select = state_->count.bind(1, collection);
    SF_TRY(select.step());
    const auto count = static_cast<std::uint64_t>(select.integer(0));
    SF_TRY(select.step());
    return count;
}

}  // namespace sf::database
