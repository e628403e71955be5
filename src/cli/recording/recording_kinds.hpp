// The kinds of recordings that open_recording() chooses from, one file each.
#pragma once

#include "cli/recording/recording.hpp"

namespace sf::recording {

[[nodiscard]] Result<std::unique_ptr<Recording>> open_access_log(TextInput input, RecordingOptions options);
[[nodiscard]] Result<std::unique_ptr<Recording>> open_table(TextInput input, RecordingOptions options);
[[nodiscard]] Result<std::unique_ptr<Recording>> open_event_lines(TextInput input, RecordingOptions options);

}  // namespace sf::recording
