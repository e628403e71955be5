// What keeps files of one kind from being merged: a merge of theirs that failed, or too little room on the disk.
#pragma once

#include "base/logging.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <vector>

namespace sf::database {

/// One thread at a time: whoever merges.
class MergeGuard {
public:
    /// `keep` bytes of the disk of `folder` stay free, or 5 % of a small disk.
    MergeGuard(std::filesystem::path folder, std::uint64_t keep) : folder_(std::move(folder)), keep_(keep) {}

    /// Another start: everything is tried again.
    void clear() { unmerged_.clear(); }

    [[nodiscard]] bool leaves_out(std::int64_t id) const { return unmerged_.contains(id); }

    /// Whether a file of so many bytes may be written. The log says when that changes.
    [[nodiscard]] bool has_room(std::uint64_t bytes);

    /// The same as an error: `unavailable`.
    [[nodiscard]] Result<> need_room(std::uint64_t bytes) const;

    /// A merge of `parts` failed with `error`, and would do so again: those of which `check` finds that they can't be
    /// read are left out from now on, and given to `note`. If it is none of them, all are left out.
    template <class File, class Check, class Note>
    void learn(const Error& error, const std::vector<File>& parts, Check check, Note note) {
        if (!is_lasting(error)) return;
        std::vector<File> unreadable;
        for (const File& part : parts) {
            const Result<> read = check(*part);
            if (read) continue;
            if (!is_lasting(read.error())) return;
            logging::error("a stored file can't be read; it is merged no more",
                           {{"path", part->path().string()}, {"error", read.error().line()}});
            note(*part);
            unreadable.push_back(part);
        }
        for (const File& part : unreadable.empty() ? parts : unreadable) unmerged_.insert(part->entry().id);
    }

private:
    static bool is_lasting(const Error& error) {
        return error.code != ErrorCode::cancelled && error.code != ErrorCode::unavailable;
    }

    const std::filesystem::path folder_;
    const std::uint64_t keep_;
    std::set<std::int64_t> unmerged_;  // Ids.
    bool waits_ = false;               // For room.
};

}  // namespace sf::database
