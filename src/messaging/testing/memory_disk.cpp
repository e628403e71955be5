#include "messaging/testing/memory_disk.hpp"

#include <algorithm>
#include <cstring>

namespace sf::messaging::testing {

using embedded::File;

namespace {

constexpr std::size_t kSector = 512;

Error no_space() { return Error{ErrorCode::unavailable, "writing failed: No space left on device"}; }

void put(std::vector<std::byte>& content, std::uint64_t position, std::span<const std::byte> bytes) {
    if (content.size() < position + bytes.size()) content.resize(position + bytes.size());
    std::memcpy(content.data() + position, bytes.data(), bytes.size());
}

}  // namespace

class MemoryFile final : public File {
public:
    MemoryFile(std::shared_ptr<MemoryDisk> disk, std::shared_ptr<MemoryDisk::Node> node)
        : disk_(std::move(disk)), node_(std::move(node)) {}

    Result<> write(std::uint64_t position, std::span<const std::byte> bytes) override {
        std::lock_guard lock(disk_->mutex_);
        const auto error = disk_->check(MemoryDisk::Operation::write);
        if (error) bytes = bytes.first(bytes.size() / 2);
        const std::uint64_t growth =
            position + bytes.size() > node_->content.size() ? position + bytes.size() - node_->content.size() : 0;
        if (disk_->used() + growth > disk_->bytes_max) return fail(no_space());
        put(node_->content, position, bytes);
        node_->unsynced.emplace_back(position, std::vector<std::byte>(bytes.begin(), bytes.end()));
        if (error) return fail(*error);
        return {};
    }
    Result<> sync() override {
        std::lock_guard lock(disk_->mutex_);
        if (const auto error = disk_->check(MemoryDisk::Operation::sync)) {
            node_->unsynced.clear();  // As a kernel does: the pages are marked clean, and lost.
            return fail(*error);
        }
        node_->durable = node_->content;
        node_->unsynced.clear();
        return {};
    }
    Result<std::size_t> read(std::uint64_t position, std::span<std::byte> bytes) override {
        std::lock_guard lock(disk_->mutex_);
        if (position >= node_->content.size()) return std::size_t{0};
        const std::size_t n = std::min<std::size_t>(bytes.size(), node_->content.size() - position);
        std::memcpy(bytes.data(), node_->content.data() + position, n);
        return n;
    }
    Result<> truncate(std::uint64_t size) override {
        std::lock_guard lock(disk_->mutex_);
        if (const auto error = disk_->check(MemoryDisk::Operation::other)) return fail(*error);
        node_->content.resize(size);
        return {};
    }
    Result<> preallocate(std::uint64_t size) override {
        std::lock_guard lock(disk_->mutex_);
        if (const auto error = disk_->check(MemoryDisk::Operation::other)) return fail(*error);
        if (size <= node_->content.size()) return {};
        if (disk_->used() + size - node_->content.size() > disk_->bytes_max) return fail(no_space());
        node_->content.resize(size);
        return {};
    }
    Result<std::uint64_t> size() override {
        std::lock_guard lock(disk_->mutex_);
        return node_->content.size();
    }

private:
    std::shared_ptr<MemoryDisk> disk_;        // Shared with the log.
    std::shared_ptr<MemoryDisk::Node> node_;  // Shared with the disk's names.
};

std::optional<Error> MemoryDisk::check(Operation operation) { return fault ? fault(operation) : std::nullopt; }

std::uint64_t MemoryDisk::used() const {
    std::uint64_t bytes = foreign_bytes;
    for (const auto& [name, node] : names_) bytes += node->content.size();
    return bytes;
}

Result<std::unique_ptr<File>> MemoryDisk::open(const std::filesystem::path& path, OpenOptions options) {
    std::lock_guard lock(mutex_);
    if (options.create) {
        if (const auto error = check(Operation::other)) return fail(*error);
    }
    const auto found = names_.find(path.string());
    if (options.create && found != names_.end())
        return fail(ErrorCode::conflict, "opening " + path.string() + " failed: File exists");
    if (!options.create && found == names_.end())
        return fail(ErrorCode::not_found, "opening " + path.string() + " failed: No such file");
    const auto node = options.create ? (names_[path.string()] = std::make_shared<Node>()) : found->second;
    return std::make_unique<MemoryFile>(shared_from_this(), node);
}

Result<> MemoryDisk::make_folders(const std::filesystem::path&) { return {}; }

Result<> MemoryDisk::sync_folder(const std::filesystem::path& folder) {
    std::lock_guard lock(mutex_);
    if (const auto error = check(Operation::sync)) return fail(*error);
    const auto inside = [&](const std::string& name) { return std::filesystem::path(name).parent_path() == folder; };
    std::erase_if(durable_names_,
                  [&](const auto& entry) { return inside(entry.first) && !names_.contains(entry.first); });
    for (const auto& [name, node] : names_) {
        if (inside(name)) durable_names_[name] = node;
    }
    return {};
}

Result<> MemoryDisk::remove(const std::filesystem::path& path) {
    std::lock_guard lock(mutex_);
    if (const auto error = check(Operation::other)) return fail(*error);
    if (names_.erase(path.string()) == 0)
        return fail(ErrorCode::not_found, "removing " + path.string() + " failed: No such file");
    return {};
}

Result<> MemoryDisk::rename(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::lock_guard lock(mutex_);
    if (const auto error = check(Operation::other)) return fail(*error);
    const auto found = names_.find(from.string());
    if (found == names_.end()) return fail(ErrorCode::not_found, "renaming " + from.string() + " failed: No such file");
    names_[to.string()] = found->second;
    names_.erase(from.string());
    return {};
}

Result<std::vector<std::string>> MemoryDisk::list(const std::filesystem::path& folder) {
    std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, node] : names_) {
        const auto relative = std::filesystem::path(name).lexically_relative(folder);
        if (relative.empty() || *relative.begin() == ".." || relative == ".") continue;
        const std::string first = relative.begin()->string();
        if (names.empty() || names.back() != first) names.push_back(first);
    }
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

Result<embedded::Disk::Space> MemoryDisk::space(const std::filesystem::path&) {
    std::lock_guard lock(mutex_);
    const std::uint64_t in_use = used();
    return Space{bytes_max > in_use ? bytes_max - in_use : 0, bytes_max};
}

Result<std::shared_ptr<void>> MemoryDisk::lock(const std::filesystem::path& path) {
    std::lock_guard guard(mutex_);
    if (!locks_[path.string()].expired()) return fail(ErrorCode::conflict, "the data directory is in use");
    auto held = std::shared_ptr<void>(std::make_shared<int>(0));
    locks_[path.string()] = held;
    return held;
}

void MemoryDisk::crash(std::mt19937& random) {
    std::lock_guard lock(mutex_);
    names_ = durable_names_;
    for (auto& [name, node] : names_) {
        // A new node, so that files which are still open can't reach what is on the disk after the crash.
        auto after = std::make_shared<Node>();
        after->content = node->durable;
        for (const auto& [position, bytes] : node->unsynced) {
            // Sectors reach the disk one by one and in any order.
            for (std::size_t at = 0; at < bytes.size(); at += kSector) {
                if (random() % 2 == 0)
                    put(after->content, position + at,
                        std::span(bytes).subspan(at, std::min(kSector, bytes.size() - at)));
            }
        }
        after->durable = after->content;
        node = after;
    }
    durable_names_ = names_;
}

std::vector<std::filesystem::path> MemoryDisk::files() const {
    std::lock_guard lock(mutex_);
    std::vector<std::filesystem::path> files;
    for (const auto& [name, node] : names_) files.emplace_back(name);
    return files;
}

std::vector<std::byte>& MemoryDisk::content(const std::filesystem::path& path) {
    std::lock_guard lock(mutex_);
    return names_.at(path.string())->content;
}

std::shared_ptr<MemoryDisk> MemoryDisk::copy() const {
    std::lock_guard lock(mutex_);
    auto other = std::make_shared<MemoryDisk>();
    for (const auto& [name, node] : names_) other->names_[name] = std::make_shared<Node>(*node);
    other->durable_names_ = other->names_;
    return other;
}

}  // namespace sf::messaging::testing
