#include "engine/view.hpp"

namespace sf::engine {

View::View(ViewNumber view_number, std::string view_identity, sql::ViewPlan view_plan,
           std::map<Partition, Offset> view_starts)
    : number(view_number),
      identity(std::move(view_identity)),
      plan(std::move(view_plan)),
      starts(std::move(view_starts)),
      grid(plan.window),
      lateness(plan.options.lateness == sql::kForever ? kTimeMax : plan.options.lateness.count()),
      out_of_orderness(plan.options.out_of_orderness.count()) {}

std::vector<std::unique_ptr<AggregateStates>> View::fresh_states() const {
    std::vector<std::unique_ptr<AggregateStates>> states;
    states.reserve(plan.aggregates.size());
    for (const sql::AggregateCall& call : plan.aggregates) states.push_back(make_states(call));
    return states;
}

}  // namespace sf::engine
