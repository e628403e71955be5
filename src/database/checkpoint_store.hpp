// Checkpoints by name: large blobs, each replaced whole, and the epoch that keeps a paused old owner from writing over
// a new one's. Adapters: lakehouse/ (files), testing/ (memory).
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sf::database {

inline constexpr std::size_t kCheckpointNameMax = 80;

/// Any thread. A call that returned without an error is durable. Names are any bytes, 1 to kCheckpointNameMax of them;
/// `invalid_input` for others.
class CheckpointStore {
public:
    virtual ~CheckpointStore() = default;

    /// Raises the epoch of `name`, 0 at first, above what it was and above `above`, and returns it. From then on only
    /// its holder may write.
    [[nodiscard]] virtual Result<std::uint32_t> take_over(std::string_view name, std::uint32_t above = 0) = 0;

    /// Where write() puts a checkpoint, piece by piece.
    using Sink = std::function<Result<>(std::span<const std::byte>)>;

    /// Replaces the checkpoint by what `fill` puts into its sink, atomically; the one before is kept as a spare.
    /// `conflict` if somebody has taken over since `epoch`.
    [[nodiscard]] virtual Result<> write(std::string_view name, std::uint32_t epoch,
                                         const std::function<Result<>(const Sink&)>& fill) = 0;

    /// The newest checkpoint that is whole: where that is damaged, the one before, with a word in the log. Nothing if
    /// there is none; `corrupt` if none of those that exist is whole.
    [[nodiscard]] virtual Result<std::optional<std::vector<std::byte>>> read(std::string_view name) = 0;

    /// Forgets the checkpoints of `name`. Its epoch stays, so that an old owner still can't write.
    [[nodiscard]] virtual Result<> remove(std::string_view name) = 0;
};

}  // namespace sf::database
