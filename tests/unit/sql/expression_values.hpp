// Values of expressions over the rows of a batch, as tests write them down.
#pragma once

#include "sql/evaluator.hpp"
#include "sql/plan/event_expression.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sf::sql {

/// The values of all rows, "!" where a row has failed; or the refusal.
inline std::string values(const std::string& expression, const models::EventBatch& batch) {
    const auto planned = plan_event_expression(expression);
    if (!planned) return planned.error().message;
    EventEvaluator evaluator;
    const auto slot = evaluator.add(*planned);
    evaluator.begin(batch);
    const Column& column = evaluator.column(slot);
    std::string out;
    for (std::size_t row = 0; row < column.size; ++row) {
        if (row > 0) out += ' ';
        if (!column.failed.empty() && column.failed[row] != 0) out += '!';
        else append_json(out, column, row);
    }
    return out;
}

struct ExpressionCase {
    std::string expression;
    std::string wanted;
};

inline void expect_values(const models::EventBatchPtr& batch, const std::vector<ExpressionCase>& cases) {
    for (const ExpressionCase& one : cases) EXPECT_EQ(values(one.expression, *batch), one.wanted) << one.expression;
}

}  // namespace sf::sql
