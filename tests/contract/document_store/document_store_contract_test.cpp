// What every document store promises, run against each adapter.

#include "database/document_store.hpp"

#include "database/lakehouse/sqlite_document_store.hpp"
#include "database/testing/memory_document_store.hpp"
#include "unit/database/stored_events.hpp"

#include <fstream>
#include <functional>
#include <memory>
#include <thread>

namespace sf::database::testing {
namespace {

struct Adapter {
    std::string name;
    std::function<std::unique_ptr<DocumentStore>(const std::filesystem::path& folder)> open;
    bool lasting = false;  // Opening the folder again gives the same documents.
};

class DocumentStoreContract : public ::testing::TestWithParam<Adapter> {
protected:
    TestFolder folder_;
    std::unique_ptr<DocumentStore> store_ = GetParam().open(folder_.path());

    void put(const std::string& collection, std::vector<Document> documents, bool keep_existing = false) {
        SF_ASSERT_OK(store_->put(collection, documents, {.keep_existing = keep_existing}));
    }
    std::string get(const std::string& collection, const std::string& key) {
        const auto found = store_->get(collection, key);
        if (!found) return "error: " + found.error().text();
        return *found ? **found : "absent";
    }
};

TEST_P(DocumentStoreContract, what_was_put_is_found_in_its_collection_alone) {
    put("views", {{"a", "{}"}, {"b", "[1]"}});
    EXPECT_EQ(get("views", "a"), "{}");
    EXPECT_EQ(get("views", "b"), "[1]");
    EXPECT_EQ(get("views", "c"), "absent");
    EXPECT_EQ(get("rules", "a"), "absent");
    EXPECT_EQ(*store_->count("views"), 2u);
    EXPECT_EQ(*store_->count("rules"), 0u);
}

TEST_P(DocumentStoreContract, put_replaces_unless_told_to_keep) {
    put("views", {{"a", "1"}});
    put("views", {{"a", "2"}, {"b", "2"}});
    put("views", {{"a", "3"}, {"c", "3"}}, true);
    EXPECT_EQ(get("views", "a"), "2");
    EXPECT_EQ(get("views", "b"), "2");
    EXPECT_EQ(get("views", "c"), "3");
}

TEST_P(DocumentStoreContract, pages_follow_one_another_in_the_order_of_bytes) {
    put("q", {{"b", "1"}, {"a", "2"}, {"C", "3"}, {"\xC3\xA4", "4"}, {"aa", "5"}});
    std::string after, keys;
    int pages = 0;
    do {
        const auto page = store_->list("q", after, 2);
        SF_ASSERT_OK(page);
        EXPECT_LE(page->documents.size(), 2u);
        for (const Document& document : page->documents) keys += document.key + " ";
        after = page->next;
        ++pages;
    } while (!after.empty());
    EXPECT_EQ(keys, "C a aa b \xC3\xA4 ");
    EXPECT_EQ(pages, 3);
    EXPECT_TRUE(store_->list("none", "", 10)->documents.empty());
    EXPECT_EQ(store_->list("q", "", 5)->next, "");
}

TEST_P(DocumentStoreContract, removing_takes_what_is_there) {
    put("q", {{"a", "1"}, {"b", "2"}});
    SF_ASSERT_OK(store_->remove("q", std::vector<std::string>{"a", "none"}));
    EXPECT_EQ(get("q", "a"), "absent");
    EXPECT_EQ(get("q", "b"), "2");
    EXPECT_EQ(*store_->count("q"), 1u);
}

TEST_P(DocumentStoreContract, keys_and_texts_are_kept_byte_by_byte) {
    const std::string odd = "'; DROP TABLE documents; -- \"%_\n";
    const std::string large(1 << 20, 'x');
    put("q", {{odd, large}});
    EXPECT_EQ(get("q", odd), large);
    EXPECT_EQ(get("q", ""), "absent");
}

TEST_P(DocumentStoreContract, threads_may_write_at_once) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 25; ++i) {
                const std::vector<Document> documents = {{std::to_string(t) + "-" + std::to_string(i), "{}"},
                                                         {"same", std::to_string(t)}};
                EXPECT_TRUE(store_->put("q", documents, {}).has_value());
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(*store_->count("q"), 101u);
}

TEST_P(DocumentStoreContract, documents_outlive_the_store_where_it_lasts) {
    if (!GetParam().lasting) GTEST_SKIP() << "kept in memory";
    put("views", {{"a", "1"}});
    store_.reset();
    store_ = GetParam().open(folder_.path());
    EXPECT_EQ(get("views", "a"), "1");
}

INSTANTIATE_TEST_SUITE_P(
    Adapters, DocumentStoreContract,
    ::testing::Values(Adapter{"memory", [](const auto&) { return std::make_unique<MemoryDocumentStore>(); }},
                      Adapter{"sqlite",
                              [](const auto& folder) -> std::unique_ptr<DocumentStore> {
                                  return std::move(*SqliteDocumentStore::open(folder / "documents.db"));
                              },
                              true}),
    [](const auto& adapter) { return adapter.param.name; });

TEST(SqliteDocumentStore, a_file_that_is_no_database_is_corrupt) {
    TestFolder folder;
    std::ofstream(folder.path() / "documents.db") << std::string(5000, 'x');
    const auto store = SqliteDocumentStore::open(folder.path() / "documents.db");
    ASSERT_FALSE(store.has_value());
    EXPECT_EQ(store.error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace sf::database::testing
