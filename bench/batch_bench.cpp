// JSON bytes to batches, on one core, as a ratio to simdjson's DOM parser over the same bytes in the same run.
#include "models/event_batch_wire.hpp"
#include "models/event_reader.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace {

using namespace sf;
using models::EventReader;

constexpr int kEvents = 500;
constexpr int kRounds = 400;
constexpr int kRepeats = 7;

std::string event_json(int i) {
    return fmt::format(
        R"({{"id":"018f4e9c-1c2b-7a3d-8e4f-{:012x}","type":"{}","source":"shop-{}","timestamp":"2026-03-01T11:59:{:02}.{:06}Z","severity":"low",)"
        R"("user_id":"user-{}","correlation_id":"session-{}","data":{{"path":"/products/{}","method":"GET","status":200,"latency_ms":{}.25,)"
        R"("referrer":"https://shop.example/search?q=thing","agent":"Mozilla/5.0"}}}})",
        i * 7919, i % 3 != 0 ? "web.click" : "api.request", i % 5, i % 60, i * 1999 % 1'000'000, i % 97, i % 31, i * 13,
        i % 400);
}

// The best of some repeats: what the machine can do when nobody disturbs it.
template <class Work>
double seconds(Work work) {
    double best = 1e9;
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
        const auto begin = std::chrono::steady_clock::now();
        for (int round = 0; round < kRounds; ++round) work();
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    return best;
}

[[noreturn]] void broken(const char* what) {
    fmt::print(stderr, "error: {}\n", what);
    std::exit(1);
}

}  // namespace

int main() {
    std::string array = "[";
    std::string lines;
    for (int i = 0; i < kEvents; ++i) {
        const std::string event = event_json(i);
        if (i > 0) array += ',';
        array += event;
        lines += event + '\n';
    }
    array += ']';
    const std::size_t array_size = array.size();
    const std::size_t lines_size = lines.size();
    array.append(models::JsonIndex::kPadding, ' ');
    lines.append(models::JsonIndex::kPadding, ' ');

    simdjson::dom::parser dom;
    const double baseline = seconds([&] {
        if (dom.parse(array.data(), array_size, false).error()) broken("simdjson refuses the sample");
    });

    EventReader reader;
    models::EventReading reading;
    UuidGenerator ids;
    const Timestamp now = *parse_rfc3339("2026-03-01T12:00:00Z");
    const auto read = [&](const std::string& text, std::size_t size, EventReader::Form form) {
        if (reader.read(std::string_view(text).substr(0, size), form, now, ids, reading) ||
            reading.rows.size() != kEvents)
            broken("the reader refuses the sample");
    };
    models::EventBatchBuilder builder;
    std::vector<std::byte> wire;
    std::size_t wire_bytes = 0;
    const auto build = [&](bool encode) {
        read(array, array_size, EventReader::Form::batch);
        for (const models::EventRow& row : reading.rows) {
            if (!builder.fits(row)) {
                const auto batch = builder.seal();
                if (encode) {
                    wire.clear();
                    models::encode_batch(*batch, wire);
                    wire_bytes = wire.size() * 1000 / batch->size();
                }
            }
            builder.append(row);
        }
    };
    const auto report = [&](const char* name, double time) {
        const double events = static_cast<double>(kEvents) * kRounds;
        fmt::print("{:<34} {:6.2f} M events/s  {:5.2f} GB/s  {:5.2f} of the DOM\n", name, events / time / 1e6,
                   static_cast<double>(array_size) * kRounds / time / 1e9, baseline / time);
    };
    fmt::print("JSON to batches, one core, {} bytes an event\n", array_size / kEvents);
    report("simdjson DOM (baseline)", baseline);
    report("array to validated rows", seconds([&] { read(array, array_size, EventReader::Form::batch); }));
    report("NDJSON to validated rows", seconds([&] { read(lines, lines_size, EventReader::Form::lines); }));
    report("array to sealed batches", seconds([&] { build(false); }));
    report("array to wire form (LZ4)", seconds([&] { build(true); }));
    fmt::print("wire form: {:.1f} bytes an event\n", static_cast<double>(wire_bytes) / 1000);
}
