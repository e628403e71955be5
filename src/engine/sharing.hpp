// Which views share work in stage 1, and what: the same as PartialFold and the evaluator find by the text of
// expressions. For people.
#pragma once

#include "engine/view.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace sf::engine {

/// Names of the other views that share each part with one view; of a view over a UNION ALL, with any SELECT of it.
struct Sharing {
    std::vector<std::string> filter;                         // The same WHERE; none where there is no WHERE.
    std::vector<std::string> keys;                           // The same keys, which are told apart once a record.
    std::vector<std::string> groups;                         // The same WHERE and keys: which group an event is in.
    std::vector<std::string> panes;                          // And which pane, and whether it is late.
    std::map<std::string, std::vector<std::string>> fields;  // By each field of data that the view reads.
};

[[nodiscard]] Sharing sharing_of(const View& view, std::span<const ViewPtr> all);

}  // namespace sf::engine
