"""Arrays: constructors, literals, functions, operators, ANY and ALL."""
from generator_types import ARRAYS, BIGINT, BOOLEAN, CLOCK, DATE, DOUBLE, ELEMENTS, Expression, INTEGER, JSONB, NUMERIC, NUMBERS, TEXT, TIME, UUID, makes, quoted

ARRAY_LITERALS = {
    TEXT: ["'{}'::text[]", "'{a,b}'::text[]", "ARRAY['mobile', 'é', 'a b']", "'{NULL,\"a b\",\"{x}\"}'::text[]", "'{ beta , \"q\\\"t\", null }'::text[]",
           "ARRAY['a', NULL]", "ARRAY[]::text[]", "'{\"NULL\",\"\",a\\\\ b}'::text[]", "'{mobile}'::text[]"],
    INTEGER: ["'{}'::int[]", "ARRAY[1, 2, 3]", "'{1,NULL,-7}'::integer[]", "ARRAY[0]", "ARRAY[10, 10, 2]", "ARRAY['1', ' 2 ']::int[]"],
    BIGINT: ["'{5000000000,1}'::bigint[]", "ARRAY[1::bigint, NULL]", "'{}'::bigint[]", "ARRAY[1, 3000000000]"],
    DOUBLE: ["'{1.5,NaN,-Infinity}'::float8[]", "ARRAY[0::float8, 1]", "'{}'::float8[]", "'{-0,0,NULL}'::float8[]"],
    NUMERIC: ["ARRAY[1.5, 2]", "'{1.50,1.5,NULL}'::numeric[]", "'{}'::numeric[]", "ARRAY[0.0, -2.50]"],
    BOOLEAN: ["'{t,f}'::boolean[]", "ARRAY[true, NULL]", "'{}'::bool[]"],
    TIME: ["ARRAY['2000-01-01'::timestamptz]", "'{2024-02-29 12:30:00+02,NULL}'::timestamptz[]", "'{}'::timestamptz[]"],
    CLOCK: ["'{2024-02-29 12:30,NULL}'::timestamp[]", "ARRAY[TIMESTAMP '2000-01-01']"],
    DATE: ["'{2024-02-29,NULL,1999-12-31}'::date[]", "ARRAY[DATE '2000-01-01']"],
    UUID: ["'{018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f}'::uuid[]"],
    JSONB: ["'{1,1.0,\"{}\",NULL}'::jsonb[]", "ARRAY['[1, 2]'::jsonb]"],
}

COMPARISONS = ["=", "<>", "<", "<=", ">", ">="]
ANY_ARRAY = [array for array in ARRAYS if array != JSONB + "[]"]  # Of jsonb there is no order.


class Arrays:
    def array_literal(self, wanted):
        text = self.random.choice(ARRAY_LITERALS[ELEMENTS[wanted]])
        return Expression(text, text, wanted, True)

    def array_column(self, wanted):
        if wanted == TEXT + "[]":
            return self.same("tags", wanted)
        element = ELEMENTS[wanted]
        return self.join("ARRAY[{}, {}]", [self.column(element), self.column(element)], wanted)

    @makes(*ARRAYS)
    def array_constructor(self, wanted, depth):
        element = ELEMENTS[wanted]
        parts = [self.make(element, depth, constant=False) for _ in range(self.random.randrange(1, 4))]
        if self.random.random() < 0.2:
            parts.append(Expression("NULL", "NULL", element, True))
        return self.join("ARRAY[" + ", ".join(["{}"] * len(parts)) + "]", parts, wanted)

    @makes(*ARRAYS)
    def array_changed(self, wanted, depth):
        random = self.random
        element = ELEMENTS[wanted]
        array = self.make(wanted, depth, constant=False)
        form = random.randrange(7)
        if form == 0:
            return self.join(random.choice(["array_append({}, {})", "({} || {})"]), [array, self.make(element, depth, constant=False)], wanted)
        if form == 1:
            return self.join(random.choice(["array_prepend({}, {})", "({} || {})"]), [self.make(element, depth, constant=False), array], wanted)
        if form == 2:
            return self.join(random.choice(["array_cat({}, {})", "({} || {})"]), [array, self.make(wanted, depth)], wanted)
        if form == 3:
            return self.join("array_remove({}, {})", [array, self.make(element, depth)], wanted)
        if form == 4:
            return self.join("array_replace({}, {}, {})", [array, self.make(element, depth), self.make(element, depth)], wanted)
        if form == 5:
            return self.join("trim_array({}, " + random.choice(["0", "1", "2", "-1"]) + ")", [array], wanted)
        lower, upper = random.choice(["", "1", "2", "0", "-1"]), random.choice(["", "1", "2", "3", "0", "NULL"])
        return self.join("({})[" + lower + ":" + upper + "]", [array], wanted)

    @makes(*(number + "[]" for number in NUMBERS), TEXT + "[]")
    def array_cast(self, wanted, depth):
        source = self.random.choice([number + "[]" for number in NUMBERS] + [TEXT + "[]"])
        if source == wanted == TEXT + "[]":
            return self.join("string_to_array({}, {})", [self.make(TEXT, depth, constant=False), self.separator()], wanted)
        made = self.join("({})::" + wanted, [self.make(source, depth, constant=False)], wanted)
        if wanted == NUMERIC + "[]":
            made.postgres = f"sf.d38_all({made.postgres})"
        return made

    def separator(self):
        text = self.random.choice(["','", "'.'", "''", "NULL", "'e'", "'b'"])
        return Expression(text, text, TEXT, True)

    @makes(TEXT + "[]")
    def array_of_text(self, wanted, depth):
        if self.random.random() < 0.3:
            return self.join("({})::text[]", [self.make(TEXT, depth, constant=False)], wanted)
        text = self.random.choice(["NULL", "''", "'a'", "'web'"])
        return self.join("string_to_array({}, {}, " + text + ")", [self.make(TEXT, depth, constant=False), self.separator()], wanted)

    def any_array(self, depth, arrays=None):
        of = self.random.choice([TEXT + "[]"] * 6 + (arrays or ARRAYS))
        return of, self.make(of, depth, constant=False)

    @makes(INTEGER)
    def array_count(self, wanted, depth):
        of, array = self.any_array(depth)
        form = self.random.randrange(3)
        if form == 0:
            return self.join(self.random.choice(["cardinality({})", "array_length({}, 1)", "array_upper({}, 1)", "array_lower({}, 1)", "array_ndims({})",
                                                 "array_length({}, 2)"]), [array], wanted)
        start = self.random.choice(["", "", ", 1", ", 2", ", 0", ", NULL"])
        return self.join("array_position({}, {}" + start + ")", [array, self.make(ELEMENTS[of], depth)], wanted)

    @makes(INTEGER + "[]")
    def array_places(self, wanted, depth):
        of, array = self.any_array(depth)
        return self.join("array_positions({}, {})", [array, self.make(ELEMENTS[of], depth)], wanted)

    @makes(TEXT)
    def array_as_text(self, wanted, depth):
        of, array = self.any_array(depth)
        if self.random.random() < 0.3:
            return self.join("({})::text", [array], wanted)
        null = self.random.choice(["", "", ", '-'", ", NULL", ", ''"])
        return self.join("array_to_string({}, " + self.random.choice(["','", "'.'", "''", "source"]) + null + ")", [array], wanted)

    @makes(*ELEMENTS.values())
    def array_element(self, wanted, depth):
        index = self.random.choice(["1", "2", "0", "-1", "3", "cardinality(tags)", "NULL"])
        return self.join("({})[" + index + "]", [self.make(wanted + "[]", depth, constant=False)], wanted)

    @makes(BOOLEAN)
    def array_compared(self, wanted, depth):
        random = self.random
        of, array = self.any_array(depth)
        if random.random() < 0.5:
            return self.join("({} " + random.choice(["@>", "<@", "&&"]) + " {})", [array, self.make(of, depth)], wanted)
        operators = COMPARISONS if of != JSONB + "[]" else ["=", "<>"]
        return self.join("({} " + random.choice(operators + ["IS DISTINCT FROM"]) + " {})", [array, self.make(of, depth)], wanted)

    @makes(BOOLEAN)
    def quantified(self, wanted, depth):
        random = self.random
        of, array = self.any_array(depth, ANY_ARRAY)
        element = ELEMENTS[of]
        if random.random() < 0.4:
            array = self.array_literal(of)
        operators = COMPARISONS + (["LIKE", "NOT LIKE", "ILIKE"] if element == TEXT else [])
        value = self.operand(random.choice(NUMBERS[NUMBERS.index(element):]) if element in NUMBERS and random.random() < 0.3 else element, depth)
        if element == TEXT and random.random() < 0.2:
            array = Expression("'{a,web.click,NULL}'", "'{a,web.click,NULL}'", of, True)
        return self.join("({} " + random.choice(operators) + random.choice([" ANY ", " ANY ", " ALL "]) + "({}))", [value, array], wanted)

    @makes(BOOLEAN)
    def has_tag(self, wanted, depth):
        del depth
        operator = self.random.choice(["=", "=", "<>", "LIKE", "<"])
        value = self.random.choice([quoted(self.random.choice(["mobile", "a b", "ä", "{x}", "zz"])), "source", "user_id"])
        return self.same(f"({value} {operator} {self.random.choice(['ANY', 'ALL'])} (tags))", wanted)
