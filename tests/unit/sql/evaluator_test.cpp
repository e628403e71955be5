// The evaluators as their callers see them: slots, batches, dictionaries, inputs.
#include "sql/evaluator.hpp"

#include "sql/evaluate/arena.hpp"
#include "sql/expression_tree.hpp"
#include "sql/plan/event_expression.hpp"
#include "sql/planner.hpp"
#include "unit/sql/events_of.hpp"
#include "unit/sql/test_aggregates.hpp"

#include <gtest/gtest.h>

#include <array>

namespace sf::sql {
namespace {

ExpressionPtr expression(const std::string& text) {
    auto planned = plan_event_expression(text);
    EXPECT_TRUE(planned) << planned.error().text();
    return std::move(*planned);
}

std::string all(const Column& column) {
    std::string out;
    for (std::size_t row = 0; row < column.size; ++row) {
        if (row > 0) out += ' ';
        append_json(out, column, row);
    }
    return out;
}

// Written as one call, and by rows that are of one day or second, or not.
TEST(EventEvaluator, the_beginning_of_a_time_is_that_of_its_text) {
    const auto events = events_with_data({R"({"t":"2024-02-29 10:00:00.5"})", R"({"t":"2024-02-29 10:00:00"})",
                                          R"({"t":"2024-02-29 23:59:59.999999"})", R"({"t":"2024-03-01"})", "{}",
                                          R"({"t":"1969-12-31 23:59:59.9"})", R"({"t":"1970-01-01"})",
                                          R"({"t":"0001-01-01"})", R"({"t":"2024-02-29 10:00:00.25"})"});
    for (const std::string type : {"timestamptz", "timestamp"}) {
        for (const std::string shift : {"", " + interval '9000 years'", " - interval '2100 years'"}) {
            const std::string text = "((data.t::" + type + shift + ")::text)";
            for (int size = 0; size <= 30; ++size) {
                // What is no cast is read as two calls.
                const std::string n = std::to_string(size), apart = "substring(" + text + " || '', 1, " + n + ")";
                EventEvaluator evaluator;
                const auto wanted = evaluator.add(expression(apart));
                const auto of_substring = evaluator.add(expression("substring(" + text + ", 1, " + n + ")"));
                const auto of_left = evaluator.add(expression("left(" + text + ", " + n + ")"));
                evaluator.begin(*events);
                EXPECT_EQ(all(evaluator.column(of_substring)), all(evaluator.column(wanted))) << apart;
                EXPECT_EQ(all(evaluator.column(of_left)), all(evaluator.column(wanted))) << apart;
            }
        }
    }
}

TEST(EventEvaluator, equal_expressions_share_a_slot) {
    EventEvaluator evaluator;
    const auto first = evaluator.add(expression("data.a + 1 > 5"));
    EXPECT_EQ(evaluator.add(expression("(data.a+1)>5")), first);
    EXPECT_NE(evaluator.add(expression("data.a + 1 > 6")), first);
}

TEST(EventEvaluator, survives_adding_and_removing) {
    EventEvaluator evaluator;
    const auto a = evaluator.add(expression("data.a"));
    const auto again = evaluator.add(expression("data.a"));
    const auto sum = evaluator.add(expression("data.a + data.b"));
    const auto batch = events_with_data({R"({"a":1,"b":2,"c":"x"})"});
    evaluator.begin(*batch);
    EXPECT_EQ(all(evaluator.column(a)), "1");
    const auto c = evaluator.add(expression("data.c"));  // In the middle of a batch.
    EXPECT_EQ(all(evaluator.column(c)), "\"x\"");
    evaluator.remove(a);
    evaluator.remove(sum);
    EXPECT_EQ(all(evaluator.column(again)), "1");
    EXPECT_EQ(all(evaluator.column(again)), "1");
    evaluator.remove(again);
    const auto b = evaluator.add(expression("data.b"));
    const auto next = events_with_data({R"({"a":5,"b":6})", "{}"});
    evaluator.begin(*next);
    EXPECT_EQ(all(evaluator.column(b)), "6 null");
    EXPECT_EQ(all(evaluator.column(c)), "null null");
}

TEST(EventEvaluator, many_expressions_come_and_go) {
    EventEvaluator evaluator;
    const auto batch = events_with_data({R"({"k0":0,"k7":7})"});
    for (int round = 0; round < 50; ++round) {
        std::vector<EventEvaluator::Slot> slots;
        for (int i = 0; i < 20; ++i)
            slots.push_back(evaluator.add(
                expression("coalesce(data.k" + std::to_string(i) + " * 2, " + std::to_string(round) + ")")));
        evaluator.begin(*batch);
        EXPECT_EQ(all(evaluator.column(slots[7])), "14");
        EXPECT_EQ(all(evaluator.column(slots[8])), std::to_string(round));
        for (const auto slot : slots) evaluator.remove(slot);
    }
}

TEST(EventEvaluator, texts_of_a_dictionary_stay_one_with_each_word_once) {
    const auto batch = events_of(
        R"([{"type":"web.click","source":"s"},{"type":"api.request","source":"s"},{"type":"web.view","source":"s"},{"type":"web.click","source":"s"}])");
    EventEvaluator evaluator;
    const auto type = evaluator.add(expression("type"));
    const auto head = evaluator.add(expression("split_part(type, '.', 1)"));
    const auto maybe = evaluator.add(expression("nullif(split_part(type, '.', 1), 'web')"));
    const auto both = evaluator.add(expression("type || source"));
    const auto constant = evaluator.add(expression("'x'"));
    evaluator.begin(*batch);
    EXPECT_EQ(evaluator.column(type).words.size(), 3u);
    EXPECT_EQ(evaluator.column(type).codes.data(), batch->type_codes().data());  // A view on the batch's own.
    EXPECT_EQ(evaluator.column(head).words.size(), 2u);
    EXPECT_EQ(all(evaluator.column(head)), R"("web" "api" "web" "web")");
    EXPECT_TRUE(evaluator.column(maybe).is_dictionary());
    EXPECT_EQ(all(evaluator.column(maybe)), R"(null "api" null null)");
    EXPECT_FALSE(evaluator.column(both).is_dictionary());
    EXPECT_EQ(all(evaluator.column(both)), R"("web.clicks" "api.requests" "web.views" "web.clicks")");
    EXPECT_EQ(all(evaluator.column(constant)), R"("x" "x" "x" "x")");
}

TEST(EventEvaluator, says_nothing_of_nulls_where_there_are_none) {
    const auto batch = events_with_data({R"({"a":1})", R"({"a":2})"});
    EventEvaluator evaluator;
    const auto test = evaluator.add(expression("data.a > 1 AND data.a < 5"));
    evaluator.begin(*batch);
    EXPECT_TRUE(evaluator.column(test).valid.empty());
    EXPECT_TRUE(evaluator.column(test).failed.empty());
}

TEST(EventEvaluator, takes_batches_of_any_size) {
    EventEvaluator evaluator;
    const auto slot = evaluator.add(expression("data.a * 2 + length(type)"));
    for (const int rows : {1, 2, 15, 16, 17, 1'000, 4'096}) {
        models::EventBatchBuilder builder;
        std::vector<std::string> data;
        for (int i = 0; i < rows; ++i) data.push_back("{\"a\":" + std::to_string(i) + "}");
        for (int i = 0; i < rows; ++i) {
            models::EventRow row;
            row.type = "a.b";
            row.source = "s";
            row.data = data[static_cast<std::size_t>(i)];
            builder.append(row);
        }
        const auto batch = builder.seal();
        evaluator.begin(*batch);
        const Column& column = evaluator.column(slot);
        ASSERT_EQ(column.size, static_cast<std::size_t>(rows));
        for (int i = 0; i < rows; ++i) ASSERT_EQ(column.doubles[static_cast<std::size_t>(i)], i * 2 + 3);
    }
}

TEST(EventEvaluator, texts_are_bounded) {
    // 1 MiB a value, 16 MiB a call: rows beyond fail, others do not.
    std::string object = R"({"a":")" + std::string(100'000, 'a') + R"("})";
    const auto batch = events_with_data({object, R"({"a":"b"})"});
    EventEvaluator evaluator;
    const auto slot = evaluator.add(expression("length(replace(data.a, 'a', '12345678901234567890'))"));
    evaluator.begin(*batch);
    const Column& column = evaluator.column(slot);
    EXPECT_EQ(all(column), "null 1");
    EXPECT_EQ(column.failed[0], 1);
}

TEST(EventEvaluator, texts_of_all_expressions_together_are_bounded) {
    // 128 MiB a batch. Each of these makes 10 MiB.
    const std::vector<std::string> objects(10, R"({"a":")" + std::string(80'000, 'a') + R"("})");
    models::EventBatchBuilder builder;
    for (const std::string& object : objects) {
        models::EventRow row;
        row.type = row.source = "s";
        row.data = object;
        builder.append(row);
    }
    const auto batch = builder.seal();
    EventEvaluator evaluator;
    std::vector<EventEvaluator::Slot> slots;
    for (int i = 10; i < 36; ++i)
        slots.push_back(evaluator.add(
            expression("replace(data.a, 'aaaaaaaa', '" + std::string(94, 'x') + std::to_string(i) + "')")));
    for (int round = 0; round < 2; ++round) {  // Each batch has all of it again.
        evaluator.begin(*batch);
        std::size_t bytes = 0;
        std::size_t failed = 0;
        for (const auto slot : slots) {
            const Column& column = evaluator.column(slot);
            for (std::size_t row = 0; row < column.size; ++row) {
                if (column.is_valid(row)) bytes += column.text(row).size();
                else failed += column.failed[row];
            }
        }
        EXPECT_LE(bytes, 128u << 20);
        EXPECT_GT(bytes, 127u << 20);
        EXPECT_EQ(failed, 260 - bytes / 960'000);
    }
}

// The begin of the memory that a batch of this size gets.
const char* batch_of(Arena& arena, std::size_t bytes) {
    constexpr std::size_t kArray = 64u << 10;
    arena.reset();
    const char* const first = arena.array<char>(kArray).data();
    for (std::size_t taken = kArray; taken < bytes; taken += kArray) {
        EXPECT_NE(arena.array<char>(kArray).data(), nullptr);
    }
    return first;
}

TEST(Arena, gives_back_what_only_one_batch_needed) {
    Arena arena;
    batch_of(arena, 100u << 20);
    EXPECT_GE(arena.bytes(), 100u << 20);
    for (int i = 0; i < 300; ++i) batch_of(arena, 1u << 20);
    EXPECT_LE(arena.bytes(), Arena::kBytesKept);
    EXPECT_GE(arena.bytes(), 1u << 20);
}

TEST(Arena, keeps_what_batches_need_again) {
    Arena arena;
    batch_of(arena, 20u << 20);
    const char* const first = batch_of(arena, 20u << 20);
    const std::size_t bytes = arena.bytes();
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(batch_of(arena, i % 10 == 0 ? 20u << 20 : 12u << 20), first);
        EXPECT_EQ(arena.bytes(), bytes);
    }
}

TEST(RowEvaluator, computes_outputs_over_groups) {
    const auto plan = plan_view(
        "CREATE MATERIALIZED VIEW v AS SELECT upper(type) AS kind, data.a, window_end - window_start AS size, "
        "sum(data.x) / count(*) AS mean FROM TUMBLE(events, timestamp, INTERVAL '1 min') GROUP BY type, data.a, "
        "window_start HAVING count(*) > 1",
        TestAggregates());
    ASSERT_TRUE(plan) << plan.error().text();
    std::vector<ExpressionPtr> expressions;
    for (const OutputColumn& output : plan->outputs) expressions.push_back(output.expression);
    expressions.push_back(plan->having);
    RowEvaluator evaluator(std::move(expressions));

    constexpr std::array<std::string_view, 2> kTypes = {"web.click", "api.request"};
    constexpr std::array<std::uint16_t, 3> kCodes = {0, 1, 0};
    constexpr std::array<std::string_view, 3> kScalars = {"1", "\"x\"", ""};
    constexpr std::array<std::uint8_t, 3> kScalarValid = {1, 1, 0};
    constexpr std::array<std::int64_t, 3> kStarts = {0, 60'000'000, 0};
    constexpr std::array<std::int64_t, 3> kEnds = {60'000'000, 120'000'000, 60'000'000};
    constexpr std::array<double, 3> kSums = {10, 5, 0};
    constexpr std::array<std::int64_t, 3> kCounts = {4, 1, 0};
    const std::array inputs = {Column{.type = Type::text, .size = 3, .codes = kCodes, .words = kTypes},
                               Column{.type = Type::json_scalar, .size = 3, .valid = kScalarValid, .texts = kScalars},
                               Column{.type = Type::timestamptz, .size = 3, .integers = kStarts},
                               Column{.type = Type::timestamptz, .size = 3, .integers = kEnds},
                               Column{.type = Type::double_precision, .size = 3, .doubles = kSums},
                               Column{.type = Type::bigint, .size = 3, .integers = kCounts}};
    evaluator.begin(inputs, 3);
    EXPECT_EQ(all(evaluator.column(0)), R"("WEB.CLICK" "API.REQUEST" "WEB.CLICK")");
    EXPECT_EQ(all(evaluator.column(1)), R"(1 "x" null)");
    EXPECT_EQ(all(evaluator.column(2)), R"("00:01:00" "00:01:00" "00:01:00")");
    EXPECT_EQ(all(evaluator.column(3)), "2.5 5 null");
    EXPECT_EQ(evaluator.column(3).failed[2], 1);  // Divided by zero.
    EXPECT_EQ(all(evaluator.column(4)), "true false false");
}

TEST(RowEvaluator, takes_no_rows) {
    RowEvaluator evaluator({make_input(0, Type::bigint, "n"), expression("1 + 1")});
    const std::array inputs = {Column{.type = Type::bigint}};
    evaluator.begin(inputs, 0);
    EXPECT_EQ(evaluator.column(0).size, 0u);
    EXPECT_EQ(evaluator.column(1).size, 0u);
}

}  // namespace
}  // namespace sf::sql
