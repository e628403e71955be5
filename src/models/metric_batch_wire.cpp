#include "models/metric_batch_wire.hpp"

#include "models/flat_columns.hpp"
#include "models/metric_batch_generated.h"
#include "models/packed.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace sf::models {
namespace {

constexpr std::uint8_t kFinal = 0x01;
constexpr std::uint8_t kDeleted = 0x02;
constexpr std::uint8_t kHasStart = 0x04;
constexpr std::uint8_t kHasEnd = 0x08;
constexpr std::uint8_t kAllFlags = 0x0f;

std::unexpected<Error> damaged_batch(const char* what) { return fail(ErrorCode::corrupt, "a metric batch is damaged", what); }

// Codes of names in the order of their first use. The names live as long as the batch.
class NameCodes {
public:
    std::uint32_t code(std::string_view name) {
        if (!names_.empty() && names_[last_] == name) return last_;  // Points of one view stand together.
        const auto [at, made] = codes_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
        if (made) names_.push_back(name);
        return last_ = at->second;
    }
    [[nodiscard]] const std::vector<std::string_view>& names() const { return names_; }

private:
    std::vector<std::string_view> names_;
    std::unordered_map<std::string_view, std::uint32_t> codes_;
    std::uint32_t last_ = 0;
};

std::int64_t micros_or_zero(const std::optional<Timestamp>& time) { return time ? to_micros(*time) : 0; }

bool below(std::span<const std::uint32_t> codes, std::size_t limit) {
    return std::ranges::all_of(codes, [&](std::uint32_t code) { return code < limit; });
}

// The columns of a table that verified; sizes and codes are checked by valid().
struct Columns {
    std::span<const std::uint32_t> point_views;
    std::span<const std::uint8_t> flags;
    std::span<const std::int64_t> starts, ends;
    std::span<const std::uint32_t> epochs;
    std::span<const std::uint64_t> versions;
    std::span<const std::uint32_t> edges;
    std::string_view arena;
    std::span<const std::uint32_t> late_views;
    std::span<const std::uint8_t> late_ids;
    std::span<const std::int64_t> late_timestamps, late_closed_until;
    std::vector<std::string_view> views;

    [[nodiscard]] const char* fault() const {
        const std::size_t points = point_views.size();
        const std::size_t lates = late_views.size();
        if (flags.size() != points || starts.size() != points || ends.size() != points || epochs.size() != points ||
            versions.size() != points || edges.size() != points * 2 + 1 || late_ids.size() != lates * 16 ||
            late_timestamps.size() != lates || late_closed_until.size() != lates) {
            return "its columns differ in length";
        }
        if (!below(point_views, views.size()) || !below(late_views, views.size()))
            return "a view's code is out of range";
        if (std::ranges::any_of(flags, [](std::uint8_t f) { return (f & ~kAllFlags) != 0; }))
            return "a flag is unknown";
        if (edges.front() != 0 || edges.back() != arena.size() || !std::ranges::is_sorted(edges)) {
            return "its arena positions are out of order";
        }
        return nullptr;
    }
};

MetricPoint point_at(const Columns& columns, std::size_t row) {
    const std::uint8_t flags = columns.flags[row];
    const std::uint32_t* edge = columns.edges.data() + row * 2;
    MetricPoint point;
    point.view = columns.views[columns.point_views[row]];
    point.keys = columns.arena.substr(edge[0], edge[1] - edge[0]);
    point.values = columns.arena.substr(edge[1], edge[2] - edge[1]);
    if ((flags & kHasStart) != 0) point.window_start = timestamp_from_micros(columns.starts[row]);
    if ((flags & kHasEnd) != 0) point.window_end = timestamp_from_micros(columns.ends[row]);
    point.final = (flags & kFinal) != 0;
    point.deleted = (flags & kDeleted) != 0;
    point.epoch = columns.epochs[row];
    point.version = columns.versions[row];
    return point;
}

LateEvent late_event_at(const Columns& columns, std::size_t row) {
    LateEvent late;
    late.view = columns.views[columns.late_views[row]];
    std::memcpy(late.event_id.bytes.data(), columns.late_ids.data() + row * 16, 16);
    late.timestamp = timestamp_from_micros(columns.late_timestamps[row]);
    late.closed_until = timestamp_from_micros(columns.late_closed_until[row]);
    return late;
}

}  // namespace

void encode_metric_batch(const MetricBatch& batch, std::vector<std::byte>& out) {
    NameCodes views;
    std::vector<std::uint32_t> point_views, epochs, edges{0}, late_views;
    std::vector<std::uint8_t> flags, late_ids;
    std::vector<std::int64_t> starts, ends, late_timestamps, late_closed_until;
    std::vector<std::uint64_t> versions;
    std::string arena;
    for (const MetricPoint& point : batch.points) {
        point_views.push_back(views.code(point.view));
        flags.push_back(static_cast<std::uint8_t>((point.final ? kFinal : 0) | (point.deleted ? kDeleted : 0) |
                                                  (point.window_start ? kHasStart : 0) |
                                                  (point.window_end ? kHasEnd : 0)));
        starts.push_back(micros_or_zero(point.window_start));
        ends.push_back(micros_or_zero(point.window_end));
        epochs.push_back(point.epoch);
        versions.push_back(point.version);
        arena += point.keys;
        edges.push_back(static_cast<std::uint32_t>(arena.size()));
        arena += point.values;
        edges.push_back(static_cast<std::uint32_t>(arena.size()));
    }
    for (const LateEvent& late : batch.late_events) {
        late_views.push_back(views.code(late.view));
        late_ids.insert(late_ids.end(), late.event_id.bytes.begin(), late.event_id.bytes.end());
        late_timestamps.push_back(to_micros(late.timestamp));
        late_closed_until.push_back(to_micros(late.closed_until));
    }

    flatbuffers::FlatBufferBuilder builder(arena.size() + batch.points.size() * 48 + batch.late_events.size() * 40 +
                                           1024);
    std::vector<flatbuffers::Offset<flatbuffers::String>> names;
    for (const std::string_view name : views.names()) names.push_back(builder.CreateString(name));
    const auto table = wire::CreateMetricBatchTable(
        builder, builder.CreateVector(names), builder.CreateVector(point_views), builder.CreateVector(flags),
        builder.CreateVector(starts), builder.CreateVector(ends), builder.CreateVector(epochs),
        builder.CreateVector(versions), builder.CreateVector(edges),
        builder.CreateVector(reinterpret_cast<const std::uint8_t*>(arena.data()), arena.size()),
        builder.CreateVector(late_views), builder.CreateVector(late_ids), builder.CreateVector(late_timestamps),
        builder.CreateVector(late_closed_until), batch.shard);
    wire::FinishMetricBatchTableBuffer(builder, table);
    pack(std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize())), out);
}

Result<MetricBatchPtr> decode_metric_batch(std::span<const std::byte> wire_form) {
    SF_ASSIGN(const std::vector<std::byte> memory, unpack(wire_form, "a metric batch"));
    const auto* data = reinterpret_cast<const std::uint8_t*>(memory.data());
    flatbuffers::Verifier verifier(data, memory.size());
    if (memory.size() < 16 || !wire::VerifyMetricBatchTableBuffer(verifier))
        return damaged_batch("its FlatBuffer does not verify");
    const auto* table = wire::GetMetricBatchTable(data);
    if (!table->views() || !table->point_views() || !table->flags() || !table->window_starts() ||
        !table->window_ends() || !table->epochs() || !table->versions() || !table->edges() || !table->arena() ||
        !table->late_views() || !table->late_ids() || !table->late_timestamps() || !table->late_closed_until()) {
        return damaged_batch("a column is missing");
    }
    if (!aligned(table->point_views(), table->window_starts(), table->window_ends(), table->epochs(), table->versions(),
                 table->edges(), table->late_views(), table->late_timestamps(), table->late_closed_until())) {
        return damaged_batch("a column is not aligned");
    }
    Columns columns{span_of(table->point_views()),
                    span_of(table->flags()),
                    span_of(table->window_starts()),
                    span_of(table->window_ends()),
                    span_of(table->epochs()),
                    span_of(table->versions()),
                    span_of(table->edges()),
                    {reinterpret_cast<const char*>(table->arena()->data()), table->arena()->size()},
                    span_of(table->late_views()),
                    span_of(table->late_ids()),
                    span_of(table->late_timestamps()),
                    span_of(table->late_closed_until()),
                    {}};
    for (const auto* name : *table->views()) columns.views.push_back(name->string_view());
    if (const char* fault = columns.fault()) return damaged_batch(fault);

    auto batch = std::make_shared<MetricBatch>();
    batch->shard = table->shard();
    batch->points.reserve(columns.point_views.size());
    for (std::size_t row = 0; row < columns.point_views.size(); ++row) batch->points.push_back(point_at(columns, row));
    batch->late_events.reserve(columns.late_views.size());
    for (std::size_t row = 0; row < columns.late_views.size(); ++row)
        batch->late_events.push_back(late_event_at(columns, row));
    return MetricBatchPtr(std::move(batch));
}

}  // namespace sf::models
