// Checkpoints in memory, for tests.
#pragma once

#include "database/checkpoint_store.hpp"

#include <map>
#include <mutex>
#include <string>

namespace sf::database::testing {

class MemoryCheckpointStore : public CheckpointStore {
public:
    [[nodiscard]] Result<std::uint32_t> take_over(std::string_view name, std::uint32_t above = 0) override;
    [[nodiscard]] Result<> write(std::string_view name, std::uint32_t epoch,
                                 const std::function<Result<>(const Sink&)>& fill) override;
    [[nodiscard]] Result<std::optional<std::vector<std::byte>>> read(std::string_view name) override;
    [[nodiscard]] Result<> remove(std::string_view name) override;

private:
    [[nodiscard]] Result<> check_epoch(std::string_view name, std::uint32_t epoch) const;

    std::mutex mutex_;
    std::map<std::string, std::uint32_t, std::less<>> epochs_;                // Under mutex_.
    std::map<std::string, std::vector<std::byte>, std::less<>> checkpoints_;  // Under mutex_.
};

}  // namespace sf::database::testing
