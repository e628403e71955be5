#include "services/ingestion/dedupe_journal.hpp"

#include "base/hash.hpp"
#include "base/logging.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sf::ingestion {
namespace {

constexpr std::uint32_t kMagic = 0x32444653;    // "SFD2"
constexpr std::size_t kPieceIds = 1u << 16;     // A piece is written when so many ids have gathered.
constexpr std::size_t kPieceIdsMax = 1u << 18;  // So many may wait for space on a full disk.
constexpr std::uint64_t kFileBytes = 16u << 20;

struct PieceHeader {
    std::uint32_t magic;
    std::uint32_t crc;  // Of everything behind it.
    std::uint32_t ids;
    std::uint32_t
        partitions;  // So many offsets follow twice: what the piece before reached, what this one does. Then the ids.
    std::int64_t time;  // Microseconds: when the first of the ids arrived.
};

template <class Value>
void append_bytes(std::string& out, const std::vector<Value>& values) {
    out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value));
}

// `count` values from the front of `bytes`, which has them.
template <class Value>
std::vector<Value> take(std::string_view& bytes, std::size_t count) {
    std::vector<Value> values(count);
    std::memcpy(values.data(), bytes.data(), count * sizeof(Value));
    bytes.remove_prefix(count * sizeof(Value));
    return values;
}

}  // namespace

DedupeJournal::DedupeJournal(std::filesystem::path folder, messaging::Partition partitions, std::size_t ids_max,
                             Sync sync)
    : folder_(std::move(folder)),
      ids_max_(ids_max),
      sync_(std::move(sync)),
      covered_(partitions),
      written_(partitions, 0),
      reached_(partitions, 0),
      held_(partitions, false) {}

Result<> DedupeJournal::load(DedupeWindow& window) {
    SF_TRY(make_folders(folder_));
    std::vector<std::filesystem::path> paths;
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
        if (it->path().extension() == ".ids") paths.push_back(it->path());
    }
    std::ranges::sort(paths);
    std::uintmax_t bytes = 0;
    for (const std::filesystem::path& path : paths) {
        const std::uintmax_t size = std::filesystem::file_size(path, error);
        if (!error) bytes += size;
    }
    window.reserve(static_cast<std::size_t>(bytes / sizeof(Uuid)));  // More or less: headers are small.
    bool first = true;
    for (const std::filesystem::path& path : paths) {
        next_file_ = std::max<std::uint64_t>(next_file_, std::strtoull(path.stem().c_str(), nullptr, 10) + 1);
        SF_ASSIGN(const std::string content, read_file(path));
        load_file(files_.emplace_back(File{path, 0, content.size(), {}}), content, window, first);
    }
    reached_ = written_;
    for (std::size_t p = 0; p < covered_.size(); ++p) covered_[p] = written_[p];
    return {};
}

// A piece counts if it goes on where the one before it ended. One that does not follows on a piece that a power loss
// took; the pieces that a later run wrote in its place stand further on.
void DedupeJournal::load_file(File& file, std::string_view content, DedupeWindow& window, bool& first) {
    std::vector<DedupeShard::Found> found;
    while (!content.empty()) {
        PieceHeader header{};
        std::memcpy(&header, content.data(), std::min(content.size(), sizeof header));
        const std::size_t size =
            sizeof header + 2 * header.partitions * sizeof(messaging::Offset) + std::size_t{header.ids} * sizeof(Uuid);
        if (header.magic != kMagic || header.partitions != written_.size() || header.ids > kPieceIdsMax ||
            content.size() < size || crc32c(std::as_bytes(std::span(content.data() + 8, size - 8))) != header.crc) {
            logging::info("a piece of the saved dedupe window is unfinished or damaged; the log is read instead",
                          {{"file", file.path.string()}});
            return;
        }
        content.remove_prefix(sizeof header);
        const Offsets before = take<messaging::Offset>(content, written_.size());
        Offsets reached = take<messaging::Offset>(content, written_.size());
        const std::vector<Uuid> ids = take<Uuid>(content, header.ids);
        if (std::exchange(first, false) || before == written_) written_ = std::move(reached);
        window.add(ids, 0, 0, timestamp_from_micros(header.time), found);
        file.ids += ids.size();
    }
}

void DedupeJournal::read_on(messaging::Partition partition, messaging::Offset offset) {
    std::lock_guard lock(mutex_);
    reached_[partition] = offset;
}

void DedupeJournal::hold(messaging::Partition partition) {
    std::lock_guard lock(mutex_);
    held_[partition] = true;
}

void DedupeJournal::add(messaging::Partition partition, messaging::Offset offset, const models::EventBatch* batch,
                        Timestamp now) {
    std::lock_guard lock(mutex_);
    if (broken_) return;
    if (pending_.empty()) pending_since_ = now;
    for (std::size_t row = 0; batch != nullptr && row < batch->size(); ++row) {
        if (batch->id_from_client(row)) pending_.push_back(batch->id(row));
    }
    if (!held_[partition]) reached_[partition] = offset + 1;
    if (pending_.size() >= kPieceIds && !full_) write_piece(now);
    if (pending_.size() >= kPieceIdsMax)
        give_up({ErrorCode::unavailable, "too many ids wait for space on the disk", "", ""});
}

void DedupeJournal::save(Timestamp now) {
    std::lock_guard save_lock(save_mutex_);
    std::vector<File*> unsynced;  // They stay where they are: nobody else removes files.
    Offsets goal;
    bool new_names = false;
    {
        std::lock_guard lock(mutex_);
        if (!broken_ && (reached_ != written_ || !pending_.empty())) write_piece(now);
        if (broken_ || std::equal(written_.begin(), written_.end(), covered_.begin())) return;
        goal = written_;
        new_names = std::exchange(new_names_, false);
        for (File& file : files_) {
            if (file.fd) unsynced.push_back(&file);
        }
    }
    Result<> result;
    for (const File* file : unsynced) {
        if (result) result = sync_(file->fd, file->path);
    }
    if (result && new_names) result = sync_folder(folder_);
    std::lock_guard lock(mutex_);
    if (!result) return give_up(result.error());
    for (std::size_t p = 0; p < goal.size(); ++p) covered_[p] = goal[p];
    unsynced.pop_back();  // The newest: more may be in it by now.
    for (File* file : unsynced) file->fd = {};
    drop_old_files();
}

void DedupeJournal::write_piece(Timestamp now) {
    PieceHeader header{kMagic, 0, static_cast<std::uint32_t>(pending_.size()),
                       static_cast<std::uint32_t>(written_.size()), to_micros(pending_.empty() ? now : pending_since_)};
    std::string piece(sizeof header, '\0');
    append_bytes(piece, written_);
    append_bytes(piece, reached_);
    append_bytes(piece, pending_);
    std::memcpy(piece.data(), &header, sizeof header);
    header.crc = crc32c(std::as_bytes(std::span(piece.data() + 8, piece.size() - 8)));
    std::memcpy(piece.data(), &header, sizeof header);
    if (auto written = append(piece); !written) {
        if (written.error().code != ErrorCode::unavailable) return give_up(written.error());
        if (!std::exchange(full_, true))
            logging::warn("the dedupe window can't be saved for want of space; it is tried again",
                          {{"error", written.error().line()}});
        return;
    }
    full_ = false;
    files_.back().ids += pending_.size();
    written_ = reached_;
    pending_.clear();
}

// All of `piece`, or nothing.
Result<> DedupeJournal::append(std::string_view piece) {
    if (!appending_ || files_.back().bytes >= kFileBytes) {
        const std::filesystem::path path = folder_ / fmt::format("{:012}.ids", next_file_++);
        SF_ASSIGN(Fd fd, open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0640));
        files_.push_back({path, 0, 0, std::move(fd)});
        appending_ = new_names_ = true;
    }
    File& file = files_.back();
    for (std::string_view rest = piece; !rest.empty();) {
        const ssize_t n = ::write(file.fd.get(), rest.data(), rest.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            Error error = errno_error("writing", file.path);
            const auto end = static_cast<off_t>(file.bytes);
            if (::ftruncate(file.fd.get(), end) != 0 || ::lseek(file.fd.get(), end, SEEK_SET) < 0)
                error = errno_error("cutting back", file.path);
            return fail(std::move(error));
        }
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    file.bytes += piece.size();
    return {};
}

// A piece that is missing, or a sync that failed, can't be made good: the kernel may have dropped what it had.
void DedupeJournal::give_up(const Error& error) {
    broken_ = true;
    pending_ = {};
    logging::error("the dedupe window can't be saved any more; the log grows until a restart, which reads it instead",
                   {{"error", error.line()}});
}

// A file goes once the files after it fill the window by themselves, or if it has no ids.
void DedupeJournal::drop_old_files() {
    std::uint64_t total = 0;
    for (const File& file : files_) total += file.ids;
    while (files_.size() > 1 && !files_.front().fd &&
           (files_.front().ids == 0 || total - files_.front().ids >= ids_max_)) {
        total -= files_.front().ids;
        if (::unlink(files_.front().path.c_str()) != 0) {
            logging::warn("an old part of the saved dedupe window can't be removed",
                          {{"file", files_.front().path.string()}});
        }
        files_.pop_front();
    }
}

}  // namespace sf::ingestion
