#include "models/metric_point.hpp"

namespace sf::models {
namespace {

std::size_t outside(const std::string& text) { return text.capacity() > 15 ? text.capacity() + 1 : 0; }

}  // namespace

std::size_t MetricBatch::bytes() const {
    std::size_t bytes =
        sizeof *this + points.capacity() * sizeof(MetricPoint) + late_events.capacity() * sizeof(LateEvent);
    for (const MetricPoint& point : points) bytes += outside(point.view) + outside(point.keys) + outside(point.values);
    for (const LateEvent& late : late_events) bytes += outside(late.view);
    return bytes;
}

}  // namespace sf::models
