// WITH (emit = ..., lateness = ..., out_of_orderness = ..., keys_max = ..., state_max = ..., ttl = ...)
#pragma once

#include "sql/plan/builder.hpp"
#include "sql/view_plan.hpp"

#include <span>

namespace sf::sql {

[[nodiscard]] Result<ViewOptions> view_options(const Builder& builder, std::span<PgQuery__Node* const> options);

/// The length of an interval without months, which have none that is fixed; `what` names it in errors.
[[nodiscard]] Result<__int128> fixed_micros(const Builder& builder, const Interval& interval, int location,
                                            std::string_view what);

/// An interval of a fixed length, as sizes of windows and delays are; `what` names it in errors. Negative ones are
/// refused, and those of more than 10,000,000 days: the engine adds several to times of 64 bits.
[[nodiscard]] Result<Duration> fixed_length(const Builder& builder, const Interval& interval, int location,
                                            std::string_view what);

}  // namespace sf::sql
