#include "engine/view_windows.hpp"

#include "engine/event_rows.hpp"
#include "engine/pane_windows.hpp"
#include "engine/session_windows.hpp"

namespace sf::engine {

std::unique_ptr<ViewWindows> make_view_windows(ViewPtr view, std::size_t shard, std::size_t shards, KeySpaces& spaces) {
    if (view->plan.of_events) return std::make_unique<NoWindows>(std::move(view));
    KeySpacePtr space = spaces.of(view->plan);
    if (view->gap() > 0) return std::make_unique<SessionWindows>(std::move(view), shard, shards, std::move(space));
    return std::make_unique<PaneWindows>(std::move(view), shard, shards, std::move(space));
}

}  // namespace sf::engine
