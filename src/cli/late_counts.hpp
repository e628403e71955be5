// How many events came too late for each view: asked before and after history is sent.
#pragma once

#include "cli/session.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sf::cli {

/// By view. Empty where the server has no views or does not tell: it is no reason to fail.
using LateCounts = std::map<std::string, std::uint64_t>;

[[nodiscard]] LateCounts late_counts(Session& session);

/// What has come since `before`: views with none are left out.
[[nodiscard]] LateCounts late_since(Session& session, const LateCounts& before);

}  // namespace sf::cli
