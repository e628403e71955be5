// Reads a whole recording into lists, for tests.
#pragma once

#include "cli/recording/recording.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sf::recording {

struct Problem {
    std::uint64_t line;
    std::string why;
    std::string text;
};

struct RecordedEvents {
    std::vector<std::string> events;  // JSON without the line's end.
    std::vector<std::uint64_t> lines;
    std::vector<Problem> problems;
    std::uint64_t mended = 0;
};

inline RecordedEvents read_all(Recording& recording) {
    RecordedEvents all;
    std::string out;
    while (true) {
        out.clear();
        const Next next = recording.next(out);
        if (next == Next::end) break;
        if (next == Next::event) {
            EXPECT_EQ(out.back(), '\n');
            EXPECT_EQ(out.find('\n'), out.size() - 1);
            out.pop_back();
            all.events.push_back(out);
            all.lines.push_back(recording.line());
        } else {
            EXPECT_EQ(out, "");
            all.problems.push_back({recording.line(), recording.problem(), std::string(recording.text())});
        }
    }
    EXPECT_FALSE(recording.error());
    all.mended = recording.fields_mended();
    return all;
}

inline RecordedEvents read_text(std::string text, RecordingOptions options) {
    if (options.name.empty()) options.name = "test";
    auto recording = open_recording(TextInput::from_text(std::move(text)), std::move(options));
    EXPECT_TRUE(recording) << (recording ? "" : recording.error().text());
    return recording ? read_all(**recording) : RecordedEvents{};
}

/// The event's JSON behind its id.
inline std::string without_id(const std::string& event) {
    EXPECT_TRUE(event.starts_with(R"({"id":")")) << event;
    return "{" + event.substr(45);
}

inline std::string id_of(const std::string& event) { return event.substr(7, 36); }

}  // namespace sf::recording
