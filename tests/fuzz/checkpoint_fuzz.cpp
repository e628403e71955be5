// The checkpoint reader: the file around a checkpoint, and the engine's state in it. What is taken for a state must
// run: more events, a flush, another checkpoint.
#include "bytes.hpp"
#include "sample.hpp"

#include "database/lakehouse/checkpoint_file.hpp"
#include "engine/partial_fold.hpp"
#include "engine/shard.hpp"
#include "sql/planner.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cstdlib>
#include <string>

namespace {

using namespace sf;

constexpr const char* kViews[] = {
    "CREATE MATERIALIZED VIEW totals AS SELECT source, data.b, count(*) AS n, sum(data.a) AS s, "
    "avg((data->>'price')::numeric) AS m, "
    "min(data->>'b') AS least, max(timestamp) AS last, count(DISTINCT user_id) AS users FROM events GROUP BY source, "
    "data.b",
    "CREATE MATERIALIZED VIEW tumbling AS SELECT user_id, window_start, count(*) AS n, approx_count_distinct(id) AS "
    "ids, "
    "approx_quantile(data.price, 0.5) AS median FROM TUMBLE(events, timestamp, INTERVAL '10 s') GROUP BY user_id, "
    "window_start "
    "HAVING count(*) > 1",
    "CREATE MATERIALIZED VIEW sliding WITH (emit = 'on change', lateness = '5 s', out_of_orderness = '1 s') AS SELECT "
    "window_end, "
    "length(source) AS l, received_at AS r, sum(length(type)) AS s FROM HOP(events, received_at, INTERVAL '3 s', "
    "INTERVAL '10 s') "
    "GROUP BY window_end, 2, 3",
    "CREATE MATERIALIZED VIEW sessions AS SELECT user_id, window_start, count(*) AS n, sum(data.a) AS s FROM "
    "SESSION(events, timestamp, INTERVAL '5 s') "
    "GROUP BY user_id, window_start, window_end",
    "CREATE MATERIALIZED VIEW held AS SELECT source, first(user_id) AS f, last(data.a) AS l, sum(DISTINCT data.a) AS s, "
    "string_agg(user_id, ',' ORDER BY data.a DESC) AS t, array_agg(DISTINCT user_id) AS u, approx_top_k(user_id, 2) AS "
    "top, "
    "percentile_disc(0.5) WITHIN GROUP (ORDER BY data->>'b') AS p, stddev((data->>'price')::numeric) AS d FROM events "
    "GROUP BY source",
};

const std::vector<engine::ViewPtr>& views() {
    static const auto made = [] {
        std::vector<engine::ViewPtr> all;
        for (const char* text : kViews) {
            auto plan = sql::plan_view(text, engine::aggregate_catalog());
            if (!plan) std::abort();
            const std::string name = plan->name;
            all.push_back(std::make_shared<const engine::View>(static_cast<engine::ViewNumber>(all.size() + 1), name,
                                                               std::move(*plan),
                                                               std::map<engine::Partition, engine::Offset>{}));
        }
        return all;
    }();
    return made;
}

std::vector<std::byte> saved(engine::Shard& shard) {
    std::vector<std::byte> bytes;
    engine::ByteWriter writer(
        [&](std::span<const std::byte> piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); });
    shard.snapshot().save(writer);
    writer.flush();
    return bytes;
}

const std::vector<std::byte>& valid_state() {
    static const auto made = [] {
        engine::PartialFold fold(0, {});
        engine::Shard shard({.epoch = 1});
        for (const auto& view : views()) {
            fold.add(view);
            shard.add(view);
        }
        shard.merge(*fold.fold(0, *fuzz::sample_batch()));
        return saved(shard);
    }();
    return made;
}

// What is taken for a state is one that can be saved again.
void restore_state(std::span<const std::byte> bytes) {
    engine::Shard shard({.epoch = 2});
    if (!shard.restore(bytes, views())) return;
    for (const auto& view : views()) {
        if (shard.watermark(view->number) > engine::kTimeMax || !shard.counters(view->number)) std::abort();
    }
    engine::Shard again({.epoch = 3});
    if (!again.restore(saved(shard), views())) std::abort();
}

// A file in memory: the disk is not what is tested.
class MemoryFile {
public:
    MemoryFile() : fd_(::memfd_create("checkpoint", 0)) {
        if (fd_ < 0) std::abort();
    }
    ~MemoryFile() { ::close(fd_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    [[nodiscard]] std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }
    void write(std::span<const std::byte> bytes) const {
        if (::ftruncate(fd_, 0) != 0 ||
            ::pwrite(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
            std::abort();
    }
    [[nodiscard]] std::vector<std::byte> read() const {
        std::vector<std::byte> bytes(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)));
        if (::pread(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
        return bytes;
    }

private:
    int fd_;
};

const std::vector<std::byte>& valid_file() {
    static const auto made = [] {
        const MemoryFile file;
        auto writer = database::CheckpointFileWriter::create(file.path());
        if (!writer || !writer->append(valid_state()) || !writer->finish({.sequence = 7, .epoch = 1})) std::abort();
        return file.read();
    }();
    return made;
}

void read_file(std::span<const std::byte> bytes) {
    static const MemoryFile file;
    file.write(bytes);
    const auto content = database::read_checkpoint_file(file.path(), 7);
    // Its checksum lets nothing through but what was written.
    if (content && *content != valid_state()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Bytes input(data, size);
    switch (input.take<std::uint8_t>() % 4) {
        case 0: restore_state(input.rest()); break;
        case 1: restore_state(fuzz::edited(valid_state(), input)); break;
        case 2: read_file(input.rest()); break;
        case 3: read_file(fuzz::edited(valid_file(), input)); break;
    }
    return 0;
}
