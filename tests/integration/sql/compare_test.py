#!/usr/bin/env python3
"""The comparison finds every kind of difference, and none where there is none."""
import unittest

import compare


def result(type_name, values, states=None):
    text = '{"type":"%s","values":[%s],"states":[%s]}' % (type_name, ",".join(values), ",".join(f'"{state}"' for state in states or ["value"] * len(values)))
    return compare.numbers_as_text(text)


def ok(type_name, *values):
    return [("ok", type_name, value) for value in values]


class Differences(unittest.TestCase):
    def same(self, mine, theirs):
        self.assertEqual(compare.differences(mine, theirs), [])

    def differ(self, mine, theirs):
        self.assertTrue(compare.differences(mine, theirs))

    def test_values(self):
        for type_name, mine, theirs, other in (("integer", "5", "5", "6"), ("numeric", "1.50", "1.50", "1.5"), ("boolean", "true", "true", "false"),
                                               ("text", '"a"', "a", "a "), ("double precision", "0.1", "0.10000000000000001", "0.1000001"),
                                               ("double precision", '"NaN"', "NaN", "1"), ("double precision", '"Infinity"', "Infinity", "-Infinity"),
                                               ("timestamp with time zone", '"2024-01-05T10:00:00.5Z"', "2024-01-05 10:00:00.5+00", "2024-01-05 10:00:00+00"),
                                               ("jsonb", '{"a":1.0}', '{"a": 1}', '{"a": 2}'), ("jsonb", "1", "1.0", '"1"'), ("interval", '"1 day"', "1 day", "24:00:00")):
            self.same(result(type_name, [mine]), ok(type_name, theirs))
            self.differ(result(type_name, [mine]), ok(type_name, other))

    def test_arrays(self):
        for type_name, mine, theirs, other in (("text[]", '["a","b c",null,"","NULL"]', '{a,"b c",NULL,"","NULL"}', '{a,"b c",NULL,"",NULL}'), ("text[]", "[]", "{}", '{""}'),
                                               ("text[]", '["x\\"y\\\\"]', '{"x\\"y\\\\"}', '{x}'), ("integer[]", "[1,2]", "{1,2}", "{1,2,3}"),
                                               ("boolean[]", "[true,null]", "{t,NULL}", "{f,NULL}"), ("numeric[]", "[1.50]", "{1.50}", "{1.5}"),
                                               ("jsonb[]", '[{"a":1},null]', '{"{\\"a\\": 1}",null}', '{"{\\"a\\": 2}",null}')):
            self.same(result(type_name, [mine]), ok(type_name, theirs))
            self.differ(result(type_name, [mine]), ok(type_name, other))

    def test_nulls_and_failures(self):
        self.same(result("text", ["null", "null"], ["null", "failed"]), [("ok", "text", None), ("22012", None, "division by zero")])
        self.differ(result("text", ["null"], ["null"]), ok("text", "a"))
        self.differ(result("text", ['"a"']), ok("text", None))
        self.differ(result("text", ["null"], ["failed"]), ok("text", None))
        self.differ(result("text", ["null"], ["null"]), [("22012", None, "division by zero")])
        self.same(result("jsonb", ["null"], ["value"]), ok("jsonb", "null"))
        self.differ(result("jsonb", ["null"], ["null"]), ok("jsonb", "null"))

    def test_lengths_of_intervals(self):
        self.assertEqual(compare.interval_length("1 day"), compare.interval_length("24:00:00"))
        self.assertEqual(compare.interval_length("1 year 1 mon -1 days +00:00:01.5"), 389 * 86_400_000_000 + 1_500_000)
        self.assertEqual(compare.interval_length("-00:00:00.25"), -250_000)
        self.assertNotEqual(compare.interval_length("1 mon"), compare.interval_length("31 days"))

    def test_intervals_in_days(self):
        for text, in_days in (("19112 days 24:00:01", "19113 days 00:00:01"), ("1 mon -1 days -02:00:00", "28 days 22:00:00"), ("1 day -24:00:00", "00:00:00"),
                              ("-25:00:00.25", "-1 days -01:00:00.25"), ("24:00:00", "1 day")):
            self.assertEqual(compare.interval_in_days(text), in_days)

    def test_types(self):
        self.differ(result("integer", ["5"]), ok("bigint", "5"))

    def test_refusals(self):
        refused = {"error": "this always fails", "hint": ""}
        self.same(refused, [("22012", None, "division by zero")])
        self.differ(refused, ok("integer", "5"))
        self.differ(result("integer", ["5"]), [("42883", None, "operator does not exist")])


if __name__ == "__main__":
    unittest.main()
