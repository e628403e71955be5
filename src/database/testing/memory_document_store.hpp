// Documents in memory, for tests.
#pragma once

#include "database/document_store.hpp"

#include <map>
#include <mutex>

namespace sf::database::testing {

class MemoryDocumentStore : public DocumentStore {
public:
    [[nodiscard]] Result<> put(std::string_view collection, std::span<const Document> documents,
                               PutOptions options) override;
    [[nodiscard]] Result<std::optional<std::string>> get(std::string_view collection, std::string_view key) override;
    [[nodiscard]] Result<DocumentPage> list(std::string_view collection, std::string_view after,
                                            std::size_t limit) override;
    [[nodiscard]] Result<> remove(std::string_view collection, std::span<const std::string> keys) override;
    [[nodiscard]] Result<std::uint64_t> count(std::string_view collection) override;

private:
    using Collection = std::map<std::string, std::string, std::less<>>;

    std::mutex mutex_;
    std::map<std::string, Collection, std::less<>> collections_;  // Under mutex_.
};

}  // namespace sf::database::testing
