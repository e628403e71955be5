#include "database/testing/memory_checkpoint_store.hpp"

namespace sf::database::testing {
namespace {

Result<> check_name(std::string_view name) {
    if (!name.empty() && name.size() <= kCheckpointNameMax) return {};
    return fail(ErrorCode::invalid_input, "a checkpoint's name is empty or too long");
}

}  // namespace

Result<std::uint32_t> MemoryCheckpointStore::take_over(std::string_view name, std::uint32_t above) {
    SF_TRY(check_name(name));
    std::lock_guard lock(mutex_);
    std::uint32_t& epoch = epochs_[std::string(name)];
    return epoch = std::max(epoch, above) + 1;
}

Result<> MemoryCheckpointStore::check_epoch(std::string_view name, std::uint32_t epoch) const {
    const auto found = epochs_.find(name);
    if (found != epochs_.end() && found->second == epoch) return {};
    return fail(ErrorCode::conflict, "somebody else has taken over");
}

Result<> MemoryCheckpointStore::write(std::string_view name, std::uint32_t epoch,
                                      const std::function<Result<>(const Sink&)>& fill) {
    SF_TRY(check_name(name));
    {
        std::lock_guard lock(mutex_);
        SF_TRY(check_epoch(name, epoch));
    }
    std::vector<std::byte> content;
    SF_TRY(fill([&](std::span<const std::byte> piece) -> Result<> {
        content.insert(content.end(), piece.begin(), piece.end());
        return {};
    }));
    std::lock_guard lock(mutex_);
    SF_TRY(check_epoch(name, epoch));
    checkpoints_.insert_or_assign(std::string(name), std::move(content));
    return {};
}

Result<std::optional<std::vector<std::byte>>> MemoryCheckpointStore::read(std::string_view name) {
    SF_TRY(check_name(name));
    std::lock_guard lock(mutex_);
    const auto found = checkpoints_.find(name);
    if (found == checkpoints_.end()) return std::nullopt;
    return found->second;
}

Result<> MemoryCheckpointStore::remove(std::string_view name) {
    SF_TRY(check_name(name));
    std::lock_guard lock(mutex_);
    if (const auto found = checkpoints_.find(name); found != checkpoints_.end()) checkpoints_.erase(found);
    return {};
}

}  // namespace sf::database::testing
