// Evaluates SQL expressions over events, for tests that compare with PostgreSQL. A line of input is
//     {"now": "2026-01-01T00:00:00Z", "events": [{...}, ...], "expressions": ["data.a + 1", ...]}
// and becomes a line of output, a result an expression:
//     {"results": [{"type": "double precision", "values": [1, null], "states": ["value", "failed"]}, {"error": "...",
//     "detail": "...", "hint": "..."}]}
// A state is "value", "null" or "failed"; JSON's null may be a value, too. Each expression is also run by RowEvaluator,
// over its columns and fields as inputs; should the two evaluators disagree, the probe gives up. The events are one
// batch, all received at `now`; all expressions are evaluated together.
#include "base/json_text.hpp"
#include "probe_input.hpp"
#include "sql/evaluator.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/plan/event_expression.hpp"

#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace sf;

using probe::give_up;

struct Request {
    std::string now;
    std::string events;
    std::vector<std::string> expressions;
};

Request read_request(const std::string& line) {
    auto members = probe::members_of(line);
    Request request{probe::text_of(members["now"]), std::move(members["events"]), {}};
    for (const std::string& expression : probe::elements_of(members["expressions"])) {
        request.expressions.push_back(probe::text_of(expression));
    }
    return request;
}

struct Planned {
    Result<sql::ExpressionPtr> expression;
    sql::EventEvaluator::Slot slot = 0;
};

// The expression with inputs in the place of columns and fields, which are added to `leaves`.
sql::ExpressionPtr over_inputs(const sql::ExpressionPtr& expression, std::vector<sql::ExpressionPtr>& leaves) {
    using Kind = sql::Expression::Kind;
    if (expression->kind == Kind::literal) return expression;
    if (expression->kind != Kind::call || expression->function == &sql::kScalarOfField) {
        std::size_t index = 0;
        while (index < leaves.size() && leaves[index]->text != expression->text) ++index;
        if (index == leaves.size()) leaves.push_back(expression);
        return sql::make_input(index, expression->type, expression->text);
    }
    std::vector<sql::ExpressionPtr> arguments;
    for (const sql::ExpressionPtr& argument : expression->arguments) arguments.push_back(over_inputs(argument, leaves));
    return with_arguments(*expression, std::move(arguments));
}

std::string shown(const sql::Column& column, std::size_t row) {
    if (!column.failed.empty() && column.failed[row] != 0) return "failed";
    if (!column.is_valid(row)) return "NULL";
    std::string out;
    append_json(out, column, row);
    return out;
}

void check_row_evaluator(const sql::ExpressionPtr& expression, const models::EventBatch& batch,
                         const sql::Column& wanted) {
    std::vector<sql::ExpressionPtr> leaves;
    const sql::ExpressionPtr rewritten = over_inputs(expression, leaves);
    sql::EventEvaluator events;
    std::vector<sql::EventEvaluator::Slot> slots;
    for (const sql::ExpressionPtr& leaf : leaves) slots.push_back(events.add(leaf));
    events.begin(batch);
    std::vector<sql::Column> inputs;
    for (const auto slot : slots) inputs.push_back(events.column(slot));
    sql::RowEvaluator rows({rewritten});
    rows.begin(inputs, batch.size());
    const sql::Column& got = rows.column(0);
    for (std::size_t row = 0; row < batch.size(); ++row) {
        if (shown(got, row) != shown(wanted, row))
            give_up("the evaluators disagree about " + expression->text + " in row " + std::to_string(row) + ": " +
                    shown(wanted, row) + " and " + shown(got, row));
    }
}

void append_result(std::string& out, const Planned& planned, sql::EventEvaluator& evaluator) {
    if (!planned.expression) {
        const Error& error = planned.expression.error();
        out += "{\"error\":" + json_string(error.message) + ",\"detail\":" + json_string(error.detail) +
               ",\"hint\":" + json_string(error.hint) + '}';
        return;
    }
    const sql::Column& column = evaluator.column(planned.slot);
    out += "{\"type\":" + json_string(to_string(type_of(**planned.expression))) + ",\"values\":[";
    for (std::size_t row = 0; row < column.size; ++row) {
        if (row > 0) out += ',';
        append_json(out, column, row);
    }
    out += "],\"states\":[";
    for (std::size_t row = 0; row < column.size; ++row) {
        if (row > 0) out += ',';
        const bool failed = !column.failed.empty() && column.failed[row] != 0;
        out += column.is_valid(row) ? "\"value\"" : failed ? "\"failed\"" : "\"null\"";
    }
    out += "]}";
}

}  // namespace

int main() {
    sql::EventEvaluator evaluator;
    for (std::string line; std::getline(std::cin, line);) {
        const Request request = read_request(line);
        const models::EventBatchPtr batch = probe::batch_of(request.events, request.now);
        std::vector<Planned> all;
        for (const std::string& text : request.expressions) {
            Planned& planned = all.emplace_back(sql::plan_event_expression(text));
            if (planned.expression) planned.slot = evaluator.add(*planned.expression);
        }
        evaluator.begin(*batch);
        std::string out = "{\"results\":[";
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (i > 0) out += ',';
            append_result(out, all[i], evaluator);
            if (all[i].expression) check_row_evaluator(*all[i].expression, *batch, evaluator.column(all[i].slot));
        }
        out += "]}\n";
        std::cout << out << std::flush;
        for (const Planned& planned : all) {
            if (planned.expression) evaluator.remove(planned.slot);
        }
    }
    return 0;
}
