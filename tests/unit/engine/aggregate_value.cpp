#include "unit/engine/aggregate_value.hpp"

#include "sql/evaluator.hpp"
#include "unit/engine/engine_run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <random>

namespace sf::engine::testing {
namespace {

constexpr unsigned kWays = 12;

using States = std::unique_ptr<AggregateStates>;

Uuid id_of(std::size_t number) {
    Uuid id;
    id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
    id.bytes[15] = static_cast<std::uint8_t>(number);
    return id;
}

TestEvent event_of(const std::vector<std::string>& data, std::size_t i) {
    const bool object = data[i].starts_with('{');
    return {.at = static_cast<double>(i), .data = object ? data[i] : R"({"x":)" + data[i] + "}", .id = id_of(i)};
}

States folded(const sql::AggregateCall& call, const std::vector<TestEvent>& events) {
    States states = make_states(call);
    states->resize(3);  // The cells beside are to stay empty.
    if (events.empty()) return states;
    sql::EventEvaluator evaluator;
    std::vector<sql::EventEvaluator::Slot> slots;
    for (const sql::ExpressionPtr& argument : call.arguments) slots.push_back(evaluator.add(argument));
    const auto batch = batch_of(events);
    evaluator.begin(*batch);
    std::vector<const sql::Column*> columns;
    for (const auto slot : slots) columns.push_back(&evaluator.column(slot));
    std::vector<std::uint32_t> rows(events.size());
    std::iota(rows.begin(), rows.end(), 0u);
    const std::vector<std::uint32_t> cells(events.size(), 1);
    states->fold(rows, cells, columns);
    return states;
}

std::vector<std::byte> bytes_of(const AggregateStates& states) {
    std::vector<std::byte> bytes;
    ByteWriter writer([&](std::span<const std::byte> piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); });
    states.save(writer);
    writer.flush();
    return bytes;
}

States saved_and_loaded(const AggregateStates& states) {
    const std::vector<std::byte> bytes = bytes_of(states);
    ByteReader reader(bytes);
    States loaded = states.fresh();
    loaded->load(reader);
    EXPECT_TRUE(reader.ok() && reader.at_end());
    return loaded;
}

// A checkpoint that was damaged is refused, or gives some other value; it never crashes.
void load_damaged(const AggregateStates& states, std::mt19937& random) {
    std::vector<std::byte> bytes = bytes_of(states);
    const std::size_t at = random() % bytes.size();
    bytes[at] ^= static_cast<std::byte>(1u << (random() % 8));
    ByteReader reader(random() % 4 == 0 ? std::span(bytes).first(at) : std::span(bytes));
    const States loaded = states.fresh();
    loaded->load(reader);
    if (!reader.ok()) return;
    loaded->resize(3);
    OwnedColumn column;
    const std::uint32_t cells[] = {0, 1, 2};
    loaded->results(cells, column);
    (void)bytes_of(*loaded);
}

std::string json_of(const AggregateStates& states, std::uint32_t cell) {
    OwnedColumn column;
    states.results(std::span(&cell, 1), column);
    std::string json;
    const sql::Column view = column.view(1);
    sql::append_json(json, view, 0);
    if (!view.failed.empty() && view.failed[0] != 0) json += " failed";
    return json;
}

std::string value_in_one_way(const sql::AggregateCall& call, const std::vector<std::string>& data, unsigned seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random); };
    std::vector<std::size_t> order(data.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (seed > 0) std::ranges::shuffle(order, random);
    std::vector<States> pieces;
    pieces.push_back(folded(call, {}));
    for (std::size_t at = 0; at < order.size();) {
        std::vector<TestEvent> events;
        const std::size_t size = seed == 0 ? order.size() : 1 + below(std::max<std::size_t>(2, data.size() / 3));
        for (; events.size() < size && at < order.size(); ++at) events.push_back(event_of(data, order[at]));
        pieces.push_back(folded(call, events));
    }
    const std::uint32_t cell = 1;
    const std::string nothing = json_of(*pieces[0], cell);
    while (pieces.size() > 1) {
        std::swap(pieces[below(pieces.size())], pieces.back());
        const States taken = std::move(pieces.back());
        pieces.pop_back();
        States& into = pieces[below(pieces.size())];
        if (below(4) == 0) into = saved_and_loaded(*into);
        if (below(4) == 0) into = into->clone();
        into->merge(*taken, std::span(&cell, 1), std::span(&cell, 1));
    }
    EXPECT_EQ(json_of(*pieces[0], 0), nothing) << "of a cell without a value";
    EXPECT_EQ(json_of(*pieces[0], 2), nothing) << "of a cell without a value";
    EXPECT_GT(pieces[0]->bytes(), 0u);
    for (int i = 0; i < 20; ++i) load_damaged(*pieces[0], random);
    return json_of(*saved_and_loaded(*pieces[0]), cell);
}

}  // namespace

std::string value_of(const std::string& expression, const std::vector<std::string>& data, std::size_t piece) {
    EngineRun engine({view_of("CREATE MATERIALIZED VIEW v AS SELECT " + expression + " AS x FROM events")}, {});
    for (std::size_t at = 0; at < data.size(); at += piece) {
        std::vector<TestEvent> events;
        for (std::size_t i = at; i < std::min(at + piece, data.size()); ++i) events.push_back(event_of(data, i));
        engine.events(events);
    }
    engine.flush();
    const auto latest = engine.latest();
    if (latest.size() != 1) return "no row";
    const std::string& values = latest.begin()->second.values;
    return values.substr(5, values.size() - 6);
}

std::string value_in_any_order(const std::string& call, const std::vector<std::string>& data) {
    const ViewPtr view = view_of("CREATE MATERIALIZED VIEW v AS SELECT " + call + " AS x FROM events");
    EXPECT_EQ(view->plan.aggregates.size(), 1u) << call << " is no call of one aggregate";
    const std::string first = value_in_one_way(view->plan.aggregates[0], data, 0);
    const bool rounds = view->plan.aggregates[0].signature.result == sql::Type::double_precision;
    for (unsigned seed = 1; seed < kWays; ++seed) {
        const std::string other = value_in_one_way(view->plan.aggregates[0], data, seed);
        const double number = rounds ? std::strtod(first.c_str(), nullptr) : 0;
        if (number == 0) EXPECT_EQ(other, first) << call << ", seed " << seed;
        else
            EXPECT_NEAR(std::strtod(other.c_str(), nullptr), number, std::fabs(number) * 1e-14) << call << ", " << seed;
    }
    return first;
}

std::vector<std::string> quoted(const std::vector<std::string>& texts) {
    std::vector<std::string> result;
    for (const std::string& text : texts) result.push_back('"' + text + '"');
    return result;
}

}  // namespace sf::engine::testing
