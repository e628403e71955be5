// UNION ALL: each branch reads the events by itself, and what stands around sees one table. Its columns are planned
// once, as columns of the union; then each branch gets a plan of its own, with its expressions in their places.
#pragma once

#include "sql/plan/builder.hpp"

#include <vector>

namespace sf::sql {

/// A branch of a UNION ALL: which events are rows of it, and what they have in the columns of the union.
struct Branch {
    ExpressionPtr where;  // May be null.
    std::vector<ExpressionPtr> columns;
};

/// The expression for rows of the branch: columns of the union become what they are there. Null where it is null.
[[nodiscard]] Result<ExpressionPtr> in_branch(const Builder& builder, const ExpressionPtr& expression,
                                              const Branch& branch);

}  // namespace sf::sql
