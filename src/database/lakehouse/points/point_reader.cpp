#include "database/lakehouse/points/point_reader.hpp"

#include "base/utf8.hpp"
#include "database/lakehouse/duck_rows.hpp"
#include "database/lakehouse/points/json_functions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace sf::database {
namespace {

constexpr std::size_t kReaders = 2;
// Rows of a page. Each looks at all rows again for the next ones in order, so there must be few pages: each is so many
// times as large as the one before.
constexpr std::size_t kPageMin = 64;
constexpr std::size_t kPageMax = 65'536;
constexpr std::size_t kPageGrowth = 4;
constexpr std::size_t kPageOfKeys = 8192;         // The first one where most rows may not match.
constexpr std::size_t kPageBytesMax = 16u << 20;  // About, where rows are long: a page is in memory as a whole.

bool same_identity(const models::MetricPoint& a, const models::MetricPoint& b) {
    return a.window_start == b.window_start && a.keys == b.keys;
}

// Newest windows first, running totals last, then by keys.
bool goes_before(const models::MetricPoint& a, const models::MetricPoint& b) {
    if (a.window_start != b.window_start) return a.window_start > b.window_start;
    return a.keys < b.keys;
}

// Whether a statement can have it as a literal.
bool is_literal(std::string_view text) {
    return !text.contains('\0') && utf8_valid_prefix(text) == text.size();
}

// A condition that leaves out rows which has_keys() would; not all of them.
std::string condition_of(const std::map<std::string, std::string>& keys) {
    std::string condition;
    for (const auto& [name, value] : keys) {
        if (!is_literal(name) || !is_literal(value)) continue;
        condition +=
            fmt::format(" AND {}(keys::VARCHAR, {}) = {}", kTextMember, duck::quoted(name), duck::quoted(value));
    }
    return condition;
}

// The newest version of each identity of a view in some files, in the order of goes_before(), read page by page.
class StoredPoints {
public:
    StoredPoints(const duck::Connection& connection, std::string_view view, const PointFilter& filter,
                 const PointCatalog::Latest& latest, std::function<Result<>()> begin_page)
        : connection_(connection),
          view_(view),
          begin_page_(std::move(begin_page)),
          page_(std::clamp(std::min(filter.limit, kPageMax) * 2, filter.keys.empty() ? kPageMin : kPageOfKeys,
                           kPageMax)) {
        std::vector<PointFilePtr> windowed, running;
        for (const PointFilePtr& file : latest.files) {
            (file->entry().day == PointFileEntry::kRunning ? running : windowed).push_back(file);
        }
        const std::string keys = condition_of(filter.keys);
        if (const auto rows = stored_rows(windowed, kPointColumns, latest.dropped, view)) {
            std::int64_t to = latest.live.whole_from;
            if (filter.to) to = std::min(to, to_micros(*filter.to));
            std::string where = fmt::format("window_start < make_timestamptz({}){}", to, keys);
            std::int64_t after = 0;
            if (filter.from && !__builtin_sub_overflow(to_micros(*filter.from), latest.longest, &after)) {
                where += fmt::format(" AND window_start > make_timestamptz({})", after);
            }
            sources_.push_back({*rows, where, false});
        }
        if (const auto rows = stored_rows(running, kPointColumns, latest.dropped, view))
            sources_.push_back({*rows, "true" + keys, true});
    }

    // The next one, or nothing at the end.
    Result<std::optional<models::MetricPoint>> next() {
        while (true) {
            for (; at_ < points_.size(); ++at_) {
                if (last_ && same_identity(*last_, points_[at_])) continue;  // An older version.
                last_ = points_[at_];
                return std::move(points_[at_++]);
            }
            if (source_ == sources_.size()) return std::nullopt;
            SF_TRY(read_page());
        }
    }

private:
    struct Source {
        std::string rows;
        std::string where;
        bool running = false;  // Running totals, all of them.
    };

    Result<> read_page() {
        SF_TRY(begin_page_());
        const Source& source = sources_[source_];
        const bool begun = last_ && last_->window_start.has_value() != source.running;
        std::string where = source.where;
        if (begun && source.running) {
            where += fmt::format(" AND keys::VARCHAR > {}", duck::quoted(last_->keys));
        } else if (begun) {
            where += fmt::format(
                " AND (window_start < make_timestamptz({0}) OR (window_start = make_timestamptz({0}) AND keys::VARCHAR "
                "> {1}))",
                to_micros(*last_->window_start), duck::quoted(last_->keys));
        }
        auto rows = duck::Rows::of(
            connection_,
            fmt::format("SELECT keys, window_start, window_end, \"values\", final, deleted, epoch, version "
                        "FROM ({}) WHERE {} ORDER BY window_start DESC, keys::VARCHAR, epoch DESC, "
                        "version DESC LIMIT {}",
                        source.rows, where, page_));
        if (!rows) return fail(unreadable(std::move(rows.error())));
        points_.clear();
        bytes_ = 0;
        at_ = 0;
        while (true) {
            auto chunk = rows->next();
            if (!chunk) return fail(unreadable(std::move(chunk.error())));
            if (!*chunk) break;
            append(*chunk);
        }
        if (points_.size() < page_) ++source_;
        if (points_.empty()) return {};
        const std::size_t rows_max = kPageBytesMax / (bytes_ / points_.size());
        page_ = std::min(page_ * kPageGrowth, std::clamp(rows_max, kPageMin, kPageMax));
        return {};
    }

    static Error unreadable(Error error) {
        return duck::unreadable(std::move(error), "stored points can't be read");
    }

    void append(const duck::Chunk& chunk) {
        const duck::Column keys(chunk, 0), start(chunk, 1), end(chunk, 2), values(chunk, 3), final(chunk, 4),
            deleted(chunk, 5);
        const duck::Column epoch(chunk, 6), version(chunk, 7);
        for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk.get()); ++i) {
            models::MetricPoint& point = points_.emplace_back();
            point.view = view_;
            point.keys = keys.text(i);
            if (!start.is_null(i)) point.window_start = timestamp_from_micros(start.number<std::int64_t>(i));
            if (!end.is_null(i)) point.window_end = timestamp_from_micros(end.number<std::int64_t>(i));
            point.values = values.text(i);
            point.final = final.number<bool>(i);
            point.deleted = deleted.number<bool>(i);
            point.epoch = epoch.number<std::uint32_t>(i);
            point.version = version.number<std::uint64_t>(i);
            bytes_ += sizeof point + point.keys.size() + point.values.size();
        }
    }

    const duck::Connection& connection_;
    const std::string view_;
    const std::function<Result<>()> begin_page_;
    std::size_t page_;  // Rows of the next one.
    std::vector<Source> sources_;  // Windows, then running totals.
    std::size_t source_ = 0;
    std::vector<models::MetricPoint> points_;
    std::size_t bytes_ = 0;  // Of them.
    std::size_t at_ = 0;
    std::optional<models::MetricPoint> last_;
};

}  // namespace

Result<> PointReader::start(ParquetWriter& writer) {
    std::vector<duck::Connection> connections;
    for (std::size_t i = 0; i < kReaders; ++i) {
        SF_ASSIGN(duck::Connection connection, writer.connect());
        connections.push_back(std::move(connection));
    }
    SF_TRY(install_json_functions(connections.front()));
    std::lock_guard lock(mutex_);
    connections_ = std::move(connections);
    stopped_ = false;
    return {};
}

void PointReader::stop() {
    std::unique_lock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return reading_ == 0; });
    connections_.clear();
}

Result<> PointReader::begin_page() {
    if (at_step_) at_step_("points.read");
    std::lock_guard lock(mutex_);
    if (stopped_) return fail(ErrorCode::unavailable, "the point store is not running");
    return {};
}

Result<std::vector<models::MetricPoint>> PointReader::read(std::string_view view, const PointFilter& filter,
                                                           const PointCatalog::Latest& latest) {
    std::vector<models::MetricPoint> out;
    for (const LivePointPtr& point : latest.live.whole) out.push_back(**point);
    if (out.size() >= filter.limit || (latest.files.empty() && latest.live.rest.empty())) return out;

    duck::Connection connection;
    if (!latest.files.empty()) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stopped_ || !connections_.empty(); });
        if (stopped_) return fail(ErrorCode::unavailable, "the point store is not running");
        connection = std::move(connections_.back());
        connections_.pop_back();
        ++reading_;
    }
    const auto merge = [&]() -> Result<> {
        StoredPoints stored(connection, view, filter, latest, [this] { return begin_page(); });
        SF_ASSIGN(std::optional<models::MetricPoint> file, stored.next());
        auto live = latest.live.rest.begin();
        while (out.size() < filter.limit && (file || live != latest.live.rest.end())) {
            models::MetricPoint point;
            const bool from_live = live != latest.live.rest.end() && (!file || !goes_before(*file, ***live));
            const bool from_file = file && (live == latest.live.rest.end() || !goes_before(***live, *file));
            if (from_live) point = ***live++;
            if (from_file) {
                if (!from_live || file->replaces(point)) point = std::move(*file);
                SF_ASSIGN(file, stored.next());
            }
            if (!point.deleted && matches(point, filter)) out.push_back(std::move(point));
        }
        return {};
    };
    auto merged = merge();
    if (connection) {
        std::lock_guard lock(mutex_);
        connections_.push_back(std::move(connection));
        --reading_;
        changed_.notify_all();
    }
    if (!merged) return fail(std::move(merged.error()));
    return out;
}

}  // namespace sf::database
