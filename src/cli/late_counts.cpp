#include "cli/late_counts.hpp"

namespace sf::cli {

LateCounts late_counts(Session& session) {
    LateCounts counts;
    Api api = session.api("analytics", std::chrono::seconds{30});
    const auto answer = api.get("/api/v1/views");
    if (!answer) return counts;
    const auto document = JsonDocument::parse(answer->body);
    const JsonNode* const views = document ? document->root().find("views") : nullptr;
    if (views == nullptr) return counts;
    for (const JsonNode& view : views->items) counts[view.text_of("name").value_or("?")] = view.count_of("events_late");
    return counts;
}

LateCounts late_since(Session& session, const LateCounts& before) {
    LateCounts since;
    for (const auto& [view, late] : late_counts(session)) {
        const auto known = before.find(view);
        const std::uint64_t more = late - (known == before.end() ? 0 : std::min(known->second, late));
        if (more > 0) since[view] = more;
    }
    return since;
}

}  // namespace sf::cli
