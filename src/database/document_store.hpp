// Small documents by collection and key: quarantined events, views, rules, keys. Adapters: lakehouse/ (SQLite),
// testing/ (memory).
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sf::database {

struct Document {
    std::string key;
    std::string json;
};

struct DocumentPage {
    std::vector<Document> documents;  // In order of their keys.
    std::string next;                 // Pass as `after` for the rest; empty at the end.
};

/// Any thread. A call that returned without an error is durable.
class DocumentStore {
public:
    virtual ~DocumentStore() = default;

    /// All or nothing. Existing keys are replaced, or left as they are where `keep_existing`.
    struct PutOptions {
        bool keep_existing = false;
    };
    [[nodiscard]] virtual Result<> put(std::string_view collection, std::span<const Document> documents,
                                       PutOptions options) = 0;
    [[nodiscard]] virtual Result<std::optional<std::string>> get(std::string_view collection, std::string_view key) = 0;
    [[nodiscard]] virtual Result<DocumentPage> list(std::string_view collection, std::string_view after,
                                                    std::size_t limit) = 0;
    [[nodiscard]] virtual Result<> remove(std::string_view collection, std::span<const std::string> keys) = 0;
    [[nodiscard]] virtual Result<std::uint64_t> count(std::string_view collection) = 0;
};

}  // namespace sf::database
