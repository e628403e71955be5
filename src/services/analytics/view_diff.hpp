// What differs between the rows of a view and those of the version that is to replace it. Pure.
#pragma once

#include "engine/view.hpp"
#include "models/metric_point.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sf::analytics {

/// One version's rows, as its readers have them.
struct DiffSide {
    engine::ViewPtr view;
    std::int64_t watermark = engine::kTimeMin;
    std::int64_t whole_after = engine::kTimeMin;  // Windows that begin here or before may lack events.
    std::vector<models::MetricPoint> points;      // Newest windows first.
    bool cut = false;                             // There are older ones.
};

/// Values are those of the columns that both have; doubles may differ by 1e-9 of their size, since sums depend on
/// order.
struct ViewDiff {
    struct Different {
        models::MetricPoint live, shadow;
        std::vector<std::string> columns;
    };
    std::uint64_t windows = 0;  // Compared: those that are final in both. Running totals have one, which is compared
                                // as it is.
    std::uint64_t same = 0;     // Rows.
    std::uint64_t only_live = 0, only_shadow = 0, different = 0;
    std::vector<models::MetricPoint> only_live_samples, only_shadow_samples;
    std::vector<Different> different_samples;
    std::vector<std::string> columns_only_live, columns_only_shadow;  // Not compared.
    bool cut = false;                                                 // Older windows were not compared.
};

[[nodiscard]] ViewDiff compare(const DiffSide& live, const DiffSide& shadow, std::size_t samples_max);

/// {"windows","same","only_live":{"rows","samples"},"only_shadow","different","columns_only_live",...}
[[nodiscard]] std::string diff_json(std::string_view view, const ViewDiff& diff);

}  // namespace sf::analytics
