// One checkpoint as a file: a header that says what it is and a checksum over all of it. docs/formats/checkpoints.md.
#pragma once

#include "base/file.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sf::database {

/// Who wrote a checkpoint, and the how manieth of its name it is.
struct CheckpointStamp {
    std::uint64_t sequence = 0;
    std::uint32_t epoch = 0;
};

/// Writes one, piece by piece. Not usable before finish(): until then the file has no header.
class CheckpointFileWriter {
public:
    /// Makes the file, or empties it.
    [[nodiscard]] static Result<CheckpointFileWriter> create(std::filesystem::path path);

    [[nodiscard]] Result<> append(std::span<const std::byte> piece);

    /// Makes the content durable, so that finish() is quick.
    [[nodiscard]] Result<> sync();

    /// Writes the header, and makes all of it durable.
    [[nodiscard]] Result<> finish(CheckpointStamp stamp);

private:
    CheckpointFileWriter(std::filesystem::path path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

    [[nodiscard]] Result<> write_out();

    std::filesystem::path path_;
    Fd fd_;
    std::vector<std::byte> waiting_;  // Not yet in the file.
    std::uint64_t length_ = 0;        // Of what is.
    std::uint32_t crc_ = 0;
};

/// The content of a checkpoint. `corrupt` if it is not exactly what finish() left, or another one's file, or the disk
/// does not give it. Other errors are not about the file.
[[nodiscard]] Result<std::vector<std::byte>> read_checkpoint_file(const std::filesystem::path& path,
                                                                  std::uint64_t sequence);

}  // namespace sf::database
