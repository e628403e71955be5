// Which snapshot a table function hands out on which connection. It is set beforehand, so no SQL can name another
// query's snapshot.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace sf::database {

/// Any thread.
template <class Snapshot>
class Shown {
public:
    using Pointer = std::shared_ptr<const Snapshot>;  // Shared by a query and DuckDB's plan of it.

    /// What the function gives on `connection` from now on; null: nothing.
    void show(std::uint64_t connection, Pointer snapshot) {
        Pointer old;  // Destroyed after the lock: it may be the last to hold many rows.
        std::lock_guard lock(mutex_);
        Pointer& entry = shown_[connection];
        old = std::exchange(entry, std::move(snapshot));
        if (!entry) shown_.erase(connection);
    }

    [[nodiscard]] Pointer shown(std::uint64_t connection) {
        std::lock_guard lock(mutex_);
        const auto found = shown_.find(connection);
        return found == shown_.end() ? nullptr : found->second;
    }

private:
    std::mutex mutex_;
    std::map<std::uint64_t, Pointer> shown_;  // Under mutex_.
};

/// Sets what a connection sees for a scope.
template <class Snapshot>
class ShownHere {
public:
    ShownHere(Shown<Snapshot>& shown, std::uint64_t connection, std::shared_ptr<const Snapshot> snapshot)
        : shown_(shown), connection_(connection) {
        shown_.show(connection_, std::move(snapshot));
    }
    ~ShownHere() { shown_.show(connection_, nullptr); }
    ShownHere(const ShownHere&) = delete;
    ShownHere& operator=(const ShownHere&) = delete;

private:
    Shown<Snapshot>& shown_;
    std::uint64_t connection_;
};

}  // namespace sf::database
