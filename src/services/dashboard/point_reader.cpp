#include "services/dashboard/point_reader.hpp"

#include <algorithm>

namespace sf::dashboard {
namespace {

// Between two looks at whether the service is stopping. Each wait is for a later end of the log, so short ones would
// never see the end of a lag that lasts.
constexpr std::chrono::milliseconds kPatience{2000};

}  // namespace

PointReader::PointReader(PointReaderOptions options, database::PointStore& store, const Clock& clock)
    : options_(std::move(options)), store_(store), clock_(clock), jobs_(options_.waiting_max) {}

PointReader::~PointReader() { stop(); }

void PointReader::start() {
    for (unsigned i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

void PointReader::stop() {
    stopping_ = true;
    jobs_.close();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

bool PointReader::read(std::string view, database::PointFilter filter, Done done) {
    const Deadline enough = clock_.steady() + options_.lag_max;
    return jobs_.try_push({std::move(view), std::move(filter), std::move(done), enough});
}

Result<> PointReader::catch_up(Deadline enough) const {
    if (!options_.caught_up) return {};
    std::chrono::milliseconds left{};
    do {
        left = std::chrono::duration_cast<std::chrono::milliseconds>(enough - clock_.steady());
        if (options_.caught_up(std::clamp(left, std::chrono::milliseconds{0}, kPatience))) return {};
        if (stopping_) return fail(ErrorCode::cancelled, "the service is stopping");
    } while (left > kPatience);
    return fail(ErrorCode::unavailable, "the store of points lags behind", "", "repeat the request a little later");
}

void PointReader::work() {
    while (auto job = jobs_.pop()) {
        if (stopping_) {
            job->done(fail(ErrorCode::cancelled, "the service is stopping"));
            continue;
        }
        auto ready = catch_up(job->enough);
        job->done(ready ? store_.latest_points(job->view, job->filter) : Rows(fail(std::move(ready.error()))));
    }
}

}  // namespace sf::dashboard
