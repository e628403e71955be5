// Samples of to_char(), to_timestamp() and to_date(), and which templates are refused. That they do what PostgreSQL
// does is tested against PostgreSQL itself, in tests/integration/sql.
#include "sql/templates/ordinal.hpp"
#include "unit/sql/events_of.hpp"
#include "unit/sql/expression_values.hpp"

#include <gtest/gtest.h>

namespace sf::sql {
namespace {

const models::EventBatchPtr& event_of_templates() {
    static const auto batch = events_of(
        R"([{"type":"a.b","source":"s","timestamp":"2024-02-29T13:04:05.067890Z","data":{"n":1234.5,"small":-0.25,"due":"5 Mar 2024 1:30 pm"}}])");
    return batch;
}

TEST(Templates, times_are_written) {
    expect_values(event_of_templates(),
                  {
                      {"to_char(timestamp, 'YYYY-MM-DD HH24:MI:SS.US')", "\"2024-02-29 13:04:05.067890\""},
                      {"to_char(timestamp, 'FMDay, DDth FMMonth Y,YYY HH12:MI p.m.')",
                       "\"Thursday, 29th February 2,024 01:04 p.m.\""},
                      {"to_char(timestamp, 'DAY|Mon|RM')", "\"THURSDAY |Feb|II  \""},
                      {"to_char(timestamp, 'IYYY-IW-ID DDD Q CC J')", "\"2024-09-4 060 1 21 2460370\""},
                      {"to_char(timestamp, '\"at\" HH24\\\"TZ OF')", "\"at 13\\\"UTC +00\""},
                      {"to_char(timestamp::timestamp, 'MS TZ')", "\"067 \""},
                      {"to_char(timestamp::date, 'DD.MM.')", "\"29.02.\""},
                      {"to_char(INTERVAL '-26:03:04', 'HH24 MI:SS')", "\"-26 -03:-04\""},
                      {"to_char(NULL::date, 'DD')", "null"},
                  });
}

TEST(Templates, numbers_are_written) {
    expect_values(event_of_templates(), {
                                            {"to_char(data.n::numeric, '999,990.00')", "\"   1,234.50\""},
                                            {"to_char(data.n::numeric, 'FM999,990.99')", "\"1,234.5\""},
                                            {"to_char(data.small::numeric, '9.99')", "\" -.25\""},
                                            {"to_char(data.small::float8, 'FM0.99')", "\"-0.25\""},
                                            {"to_char(data.small::float8, '90.0PR')", "\" <0.2>\""},
                                            {"to_char(12345, '999')", "\" ###\""},
                                            {"to_char(22, 'FM99th')", "\"22nd\""},
                                            {"to_char(7, 'S009')", "\"+007\""},
                                            {"to_char(-7, '9MI')", "\"7-\""},
                                            {"to_char(5, '\"n = \"9')", "\"n =  5\""},
                                        });
}

TEST(Templates, times_are_read) {
    expect_values(event_of_templates(),
                  {
                      {"to_timestamp(data.due, 'DD Mon YYYY HH12:MI AM')", "\"2024-03-05T13:30:00Z\""},
                      {"to_date('2024/060', 'YYYY-DDD')", "\"2024-02-29\""},
                      {"to_timestamp('2024-02-29 10+02:30', 'YYYY-MM-DD HH24TZH:TZM')", "\"2024-02-29T07:30:00Z\""},
                      {"to_timestamp('20240229130405', 'YYYYMMDDHH24MISS')", "\"2024-02-29T13:04:05Z\""},
                      {"to_timestamp('1.25', 'SS.MS') - to_timestamp('0', 'SS')", "\"00:00:01.25\""},
                      {"to_date('29.2.69', 'DD.MM.YY')", "this always fails"},
                      {"to_date(data.due, 'YYYY')", "\"0005-01-01\""},
                      {"to_date(type, 'YYYY')", "!"},
                      {"to_date('13:00', 'HH12:MI')", "this always fails"},
                  });
}

TEST(Templates, what_is_not_written_or_read_is_refused) {
    expect_values(event_of_templates(),
                  {
                      {"to_char(timestamp, type)", "a template must be a literal"},
                      {"to_char(timestamp, '')", "the template is empty"},
                      {"to_char(timestamp, 'FXYYYY')", "FX in a template is not supported"},
                      {"to_char(received_at - timestamp, 'Month')", "an interval has no such part: Month"},
                      {"to_timestamp(data.due, 'YYYY TZ')", "this field is not read: TZ"},
                      {"to_date('2021-53-7', 'IYYY-IW-ID')", "\"2022-01-09\""},
                      {"to_date('2020-53', 'IYYY-IW')", "\"2020-12-28\""},
                      {"to_date('2024-060', 'IYYY-IDDD')", "\"2024-02-29\""},
                      {"to_date('2024-02', 'IYYY-MM')", "this always fails"},
                      {"to_date('2460370', 'J')", "\"2024-02-29\""},
                      {"to_date('2,024 VIII 5', 'Y,YYY RM DD')", "\"2024-08-05\""},
                      {"to_date('20 99', 'CC YY')", "\"1999-01-01\""},
                      {"to_date('21', 'CC')", "\"2001-01-01\""},
                      {"to_date('2024 10', 'YYYY WW')", "\"2024-03-04\""},
                      {"to_date('2024-03 2', 'YYYY-MM W')", "\"2024-03-08\""},
                      {"to_char(1, '9.9.9')", "the template has two points"},
                      {"to_char(1, 'S9MI')", "S, PR and MI, PL, SG can't stand together"},
                      {"to_char(1, '9EEEE')", "\"EEEE\" in a template of numbers is not supported"},
                      {"to_char(1, '9PR9')", "PR stands behind all digits"},
                  });
}

TEST(Templates, ordinals) {
    static_assert(ordinal_ending("1") == "st" && ordinal_ending("11") == "th" && ordinal_ending("122") == "nd");
    EXPECT_EQ(ordinal_ending("NaN"), std::nullopt);
}

}  // namespace
}  // namespace sf::sql
