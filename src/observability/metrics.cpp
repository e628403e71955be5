#include "observability/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>

namespace sf::observability {
namespace {

std::map<std::string, std::string> map_of(const Labels& labels) {
    std::map<std::string, std::string> map;
    for (const Label& label : labels) map[label.name] = label.value;
    return map;
}

struct Watched {
    Metrics::Kind kind;
    std::string name;
    std::string help;
    std::function<double()> read;
    Labels labels;
};

prometheus::ClientMetric sample(const Watched& watched) {
    prometheus::ClientMetric metric;
    for (const Label& label : watched.labels) metric.label.push_back({label.name, label.value});
    if (watched.kind == Metrics::Kind::gauge) metric.gauge.value = watched.read();
    else metric.counter.value = watched.read();
    return metric;
}

}  // namespace

struct Metrics::State {
    prometheus::Registry registry;
    mutable std::mutex mutex;
    std::vector<Watched> watched;  // Under mutex.
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Counter::add(double amount) const { static_cast<prometheus::Counter*>(counter_)->Increment(amount); }
void Histogram::observe(double value) const { static_cast<prometheus::Histogram*>(histogram_)->Observe(value); }

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
    Counter counter;
    counter.counter_ = &prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry).Add(map_of(labels));
    return counter;
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                             const Labels& labels) {
    Histogram histogram;
    histogram.histogram_ =
        &prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry).Add(map_of(labels), buckets);
    return histogram;
}

void Metrics::watch(Kind kind, const std::string& name, const std::string& help, std::function<double()> read,
                    const Labels& labels) {
    std::lock_guard lock(state_->mutex);
    state_->watched.push_back({kind, name, help, std::move(read), labels});
}

std::string Metrics::text() const {
    std::vector<prometheus::MetricFamily> families = state_->registry.Collect();
    std::lock_guard lock(state_->mutex);
    for (const Watched& watched : state_->watched) {
        prometheus::MetricFamily* family = nullptr;
        for (auto& existing : families) {
            if (existing.name == watched.name) family = &existing;
        }
        if (family == nullptr) {
            family = &families.emplace_back();
            family->name = watched.name;
            family->help = watched.help;
            family->type =
                watched.kind == Kind::gauge ? prometheus::MetricType::Gauge : prometheus::MetricType::Counter;
        }
        family->metric.push_back(sample(watched));
    }
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace sf::observability
