// Of a view that shows the best n events alone: which events of a pane are still among them.
#pragma once

#include "engine/group_ranking.hpp"
#include "engine/pane_table.hpp"
#include "engine/shard_keys.hpp"
#include "engine/view.hpp"

namespace sf::engine {

/// One view's in one shard. One thread.
class BestOfPane {
public:
    explicit BestOfPane(ViewPtr view);

    /// A table without the cells that so many others in it are ahead of; null if there is none of these.
    [[nodiscard]] PaneTablePtr of(const PaneTable& table, const ShardKeys& names);

private:
    const ViewPtr view_;
    std::vector<sql::Type> types_;  // Of the keys.
    GroupRanking ranking_;
    std::vector<std::string_view> names_;
    std::vector<OwnedColumn> keys_;
};

}  // namespace sf::engine
