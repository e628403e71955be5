#include "database/lakehouse/merge_guard.hpp"

#include <algorithm>
#include <system_error>

namespace sf::database {

Result<> MergeGuard::need_room(std::uint64_t bytes) const {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(folder_, error);
    if (error || space.available >= bytes + std::min<std::uint64_t>(keep_, space.capacity / 20)) return {};
    return fail(ErrorCode::unavailable, "the disk has no room for writing a file anew",
                std::to_string(bytes) + " bytes are needed, " + std::to_string(space.available) + " are free",
                "free space on the data disk");
}

bool MergeGuard::has_room(std::uint64_t bytes) {
    const Result<> room = need_room(bytes);
    if (!room && !waits_) logging::warn("merging files waits for room on the disk", {{"error", room.error().line()}});
    waits_ = !room.has_value();
    return !waits_;
}

}  // namespace sf::database
