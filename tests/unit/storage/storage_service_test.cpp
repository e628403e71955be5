// Both topics on their way into the stores, and queries that wait for both.

#include "services/storage/storage_service.hpp"

#include "database/lakehouse/lakehouse.hpp"
#include "messaging/testing/memory_log.hpp"
#include "unit/database/stored_points.hpp"

#include <future>

namespace sf::storage {
namespace {

using namespace database::testing;

class StorageServiceTest : public ::testing::Test {
protected:
    void SetUp() override {
        SF_ASSERT_OK(log_.start());
        SF_ASSERT_OK(log_.ensure_topic("events", 1));
        SF_ASSERT_OK(log_.ensure_topic("metrics", 1));
        database::LakehouseOptions options;
        options.dir = folder_.path();
        lakehouse_ = std::make_unique<database::Lakehouse>(std::move(options));
        SF_ASSERT_OK(lakehouse_->start());
        service_.emplace(StorageOptions{}, log_, *lakehouse_, lakehouse_->points(), system_clock());
        SF_ASSERT_OK(service_->start());
    }
    void append(std::string_view topic, messaging::Record record) {
        log_.append(topic, 0, std::move(record), [](const auto& offset) { EXPECT_TRUE(offset); });
    }
    std::string query(const std::string& sql) {
        std::promise<http::Response> answer;
        service_->queries().run(sql, {}, [&](http::Response response) { answer.set_value(std::move(response)); });
        return answer.get_future().get().body;
    }

    TestFolder folder_;
    messaging::testing::MemoryLog log_;
    std::unique_ptr<database::Lakehouse> lakehouse_;
    std::optional<StorageService> service_;
};

TEST_F(StorageServiceTest, a_query_sees_what_was_durable_in_both_topics_when_it_came) {
    int points = 0;
    for (int i = 0; i < 5; ++i) {
        append("events", record_of(0, numbered(std::to_string(i) + "-", 10)).record);
        // Enough to keep the feeder busy for a while.
        for (int n = 0; n < 300; ++n) {
            std::vector<models::MetricPoint> made;
            for (int m = 0; m < 10; ++m) made.push_back(point_of({.window = points++}));
            append("metrics", record_of(0, std::move(made)).record);
        }
        const std::string expected = "[[" + std::to_string((i + 1) * 10) + ", " + std::to_string(points) + "]]";
        const std::string answer = query("SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM metrics)");
        EXPECT_NE(answer.find(expected), std::string::npos) << answer << " instead of " << expected;
    }
}

TEST_F(StorageServiceTest, each_topic_has_a_floor_of_its_own) {
    append("events", record_of(0, numbered("a", 3)).record);
    for (int i = 0; i < 4; ++i) append("metrics", record_of(0, {point_of({.window = i})}).record);
    (void)query("SELECT 1");
    EXPECT_EQ(service_->trim_floor("events", 0), 0u);
    EXPECT_EQ(service_->trim_floor("metrics", 0), 0u);
    SF_ASSERT_OK(lakehouse_->flush());
    EXPECT_EQ(service_->trim_floor("events", 0), 1u);
    EXPECT_EQ(service_->trim_floor("metrics", 0), 4u);
    EXPECT_EQ(service_->trim_floor("metrics", 7), 0u);
}

TEST_F(StorageServiceTest, goes_on_where_the_files_end_after_a_restart) {
    append("metrics", record_of(0, {point_of({.window = 0, .n = 1})}).record);
    (void)query("SELECT 1");
    SF_ASSERT_OK(lakehouse_->flush());
    append("metrics", record_of(0, {point_of({.window = 1, .n = 2})}).record);
    (void)query("SELECT 1");
    service_.reset();
    lakehouse_->stop();
    SF_ASSERT_OK(lakehouse_->start());
    service_.emplace(StorageOptions{}, log_, *lakehouse_, lakehouse_->points(), system_clock());
    SF_ASSERT_OK(service_->start());
    EXPECT_NE(query("SELECT count(*) FROM metrics").find("[[2]]"), std::string::npos);
    EXPECT_EQ(service_->point_feeder().gaps(), 0u);
}

}  // namespace
}  // namespace sf::storage
