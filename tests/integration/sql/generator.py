"""Random typed expressions in two spellings: ours and PostgreSQL's.

They differ in data.field, which takes its type from its place with us and is spelled out for PostgreSQL, and in numeric, which holds 38 digits with
us: sf.d38() makes an error of more there.
"""
import events
import generator_arrays
import generator_json
import generator_numbers
import generator_templates
import generator_text
import generator_times
from generator_types import (ALL, BIGINT, BOOLEAN, CLOCK, DATE, DOUBLE, ELEMENTS, Expression, INTEGER, INTERVAL, JSONB, NUMBERS, NUMERIC, ORDERED, SCALAR, TEXT, TIME,
                             UUID, makers_of, quoted)

LITERALS = {
    BOOLEAN: ["true", "false"],
    INTEGER: ["0", "1", "2", "3", "-1", "7", "10", "100", "-42", "2147483647", "(-2147483647)"],
    BIGINT: ["0::bigint", "2147483648", "-3000000000", "9223372036854775807", "5::int8", "1000000007::bigint"],
    DOUBLE: ["0::float8", "1.5::float8", "-2.25::float8", "1e10::float8", "0.1::float8", "'NaN'::float8", "'-Infinity'::float8", "3::double precision",
             "1e300::float8", "123456789.125::float8"],
    NUMERIC: ["0.0", "1.5", "-2.50", "100.00", "0.001", "12345.6789", "3::numeric", "0.3333333333", "-7.999"],
    TEXT: ["''::text", "'a'::text", "'abc'::text", "'Web'::text", "'é日'::text", "'web.click'::text", "' 12 '::text", "'x%y'::text", "'b'::text"],
    TIME: ["TIMESTAMPTZ '2024-02-29 12:30:00+02'", "'2000-01-01'::timestamptz", "TIMESTAMPTZ '2021-01-03 01:02:03.456789'",
           "TIMESTAMPTZ '1999-12-31T23:59:59.999999Z'", "'0044-03-15 12:00 UTC'::timestamptz",
           "'2000-12-31 23:59:59Z'::timestamptz", "'2001-01-01Z'::timestamptz", "'0100-06-01Z'::timestamptz", "'0101-01-01Z'::timestamptz"],
    CLOCK: ["TIMESTAMP '2021-01-03 01:02:03.456789'", "'2000-02-29'::timestamp", "TIMESTAMP '2024-02-29 12:30:00+02'", "'0044-03-15 12:00'::timestamp"],
    DATE: ["DATE '2024-02-29'", "'2000-01-01'::date", "DATE '2021-01-03 23:59:59-05'", "'0044-03-15'::date", "DATE '1999-12-31'"],
    INTERVAL: ["INTERVAL '1 day'", "INTERVAL '90 min'", "INTERVAL '1 mon -3 days 04:05:06.789'", "INTERVAL '-2.5 hours'", "'1 year 2 mons'::interval",
               "INTERVAL '3' DAY", "INTERVAL 'P1DT2H'", "INTERVAL '1.5 months'", "INTERVAL '250 ms'", "INTERVAL '2 days ago'"],
    UUID: ["'018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f'::uuid", "'{00000000-0000-0000-0000-00000000000a}'::uuid", "'ffffffffffff4fff8fffffffffffffff'::uuid"],
    JSONB: ["'1'::jsonb", "'\"a\"'::jsonb", "'{}'::jsonb", "'[1, 2, \"x\"]'::jsonb", "'{\"k\":1.0,\"a\":[true]}'::jsonb", "'null'::jsonb"],
}

# Literals without a type: they take that of what stands beside them.
UNKNOWN = {
    BOOLEAN: ["'t'", "'false'", "'on'"],
    INTEGER: ["'5'", "' -3 '", "'0'"],
    BIGINT: ["'5000000000'", "'1'"],
    DOUBLE: ["'1.5'", "'1e3'", "'Infinity'", "'-0.25'"],
    NUMERIC: ["'1.50'", "'-3e2'", "'.5'"],
    TEXT: ["'a'", "'web.click'", "'b'", "'high'", "''"],
    TIME: ["'2024-01-01'", "'2021-01-03T01:02:03Z'"],
    CLOCK: ["'2024-01-01'", "'2021-01-03T01:02:03'"],
    DATE: ["'2024-01-01'", "'2021-01-03'"],
    INTERVAL: ["'1 day'", "'02:00'"],
    UUID: ["'018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f'"],
    JSONB: ["'1.0'", "'{\"a\": [true], \"k\": 1}'"],
}

PATTERNS = ["'%'", "'a%'", "'%b'", "'%e%'", "'web._lick'", "'_'", "'__c'", "'x\\%y'", "'%\\_%'", "'a\\\\b'", "'%.%'", "'é%'", "'%語'", "'ABC'", "''", "'%a%b%'", "'%o%e_'", "'%_l%'", "'_a_'", "'%i%c_'", "'\\%'", "'%\n%'", "'_%_%_'", "'%é'", "'s%-2'", "'é_'", "'_é%'", "'日_語'", "'B_ro'", "'_ro'", "'__'", "'_本'", "'_日_%'", "'%_語'", "'ü_'",
            "'_nal'", "'%ü_o'"]
REGULAR_EXPRESSIONS = ["'^web'", "'click$'", "'a.c'", "'^[a-z]+\\.[a-z]+$'", "'\\d+'", "'^\\s*\\d+\\s*$'", "'(a|b)+c?'", "'x{1,2}%'", "'^$'", "'\\yshop\\y'",
                       "'[[:alpha:]]{3}'", "'[^a-z]'", "'日'", "'(?i)ABC'", "'e?b*'", "'\\.'", "'line.break'", "'^.{2}$'", "'b$'", "'^[^.]*$'", "'[]%]'", "'\\W'", "'(web|api)\\.'"]
TIME_UNITS = ["microseconds", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century", "millennium"]
TIME_PARTS = TIME_UNITS + ["epoch", "dow", "isodow", "doy", "isoyear"]
INTERVAL_PARTS = [unit for unit in TIME_UNITS if unit != "week"] + ["epoch"]

# from: to. What PostgreSQL casts when asked to; to and from text is added below.
CASTS = {
    BOOLEAN: [INTEGER], INTEGER: [BOOLEAN, BIGINT, DOUBLE, NUMERIC], BIGINT: [INTEGER, DOUBLE, NUMERIC], DOUBLE: [INTEGER, BIGINT, NUMERIC],
    TIME: [CLOCK, DATE], CLOCK: [TIME, DATE], DATE: [TIME, CLOCK],
    NUMERIC: [INTEGER, BIGINT, DOUBLE], JSONB: [BOOLEAN, INTEGER, BIGINT, DOUBLE, NUMERIC],
}


class Generator(generator_arrays.Arrays, generator_json.Json, generator_numbers.Numbers, generator_templates.Templates, generator_text.Texts,
                generator_times.Times):
    """`random` decides everything; the same seed gives the same expressions."""

    def __init__(self, random):
        self.random = random
        self.makers = makers_of(self)
        self.joined = None  # A view_tables.Join, whose columns the rows have, too.

    # Leaves ----------------------------------------------------------------------------------------------------------------

    def literal(self, wanted):
        if wanted in ELEMENTS:
            return self.array_literal(wanted)
        text = self.random.choice(LITERALS[wanted])
        return Expression(text, text, wanted, True)

    def path(self):
        names = [self.random.choice(events.KEYS + ["zz"])]
        while len(names) < 3 and self.random.random() < 0.2:
            names.insert(0, "o")
        return names

    def field(self):
        """data.a.b, and the jsonb it is read from."""
        names = self.path()
        ours = "data" + "".join("." + (name if name.isidentifier() and name.islower() else f'"{name}"') for name in names)
        return ours, "data" + "".join("->" + quoted(name) for name in names), "data" + "".join(
            ("->>" if position == len(names) - 1 else "->") + quoted(name) for position, name in enumerate(names))

    def field_as(self, wanted):
        ours, value, text = self.field()
        if wanted == SCALAR:
            return Expression(ours, f"(CASE WHEN jsonb_typeof({value}) IN ('number', 'string', 'boolean') THEN {value} END)", SCALAR)
        kind, read = {DOUBLE: ("number", f"({text})::float8"), TEXT: ("string", text), BOOLEAN: ("boolean", f"({text})::boolean")}[wanted]
        return Expression(ours, f"(CASE jsonb_typeof({value}) WHEN '{kind}' THEN {read} END)", wanted)

    def json_text(self):
        form = self.random.randrange(4)
        if form == 0:
            return self.same(f"(data #>> '{{o,{self.random.choice(['a', 'b', 'userId'])}}}')", TEXT)
        if form == 1:
            return self.same(f"(data->'l'->>{self.random.choice(['0', '1', '-1', '5'])})", TEXT)
        _, _, text = self.field()
        return self.same(f"({text})", TEXT)

    def json_value(self):
        form = self.random.randrange(5)
        if form == 0:
            return self.same("(data #> '{l,0}')", JSONB)
        if form == 1:
            return self.same(f"(data->'l'->{self.random.choice(['0', '1', '-1'])})", JSONB)
        if form == 2 and self.random.random() < 0.3:
            return self.same("data", JSONB)
        _, value, _ = self.field()
        return self.same(f"({value})", JSONB)

    @staticmethod
    def same(text, wanted, constant=False):
        return Expression(text, text, wanted, constant)

    def column(self, wanted):
        random = self.random
        if self.joined and random.random() < 0.3:
            found = self.joined.column(random, wanted)
            if found:
                return found
        if wanted in ELEMENTS:
            return self.array_column(wanted)
        if wanted == SCALAR:
            return self.field_as(SCALAR)
        if wanted == JSONB:
            return self.json_value()
        if wanted == TEXT:
            roll = random.random()
            if roll < 0.45:
                return self.same(random.choice(["type", "source", "severity", "user_id", "correlation_id", "events.type"]), TEXT)
            return self.json_text()
        if wanted == TIME:
            return self.same(random.choice(["timestamp", "received_at"]), TIME)
        if wanted in (CLOCK, DATE):
            return self.same(f"({random.choice(['timestamp', 'received_at'])}::{wanted})", wanted)
        if wanted == UUID:
            return self.same("id", UUID)
        if wanted == BOOLEAN:
            roll = random.randrange(3)
            if roll == 0:
                return self.same(f"({quoted(random.choice(events.TAGS))} = ANY(tags))", BOOLEAN)
            if roll == 1:
                return self.same(random.choice(["(data ? ", "((data->'o') ? "]) + quoted(random.choice(events.KEYS)) + ")", BOOLEAN)
            return self.same("(severity = 'high')", BOOLEAN)
        if wanted == INTERVAL:
            return self.same("(received_at - timestamp)", INTERVAL)
        if wanted == INTEGER:
            return self.same("length(type)", INTEGER)
        if wanted == BIGINT:
            return self.same("length(source)::bigint", BIGINT)
        if wanted == NUMERIC:
            return self.same("extract(second from timestamp)", NUMERIC)
        return self.cast(self.same("length(type)", INTEGER), DOUBLE)

    # Parts -----------------------------------------------------------------------------------------------------------------

    def make(self, wanted, depth, constant=True):
        """Any expression of a type; not a constant one where that is not wanted."""
        for _ in range(20):
            made = self._make(wanted, depth)
            if constant or not made.constant:
                return made
        return self.column(wanted)

    def _make(self, wanted, depth):
        random = self.random
        if depth <= 0 or random.random() < 0.15:
            if wanted != SCALAR and random.random() < 0.3:
                return self.literal(wanted)
            if wanted in (DOUBLE, TEXT, BOOLEAN) and random.random() < 0.15:
                return self.cast_of_field(wanted)
            return self.column(wanted)
        makers = [self.choice, self.coalesce, self.nullif]
        if wanted in ORDERED:
            makers.append(self.extreme)
        if wanted not in (SCALAR, JSONB) and wanted not in ELEMENTS:
            makers += [self.converted, self.converted]
        own = getattr(self, "make_" + wanted.split()[0], None) if wanted not in ELEMENTS else None
        if own is not None:
            makers += [own] * 8
        makers += self.makers.get(wanted, []) * 2
        return random.choice(makers)(wanted, depth - 1)

    def operand(self, wanted, depth, place=True):
        """For a place that gives data.field its type."""
        if place and wanted in (DOUBLE, TEXT, BOOLEAN) and self.random.random() < 0.45:
            return self.field_as(wanted)
        return self.make(wanted, depth, constant=False)

    def text_as_it_came(self, depth):
        """Mostly a text of the rows, not a computed one: those that patterns are about."""
        if self.random.random() < 0.3:
            return self.operand(TEXT, depth)
        return self.field_as(TEXT) if self.random.random() < 0.5 else self.column(TEXT)

    def other(self, wanted, depth):
        """What may stand beside an operand: a literal without type, a constant, or anything."""
        roll = self.random.random()
        if roll < 0.25 and wanted in UNKNOWN:
            text = self.random.choice(UNKNOWN[wanted])
            return Expression(text, text, wanted, True)
        if roll < 0.5 and wanted != SCALAR:
            return self.literal(wanted)
        return self.operand(wanted, depth)

    def pair(self, wanted, depth):
        """Two operands of which at most one is data.field or a bare literal, so that the other gives it its type."""
        typed = self.make(wanted, depth, constant=False)
        beside = self.other(wanted, depth)
        return (typed, beside) if self.random.random() < 0.7 else (beside, typed)

    def join(self, form, parts, wanted):
        """`form` with {} for each part, in both spellings; numeric results are kept to 38 digits."""
        ours = form.format(*(part.ours for part in parts))
        postgres = form.format(*(part.postgres for part in parts))
        if wanted == NUMERIC:
            postgres = f"sf.d38({postgres})"
        return Expression(ours, postgres, wanted, all(part.constant for part in parts))

    def cast(self, value, wanted):
        if value.type == TEXT and wanted in (TIME, CLOCK, DATE, INTERVAL):
            reader = {TIME: "sf.time", CLOCK: "sf.clock", DATE: "sf.day", INTERVAL: "sf.span"}[wanted]
            return Expression(f"({value.ours})::{wanted}", f"{reader}({value.postgres})", wanted, value.constant)
        return self.join(self.random.choice(["({})::" + wanted, "CAST({} AS " + wanted + ")"]), [value], wanted)

    def cast_of_field(self, wanted):
        """data.a::text and the like: a cast is a place, too."""
        return self.cast(self.field_as(wanted), wanted)

    def converted(self, wanted, depth):
        sources = [source for source, targets in CASTS.items() if wanted in targets] + [TEXT]
        source = self.random.choice(sources)
        if wanted == TEXT:
            source = self.random.choice([each for each in ORDERED + (JSONB,) if each != TEXT])
        if source == DOUBLE and self.random.random() < 0.4 and wanted in (INTEGER, BIGINT, NUMERIC):
            return self.cast(self.field_as(DOUBLE), wanted)
        if source == TEXT and wanted in (TIME, INTERVAL, UUID, CLOCK, DATE) and self.random.random() < 0.4:
            return self.cast(self.field_as(TEXT), wanted)
        value = self.make(source, depth, constant=False)
        if wanted == NUMERIC and self.random.random() < 0.3:
            return Expression(f"({value.ours})::numeric(12,3)", f"sf.d38((({value.postgres})::numeric))::numeric(12,3)", NUMERIC)
        return self.cast(value, wanted)

    def choice(self, wanted, depth):
        branches = [self.make(wanted, depth) for _ in range(self.random.randrange(1, 3))]
        if self.random.random() < 0.5:
            parts, form = [], "(CASE"
            for branch in branches:
                parts += [self.operand(BOOLEAN, depth), branch]
                form += " WHEN {} THEN {}"
        else:
            of = self.random.choice([TEXT, INTEGER, DOUBLE])
            parts, form = [self.make(of, depth, constant=False)], "(CASE {}"
            for branch in branches:
                parts += [self.other(of, depth), branch]
                form += " WHEN {} THEN {}"
        if self.random.random() < 0.8:
            parts.append(self.make(wanted, depth))
            form += " ELSE {}"
        made = self.join(form + " END)", parts, wanted)
        made.constant = False
        return made

    def coalesce(self, wanted, depth):
        parts = [self.make(wanted, depth, constant=False) for _ in range(self.random.randrange(1, 4))]
        if self.random.random() < 0.3:
            parts.append(Expression("NULL", "NULL", wanted, True))
        return self.join("COALESCE(" + ", ".join(["{}"] * len(parts)) + ")", parts, wanted)

    def nullif(self, wanted, depth):
        if wanted == SCALAR:
            return self.join("NULLIF({}, {})", [self.field_as(SCALAR), self.field_as(SCALAR)], wanted)
        first = self.make(wanted, depth, constant=False)
        second = self.literal(wanted) if self.random.random() < 0.5 else self.make(wanted, depth)
        return self.join("NULLIF({}, {})", [first, second], wanted)

    def extreme(self, wanted, depth):
        parts = [self.make(wanted, depth, constant=False)] + [self.operand(wanted, depth) for _ in range(self.random.randrange(0, 3))]
        return self.join(self.random.choice(["GREATEST(", "LEAST("]) + ", ".join(["{}"] * len(parts)) + ")", parts, wanted)

    # Types -----------------------------------------------------------------------------------------------------------------

    def make_boolean(self, _, depth):
        random = self.random
        form = random.randrange(13)
        if form == 0:
            parts = [self.operand(BOOLEAN, depth) for _ in range(random.randrange(2, 4))]
            return self.join("(" + random.choice([" AND ", " OR "]).join(["{}"] * len(parts)) + ")", parts, BOOLEAN)
        if form == 1:
            return self.join("(NOT {})", [self.operand(BOOLEAN, depth)], BOOLEAN)
        if form == 2:
            test = random.choice(["TRUE", "FALSE", "UNKNOWN", "NOT TRUE", "NOT FALSE", "NOT UNKNOWN"])
            return self.join(f"({{}} IS {test})", [self.operand(BOOLEAN, depth)], BOOLEAN)
        if form == 3:
            return self.join(f"({{}} IS {random.choice(['NULL', 'NOT NULL'])})", [self.make(random.choice(ALL), depth, constant=False)], BOOLEAN)
        if form == 4:
            of = random.choice([INTEGER, TEXT, DOUBLE, NUMERIC, TIME, UUID, BIGINT, BOOLEAN, INTERVAL])
            subject = self.operand(of, depth)
            literals = random.choice([1, 1, 0.7])  # Lists of literals alone are looked up otherwise.
            items = [self.literal(of) if random.random() < literals else self.make(of, depth, constant=False) for _ in range(random.randrange(1, 12))]
            if random.random() < 0.4:
                items.insert(random.randrange(len(items) + 1), Expression("NULL", "NULL", of, True))
            return self.join(f"({{}} {random.choice(['IN', 'NOT IN'])} (" + ", ".join(["{}"] * len(items)) + "))", [subject, *items], BOOLEAN)
        if form == 5:
            of = random.choice(ORDERED)
            words = random.choice(["BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC"])
            return self.join(f"({{}} {words} {{}} AND {{}})", [self.make(of, depth, constant=False), self.other(of, depth), self.other(of, depth)], BOOLEAN)
        if form == 6:
            pattern = random.choice(PATTERNS)
            word = random.choice(["LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE"])
            if random.random() < 0.15:
                return self.join(f"({{}} {word} {{}} || '%')", [self.text_as_it_came(depth), self.make(TEXT, 0, constant=False)], BOOLEAN)
            if random.random() < 0.15:
                return self.join(f"({{}} {word} 'a!%!!%' ESCAPE '!')", [self.text_as_it_came(depth)], BOOLEAN)
            return self.join(f"({{}} {word} {pattern})", [self.text_as_it_came(depth)], BOOLEAN)
        if form == 7:
            pattern = random.choice(REGULAR_EXPRESSIONS).replace("{", "{{").replace("}", "}}")
            return self.join(f"({{}} {random.choice(['~', '~*', '!~', '!~*'])} {pattern})", [self.text_as_it_came(depth)], BOOLEAN)
        if form == 8:
            first, second = self.field_as(SCALAR), self.field_as(SCALAR)
            return self.join("({} " + random.choice(["=", "<>", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"]) + " {})", [first, second], BOOLEAN)
        if form == 9:
            return self.join("({} " + random.choice(["=", "<>", "IS DISTINCT FROM"]) + " {})", self.pair(JSONB, depth), BOOLEAN)
        if form == 10:
            return self.join("starts_with({}, {})", [self.operand(TEXT, depth), self.make(TEXT, 0)], BOOLEAN)
        of = random.choice(ORDERED)
        operator = random.choice(["=", "<>", "!=", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"])
        if form == 11 and of in NUMBERS:  # Of two types of numbers.
            return self.join(f"({{}} {operator} {{}})", [self.make(of, depth, constant=False), self.make(random.choice(NUMBERS), depth)], BOOLEAN)
        return self.join(f"({{}} {operator} {{}})", self.pair(of, depth), BOOLEAN)

    def arithmetic(self, wanted, depth):
        operator = self.random.choice(["+", "-", "*", "/", "%"] if wanted != DOUBLE else ["+", "-", "*", "/", "^"])
        if wanted == DOUBLE and self.random.random() < 0.3:
            first, second = self.field_as(DOUBLE), self.field_as(DOUBLE)
            return self.join(f"({{}} {operator} {{}})", [first, second], wanted)
        narrower = NUMBERS[:NUMBERS.index(wanted) + 1]
        if self.random.random() < 0.3 and operator != "^":
            parts = [self.make(wanted, depth, constant=False), self.make(self.random.choice(narrower), depth)]
            self.random.shuffle(parts)
            return self.join(f"({{}} {operator} {{}})", parts, wanted)
        return self.join(f"({{}} {operator} {{}})", self.pair(wanted, depth), wanted)

    def sign(self, wanted, depth):
        return self.join(self.random.choice(["(- {})", "(+ {})", "abs({})"]), [self.make(wanted, depth, constant=False)], wanted)

    def make_integer(self, wanted, depth):
        form = self.random.randrange(6)
        if form == 0:
            return self.join("length({})", [self.operand(TEXT, depth)], wanted)
        if form == 1:
            return self.join(self.random.choice(["strpos({}, {})", "position({1} in {0})"]), [self.operand(TEXT, depth), self.make(TEXT, 0)], wanted)
        if form == 2:
            return self.sign(wanted, depth)
        if form == 3:
            return self.join("mod({}, {})", [self.make(wanted, depth, constant=False), self.make(wanted, depth)], wanted)
        return self.arithmetic(wanted, depth)

    def make_bigint(self, wanted, depth):
        if self.random.random() < 0.2:
            return self.sign(wanted, depth)
        return self.arithmetic(wanted, depth)

    def make_double(self, wanted, depth):
        form = self.random.randrange(6)
        if form == 0:
            function = self.random.choice(["round", "ceil", "floor", "trunc", "sqrt", "sign", "exp", "ln", "ceiling", "abs"])
            argument = self.operand(DOUBLE, depth) if self.random.random() < 0.7 or function == "abs" else self.make(INTEGER, depth, constant=False)
            return self.join(function + "({})", [argument], wanted)
        if form == 1:
            return self.join(self.random.choice(["power({}, {})", "pow({}, {})"]), [self.operand(DOUBLE, depth), self.make(DOUBLE, depth)], wanted)
        if form == 2:
            return self.sign(wanted, depth)
        if form == 3:
            return self.part(wanted, depth)
        return self.arithmetic(wanted, depth)

    def make_numeric(self, wanted, depth):
        form = self.random.randrange(6)
        if form == 0:
            function = self.random.choice(["round({})", "ceil({})", "floor({})", "trunc({})", "sqrt({})", "sign({})"])
            return self.join(function, [self.make(NUMERIC, depth, constant=False)], wanted)
        if form == 1:
            places = self.random.choice(["0", "1", "2", "-1", "-2", "5"])
            return self.join(self.random.choice(["round({}, ", "trunc({}, "]) + places + ")", [self.make(NUMERIC, depth, constant=False)], wanted)
        if form == 2:
            return self.sign(wanted, depth)
        if form == 3:
            return self.part(wanted, depth)
        return self.arithmetic(wanted, depth)

    def part(self, wanted, depth):
        of_time = self.random.random() < 0.7
        unit = self.random.choice(TIME_PARTS if of_time else INTERVAL_PARTS)
        value = self.make(TIME if of_time else INTERVAL, depth, constant=False)
        return self.join(f"extract({unit} from {{}})" if wanted == NUMERIC else f"date_part('{unit}', {{}})", [value], wanted)

    def make_text(self, wanted, depth):
        random = self.random
        form = random.randrange(11)
        text = self.operand(TEXT, depth)
        small = random.choice(["0", "1", "2", "3", "-1", "-2", "5", "100"])
        if form == 0:
            return self.join(random.choice(["lower({})", "upper({})"]), [text], wanted)
        if form == 1:
            return self.join(random.choice(["left({}, ", "right({}, "]) + small + ")", [text], wanted)
        if form == 2:
            return self.join(random.choice([f"substring({{}}, {small})", f"substr({{}}, {small}, 2)", f"substring({{}} from {small} for 3)",
                                            f"substring({{}}, 2, {small})"]), [text], wanted)
        if form == 3:
            return self.join(random.choice(["btrim({})", "ltrim({})", "rtrim({})", "trim({})", "trim(leading from {})"]), [text], wanted)
        if form == 4:
            characters = random.choice(["'ab'", "' é'", "'w.'", "''"])
            return self.join(random.choice([f"btrim({{}}, {characters})", f"ltrim({{}}, {characters})", f"trim(trailing {characters} from {{}})"]), [text], wanted)
        if form == 5:
            return self.join("replace({}, " + quoted(random.choice(["e", "", "ab", "."])) + ", {})", [text, self.make(TEXT, 0)], wanted)
        if form == 6:
            return self.join("split_part({}, " + quoted(random.choice([".", ",", " ", ""])) + f", {small})", [text], wanted)
        if form == 7:
            parts = [self.make(random.choice([TEXT, INTEGER, BOOLEAN, DOUBLE, NUMERIC, TIME, UUID, INTERVAL]), depth - 1) for _ in range(random.randrange(1, 4))]
            return self.join("concat(" + ", ".join(["{}"] * len(parts)) + ")", [text, *parts][:len(parts)], wanted)
        if form == 8:
            other = self.make(random.choice([TEXT, TEXT, INTEGER, BOOLEAN, NUMERIC, DOUBLE, TIME]), depth - 1, constant=False)
            return self.join("({} || {})", random.choice([[text, other], [other, text]]), wanted)
        if form == 9:
            return self.join("jsonb_typeof({})", [self.make(JSONB, depth, constant=False)], wanted)
        return self.join("({} || {})", self.pair(TEXT, depth), wanted)

    def make_timestamptz(self, wanted, depth):
        random = self.random
        form = random.randrange(4)
        if form == 0:
            return self.join(f"date_trunc('{random.choice(TIME_UNITS)}', {{}})", [self.make(TIME, depth, constant=False)], wanted)
        if form == 1:
            seconds = self.operand(DOUBLE, depth)
            return Expression(f"to_timestamp({seconds.ours})", f"sf.finite(to_timestamp({seconds.postgres}))", wanted)
        if form == 2:
            return self.join("({} + {})", random.choice([[self.make(TIME, depth, constant=False), self.make(INTERVAL, depth)],
                                                         [self.make(INTERVAL, depth), self.make(TIME, depth, constant=False)]]), wanted)
        return self.join("({} - {})", [self.make(TIME, depth, constant=False), self.make(INTERVAL, depth)], wanted)

    def make_interval(self, wanted, depth):
        form = self.random.randrange(4)
        if form == 0:
            return self.join("({} - {})", [self.make(TIME, depth, constant=False), self.make(TIME, depth)], wanted)
        if form == 1:
            return self.join("(- {})", [self.make(INTERVAL, depth, constant=False)], wanted)
        return self.join("({} " + self.random.choice("+-") + " {})", [self.make(INTERVAL, depth, constant=False), self.make(INTERVAL, depth)], wanted)

    def make_scalar(self, _, depth):
        del depth
        return self.field_as(SCALAR)
