// The value of an aggregate over some events, for tests of aggregates.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sf::engine::testing {

/// The value of `expression` as JSON over one event a datum, which is `data.x` as JSON text, or the object `data` where
/// it is one; the i-th event is of second i. Computed by the whole engine, from batches of `piece` events.
[[nodiscard]] std::string value_of(const std::string& expression, const std::vector<std::string>& data,
                                   std::size_t piece = 2);

/// The same of one aggregate call, in many ways that must not matter: in any order of arrival, in batches of any size,
/// merged pairwise in any order, saved and loaded in between. Fails the test where they differ, doubles by
/// more than rounding.
[[nodiscard]] std::string value_in_any_order(const std::string& call, const std::vector<std::string>& data);

/// The texts as JSON strings.
[[nodiscard]] std::vector<std::string> quoted(const std::vector<std::string>& texts);

}  // namespace sf::engine::testing
