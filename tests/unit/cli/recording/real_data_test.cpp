// The figures of recorded files (../shared/data, beside the checkout) out of the events made of them. Skipped where the
// files are not there.
#include "models/event_reader.hpp"
#include "unit/cli/recording/recorded_events.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <map>
#include <set>

namespace sf::recording {
namespace {

const std::filesystem::path kData = std::filesystem::path(SF_SOURCE_DIR) / ".." / "shared" / "data";
const std::filesystem::path kExamples = std::filesystem::path(SF_SOURCE_DIR) / "examples";

#define SKIP_WITHOUT(path) \
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "the recorded data is not there: " << (path).string()

RecordedEvents read_file_events(const std::filesystem::path& file, Format format, const char* mapping = nullptr) {
    RecordingOptions options{.format = format, .name = file.filename().string()};
    if (mapping != nullptr) {
        auto read = read_mapping(kExamples / mapping);
        EXPECT_TRUE(read) << read.error().text();
        options.mapping = *read;
    }
    auto recording = open_recording(file, options);
    EXPECT_TRUE(recording) << recording.error().text();
    return read_all(**recording);
}

// The text of a member: a number's digits or a string's content without resolving escapes. Empty: absent.
std::string member(const std::string& event, const std::string& name) {
    const std::string key = "\"" + name + "\":";
    std::size_t at = event.find(key);
    if (at == std::string::npos) return "";
    at += key.size();
    if (event[at] != '"') return event.substr(at, event.find_first_of(",}", at) - at);
    std::size_t end = at + 1;
    while (event[end] != '"') end += event[end] == '\\' ? 2 : 1;
    return event.substr(at + 1, end - at - 1);
}

std::int64_t number(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    EXPECT_TRUE(error == std::errc{} && end == text.data() + text.size()) << text;
    return value;
}

std::map<std::string, int> counts(const RecordedEvents& all, const std::string& name) {
    std::map<std::string, int> result;
    for (const std::string& event : all.events) ++result[member(event, name)];
    return result;
}

std::int64_t sum(const RecordedEvents& all, const std::string& name) {
    std::int64_t total = 0;
    for (const std::string& event : all.events) {
        const std::string text = member(event, name);
        if (!text.empty()) total += number(text);
    }
    return total;
}

// What ingestion will say: every event follows the rules of the model.
void expect_valid(const RecordedEvents& all) {
    std::string body;
    UuidGenerator ids;
    models::EventReader reader;
    models::EventReading reading;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < all.events.size(); ++i) {
        body += all.events[i] + "\n";
        EXPECT_TRUE(seen.insert(id_of(all.events[i])).second) << "twice: " << all.events[i];
        if (i % 1000 != 999 && i + 1 != all.events.size()) continue;
        const std::size_t size = body.size();
        body.append(64, ' ');
        const auto problem = reader.read(std::string_view(body).substr(0, size), models::EventReader::Form::lines,
                                         *parse_rfc3339("2026-01-01T00:00:00Z"), ids, reading);
        ASSERT_FALSE(problem) << problem->detail;
        ASSERT_TRUE(reading.refused.empty()) << reading.refused[0].json << reading.refused[0].complaints[0].detail;
        body.clear();
    }
}

TEST(RealData, access_log) {
    const auto file = kData / "access.log";
    SKIP_WITHOUT(file);
    const auto all = read_file_events(file, Format::clf);
    EXPECT_EQ(all.events.size(), 10'000u);
    EXPECT_TRUE(all.problems.empty());
    EXPECT_EQ(
        counts(all, "status"),
        (std::map<std::string, int>{
            {"200", 9126}, {"304", 445}, {"404", 213}, {"301", 164}, {"206", 45}, {"500", 3}, {"403", 2}, {"416", 2}}));
    EXPECT_EQ(counts(all, "method"),
              (std::map<std::string, int>{{"GET", 9952}, {"HEAD", 42}, {"POST", 5}, {"OPTIONS", 1}}));
    EXPECT_EQ(counts(all, "user_id").size(), 1753u);
    EXPECT_EQ(sum(all, "bytes"), 2'747'282'740);
    std::set<std::string> hours;
    for (const std::string& event : all.events) hours.insert(member(event, "timestamp").substr(0, 13));
    EXPECT_EQ(hours.size(), 84u);
    expect_valid(all);
}

TEST(RealData, nasa) {
    const auto file = kData / "nasa_19950801.tsv";
    SKIP_WITHOUT(file);
    const auto all = read_file_events(file, Format::tsv, "nasa.yaml");
    EXPECT_EQ(all.events.size(), 30'969u);
    EXPECT_TRUE(all.problems.empty());
    EXPECT_EQ(counts(all, "status"),
              (std::map<std::string, int>{{"200", 27972}, {"304", 2421}, {"302", 355}, {"404", 221}}));
    EXPECT_EQ(sum(all, "bytes"), 482'000'467);
    expect_valid(all);
}

TEST(RealData, retail) {
    const auto folder = kData / "retail";
    SKIP_WITHOUT(folder);
    RecordedEvents all;
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".csv") continue;
        ++files;
        RecordedEvents one = read_file_events(entry.path(), Format::csv, "retail.yaml");
        EXPECT_TRUE(one.problems.empty());
        for (std::string& event : one.events) all.events.push_back(std::move(event));
    }
    EXPECT_EQ(files, 44u);
    EXPECT_EQ(all.events.size(), 77'628u);
    EXPECT_EQ(counts(all, "invoice").size(), 3501u);
    const auto customers = counts(all, "user_id");
    EXPECT_EQ(customers.size() - customers.count(""), 1369u);
    const auto countries = counts(all, "country");
    EXPECT_EQ(countries.size(), 28u);
    EXPECT_EQ(countries.at("United Kingdom"), 72'025);
    // Exact: prices have at most three decimals, so thousandths of a pound are whole numbers.
    std::int64_t thousandths = 0;
    int negative = 0;
    for (const std::string& event : all.events) {
        const std::int64_t quantity = number(member(event, "quantity"));
        std::string price = member(event, "unit_price");
        const std::size_t point = std::min(price.find('.'), price.size());
        std::string decimals = point == price.size() ? "" : price.substr(point + 1);
        ASSERT_LE(decimals.size(), 3u) << price;
        decimals.resize(3, '0');
        thousandths += quantity * number(price.substr(0, point) + decimals);
        negative += quantity < 0 ? 1 : 0;
    }
    EXPECT_EQ(thousandths, 1'308'957'280);
    EXPECT_EQ(negative, 1595);
    expect_valid(all);
}

}  // namespace
}  // namespace sf::recording
