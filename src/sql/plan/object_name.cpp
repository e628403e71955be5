#include "sql/plan/object_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sf::sql {
namespace {

bool is_given(const char* text) { return text != nullptr && *text != '\0'; }

bool is_plain_name(std::string_view name) {
    const auto first = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && name.size() <= kIdentifierMax && first(name[0]) &&
           std::ranges::all_of(name, [&](char c) { return first(c) || (c >= '0' && c <= '9'); });
}

bool is_taken(std::string_view name) {
    constexpr std::array<std::string_view, 3> kTables = {"events", "metrics", "late_events"};
    constexpr std::array<std::string_view, 4> kPrefixes = {"streamflow_", "pg_", "duckdb_", "sqlite_"};
    return std::ranges::find(kTables, name) != kTables.end() ||
           std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

Result<> check_object_name(const Builder& builder, const PgQuery__RangeVar& name, std::string_view what) {
    if (is_given(name.schemaname) || is_given(name.catalogname))
        return fail(builder.error(name.location, fmt::format("{} has no schema", what), "write the name alone"));
    return check_object_name(builder, name.relname, name.location, what);
}

Result<> check_object_name(const Builder& builder, std::string_view name, int location, std::string_view what) {
    if (!is_plain_name(name))
        return fail(builder.error(location, fmt::format("\"{}\" is no name for {}", name, what),
                                  "lower-case letters, digits and _, at most 63, no digit first"));
    if (is_taken(name))
        return fail(builder.error(location, fmt::format("the name \"{}\" is taken", name), "choose another one"));
    return {};
}

}  // namespace sf::sql
