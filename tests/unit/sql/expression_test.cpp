// Values of expressions: what is ours to decide (data.field, places, failures), and a sample of the rest. That the rest
// is PostgreSQL's is tested against PostgreSQL itself, in tests/integration/sql.
#include "unit/sql/events_of.hpp"
#include "unit/sql/expression_values.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>

namespace sf::sql {
namespace {

TEST(Expression, a_field_takes_its_type_from_its_place) {
    expect_values(events_with_data({R"({"x":1})", R"({"x":"1"})", R"({"x":true})", R"({"x":null})", R"({"x":[1]})",
                                    R"({"x":{"y":1}})", "{}"}),
                  {
                      // No place: the value itself, NULL for null, arrays and objects.
                      {"data.x", "1 \"1\" true null null null null"},
                      {"data.x IS NULL", "false false false true true true true"},
                      {"data.x = data.x", "true true true null null null null"},
                      {"data.x IS DISTINCT FROM data.y", "true true true false false false false"},
                      {"coalesce(data.y, data.x)", "1 \"1\" true null null null null"},
                      // Beside a number.
                      {"data.x + 1", "2 null null null null null null"},
                      {"data.x = 1", "true null null null null null null"},
                      {"data.x >= 0.5", "true null null null null null null"},
                      {"data.x::int", "1 null null null null null null"},
                      {"abs(data.x)", "1 null null null null null null"},
                      {"coalesce(data.x, 0)", "1 0 0 0 0 0 0"},
                      {"CASE WHEN true THEN data.x ELSE 2 END", "1 null null null null null null"},
                      {"data.x IN (1, 2)", "true null null null null null null"},
                      {"greatest(data.x, 5)", "5 5 5 5 5 5 5"},
                      {"data.x * data.x", "1 null null null null null null"},
                      // Beside a text.
                      {"data.x = '1'", "null true null null null null null"},
                      {"data.x = 'a'", "null false null null null null null"},
                      {"data.x LIKE '1%'", "null true null null null null null"},
                      {"data.x || '!'", "null \"1!\" null null null null null"},
                      {"upper(data.x)", "null \"1\" null null null null null"},
                      {"data.x::text", "null \"1\" null null null null null"},
                      {"coalesce(data.x, 'none')", "\"none\" \"1\" \"none\" \"none\" \"none\" \"none\" \"none\""},
                      {"data.x IN ('1', '2')", "null true null null null null null"},
                      {"data.x = source", "null false null null null null null"},
                      // Where a boolean is wanted.
                      {"data.x AND true", "null null true null null null null"},
                      {"NOT data.x", "null null false null null null null"},
                      {"data.x IS TRUE", "false false true false false false false"},
                      {"data.x = true", "null null true null null null null"},
                      {"data.x::boolean", "null null true null null null null"},
                      // In different places of one expression.
                      {"CASE data.x WHEN 1 THEN 'one' WHEN '1' THEN 'text' WHEN true THEN 'yes' ELSE 'else' END",
                       "\"one\" \"text\" \"yes\" \"else\" \"else\" \"else\" \"else\""},
                  });
}

TEST(Expression, values_of_fields_are_equal_by_value) {
    const auto batch = events_with_data(
        {R"({"x":1,"y":1.0})", R"({"x":1e2,"y":100})", R"({"x":-0,"y":0.0})", R"({"x":"a","y":"\u0061"})",
         R"({"x":"1","y":1})", R"({"x":"é\/","y":"é/"})", R"({"x":12345678901234567890,"y":12345678901234567891})",
         R"({"x":1.50,"y":15e-1})", R"({"x":"q\"","y":"q\u0022"})",
         R"({"x":1e40,"y":10000000000000000000000000000000000000000})", R"({"x":1e-50,"y":0.1e-49})"});
    expect_values(batch, {{"data.x = data.y", "true true true true false true false true true true true"},
                          {"data.x", R"(1 100 0 "a" "1" "é/" 12345678901234567890 1.5 "q\"" 1e40 1e-50)"}});
}

TEST(Expression, json_operators) {
    expect_values(events_with_data({R"({ "o" : {"bb":1.50,"a":[1, "x", null]} , "n":1e3, "s":"a\"b", "z":null })"}),
                  {{"data->'o'", R"({"a": [1, "x", null], "bb": 1.50})"},
                   {"data->>'o'", R"("{\"a\": [1, \"x\", null], \"bb\": 1.50}")"},
                   {"data->'o'->'a'->1", "\"x\""},
                   {"data->'o'->'a'->-1", "null"},
                   {"(data->'o'->'a'->-1) IS NULL", "false"},
                   {"(data->'o'->'a'->>-1) IS NULL", "true"},
                   {"data->'o'->'a'->7", "null"},
                   {"data->'n'->0", "1000"},
                   {"data->'s'->>-1", "\"a\\\"b\""},
                   {"data->'n'->1", "null"},
                   {"(data->'z'->0) IS NULL", "false"},
                   {"(data->'z'->>0) IS NULL", "true"},
                   {"data->0", "null"},
                   {"data#>'{n,0}'", "null"},
                   {"data#>>'{o,a,0}'", "\"1\""},
                   {"data#>'{}' = data", "true"},
                   {"data->>'n'", "\"1000\""},
                   {"data->>'s'", "\"a\\\"b\""},
                   {"data->'n' = '1000.0'", "true"},
                   {"data->'o' = '{\"a\":[1,\"x\",null],\"bb\":1.5}'", "true"},
                   {"data ? 'z'", "true"},
                   {"data ? 'y'", "false"},
                   {"data->'o'->'a' ? 'x'", "true"},
                   {"jsonb_typeof(data->'z')", "\"null\""},
                   {"data->'z' = 'null'", "true"},
                   {"(data->'n')::int + 1", "1001"},
                   {"(data->'s')::int", "!"}});
}

TEST(Expression, a_path_without_steps_is_not_the_step_of_that_name) {
    const auto batch = events_with_data({R"({"t":"{\"{}\":1}"})"});
    EventEvaluator evaluator;
    const auto whole = evaluator.add(*plan_event_expression("data.t::text::jsonb #>> '{}'"));
    const auto step = evaluator.add(*plan_event_expression("data.t::text::jsonb #>> '{\"{}\"}'"));
    evaluator.begin(*batch);
    EXPECT_EQ(evaluator.column(whole).text(0), R"({"{}": 1})");
    EXPECT_EQ(evaluator.column(step).text(0), "1");
}

TEST(Expression, numbers_of_fields_are_read_as_strtod_reads_them) {
    std::mt19937_64 random(1);
    const auto digits = [&](int most) {
        std::string text;
        for (int i = 1 + static_cast<int>(random() % static_cast<unsigned>(most)); i > 0; --i)
            text += static_cast<char>('0' + random() % 10);
        return text;
    };
    std::vector<std::string> numbers;
    for (int i = 0; i < 2'000; ++i) {
        std::string text = digits(22);
        text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
        if (random() % 2 == 0) text += '.' + digits(22);
        if (random() % 3 == 0) text += std::string(random() % 2 == 0 ? "e" : "E-") + std::to_string(random() % 280);
        numbers.push_back((random() % 4 == 0 ? "-" : "") + text);
    }
    models::EventBatchBuilder builder;
    std::vector<std::string> objects;
    for (const std::string& number : numbers) objects.push_back("{\"x\":" + number + "}");
    for (const std::string& object : objects) {
        models::EventRow row;
        row.type = row.source = "a";
        row.data = object;
        builder.append(row);
    }
    const models::EventBatchPtr batch = builder.seal();
    EventEvaluator evaluator;
    const auto slot = evaluator.add(*plan_event_expression("data.x::float8"));
    evaluator.begin(*batch);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        ASSERT_EQ(evaluator.column(slot).doubles[i], std::strtod(numbers[i].c_str(), nullptr)) << numbers[i];
}

TEST(Expression, failures_reach_what_uses_them) {
    const auto batch = events_with_data({R"({"x":0,"t":"7"})", R"({"x":2,"t":"a"})"});
    expect_values(batch, {
                             {"10 / data.x", "! 5"},
                             {"10 / data.x + 1", "! 6"},
                             {"10 / data.x > 1", "! true"},
                             {"(10 / data.x) IS NULL", "! false"},
                             {"coalesce(10 / data.x, 0)", "! 5"},
                             {"coalesce(1, 10 / data.x)", "1 1"},
                             {"data.x = 2 AND 10 / data.x > 1", "false true"},
                             {"10 / data.x > 1 AND data.x = 2", "! true"},
                             {"data.x = 0 OR 10 / data.x > 1", "true true"},
                             {"10 / data.x > 1 OR data.x = 0", "! true"},
                             {"CASE WHEN data.x = 0 THEN -1 ELSE 10 / data.x END", "-1 5"},
                             {"CASE WHEN 10 / data.x > 1 THEN 'a' ELSE 'b' END", "! \"a\""},
                             {"greatest(1, 10 / data.x)", "! 5"},
                             {"data.t::int", "null null"},
                             {"data.t::text::int", "7 !"},
                             {"concat(data.t::text::int, 'x')", "\"7x\" !"},
                             {"2147483647 + length(type)", "! !"},
                             {"length(type) + data.missing", "null null"},
                             {"exp(data.x * 1000)", "1 !"},
                             {"sqrt(data.x - 1)", "! 1"},
                             {"to_timestamp(data.x * 1e18)", "\"1970-01-01T00:00:00Z\" !"},
                         });
}

TEST(Expression, columns) {
    const auto batch = events_of(R"([
        {"id":"018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f","type":"web.click","source":"shop","timestamp":"2026-01-01T10:00:00.25Z","severity":"high","user_id":"u1","tags":["a","b"]},
        {"id":"018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e10","type":"api.request","source":"shop","timestamp":"2026-01-01T10:00:01Z","correlation_id":"c"}])");
    expect_values(batch, {{"type", R"("web.click" "api.request")"},
                          {"id", R"("018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f" "018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e10")"},
                          {"id = '018f4e9c1c2b7a3d8e4f5a6b7c8d9e0f'", "true false"},
                          {"severity", R"("high" "low")"},
                          {"user_id", R"("u1" null)"},
                          {"correlation_id IS NULL", "true false"},
                          {"'a' = ANY(tags)", "true false"},
                          {"timestamp", R"("2026-01-01T10:00:00.25Z" "2026-01-01T10:00:01Z")"},
                          {"received_at - timestamp", R"("13:59:59.75" "13:59:59")"},
                          {"split_part(type, '.', 1) || '/' || source", R"("web/shop" "api/shop")"},
                          {"type = 'web.click' OR severity = 'low'", "true true"},
                          {"type ~ '^api' AND NOT (source = 'x')", "false true"},
                          {"CASE severity WHEN 'high' THEN type ELSE 'other' END", R"("web.click" "other")"},
                          {"timestamp + INTERVAL '1 month' > '2026-02-01'", "true true"},
                          {"extract(epoch from timestamp)", "1767261600.250000 1767261601.000000"},
                          {"date_trunc('hour', timestamp)", R"("2026-01-01T10:00:00Z" "2026-01-01T10:00:00Z")"},
                          {"date_trunc('week', timestamp)", R"("2025-12-29T00:00:00Z" "2025-12-29T00:00:00Z")"},
                          {"events.type", R"("web.click" "api.request")"},
                          {"data", "{} {}"},
                          {"1 + 1", "2 2"},
                          {"NULL", "null null"},
                          {"'a'", R"("a" "a")"}});
}

TEST(Expression, texts) {
    const auto batch = events_with_data({R"({"t":"añb,c,,d"})"});
    expect_values(batch, {{"length(data.t)", "8"},
                          {"upper(data.t)", "\"AñB,C,,D\""},
                          {"left(data.t, 2)", "\"añ\""},
                          {"left(data.t, -6)", "\"añ\""},
                          {"right(data.t, 3)", "\",,d\""},
                          {"right(data.t, -7)", "\"d\""},
                          {"substring(data.t, 2, 2)", "\"ñb\""},
                          {"substring(data.t, -1, 4)", "\"añ\""},
                          {"substring('abcdefgñijklmnöp', 1, 9)", "\"abcdefgñi\""},
                          {"substring('abcdefghijklñnop', 12, 3)", "\"lñn\""},
                          {"substring(data.t from 7)", "\",d\""},
                          {"substring(data.t, 2, -1)", "!"},
                          {"split_part(data.t, ',', 2)", "\"c\""},
                          {"split_part(data.t, ',', -1)", "\"d\""},
                          {"split_part(data.t, ',', -2)", "\"\""},
                          {"split_part(data.t, ',', -4)", "\"añb\""},
                          {"split_part(data.t, ',', 9)", "\"\""},
                          {"split_part(data.t, ',', 0)", "!"},
                          {"replace(data.t, ',', ' - ')", "\"añb - c -  - d\""},
                          {"strpos(data.t, 'b')", "3"},
                          {"position('z' in data.t)", "0"},
                          {"trim(both 'ad' from data.t)", "\"ñb,c,,\""},
                          {"ltrim(data.t, 'ñabc')", "\",c,,d\""},
                          {"rtrim(data.t, 'ñd,')", "\"añb,c\""},
                          {"rtrim(data.t, data.t)", "\"\""},
                          {"btrim(data.t, '')", "\"añb,c,,d\""},
                          {"ltrim(data.t, 'aÃ')", "\"ñb,c,,d\""},
                          {"btrim('  x ') || '.' || ltrim('  x ') || '.' || rtrim('  x ')", "\"x.x .  x\""},
                          {"replace(data.t || data.t || data.t, 'b,c,,dañb,c,,dañ', '')", "\"añb,c,,d\""},
                          {"starts_with(data.t, 'añ')", "true"},
                          {"concat(data.t, NULL, 1, true, 1.50)", "\"añb,c,,d1t1.50\""},
                          {"data.t || NULL", "null"},
                          {"data.t || true", "\"añb,c,,dtrue\""},
                          {"data.t IN ('x', NULL)", "null"},
                          {"data.t IN ('x', 'añb,c,,d', NULL)", "true"},
                          {"data.t NOT IN ('x', 'y')", "true"},
                          {"data.t IN ('1','2','3','4','5','6','7','8','añb,c,,d')", "true"},
                          {"'b' || 'a' < 'bb'", "true"},
                          {"'B' < 'a' AND 'z' < 'ä'", "true"}});
}

TEST(Expression, long_texts_take_linear_time) {
    // A comparison of each place of the one with each of the other would take half a minute.
    const std::string many(60'000, 'a');
    const std::string object =
        R"({"a":")" + many + many + R"(","b":")" + many + R"(b","c":")" + std::string(60'000, 'b') + R"(a"})";
    models::EventBatchBuilder builder;
    for (int i = 0; i < 20; ++i) {
        models::EventRow row;
        row.type = row.source = "a";
        row.data = object;
        builder.append(row);
    }
    const models::EventBatchPtr batch = builder.seal();
    const auto begin = std::chrono::steady_clock::now();
    for (const auto& [expression, wanted] : {std::pair{"length(btrim(data.a, data.c))", "0"},
                                             {"strpos(data.a, data.b)", "0"},
                                             {"length(replace(data.a, data.b, ''))", "120000"},
                                             {"length(split_part(data.a, data.b, 1))", "120000"},
                                             {"length(split_part(data.a, data.b, -1))", "120000"}}) {
        std::string all = wanted;
        for (int i = 1; i < 20; ++i) all.append(" ").append(wanted);
        EXPECT_EQ(values(expression, *batch), all) << expression;
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{5});
}

TEST(Expression, numbers) {
    const auto batch = events_with_data({"{}"});
    expect_values(batch, {{"7 / 2", "3"},
                          {"-7 / 2", "-3"},
                          {"7 % -2", "1"},
                          {"7 / 2.0", "3.5000000000000000"},
                          {"1.0 / 3", "0.33333333333333333333"},
                          {"2 ^ 10", "1024"},
                          {"0.1 + 0.2", "0.3"},
                          {"0.1::float8 + 0.2::float8", "0.30000000000000004"},
                          {"1.5::int", "2"},
                          {"2.5::int", "3"},
                          {"2.5::float8::int", "2"},
                          {"round(2.5::float8)", "2"},
                          {"round(-2.345, 2)", "-2.35"},
                          {"123.456::numeric(5, 1)", "123.5"},
                          {"9223372036854775807", "9223372036854775807"},
                          {"2147483648", "2147483648"},
                          {"'NaN'::float8 > 1e300::float8", "true"},
                          {"'NaN'::float8", "\"NaN\""},
                          {"sqrt(2.0)", "1.414213562373095"},
                          {"1e15::float8::text", "\"1e+15\""},
                          {"true::int + 1", "2"},
                          {"1 / 0", "this always fails"},
                          {"9223372036854775807 + 1", "this always fails"}});
}

}  // namespace
}  // namespace sf::sql
