#include "database/testing/memory_document_store.hpp"

namespace sf::database::testing {

Result<> MemoryDocumentStore::put(std::string_view collection, std::span<const Document> documents,
                                  PutOptions options) {
    std::lock_guard lock(mutex_);
    Collection& into = collections_[std::string(collection)];
    for (const Document& document : documents) {
        if (options.keep_existing) {
            into.try_emplace(document.key, document.json);
        } else {
            into[document.key] = document.json;
        }
    }
    return {};
}

Result<std::optional<std::string>> MemoryDocumentStore::get(std::string_view collection, std::string_view key) {
    std::lock_guard lock(mutex_);
    const Collection& from = collections_[std::string(collection)];
    const auto found = from.find(key);
    if (found == from.end()) return std::nullopt;
    return std::optional(found->second);
}

Result<DocumentPage> MemoryDocumentStore::list(std::string_view collection, std::string_view after, std::size_t limit) {
    std::lock_guard lock(mutex_);
    DocumentPage page;
    const Collection& from = collections_[std::string(collection)];
    for (auto at = from.upper_bound(after); at != from.end(); ++at) {
        if (page.documents.size() == limit) {
            page.next = limit == 0 ? std::string() : page.documents.back().key;
            break;
        }
        page.documents.push_back({at->first, at->second});
    }
    return page;
}

Result<> MemoryDocumentStore::remove(std::string_view collection, std::span<const std::string> keys) {
    std::lock_guard lock(mutex_);
    Collection& from = collections_[std::string(collection)];
    for (const std::string& key : keys) from.erase(key);
    return {};
}

Result<std::uint64_t> MemoryDocumentStore::count(std::string_view collection) {
    std::lock_guard lock(mutex_);
    return collections_[std::string(collection)].size();
}

}  // namespace sf::database::testing
