"""Random queries over events, in two spellings: ours and PostgreSQL's.

Inside, tables of typed columns are made of events by the random expressions of generator.py; around them stand joins, groups, windows, set operations,
subqueries, orders and limits. The two spellings differ in the expressions over events: for PostgreSQL each is a function that gives NULL where it
fails, because there an error of one row would end the query. What stands around is the same text but for TUMBLE and HOP, and is made of what can't fail.
"""
import dataclasses
import re

import generator
from generator import BIGINT, BOOLEAN, CLOCK, DATE, DOUBLE, INTEGER, INTERVAL, JSONB, NUMERIC, SCALAR, TEXT, TIME, UUID

ARRAYS = ("text[]", "bigint[]", "timestamptz[]")
COLUMNS = (BOOLEAN, INTEGER, BIGINT, DOUBLE, NUMERIC, TEXT, TEXT, TIME, INTERVAL, UUID, SCALAR, JSONB, CLOCK, DATE) + ARRAYS
COMPARABLE = (BOOLEAN, INTEGER, BIGINT, DOUBLE, NUMERIC, TEXT, TIME, UUID, CLOCK, DATE)
KEYS = COMPARABLE + (SCALAR, JSONB) + ARRAYS
POSTGRES_TYPES = {SCALAR: "jsonb"}
JOINS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")


@dataclasses.dataclass
class Query:
    ours: str
    postgres: str
    ordered: bool = False  # The order of rows is said, and no two of them are equal in it.


@dataclasses.dataclass
class Table:
    """A subquery whose columns are c0, c1, ... of these types; k is an integer that tells its rows apart, if there is one."""
    ours: str
    postgres: str
    types: list
    key: bool = True

    def of(self, wanted):
        return [f"c{number}" for number, its in enumerate(self.types) if its in wanted]


class QueryGenerator:
    """`random` decides everything. `functions` collects PostgreSQL's functions for expressions over events."""

    def __init__(self, random):
        self.random = random
        self.expressions = generator.Generator(random)
        self.functions = []

    # Tables ------------------------------------------------------------------------------------------------------------------

    def function_of(self, expression):
        name = f"sf.q{len(self.functions)}"
        result = POSTGRES_TYPES.get(expression.type, expression.type)
        text = expression.postgres.replace("events.type", "e.type")
        columns = ", ".join(f"(e_).{column} AS {column}" for column in ("id", "type", "source", '"timestamp"', "received_at", "severity", "user_id",
                                                                       "correlation_id", "tags", "data"))
        self.functions.append(f"DROP FUNCTION IF EXISTS {name}(rows);\nCREATE FUNCTION {name}(e_ rows) RETURNS {result} LANGUAGE plpgsql STABLE AS $outer$ BEGIN "
                              f"RETURN (SELECT ({text}) FROM (SELECT {columns} OFFSET 0) AS e); EXCEPTION WHEN others THEN RETURN NULL; END $outer$;\n")
        return f"{name}(r)"

    def expression(self, wanted):
        return self.expressions.make(wanted, self.random.randrange(1, 4), constant=False)

    def events_table(self, types=None):
        types = types or [self.random.choice(COLUMNS) for _ in range(self.random.randrange(2, 5))]
        made = [self.expression(each) for each in types]
        ours = ", ".join(f"{each.ours} AS c{number}" for number, each in enumerate(made))
        theirs = ", ".join(f"{self.function_of(each)} AS c{number}" for number, each in enumerate(made))
        where, their_where = "", ""
        if self.random.random() < 0.4:
            condition = self.expression(BOOLEAN)
            where, their_where = f" WHERE {condition.ours}", f" WHERE {self.function_of(condition)}"
        return Table(f"SELECT correlation_id AS k, {ours} FROM events{where}", f"SELECT correlation_id AS k, {theirs} FROM rows r{their_where}", types)

    def table(self):
        """Events, or something over them."""
        roll = self.random.random()
        inner = self.events_table()
        if roll < 0.6:
            return inner
        if roll < 0.8:
            kept = self.condition(inner, "t")
            return Table(f"SELECT * FROM ({inner.ours}) t WHERE {kept}", f"SELECT * FROM ({inner.postgres}) t WHERE {kept}", inner.types)
        other = self.events_table(inner.types)
        return Table(f"({inner.ours}) UNION ALL ({other.ours})", f"({inner.postgres}) UNION ALL ({other.postgres})", inner.types, key=False)

    # What stands over columns ------------------------------------------------------------------------------------------------

    def condition(self, table, alias):
        random = self.random
        column = f"c{random.randrange(len(table.types))}"
        wanted = table.types[int(column[1:])]
        name = f"{alias}.{column}"
        if random.random() < 0.25:
            return f"{name} IS {random.choice(['', 'NOT '])}NULL"
        if random.random() < 0.2 and len(table.of((wanted,))) > 1 and wanted in COMPARABLE:
            return f"{name} {random.choice(['=', '<>', '<', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'])} {alias}.{random.choice(table.of((wanted,)))}"
        literal = {BOOLEAN: "true", INTEGER: "3", BIGINT: "5", DOUBLE: "1.5", NUMERIC: "2.5", TEXT: "'b'", TIME: "'2020-06-01'", INTERVAL: "'1 day'",
                   UUID: "'80000000-0000-0000-0000-000000000000'", CLOCK: "'2020-06-01'", DATE: "'2020-06-01'"}.get(wanted)
        if literal is None:
            return f"{name} IS NOT NULL"
        if wanted == TEXT and random.random() < 0.5:
            return random.choice([f"{name} LIKE '%a%'", f"{name} IN ('a', 'b', 'web.click', NULL)", f"{name} NOT IN ('a', 'abc')", f"length({name}) > 2"])
        if random.random() < 0.3:
            return f"({name} > {literal} OR {self.condition(table, alias)})"
        return f"{name} {random.choice(['=', '<>', '<', '<=', '>', '>='])} {literal}"

    def value(self, table, alias):
        """An expression that can't fail."""
        random = self.random
        number = random.randrange(len(table.types))
        name, wanted = f"{alias}.c{number}", table.types[number]
        forms = {
            BOOLEAN: [f"NOT {name}", f"coalesce({name}, false)"],
            INTEGER: [f"{name} / 2", f"coalesce({name}, 0)", f"{name}::text", f"CASE WHEN {name} > 2 THEN 'many' ELSE 'few' END", f"{name}::float8 / 3"],
            BIGINT: [f"{name} / 3", f"{name} % 7", f"{name}::text"],
            DOUBLE: [f"coalesce({name}, 0)", f"{name} IS NULL", f"greatest({name}, 1.5)"],
            NUMERIC: [f"round({name}, 2)", f"coalesce({name}, 0.5)"],
            TEXT: [f"upper({name})", f"{name} || '!'", f"left({name}, 2)", f"length({name})", f"nullif({name}, 'a')"],
            TIME: [f"date_trunc('day', {name})", f"{name} + INTERVAL '1 day'", f"extract(hour FROM {name})"],
            INTERVAL: [f"{name} IS NULL"], UUID: [f"{name}::text"], SCALAR: [f"{name} IS NULL"],
            JSONB: [f"{name}->'k'", f"{name} = '1'", f"{name}->>'a'"],
            CLOCK: [f"date_trunc('month', {name})", f"{name}::date"], DATE: [f"{name} + 1", f"{name}::timestamp"],
        }
        return random.choice(forms.get(wanted, [f"cardinality({name})", f"({name})[1]"]) + [name, name])

    def aggregates(self, table, alias):
        random = self.random
        made = ["count(*)"]
        for number, wanted in enumerate(table.types):
            name = f"{alias}.c{number}"
            choices = [f"count({name})"]
            if wanted not in (SCALAR, JSONB):
                choices.append(f"count(DISTINCT {name})")
            if wanted in (INTEGER, TEXT, TIME, DOUBLE, NUMERIC, BIGINT):
                choices += [f"min({name})", f"max({name})"]
            if wanted == INTEGER:
                choices += [f"stddev({name} % 100)", f"var_pop({name} % 1000)", f"bit_and({name})", f"bit_or({name})", f"array_agg({name} ORDER BY {name} DESC)"]
                choices += [f"sum({name} / 1000)", f"avg({name})", f"sum({name} % 100) FILTER (WHERE {name} > 0)"]
            if wanted == BIGINT:
                choices += [f"sum({name})", f"avg({name} / 1000)"]
            if wanted == TEXT:
                choices += [f"string_agg({name}, '-' ORDER BY {name})", f"array_agg({name} ORDER BY {name} NULLS FIRST)", f"mode() WITHIN GROUP (ORDER BY {name})"]
            if wanted == INTERVAL:
                choices += [f"count({name})"]
            if wanted == NUMERIC:
                choices += [f"sum(round({name}, 2))", f"avg(round({name}, 1))"]
            made.append(random.choice(choices))
        return made

    # Queries -----------------------------------------------------------------------------------------------------------------

    def make(self):
        random = self.random
        makers = [self.plain, self.groups, self.groups, self.windows, self.joins, self.joins, self.sets, self.subqueries, self.subqueries, self.distinct,
                  self.time_windows, self.sessions, self.with_queries, self.grouping_sets, self.parts]
        return random.choice(makers)()

    @staticmethod
    def over(table, text, ordered=False):
        """`text` with {t} where the table stands."""
        return Query(text.replace("{t}", f"({table.ours})"), text.replace("{t}", f"({table.postgres})"), ordered)

    @staticmethod
    def between(left, right, text, ordered=False):
        """`text` with {a} and {b} where the tables stand, which may have such braces themselves."""
        def filled(a, b):
            return re.sub(r"\{([ab])\}", lambda found: f"({a if found[1] == 'a' else b})", text)
        return Query(filled(left.ours, right.ours), filled(left.postgres, right.postgres), ordered)

    def order(self, count):
        """ORDER BY all outputs: the order is complete, but for rows that are the same."""
        directions = [self.random.choice(["", " ASC", " DESC", " DESC NULLS LAST", " NULLS FIRST"]) for _ in range(count)]
        return "ORDER BY " + ", ".join(f"{number + 1}{direction}" for number, direction in enumerate(directions))

    def plain(self):
        table = self.events_table([self.random.choice([each for each in COLUMNS if each != SCALAR]) for _ in range(self.random.randrange(1, 4))])
        keys = [f"c{number}" for number in range(len(table.types))]
        self.random.shuffle(keys)
        limit = self.random.choice(["", " LIMIT 7", " LIMIT 5 OFFSET 3", " OFFSET 10", " FETCH FIRST 4 ROWS ONLY"])
        directions = ", ".join(f"{key}{self.random.choice(['', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST'])}" for key in keys)
        where = self.random.choice(["", f" WHERE {self.condition(table, 't')}"])
        return self.over(table, f"SELECT t.*, {self.value(table, 't')} AS v FROM {{t}} AS t{where} ORDER BY {directions}, k{limit}", ordered=True)

    def groups(self):
        table = self.table()
        numbers = self.random.sample(range(len(table.types)), self.random.randrange(1, min(3, len(table.types)) + 1))
        keys = [f"t.c{number}" for number in numbers if table.types[number] != NUMERIC] or ["t.k"]
        if self.random.random() < 0.3:
            text_columns = table.of((TEXT,))
            if text_columns:
                keys.append(f"upper(t.{text_columns[0]})")
        values = self.aggregates(table, "t")
        named = ", ".join(f"{key} AS g{number}" for number, key in enumerate(keys))
        by = self.random.choice([", ".join(keys), ", ".join(str(number + 1) for number in range(len(keys))), ", ".join(f"g{number}" for number in range(len(keys)))])
        having = self.random.choice(["", "", " HAVING count(*) > 1", f" HAVING {values[-1]} IS NOT NULL"])
        return self.over(table, f"SELECT {named}, {', '.join(values)} FROM {{t}} AS t GROUP BY {by}{having}")

    def grouping_sets(self):
        table = self.table()
        keys = [f"t.c{number}" for number in range(len(table.types)) if table.types[number] in KEYS and table.types[number] != NUMERIC][:2] or ["t.k"]
        sets = self.random.choice([f"ROLLUP ({', '.join(keys)})", f"CUBE ({', '.join(keys)})", f"GROUPING SETS (({', '.join(keys)}), ({keys[0]}), ())"])
        return self.over(table, f"SELECT {', '.join(keys)}, count(*), GROUPING({keys[0]}) FROM {{t}} AS t GROUP BY {sets}")

    def windows(self):
        random = self.random
        table = self.events_table()
        partition = random.choice(["", f"PARTITION BY t.{random.choice(table.of(KEYS) or ['k'])} "])
        orderable = table.of(COLUMNS) or ["k"]
        order = f"ORDER BY t.{random.choice(orderable)}{random.choice(['', ' DESC'])}, t.k"
        frame = random.choice(["", "", " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING", " GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
                               " ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW"])
        name = f"t.c{random.randrange(len(table.types))}"
        calls = ["row_number() OVER w", "rank() OVER w", "dense_rank() OVER w", "ntile(3) OVER w", f"lag({name}) OVER w", f"lead({name}, 2) OVER w", f"first_value({name}) OVER w",
                 f"last_value({name}) OVER w", f"nth_value({name}, 2) OVER w", "count(*) OVER w", f"count({name}) OVER w", "percent_rank() OVER w", "cume_dist() OVER w"]
        for column in table.of((INTEGER,)):
            calls += [f"sum(t.{column} % 1000) OVER w", f"avg(t.{column} % 1000) OVER w", f"max(t.{column}) FILTER (WHERE t.{column} < 100) OVER w"]
        for column in table.of((INTEGER, BIGINT)):  # Aggregates of our own.
            calls += [f"stddev(t.{column} % 100) OVER w", f"bit_or(t.{column}) OVER w", f"corr(t.{column} % 100, 1) OVER w"]
        for column in table.of((INTERVAL,)):
            calls += [f"max(t.{column}) OVER w"]
        if frame.startswith(" GROUPS") or "EXCLUDE" in frame:
            calls = [call for call in calls if not call.startswith(("lag", "lead"))]
        chosen = random.sample(calls, 2)
        text = f"SELECT t.k, {chosen[0]} AS v0, {chosen[1]} AS v1 FROM {{t}} AS t WINDOW w AS ({partition}{order}{frame})"
        if random.random() < 0.3:
            text = f"SELECT * FROM (SELECT t.*, row_number() OVER ({partition}{order}) AS place FROM {{t}} AS t) q WHERE place <= 2"
        elif random.random() < 0.2:
            text = f"SELECT t.{table.of(COLUMNS)[0]} AS g, count(*), sum(count(*)) OVER (), rank() OVER (ORDER BY count(*) DESC) FROM {{t}} AS t GROUP BY 1"
            if table.types[0] == NUMERIC:
                text = "SELECT t.k, count(*) OVER () FROM {t} AS t"
        return self.over(table, text)

    def joins(self):
        random = self.random
        shared = random.choice(COMPARABLE)
        left, right = self.events_table([shared, random.choice(COLUMNS)]), self.events_table([shared, random.choice(COLUMNS)])
        kind = random.choice(JOINS)
        form = random.randrange(4)
        shown = "a.k AS k, b.k AS l, a.c1, b.c1 AS d1"
        if form == 0 and shared != NUMERIC:
            text = f"SELECT c0, {shown} FROM {{a}} AS a {kind} {{b}} AS b USING (c0)"
        elif form == 1:
            text = f"SELECT {shown} FROM {{a}} AS a {kind} {{b}} AS b ON a.k = b.k AND a.c0 IS NOT DISTINCT FROM b.c0" if kind != "FULL JOIN" else \
                f"SELECT {shown} FROM {{a}} AS a FULL JOIN {{b}} AS b ON a.k = b.k"
        elif form == 2:
            text = f"SELECT {shown} FROM {{a}} AS a CROSS JOIN {{b}} AS b WHERE a.c0 = b.c0 AND a.k < b.k"
        else:
            text = f"SELECT {shown} FROM {{a}} AS a {kind} {{b}} AS b ON a.c0 = b.c0 ORDER BY a.k, b.k"
        return self.between(left, right, text, form == 3)

    def sets(self):
        random = self.random
        types = [random.choice([each for each in KEYS if each != NUMERIC]) for _ in range(2)]
        others = list(types)
        if types[0] == INTEGER:
            others[0] = random.choice([INTEGER, BIGINT, DOUBLE])
        left, right = self.events_table(types), self.events_table(others)
        word = random.choice(["UNION", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"])
        text = f"SELECT c0, c1 FROM {{a}} AS a {word} SELECT c0, c1 FROM {{b}} AS b {self.order(2)}{random.choice(['', ' LIMIT 6'])}"
        return self.between(left, right, text, True)

    def subqueries(self):
        random = self.random
        shared = random.choice(COMPARABLE)
        left, right = self.events_table([shared, random.choice(COLUMNS)]), self.events_table([shared, INTEGER])
        condition = random.choice([
            "t.c0 IN (SELECT c0 FROM {b} AS b)", "t.c0 NOT IN (SELECT c0 FROM {b} AS b WHERE c0 IS NOT NULL)", "EXISTS (SELECT 1 FROM {b} AS b WHERE b.c0 = t.c0)",
            "NOT EXISTS (SELECT 1 FROM {b} AS b WHERE b.c0 = t.c0 AND b.k < t.k)", "t.c0 = ANY (SELECT c0 FROM {b} AS b)", "t.c0 IN (SELECT c0 FROM {b} AS b) IS NOT TRUE",
            "t.c0 >= ALL (SELECT c0 FROM {b} AS b WHERE c0 IS NOT NULL)", "(SELECT count(*) FROM {b} AS b WHERE b.c0 = t.c0) > 1"])
        value = random.choice(["(SELECT max(c1) FROM {b} AS b)", "(SELECT count(*) FROM {b} AS b WHERE b.c0 = t.c0)", "(SELECT b.k FROM {b} AS b WHERE b.k > t.k ORDER BY b.k LIMIT 1)", "t.c1"])
        text = f"SELECT t.*, {value} AS v FROM {{a}} AS t WHERE {condition} ORDER BY t.k"
        return self.between(left, right, text, True)

    def distinct(self):
        table = self.table()
        columns = [f"c{number}" for number, its in enumerate(table.types) if its in KEYS and its != NUMERIC] or ["k"]
        if self.random.random() < 0.5 or not table.key:
            return self.over(table, f"SELECT DISTINCT {', '.join('t.' + column for column in columns)} FROM {{t}} AS t {self.order(len(columns))}", ordered=True)
        return self.over(table, f"SELECT DISTINCT ON (t.{columns[0]}) t.* FROM {{t}} AS t ORDER BY t.{columns[0]}{self.random.choice(['', ' DESC'])}, t.k")

    def with_queries(self):
        random = self.random
        table = self.events_table()
        form = random.randrange(4)
        if form == 0:
            return self.over(table, f"WITH w AS {{t}}, v(k) AS (SELECT k FROM w WHERE {self.condition(table, 'w')}) SELECT w.* FROM w JOIN v ON w.k = v.k")
        if form == 1:
            return self.over(table, f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {random.randrange(2, 9)}) SELECT n, (SELECT count(*) FROM {{t}} AS t "
                                    "WHERE length(t.k) > n) FROM s ORDER BY n", ordered=True)
        if form == 2:
            return self.over(table, "SELECT g.d, count(t.k) FROM generate_series(1, 5) AS g(d) LEFT JOIN {t} AS t ON length(t.k) = g.d GROUP BY g.d ORDER BY 1", ordered=True)
        return self.over(table, "SELECT v.a, v.b, t.k FROM (VALUES (1, 'x'), (2, NULL), (3, 'é')) AS v(a, b) LEFT JOIN {t} AS t ON length(t.k) = v.a + 3")

    def parts(self):
        """Arrays and JSON as rows, functions in FROM that read the columns beside them."""
        random = self.random
        if random.random() < 0.2:
            return self.parts_of_joined()
        if random.random() < 0.4:
            arrays = self.random.choices(ARRAYS, k=random.choice((1, 1, 2)))
            table = self.events_table(arrays + [random.choice(COLUMNS)])
            listed = ", ".join(f"t.c{number}" for number in range(len(arrays)))
            names = ", ".join(f"x{number}" for number in range(len(arrays)))
            if random.random() < 0.5:
                return self.over(table, f"SELECT t.k, u.* FROM {{t}} AS t, unnest({listed}) WITH ORDINALITY AS u({names}, n)")
            return self.over(table, f"SELECT t.k, u.x0, t.c{len(arrays)} FROM {{t}} AS t LEFT JOIN LATERAL unnest({listed}) AS u({names}) ON true")
        # PostgreSQL refuses what is no array, or no object.
        name, kind, columns = random.choice([("jsonb_array_elements", "array", "value"), ("jsonb_array_elements_text", "array", "value"), ("jsonb_object_keys", "object", "p"),
                                             ("jsonb_each", "object", "key, value"), ("jsonb_each_text", "object", "key, value")])
        table = self.events_table([JSONB, random.choice(COLUMNS)])
        argument = f"CASE WHEN jsonb_typeof(t.c0) = '{kind}' THEN t.c0 END"
        if random.random() < 0.3:
            return self.over(table, f"SELECT t.k, {columns}, p.ordinality FROM {{t}} AS t CROSS JOIN LATERAL {name}({argument}) WITH ORDINALITY AS p")
        if random.random() < 0.3:
            return self.over(table, f"SELECT t.k, (SELECT count(*) FROM {name}({argument}) AS p) AS n FROM {{t}} AS t")
        return self.over(table, f"SELECT t.k, {columns}, t.c1 FROM {{t}} AS t LEFT JOIN LATERAL {name}({argument}) AS p ON true")

    def parts_of_joined(self):
        """Elements of a side of a join, which may have no row there."""
        random = self.random
        array = random.choice(ARRAYS)
        left, right = self.events_table([random.choice(COLUMNS), array]), self.events_table([random.choice(COLUMNS), array])
        elements = f"unnest({random.choice('ab')}.c1)"
        beside = random.choice([f", {elements} AS u(x)", f" CROSS JOIN LATERAL {elements} AS u(x)", f" LEFT JOIN LATERAL {elements} AS u(x) ON true",
                                f" LEFT JOIN LATERAL {elements} AS u(x) ON a.k > b.k", f", {elements} AS u(x), unnest(a.c1) WITH ORDINALITY AS v(y, n)"])
        text = f"SELECT a.k, b.k AS l, a.c0, u.x FROM {{a}} AS a {random.choice(JOINS)} {{b}} AS b ON a.k = b.k{random.choice(['', ' AND a.c1 = b.c1'])}{beside}"
        if "FULL JOIN" in text:
            text = text.replace(" AND a.c1 = b.c1", "")
        return self.between(left, right, text)

    def sessions(self):
        random = self.random
        expression, condition = self.expression(random.choice((TEXT, INTEGER, UUID))), self.expression(BOOLEAN)
        gap = random.choice([1, 60, 3600, 86400, 10_000_000])
        key = random.choice(["source", "severity", None])
        by = f"{key}, " if key else ""
        where = random.random() < 0.5
        ours = (f"SELECT {by}window_start, window_end, count(*), count({expression.ours}) FROM SESSION(events, timestamp, INTERVAL '{gap} seconds')"
                f"{' WHERE ' + condition.ours if where else ''} GROUP BY {by}window_start, window_end").replace("events.type", "type")
        partition = f"PARTITION BY {key}" if key else ""
        theirs = (f"SELECT {by}min(at), max(at) + INTERVAL '{gap} seconds', count(*), count(c0) FROM (SELECT *, sum(apart) OVER ({partition} ORDER BY at, k) AS island FROM ("
                  f"SELECT *, CASE WHEN at - lag(at) OVER ({partition} ORDER BY at, k) <= INTERVAL '{gap} seconds' THEN 0 ELSE 1 END AS apart FROM ("
                  f"SELECT correlation_id AS k, r.timestamp AS at, {key or 'source'}, {self.function_of(expression)} AS c0 FROM rows r"
                  f"{' WHERE ' + self.function_of(condition) if where else ''}) AS a) AS b) AS c GROUP BY {by}island")
        return Query(ours, theirs)

    def time_windows(self):
        random = self.random
        expression = self.expression(TEXT)
        slide = random.choice([60, 3600, 86400, 7])
        size = slide * random.choice([1, 2, 3]) + random.choice([0, 0, slide // 2])
        offset = random.choice([0, 0, slide // 3, -5])
        key = random.choice(["source", "severity"])
        ours_offset = f", INTERVAL '{offset} seconds'" if offset else ""
        if size == slide:
            source = f"TUMBLE(events, timestamp, INTERVAL '{size} seconds'{ours_offset})"
        else:
            source = f"HOP(events, timestamp, INTERVAL '{slide} seconds', INTERVAL '{size} seconds'{ours_offset})"
        text = f"SELECT {key}, window_start, window_end, count(*), min(c0) FROM {{s}} AS t GROUP BY {key}, window_start, window_end"
        ours = f"SELECT {key}, window_start, window_end, count(*), min({expression.ours.replace('events.type', 'type')}) FROM {source} GROUP BY {key}, window_start, window_end"
        windows = (f"(SELECT r.{key}, {self.function_of(expression)} AS c0, to_timestamp(w.s) AS window_start, to_timestamp(w.s + {size}) AS window_end FROM rows r, LATERAL ("
                   f"SELECT (floor((extract(epoch FROM r.timestamp) - ({offset})) / {slide}) - i) * {slide} + ({offset}) AS s FROM generate_series(0, {-(-size // slide)}) AS i) AS w "
                   f"WHERE w.s + {size} > extract(epoch FROM r.timestamp))")
        return Query(ours, text.replace("{s}", windows))
