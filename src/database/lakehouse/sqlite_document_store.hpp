// Documents in one SQLite database.
#pragma once

#include "database/document_store.hpp"

#include <filesystem>
#include <memory>

namespace sf::database {

/// One file, one connection, one lock: documents are small and written rarely.
class SqliteDocumentStore : public DocumentStore {
public:
    /// Opens or makes the file. `corrupt` where it is damaged.
    [[nodiscard]] static Result<std::unique_ptr<SqliteDocumentStore>> open(const std::filesystem::path& path);
    ~SqliteDocumentStore() override;

    [[nodiscard]] Result<> put(std::string_view collection, std::span<const Document> documents,
                               PutOptions options) override;
    [[nodiscard]] Result<std::optional<std::string>> get(std::string_view collection, std::string_view key) override;
    [[nodiscard]] Result<DocumentPage> list(std::string_view collection, std::string_view after,
                                            std::size_t limit) override;
    [[nodiscard]] Result<> remove(std::string_view collection, std::span<const std::string> keys) override;
    [[nodiscard]] Result<std::uint64_t> count(std::string_view collection) override;

private:
    struct State;
    explicit SqliteDocumentStore(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace sf::database
