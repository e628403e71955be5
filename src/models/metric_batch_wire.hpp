// The wire form of a batch of metric points: what topic `metrics` stores and what brokers carry.
// docs/formats/metric-batch.md.
#pragma once

#include "base/result.hpp"
#include "models/metric_point.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace sf::models {

/// Appends version, sizes and the LZ4-compressed FlatBuffer to `out`: no more than bytes() and a little. The batch
/// holds at most 3 MiB.
void encode_metric_batch(const MetricBatch& batch, std::vector<std::byte>& out);

/// Decompresses, verifies and copies out. `corrupt` for anything that encode_metric_batch could not have made; never
/// reads out of bounds.
[[nodiscard]] Result<MetricBatchPtr> decode_metric_batch(std::span<const std::byte> wire);

}  // namespace sf::models
