// The log alone: records of 500 events appended as fast as they become durable, beside plain writes and syncs of the
// same bytes in the same run; reading back; recovery. `log_bench [FOLDER]`: where to write, a new folder below the
// temporary one by default.
#include "messaging/embedded/embedded_log.hpp"
#include "models/event_batch_wire.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>

namespace {

using namespace sf;
using Steady = std::chrono::steady_clock;

constexpr std::uint32_t kEvents = 500;
constexpr std::size_t kRecords = 4000;

double since(Steady::time_point begin) { return std::chrono::duration<double>(Steady::now() - begin).count(); }

models::EventBatchPtr sample_batch() {
    models::EventBatchBuilder builder;
    UuidGenerator ids;
    for (std::uint32_t i = 0; i < kEvents; ++i) {
        const std::string user = fmt::format("user-{}", i * 7 % 97);
        const std::string data = fmt::format(
            R"({{"path":"/products/{}","method":"GET","status":200,"latency_ms":{}.25,"referrer":"https://shop.example/search?q=thing","agent":"Mozilla/5.0"}})",
            i * 13, i % 400);
        models::EventRow row;
        row.id = ids.next({});
        row.id_from_client = true;
        row.type = i % 3 != 0 ? "web.click" : "api.request";
        row.source = "shop";
        row.user_id = user;
        row.has_user_id = true;
        row.timestamp = row.received_at = 1'770'000'000'000'000 + i;
        row.data = data;
        builder.append(row);
    }
    return builder.seal();
}

void report(const std::string& name, double seconds, std::size_t bytes, double baseline) {
    fmt::print("{:<44} {:7.2f} M events/s  {:7.1f} MB/s on disk{}\n", name, kRecords * kEvents / seconds / 1e6,
               static_cast<double>(bytes) / seconds / 1e6,
               baseline > 0 ? fmt::format("  {:.2f} of the baseline", baseline / seconds) : "");
}

double append_all(messaging::Log& log, const models::EventBatchPtr& batch, messaging::Partition partitions) {
    std::atomic<std::size_t> done = 0;
    std::mutex mutex;
    std::condition_variable changed;
    const auto begin = Steady::now();
    for (std::size_t i = 0; i < kRecords; ++i) {
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return i - done < 256; });
        }
        log.append("events", static_cast<messaging::Partition>(i % partitions), {messaging::RecordKind::batch, batch},
                   [&](Result<messaging::Offset> offset) {
                       if (!offset) {
                           fmt::print(stderr, "error: {}\n", offset.error().text());
                           std::exit(1);
                       }
                       std::lock_guard lock(mutex);
                       ++done;
                       changed.notify_one();
                   });
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done == kRecords; });
    return since(begin);
}

}  // namespace

int main(int argc, char** argv) {
    std::string pattern =
        std::string(argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string()) + "/sf-log-bench-XXXXXX";
    const std::filesystem::path folder = ::mkdtemp(pattern.data());
    const auto batch = sample_batch();
    std::vector<std::byte> wire;
    models::encode_batch(*batch, wire);
    fmt::print("The log, records of {} events, {} bytes each\n", kEvents, wire.size());

    // As many records to a sync as the log would gather in its 2 ms.
    const int fd = ::open((folder / "plain").c_str(), O_CREAT | O_RDWR, 0600);
    const auto begin = Steady::now();
    std::vector<std::byte> group;
    for (int i = 0; i < 16; ++i) group.insert(group.end(), wire.begin(), wire.end());
    for (std::size_t i = 0; i < kRecords / 16; ++i) {
        if (::pwrite(fd, group.data(), group.size(), static_cast<off_t>(i * group.size())) < 0 || ::fdatasync(fd) != 0)
            return 1;
    }
    const double plain = since(begin);
    ::close(fd);
    report("pwrite + fdatasync of 16 records (baseline)", plain, wire.size() * kRecords, 0);

    for (const bool fsync : {true, false}) {
        for (const messaging::Partition partitions : {1u, 2u, 4u}) {
            messaging::EmbeddedLogOptions options;
            options.folder = folder / fmt::format("log-{}-{}", fsync, partitions);
            options.partition.fsync = fsync;
            {
                messaging::EmbeddedLog log(options);
                if (!log.start() || !log.ensure_topic("events", partitions)) return 1;
                const double seconds = append_all(log, batch, partitions);
                report(fmt::format("append, {} partition(s), {}", partitions, fsync ? "fsync" : "os"), seconds,
                       log.bytes_on_disk(), plain);
            }
            if (partitions != 1 || !fsync) continue;
            messaging::EmbeddedLog log(options);
            const auto recovery = Steady::now();
            if (!log.start()) return 1;
            fmt::print("{:<44} {:7.1f} ms for {:.0f} MB\n", "recovery", since(recovery) * 1e3,
                       static_cast<double>(log.bytes_on_disk()) / 1e6);
            const auto reading = Steady::now();
            messaging::Offset at = 0;
            std::size_t events = 0;
            while (true) {
                const auto records = log.read("events", 0, at, {});
                if (!records || records->empty()) break;
                for (const auto& record : *records) events += record.record.batch->size();
                at = records->back().offset + 1;
            }
            if (events != kRecords * kEvents) return 1;
            report("read back and verify", since(reading), log.bytes_on_disk(), plain);
        }
    }
    std::filesystem::remove_all(folder);
}
