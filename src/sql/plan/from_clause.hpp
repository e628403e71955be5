// FROM events, FROM TUMBLE(events, ...), FROM HOP(events, ...), FROM SESSION(events, ...).
#pragma once

#include "sql/plan/builder.hpp"
#include "sql/view_plan.hpp"

#include <span>
#include <string>

namespace sf::sql {

inline constexpr std::int64_t kWindowsOverlapMax = 100'000;  // size / slide: windows that an event is in at once.

struct Source {
    Window window;
    std::string name;  // What columns may be qualified with.
    int location = -1;
};

[[nodiscard]] Result<Source> from_clause(const Builder& builder, std::span<PgQuery__Node* const> items);

}  // namespace sf::sql
