// The batch reader: the wire form as it comes from the log or a broker, the FlatBuffer in it without the compression
// that hides its fields from a mutator, and the wire form of rows of views.
#include "bytes.hpp"
#include "sample.hpp"

#include "models/event_batch_wire.hpp"
#include "models/metric_batch_wire.hpp"

#include <cstdlib>

namespace {

using namespace sf;

// Touches everything that a reader of the batch may touch.
std::size_t read_all(const models::EventBatch& batch) {
    std::size_t sum = 0;
    for (std::size_t row = 0; row < batch.size(); ++row) {
        sum += batch.id(row).low() + static_cast<std::size_t>(to_micros(batch.timestamp(row))) +
               static_cast<std::size_t>(to_micros(batch.received_at(row))) +
               static_cast<std::size_t>(batch.severity(row));
        for (const std::string_view text :
             {batch.type(row), batch.source(row), batch.user_id(row), batch.correlation_id(row), batch.data(row)}) {
            for (const char byte : text) sum += static_cast<unsigned char>(byte);
        }
        models::TagReader tags(batch.tags_encoded(row));
        for (std::string_view tag; tags.next(tag);) sum += tag.size();
    }
    return sum;
}

// What was read can be written, and reads as the same.
void check_round_trip(const models::EventBatch& batch) {
    const std::size_t sum = read_all(batch);
    std::vector<std::byte> wire;
    models::encode_batch(batch, wire);
    const auto again = models::decode_batch(wire);
    if (!again || (*again)->size() != batch.size() || read_all(**again) != sum) std::abort();
}

std::vector<std::byte> sample_wire() {
    std::vector<std::byte> wire;
    models::encode_batch(*fuzz::sample_batch(), wire);
    return wire;
}

std::vector<std::byte> sample_flatbuffer() {
    const auto batch = fuzz::sample_batch();
    return {batch->flatbuffer().begin(), batch->flatbuffer().end()};
}

void read_wire(std::span<const std::byte> wire) {
    if (const auto batch = models::decode_batch(wire)) check_round_trip(**batch);
}

void read_flatbuffer(std::vector<std::byte> bytes) {
    if (const auto batch = models::EventBatch::from_bytes(std::move(bytes))) check_round_trip(**batch);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Bytes input(data, size);
    switch (input.take<std::uint8_t>() % 5) {
        case 0: read_wire(input.rest()); break;
        case 1: read_wire(fuzz::edited(sample_wire(), input)); break;
        case 2: read_flatbuffer({input.rest().begin(), input.rest().end()}); break;
        case 3: read_flatbuffer(fuzz::edited(sample_flatbuffer(), input)); break;
        case 4: static_cast<void>(models::decode_metric_batch(input.rest())); break;
    }
    return 0;
}
