#include "app/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace sf::app {
namespace {

using ::testing::HasSubstr;

class ConfigTest : public ::testing::Test {
protected:
    ConfigTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "sf-config-XXXXXX").string();
        sources_.folder = ::mkdtemp(pattern.data());
    }
    ~ConfigTest() override { std::filesystem::remove_all(sources_.folder); }

    void write(const std::string& name, const std::string& content) {
        std::ofstream(sources_.folder / name) << content;
    }
    std::string error() {
        const auto config = Config::load(sources_);
        return config ? "" : config.error().text();
    }
    std::string origin(std::string_view name) {
        const auto config = Config::load(sources_);
        EXPECT_TRUE(config) << config.error().text();
        for (const auto& setting : config->all()) {
            if (setting.setting->name == name) return setting.value + " from " + setting.origin;
        }
        return "missing";
    }

    ConfigSources sources_;
};

TEST_F(ConfigTest, the_nearer_source_wins) {
    EXPECT_EQ(origin("LOG_LEVEL"), "info from default");
    write("streamflow.yaml", "# a comment\nlog_level: warn\ncors_origins: [https://a.example, https://b.example]\n");
    EXPECT_EQ(origin("LOG_LEVEL"), "warn from streamflow.yaml:2");
    EXPECT_EQ(origin("CORS_ORIGINS"), "https://a.example,https://b.example from streamflow.yaml:3");
    write(".env", "\n# x\nexport LOG_LEVEL=\"error\"\n");
    EXPECT_EQ(origin("LOG_LEVEL"), "error from .env:3");
    sources_.environment["LOG_LEVEL"] = "debug";
    EXPECT_EQ(origin("LOG_LEVEL"), "debug from environment");
    sources_.overrides["LOG_LEVEL"] = "info";
    EXPECT_EQ(origin("LOG_LEVEL"), "info from command line");
}

TEST_F(ConfigTest, an_unknown_name_is_refused_with_its_line_and_the_likely_one) {
    write("streamflow.yaml", "log_level: warn\nlog_fromat: json\n");
    EXPECT_EQ(error(),
              "there is no setting \"log_fromat\"\ndetail: in streamflow.yaml:2\nhint: did you mean LOG_FORMAT?");
    write("streamflow.yaml", "");
    write(".env", "PARTITONS=2\n");
    EXPECT_THAT(error(), HasSubstr("in .env:1\nhint: did you mean PARTITIONS?"));
}

TEST_F(ConfigTest, a_wrong_value_is_refused_with_its_place) {
    sources_.environment["PARTITIONS"] = "many";
    EXPECT_EQ(error(), "the value \"many\" of PARTITIONS can't be used\ndetail: must be a whole number (environment)");
    sources_.environment["PARTITIONS"] = "0";
    EXPECT_THAT(error(), HasSubstr("from 1 to 64"));
    sources_.environment.clear();
    write("streamflow.yaml", "live_bytes: lots\n");
    EXPECT_THAT(error(), HasSubstr("such as 256MiB (streamflow.yaml:1)"));
    write("streamflow.yaml", "durability: maybe\n");
    EXPECT_THAT(error(), HasSubstr("must be one of: fsync, os"));
    write("streamflow.yaml", "a: [1\n");
    EXPECT_THAT(error(), HasSubstr("not valid YAML"));
}

TEST_F(ConfigTest, an_amount_beyond_what_works_is_refused) {
    for (const Setting& setting : settings()) {
        if (setting.range.most.empty()) continue;
        sources_.environment = {{std::string(setting.name), std::string(setting.range.most)}};
        EXPECT_EQ(error(), "");
        sources_.environment = {{std::string(setting.name), std::string(setting.range.least)}};
        EXPECT_EQ(error(), "");
        sources_.environment = {{std::string(setting.name), "9" + std::string(setting.range.most)}};
        EXPECT_THAT(error(), HasSubstr("to " + std::string(setting.range.most) + " (environment)"));
    }
    sources_.environment.clear();
    write(".env", "\nSEGMENT_BYTES=2GiB\n");
    EXPECT_EQ(error(), "the value \"2GiB\" of SEGMENT_BYTES can't be used\ndetail: must be from 1MiB to 1GiB (.env:2)");
    write(".env", "HOST_EVENTS_INTERVAL=0s\n");
    EXPECT_EQ(error(), "");
    write(".env", "HOST_EVENTS_INTERVAL=1ms\n");
    EXPECT_THAT(error(), HasSubstr("must be 0, or from 100ms to 24h (.env:1)"));
}

TEST_F(ConfigTest, an_empty_value_is_none) {
    write("streamflow.yaml", "log_level: warn\nlog_format:\npartitions: \"\"\ncors_origins: []\n");
    write(".env", "LOG_LEVEL=\nDATA_DIR=\"\"\n");
    sources_.environment["LOG_LEVEL"] = "";
    EXPECT_EQ(origin("LOG_LEVEL"), "warn from streamflow.yaml:1");
    EXPECT_EQ(origin("DATA_DIR"), "data from default");
    EXPECT_EQ(origin("LOG_FORMAT"), " from default");
    EXPECT_EQ(origin("PARTITIONS"), " from default");
    EXPECT_EQ(origin("CORS_ORIGINS"), " from default");
    sources_.overrides["DATA_DIR"] = "";
    EXPECT_EQ(error(), "DATA_DIR is given on the command line without a value");
}

TEST_F(ConfigTest, sizes_durations_and_lists_are_read) {
    sources_.environment = {{"LIVE_BYTES", "64MiB"},
                            {"FLUSH_INTERVAL", "1500ms"},
                            {"CORS_ORIGINS", " https://a.example , https://b.example,"}};
    const auto config = Config::load(sources_);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->number("LIVE_BYTES"), 64u << 20);
    EXPECT_EQ(config->duration("FLUSH_INTERVAL"), std::chrono::milliseconds{1500});
    EXPECT_EQ(config->list("CORS_ORIGINS"), (std::vector<std::string>{"https://a.example", "https://b.example"}));
}

TEST_F(ConfigTest, secrets_are_never_shown) {
    sources_.environment = {{"JWT_SECRET_KEY", "super-secret-value-super-secret-value"},
                            {"DATABASE_URL", "postgresql://me:hunter2@db/x"}};
    const auto config = Config::load(sources_);
    ASSERT_TRUE(config);
    std::string shown;
    for (const auto& setting : config->all()) shown += shown_value(setting) + "\n";
    EXPECT_THAT(shown, ::testing::Not(HasSubstr("super-secret")));
    EXPECT_THAT(shown, ::testing::Not(HasSubstr("hunter2")));
    EXPECT_THAT(shown, HasSubstr("postgresql://me:********@db/x"));
}

TEST_F(ConfigTest, no_form_of_a_url_shows_its_password) {
    for (const std::string url :
         {"postgresql://me:hunter2@db/x", "postgresql://me:hunter2@ho@st/x", "redis://:hunter2@db",
          "postgresql://me:@hunter2@db/x", "postgresql://db/x?user=me&password=hunter2",
          "postgresql://me:hunter2?@db/x", "postgresql://db:1/x?password=hunter2@"}) {
        sources_.environment = {{"DATABASE_URL", url}};
        const auto config = Config::load(sources_);
        ASSERT_TRUE(config);
        for (const auto& setting : config->all())
            EXPECT_THAT(shown_value(setting), ::testing::Not(HasSubstr("hunter2")));
    }
    sources_.environment = {{"DATABASE_URL", "postgresql:/me:hunter2@db/x"}};
    EXPECT_EQ(error(), "the value of DATABASE_URL can't be used\ndetail: must be a URL (environment)");
    sources_.environment = {{"DATABASE_URL", "postgresql://me@db/x"}};
    EXPECT_EQ(origin("DATABASE_URL"), "postgresql://me@db/x from environment");
}

}  // namespace
}  // namespace sf::app
