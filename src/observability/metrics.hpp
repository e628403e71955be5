// Metrics for Prometheus. Names end in _total (counters), _seconds or _bytes; all begin with streamflow_.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sf::observability {

struct Label {
    std::string name;
    std::string value;
};
using Labels = std::vector<Label>;

/// Handles stay valid as long as the registry; any thread. Copying a handle copies a pointer.
class Counter {
public:
    void add(double amount = 1) const;

private:
    friend class Metrics;
    void* counter_ = nullptr;
};

class Histogram {
public:
    void observe(double value) const;

private:
    friend class Metrics;
    void* histogram_ = nullptr;
};

class Metrics {
public:
    Metrics();
    ~Metrics();

    /// The same name and labels give the same counter.
    [[nodiscard]] Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
    [[nodiscard]] Histogram histogram(const std::string& name, const std::string& help,
                                      const std::vector<double>& buckets, const Labels& labels = {});

    /// A value that is asked for at each scrape: a gauge, or a counter that somebody else keeps. `read` may be called
    /// from any thread.
    enum class Kind { gauge, counter };
    void watch(Kind kind, const std::string& name, const std::string& help, std::function<double()> read,
               const Labels& labels = {});

    /// The text format, version 0.0.4.
    [[nodiscard]] std::string text() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace sf::observability
