#include "database/lakehouse/file_checkpoint_store.hpp"

#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/logging.hpp"
#include "database/lakehouse/checkpoint_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sf::database {
namespace {

constexpr std::string_view kEnding = ".ckpt";
constexpr std::string_view kUnfinished = ".tmp";
constexpr const char* kEpochFile = "epoch";

std::filesystem::path path_of(const std::filesystem::path& folder, std::uint64_t sequence) {
    return folder / fmt::format("{:020}{}", sequence, kEnding);
}

std::optional<std::uint64_t> sequence_of(const std::string& name) {
    std::uint64_t sequence = 0;
    if (name.size() != 20 + kEnding.size() || !name.ends_with(kEnding)) return std::nullopt;
    const auto [end, error] = std::from_chars(name.data(), name.data() + 20, sequence);
    if (error != std::errc{} || end != name.data() + 20) return std::nullopt;
    return sequence;
}

Result<std::vector<std::string>> names_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        names.push_back(at->path().filename().string());
    }
    if (error && error != std::errc::no_such_file_or_directory) {
        return fail(ErrorCode::internal, "a folder of checkpoints can't be listed",
                    folder.string() + ": " + error.message());
    }
    return names;
}

// Rising.
Result<std::vector<std::uint64_t>> sequences_in(const std::filesystem::path& folder) {
    SF_ASSIGN(const std::vector<std::string> names, names_in(folder));
    std::vector<std::uint64_t> sequences;
    for (const std::string& name : names) {
        if (const auto sequence = sequence_of(name)) sequences.push_back(*sequence);
    }
    std::ranges::sort(sequences);
    return sequences;
}

Result<> remove_file(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error)
        return fail(ErrorCode::internal, "a checkpoint can't be removed", path.string() + ": " + error.message());
    return {};
}

// "17 9a0b3c4d\n": the epoch and the CRC32C of its digits.
std::string epoch_text(std::uint32_t epoch) {
    const std::string digits = std::to_string(epoch);
    return fmt::format("{} {:08x}\n", digits, crc32c(std::as_bytes(std::span(digits))));
}

// 0 where nobody has taken over yet.
Result<std::uint32_t> read_epoch(const std::filesystem::path& folder) {
    const auto text = read_file(folder / kEpochFile);
    if (!text && text.error().code == ErrorCode::not_found) return 0;
    if (!text) return fail(Error(text.error()));
    std::uint32_t epoch = 0;
    std::from_chars(text->data(), text->data() + text->size(), epoch);
    if (*text == epoch_text(epoch)) return epoch;
    return fail(ErrorCode::corrupt, "the file " + (folder / kEpochFile).string() + " is damaged",
                "it says who may write checkpoints",
                "restore its folder from a copy, or remove the folder to begin anew");
}

}  // namespace

// Any name becomes that of a folder, at most three times as long, and no two the same.
Result<std::filesystem::path> FileCheckpointStore::folder_of(std::string_view name) const {
    std::string encoded;
    for (const char c : name) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (plain) encoded += c;
        else encoded += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
    if (name.empty() || name.size() > kCheckpointNameMax) {
        return fail(ErrorCode::invalid_input, "a checkpoint's name is empty or too long",
                    std::string(name.substr(0, kCheckpointNameMax)));
    }
    return options_.folder / encoded;
}

Result<std::uint32_t> FileCheckpointStore::take_over(std::string_view name, std::uint32_t above) {
    SF_ASSIGN(const std::filesystem::path folder, folder_of(name));
    std::lock_guard lock(mutex_);
    SF_TRY(make_folders(folder));
    SF_ASSIGN(const std::uint32_t before, read_epoch(folder));
    const std::uint32_t epoch = std::max(before, above) + 1;
    SF_TRY(write_file_durably(folder / kEpochFile, epoch_text(epoch), 0640));
    step("taken_over");
    // What a crash left. An old owner that is still writing one is refused before it misses it.
    SF_ASSIGN(const std::vector<std::string> names, names_in(folder));
    for (const std::string& unfinished : names) {
        if (unfinished.ends_with(kUnfinished)) SF_TRY(remove_file(folder / unfinished));
    }
    return epoch;
}

Result<> FileCheckpointStore::check_epoch(const std::filesystem::path& folder, std::string_view name,
                                          std::uint32_t epoch) const {
    SF_ASSIGN(const std::uint32_t now, read_epoch(folder));
    if (now == epoch && epoch > 0) return {};
    return fail(ErrorCode::conflict, "somebody else has taken over",
                fmt::format("checkpoints of \"{}\" are in epoch {}, not {}", name, now, epoch));
}

Result<> FileCheckpointStore::write(std::string_view name, std::uint32_t epoch,
                                    const std::function<Result<>(const Sink&)>& fill) {
    SF_ASSIGN(const std::filesystem::path folder, folder_of(name));
    std::filesystem::path unfinished;
    {
        std::lock_guard lock(mutex_);
        SF_TRY(check_epoch(folder, name, epoch));
        unfinished = folder / fmt::format("{}{}", ++writes_, kUnfinished);
    }
    const auto write_and_rename = [&]() -> Result<> {
        SF_ASSIGN(CheckpointFileWriter file, CheckpointFileWriter::create(unfinished));
        SF_TRY(fill([&](std::span<const std::byte> piece) { return file.append(piece); }));
        SF_TRY(file.sync());
        step("filled");
        std::lock_guard lock(mutex_);
        SF_TRY(check_epoch(folder, name, epoch));
        SF_ASSIGN(const std::vector<Sequence> existing, sequences_in(folder));
        const Sequence sequence = existing.empty() ? 1 : existing.back() + 1;
        SF_TRY(file.finish({.sequence = sequence, .epoch = epoch}));
        step("written");
        std::error_code error;
        std::filesystem::rename(unfinished, path_of(folder, sequence), error);
        if (error)
            return fail(ErrorCode::internal, "a checkpoint can't be renamed",
                        unfinished.string() + ": " + error.message());
        step("renamed");
        SF_TRY(sync_folder(folder));
        step("synced");
        keep_one_spare(folder, sequence);
        step("swept");
        return {};
    };
    auto written = write_and_rename();
    if (written) return {};
    std::error_code ignored;  // Where it can't be removed, the next take-over does.
    std::filesystem::remove(unfinished, ignored);
    return fail(std::move(written.error()).during(fmt::format("writing the checkpoint \"{}\"", name)));
}

// A failure is no harm: the next write tries again.
void FileCheckpointStore::keep_one_spare(const std::filesystem::path& folder, Sequence newest) {
    auto existing = sequences_in(folder);
    if (!existing) return;
    std::set<Sequence>& damaged = damaged_[folder];
    bool spared = false;
    for (auto at = existing->rbegin(); at != existing->rend(); ++at) {
        if (*at >= newest) continue;
        if (!spared && !damaged.contains(*at)) {
            spared = true;
            continue;
        }
        if (remove_file(path_of(folder, *at))) damaged.erase(*at);
    }
}

Result<std::optional<std::vector<std::byte>>> FileCheckpointStore::read(std::string_view name) {
    SF_ASSIGN(const std::filesystem::path folder, folder_of(name));
    // Read under the lock: a write that ends meanwhile would take away what is being read.
    std::lock_guard lock(mutex_);
    SF_ASSIGN(const std::vector<Sequence> existing, sequences_in(folder));
    std::optional<Error> first;
    for (auto at = existing.rbegin(); at != existing.rend(); ++at) {
        auto content = read_checkpoint_file(path_of(folder, *at), *at);
        if (content) return std::move(*content);
        if (content.error().code != ErrorCode::corrupt) return fail(std::move(content.error()));
        logging::error("a checkpoint is damaged; the one before it is used, if there is one",
                       {{"error", content.error().line()}});
        damaged_[folder].insert(*at);
        if (!first) first = std::move(content.error());
    }
    if (first) return fail(std::move(*first));
    return std::nullopt;
}

Result<> FileCheckpointStore::remove(std::string_view name) {
    SF_ASSIGN(const std::filesystem::path folder, folder_of(name));
    std::lock_guard lock(mutex_);
    SF_ASSIGN(const std::vector<Sequence> existing, sequences_in(folder));
    if (existing.empty()) return {};
    for (const Sequence sequence : existing) SF_TRY(remove_file(path_of(folder, sequence)));
    damaged_.erase(folder);
    return sync_folder(folder);
}

}  // namespace sf::database
