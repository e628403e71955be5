#include "engine/settled.hpp"

#include <algorithm>

namespace sf::engine {
namespace {

constexpr std::size_t kRowBytesMin = 32;

models::MetricPoint load_row(ByteReader& reader, const std::string& view) {
    models::MetricPoint row{.view = view, .final = true};
    for (std::optional<Timestamp>* const bound : {&row.window_start, &row.window_end}) {
        const auto time = reader.get<std::int64_t>();
        if (time < kTimeMin || time > kTimeMax) reader.fail();
        else *bound = timestamp_from_micros(time);
    }
    row.keys = reader.get_text();
    row.values = reader.get_text();
    return row;
}

}  // namespace

void save_settled(ByteWriter& writer, const SettledState& state) {
    writer.put_array(std::span<const WindowIndex>(state.places));
    writer.put(state.before);
    writer.put<std::uint64_t>(state.kept.size());
    for (const Settled& settled : state.kept) {
        writer.put(settled.before);
        writer.put<std::uint64_t>(settled.rows->size());
        for (const models::MetricPoint& row : *settled.rows) {
            writer.put(to_micros(*row.window_start));
            writer.put(to_micros(*row.window_end));
            writer.put_text(row.keys);
            writer.put_text(row.values);
        }
    }
}

SettledState load_settled(ByteReader& reader, const std::string& view) {
    SettledState state{.places = reader.get_array<WindowIndex>(), .before = reader.get<WindowIndex>()};
    for (std::size_t left = reader.get_count(2 * sizeof(std::uint64_t)); left > 0 && reader.ok(); --left) {
        const auto before = reader.get<WindowIndex>();
        auto rows = std::make_shared<std::vector<models::MetricPoint>>();
        for (std::size_t row = reader.get_count(kRowBytesMin); row > 0 && reader.ok(); --row)
            rows->push_back(load_row(reader, view));
        state.kept.push_back({before, std::move(rows)});
    }
    return state;
}

std::int64_t watermark_of_places(const sql::ViewSource& source, std::span<const WindowIndex> places) {
    const PaneGrid grid(source.window);
    const WindowIndex bound = kTimeMax / grid.slide();  // Before and after it is no time.
    std::int64_t least = places.empty() ? kTimeMin : kTimeMax;
    for (const WindowIndex before : places) {
        const std::int64_t time = before <= -bound  ? kTimeMin
                                  : before >= bound ? kTimeMax
                                  : source.by_end   ? grid.window_end(before)
                                                    : grid.window_begin(before);
        least = std::min(least, time);
    }
    return least;
}

}  // namespace sf::engine
