#include "base/text_input.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace sf {
namespace {

std::vector<std::string> lines_of(TextInput input) {
    std::vector<std::string> lines;
    std::string_view line;
    while (input.next_line(line)) lines.emplace_back(line);
    return lines;
}

// A file of its own, gone at the end.
class TextFile {
public:
    explicit TextFile(const std::string& content) {
        char name[] = "/tmp/text_input_test_XXXXXX";
        const int fd = ::mkstemp(name);
        path_ = name;
        ::close(fd);
        std::ofstream(path_, std::ios::binary) << content;
    }
    ~TextFile() { std::filesystem::remove(path_); }
    [[nodiscard]] TextInput open() const { return std::move(*TextInput::open(path_)); }

private:
    std::filesystem::path path_;
};

TEST(TextInput, lines_end_in_lf_or_crlf_or_nothing) {
    EXPECT_EQ(lines_of(TextInput::from_text("a\r\nb\n\nc")), (std::vector<std::string>{"a", "b", "", "c"}));
    EXPECT_EQ(lines_of(TextInput::from_text("a\n")), (std::vector<std::string>{"a"}));
    EXPECT_TRUE(lines_of(TextInput::from_text("")).empty());
}

TEST(TextInput, byte_order_mark_is_skipped) {
    EXPECT_EQ(lines_of(TextInput::from_text("\xEF\xBB\xBF"
                                            "a\n\xEF\xBB\xBF"
                                            "b")),
              (std::vector<std::string>{"a",
                                        "\xEF\xBB\xBF"
                                        "b"}));
    EXPECT_TRUE(lines_of(TextInput::from_text("\xEF\xBB\xBF")).empty());
}

TEST(TextInput, utf_16_is_refused) {
    TextInput input =
        TextInput::from_text(std::string("\xFF\xFE"
                                         "a\0",
                                         4));
    std::string_view line;
    EXPECT_FALSE(input.next_line(line));
    ASSERT_TRUE(input.error());
    EXPECT_EQ(input.error()->code, ErrorCode::invalid_input);
}

TEST(TextInput, large_files_are_read_in_pieces) {
    std::string content;
    std::vector<std::string> expected;
    for (int i = 0; i < 60'000; ++i) {
        expected.push_back(std::string(static_cast<std::size_t>(i % 97), 'x') + std::to_string(i));
        content += expected.back() + (i % 3 == 0 ? "\r\n" : "\n");
    }
    TextFile file(content);
    TextInput input = file.open();
    std::string_view line;
    std::size_t i = 0;
    for (; input.next_line(line); ++i) {
        ASSERT_EQ(line, expected.at(i));
        ASSERT_EQ(input.line_number(), i + 1);
    }
    EXPECT_EQ(i, expected.size());
    EXPECT_EQ(input.bytes_read(), content.size());
}

TEST(TextInput, overlong_line_costs_only_itself) {
    for (const std::size_t size : {kRecordBytesMax + 1, std::size_t{5} << 20}) {
        const std::string content = "a\n" + std::string(size, 'x') + "\nb\n";
        TextFile file(content);
        for (const bool in_memory : {false, true}) {
            TextInput input = in_memory ? TextInput::from_text(content) : file.open();
            std::string_view line;
            ASSERT_TRUE(input.next_line(line));
            EXPECT_FALSE(input.overlong());
            ASSERT_TRUE(input.next_line(line));
            EXPECT_TRUE(input.overlong());
            EXPECT_EQ(line.size(), 200u);
            ASSERT_TRUE(input.next_line(line));
            EXPECT_EQ(line, "b");
            EXPECT_EQ(input.line_number(), 3u);
            EXPECT_FALSE(input.next_line(line));
            EXPECT_EQ(input.bytes_read(), content.size());
        }
    }
}

TEST(TextInput, extended_records_can_be_undone_across_pieces) {
    std::string content = "first\n";
    for (int i = 0; i < 100'000; ++i) content += "line " + std::to_string(i) + "\n";
    TextFile file(content);
    TextInput input = file.open();
    std::string_view record;
    ASSERT_TRUE(input.next_line(record));
    std::size_t joined = 0;
    while (input.extend(record)) ++joined;
    EXPECT_EQ(record, "first");
    EXPECT_GT(joined, 50'000u);
    input.rewind_to_first_line();
    ASSERT_TRUE(input.next_line(record));
    EXPECT_EQ(record, "line 0");
    EXPECT_EQ(input.line_number(), 2u);
}

TEST(TextInput, missing_files_and_folders) {
    const auto missing = TextInput::open("/nonexistent/x");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::not_found);
    const auto folder = TextInput::open("/tmp");
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().text(), "\"/tmp\" is a folder\nhint: name the files in it, for example /tmp/*");
}

}  // namespace
}  // namespace sf
