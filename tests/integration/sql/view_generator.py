"""Random views in two spellings: CREATE MATERIALIZED VIEW for us, a query over a table of windows for PostgreSQL.

Every expression over events is a column of PostgreSQL's base table, computed row by row, NULL where it fails: that is what we promise. Expressions over
aggregates are chosen so that they can't fail, because there PostgreSQL would fail as a whole.
"""
import dataclasses
import typing

import aggregate_generator
import generator
import view_functions
import view_tables
from aggregate_generator import Value
from generator import BIGINT, BOOLEAN, DOUBLE, INTEGER, JSONB, NUMERIC, SCALAR, TEXT, TIME, UUID
from streams import SECOND
from view_ranks import Rank, make_rank
from view_subqueries import EventSource
from view_union import UnionSource

KEYS = [TEXT, TEXT, INTEGER, BOOLEAN, SCALAR, BIGINT, NUMERIC, TIME, UUID, TEXT + "[]", INTEGER + "[]", JSONB]


@dataclasses.dataclass
class Window:
    column: str  # timestamp or received_at.
    size: int
    slide: int
    offset: int
    from_clause: str
    gap: typing.Optional[int] = None  # Of sessions, which have none of the lengths above.


@dataclasses.dataclass
class View:
    name: str
    options: str
    select: str
    bases: list  # Of each SELECT over events: the columns of PostgreSQL's base table, (name, type, expression); "pass" is WHERE.
    window: typing.Optional[Window]
    keys: list  # Values, in the order of GROUP BY.
    outputs: list  # Values that are no keys and no bounds, by the names o0, o1, ...
    having: str
    lateness: typing.Optional[int]  # None: infinity.
    out_of_orderness: int
    rank: typing.Optional[Rank] = None  # The last output.
    of_events: bool = False  # No groups: the key is the id. Without ranks rows stand at the times of events.

    @property
    def ours(self):
        return f"CREATE MATERIALIZED VIEW {self.name}{self.options} AS {self.select}"


@dataclasses.dataclass
class Shape:
    """What views may have in common, so that the engine shares their groups and cells."""
    where: typing.Optional[generator.Expression]
    keys: list
    window: typing.Optional[Window]


def interval(micros):
    return f"INTERVAL '{micros / SECOND:.6f} s'"


class ViewGenerator:
    """`stored`: the SELECTs of the views shall mean the same over events that are stored, where none are late."""

    def __init__(self, random, stream, stored=False):
        self.random, self.stream, self.stored = random, stream, stored
        self.expressions = generator.Generator(random)
        self.aggregates = aggregate_generator.AggregateGenerator(random, self)
        self.shapes = []
        self.source, self.deep, self.joined = None, False, None  # Of the view that is being made.

    # Parts over events -------------------------------------------------------------------------------------------------------

    def expression(self, wanted):
        depth = self.random.choice([0, 0, 1, 2])
        if self.random.random() < 0.1:
            called = view_functions.call(self.random, wanted, lambda of: self.expressions.make(of, self.random.choice([0, 0, 1]), constant=False))
            if called:
                return called
        if wanted in (DOUBLE, TEXT, BOOLEAN) and self.random.random() < 0.2:
            return self.expressions.cast_of_field(wanted)  # Bare, it would be a number to min() and a scalar to GROUP BY.
        return self.expressions.make(wanted, depth, constant=False)

    def plain(self):
        """What people group by."""
        same = generator.Generator.same
        return self.random.choice([
            same("source", TEXT), same("severity", TEXT), same("user_id", TEXT), same("type", TEXT), same("(data->>'g')", TEXT),
            same("(severity = 'high')", BOOLEAN), same("length(source)", INTEGER), same("date_trunc('minute', timestamp)", TIME),
            same("tags", TEXT + "[]"), same("(data->'g')", JSONB), self.member("g", SCALAR), self.member("g", SCALAR)])

    @staticmethod
    def member(name, wanted):
        value = f"(data->'{name}')"
        if wanted == DOUBLE:
            return generator.Expression(f"data.{name}", f"(CASE jsonb_typeof({value}) WHEN 'number' THEN (data->>'{name}')::float8 END)", DOUBLE)
        return generator.Expression(f"data.{name}", f"(CASE WHEN jsonb_typeof({value}) IN ('number', 'string', 'boolean') THEN {value} END)", SCALAR)

    def window(self):
        random = self.random
        if random.random() < 0.2:
            return None
        column = random.choice(["timestamp", "timestamp", "timestamp", "received_at"])
        # In ad-hoc SQL a SESSION stands alone in FROM.
        if random.random() < 0.4 and not (self.stored and self.joined):
            gap = random.choice(self.stream.gaps)
            return Window(column, 0, 0, 0, f"SESSION(events, {column}, {interval(gap)}) AS events", gap)
        grid = random.choice(self.stream.grids)
        offset = ", " + interval(grid.offset) if grid.offset or random.random() < 0.1 else ""
        lengths = f"{interval(grid.slide)}, {interval(grid.size)}" if grid.hop else interval(grid.size)
        return Window(column, grid.size, grid.slide, grid.offset % grid.slide, f"{'HOP' if grid.hop else 'TUMBLE'}(events, {column}, {lengths}{offset}) AS events")

    def shape(self):
        random = self.random
        if self.shapes and not self.joined and random.random() < 0.3:
            return random.choice(self.shapes)
        keys = []
        for _ in range(random.choice([0, 1, 1, 1, 2, 2])):
            key = self.plain() if random.random() < 0.7 else self.expression(random.choice(KEYS))
            if key.type == JSONB:
                # One group with NULL, for views.
                key = generator.Expression(f"NULLIF({key.ours}, 'null'::jsonb)" if self.stored else key.ours, f"NULLIF({key.postgres}, 'null'::jsonb)", JSONB)
            if all(key.ours != other.ours for other in keys):
                keys.append(key)
        shape = Shape(self.expression(BOOLEAN) if random.random() < 0.5 else None, keys, self.window())
        if not self.joined:
            self.shapes.append(shape)
        return shape

    def join(self, chance):
        """Decides whether the view that is being made has a table beside its events."""
        self.joined = self.expressions.joined = view_tables.Join(self.random) if self.random.random() < chance else None

    # Parts over groups -------------------------------------------------------------------------------------------------------

    def over(self, value):
        """An expression over a value, which can't fail."""
        forms = [("({} IS NULL)", BOOLEAN)]
        if value.type == DOUBLE and not value.exact:
            forms += [("({} * 2)", DOUBLE), ("({} / count(*))", DOUBLE), ("COALESCE({}, -1.5)", DOUBLE), ("(- {})", DOUBLE)]
        elif value.type == DOUBLE:
            forms += [("COALESCE({}, 0.5)", DOUBLE), ("({} > 2)", BOOLEAN), ("round({})", DOUBLE), ("GREATEST({}, 1.5)", DOUBLE)]
        elif value.type in (INTEGER, BIGINT, NUMERIC):
            forms += [("({} > 2)", BOOLEAN), ("(CASE WHEN {} >= 3 THEN 'many' WHEN {} < 0 THEN 'below' END)", TEXT), ("COALESCE({}, 0)", value.type)]
            if value.safe:
                forms += [("({} + 1)", value.type), ("({} * 2 - count(*))", NUMERIC if value.type == NUMERIC else BIGINT), ("(100.0 * {} / count(*))", NUMERIC),
                          ("({} / count(*))", NUMERIC if value.type == NUMERIC else BIGINT), ("({}::float8 / count(*))", DOUBLE), ("NULLIF({}, 1)", value.type)]
            if value.safe and value.type == NUMERIC:
                forms += [("round({}, 2)", NUMERIC), ("trunc({})", NUMERIC)]
        elif value.type == TEXT:
            forms += [("upper({})", TEXT), ("length({})", INTEGER), ("({} || '/' || count(*))", TEXT), ("({} LIKE '%e%')", BOOLEAN), ("concat({}, ' ', count(*))", TEXT)]
        elif value.type == BOOLEAN:
            forms += [("(NOT {})", BOOLEAN), ("(CASE WHEN {} THEN count(*) ELSE 0 END)", BIGINT)]
        elif value.type == TIME:
            forms += [("date_trunc('minute', {})", TIME), ("extract(second from {})", NUMERIC), ("({} > TIMESTAMPTZ '2001-01-01Z')", BOOLEAN)]
        form, wanted = self.random.choice(forms)
        return Value(self.outside(form).replace("{}", value.ours), form.replace("{}", value.postgres), wanted, exact=value.exact, loose=value.loose)

    def outside(self, form):
        """A form as it is written around a SELECT that has the groups."""
        return form.replace("count(*)", "n_").replace("count(DISTINCT source)", "d_") if self.deep else form

    def condition(self, values, depth=1):
        random = self.random
        roll = random.random()
        if depth > 0 and roll < 0.3:
            first, second = self.condition(values, depth - 1), self.condition(values, depth - 1)
            word = random.choice(["AND", "OR"])
            return Value(f"({first.ours} {word} {second.ours})", f"({first.postgres} {word} {second.postgres})", BOOLEAN)
        if depth > 0 and roll < 0.4:
            made = self.condition(values, depth - 1)
            return Value(f"(NOT {made.ours})", f"(NOT {made.postgres})", BOOLEAN)
        if roll < 0.7:
            form = random.choice(["(count(*) > 1)", "(count(*) > 3)", "(count(*) BETWEEN 2 AND 5)", "(count(*) % 2 = 1)", "(count(DISTINCT source) > 1)"])
            return Value(self.outside(form), form, BOOLEAN)
        value = random.choice(values)
        if value.type in (INTEGER, BIGINT, NUMERIC, DOUBLE):
            form = f"({{}} {random.choice(['<', '>'])} {random.choice(['3.14159', '0.31', '-1.41', '77.7'])})"
        elif value.type == TEXT:
            form = random.choice(["({} < 'm')", "({} <> 'shop')"])
        elif value.type == BOOLEAN:
            form = "{}"
        else:
            form = "({} IS NOT NULL)"
        return Value(form.format(value.ours), form.format(value.postgres), BOOLEAN)

    def passing(self, where):
        """WHERE as PostgreSQL's column `pass`."""
        condition = where.postgres if where else "true"
        return generator.Expression("", self.joined.kept(condition) if self.joined else condition, BOOLEAN)

    # Whole views ---------------------------------------------------------------------------------------------------------------

    def view(self, name):
        random = self.random
        self.join(0.15)
        if random.random() < 0.15:
            return self.view_of_events(name) if random.random() < 0.5 else self.view_of_ranked_events(name)
        shape = self.shape()
        self.source = UnionSource(random, self.expression, self.stored) if random.random() < 0.15 and not self.joined else EventSource(random, self.joined)
        base = Base()
        base.add(generator.Expression("source", "source", TEXT), "source")  # HAVING counts them.
        base.add(self.passing(shape.where), "pass")
        keys = [Value(self.source.name(key), base.add(key), key.type, loose=key.type == NUMERIC) for key in shape.keys]
        bounds = [Value(bound, bound, TIME) for bound in ("window_start", "window_end")] if shape.window else []
        distinct = bool(keys or bounds) and random.random() < 0.08
        self.deep = not distinct and random.random() < 0.4
        inner = [] if distinct else [self.aggregates.make(base) for _ in range(random.randrange(1, 5))]
        # What a SELECT around the groups calls them.
        aggregates = [dataclasses.replace(value, ours=f"a{position}") for position, value in enumerate(inner)] if self.deep else inner
        named = [dataclasses.replace(key, ours=f"k{position}") for position, key in enumerate(keys)] if self.deep else keys
        outputs = [value if random.random() < 0.6 else self.over(value) for value in aggregates]
        having = None
        if not distinct:
            # SCALAR keys take their type from their place, so they stay alone.
            plain = bounds + [key for key in named if key.type != SCALAR]
            outputs += [self.over(value) for value in plain if random.random() < 0.2]
            if len(bounds) == 2 and random.random() < 0.1:
                outputs.append(Value("(window_end - window_start)", "(window_end - window_start)", "interval"))
            having = self.condition(aggregates + plain) if random.random() < 0.35 else None
        rank = None
        if self.deep and random.random() < 0.65 and (shape.window is None or shape.window.gap is None):
            rank = make_rank(random, aggregates, named, bounds, spell_ties=self.stored)
        if distinct:
            select = self.spell_distinct(shape, keys, bounds)
        elif self.deep:
            select = self.spell_deep(shape, keys, bounds, inner, outputs, having, rank)
        else:
            select = self.spell(shape, keys, bounds, outputs, having)
        options, lateness, out_of_orderness = self.options(closes=bool(bounds))
        if rank:
            outputs = outputs + [Value("r_", "r_", BIGINT)]
        return View(name, options, select, self.source.bases(base.columns), shape.window, keys, outputs,
                    having.postgres if having else "true", lateness, out_of_orderness, rank)

    def view_of_events(self, name):
        random = self.random
        where = self.expression(BOOLEAN) if random.random() < 0.7 else None
        self.source = EventSource(random, self.joined)
        base = Base()
        base.add(self.passing(where), "pass")
        keys = [Value("id", base.add(generator.Expression("id", "id", UUID)), UUID)]
        outputs = []
        for _ in range(random.randrange(1, 5)):
            output = self.plain() if random.random() < 0.3 else self.expression(random.choice([TEXT, INTEGER, BIGINT, NUMERIC, DOUBLE, BOOLEAN, TIME, UUID]))
            if output.type != SCALAR and (output.type != DOUBLE or not output.ours.startswith("data.")):  # Bare, that would be JSON.
                outputs.append(Value(self.source.name(output), base.add(output), output.type))
        targets = [f"{output.ours} AS o{position}" for position, output in enumerate(outputs)] + random.choice([[], ["id"], ["id AS event"]])
        before, source, condition = self.source.text(None, where.ours if where else None)
        select = f"{before}SELECT {', '.join(targets or ['id'])} FROM {source}{condition}"
        return View(name, "", select, self.source.bases(base.columns), None, keys, outputs, "true", None, 0, of_events=True)

    def view_of_ranked_events(self, name):
        """The best n events of each partition, in each window if there are windows."""
        random = self.random
        where = self.expression(BOOLEAN) if random.random() < 0.6 else None
        window = self.window()
        if window and window.gap is not None:
            window = None
        self.source = EventSource(random, self.joined)
        base = Base()
        base.add(self.passing(where), "pass")
        key = Value("id", base.add(generator.Expression("id", "id", UUID)), UUID)
        outputs = []
        while len(outputs) < random.choice([1, 2, 3, 4]):
            output = self.plain() if random.random() < 0.5 else self.expression(random.choice([TEXT, INTEGER, BIGINT, NUMERIC, BOOLEAN, TIME, UUID]))
            if output.type in (TEXT, INTEGER, BIGINT, NUMERIC, BOOLEAN, TIME, UUID) and not output.ours.startswith("data."):
                outputs.append(Value(self.source.name(output), base.add(output), output.type))
        bounds = [Value(bound, bound, TIME) for bound in ("window_start", "window_end")] if window else []
        rank = None
        while rank is None or "n_" in rank.condition:
            rank = make_rank(random, outputs, [key], bounds, of_events=True, spell_ties=self.stored)
        options, lateness, out_of_orderness = self.options(closes=bool(bounds))
        columns = [f"{output.ours} AS o{position}" for position, output in enumerate(outputs)] + [f"{rank.ours} AS r_"]
        before, source, condition = self.source.text(window.from_clause if window else None, where.ours if where else None)
        inside = f"{before}SELECT {', '.join(random.sample(columns, len(columns)))} FROM {source}{condition}"
        shown = [f"o{position}" for position in range(len(outputs))] + [f"r_ AS o{len(outputs)}"]
        select = f"SELECT {', '.join(shown)} FROM ({inside}) AS ranked" + (f" WHERE {rank.condition}" if rank.condition != "true" else "")
        return View(name, options, select, self.source.bases(base.columns), window, [key], outputs + [Value("r_", "r_", BIGINT)], "true", lateness, out_of_orderness, rank,
                    of_events=True)

    def options(self, closes):
        random = self.random
        span = self.stream.span
        lateness = None if self.stored else random.choice([0, 0, span // 30, span // 5, None, "default"])
        out_of_orderness = random.choice([0, 0, 1, span // 40, "default"])
        words = []
        if lateness != "default":
            words.append("lateness = " + ("'infinity'" if lateness is None else f"'{lateness / SECOND:.6f} s'"))
        if out_of_orderness != "default":
            words.append(f"out_of_orderness = '{out_of_orderness / SECOND:.6f} s'")
        if random.random() < 0.7:
            words.append("emit = " + random.choice(["'on change'", "'every 3 s'"] + (["'on close'"] if closes else [])))
        return (f" WITH ({', '.join(words)})" if words else "", 60 * SECOND if lateness == "default" else lateness,
                5 * SECOND if out_of_orderness == "default" else out_of_orderness)

    def from_and_where(self, shape):
        return self.source.text(shape.window.from_clause if shape.window else None, shape.where.ours if shape.where else None)

    def groups(self, bounds):
        return self.random.choice([["window_start"], ["window_end"], ["window_start", "window_end"]]) if bounds else []

    def spell(self, shape, keys, bounds, outputs, having):
        random = self.random
        targets, groups = [], []
        for position, key in enumerate(keys):
            if random.random() < 0.8:
                targets.append(f"{key.ours} AS k{position}")
                groups.append(random.choice([key.ours, f"k{position}"]))
            else:
                groups.append(key.ours)
        shown = [bound.ours for bound in bounds if random.random() < 0.7]
        targets += shown + [f"{output.ours} AS o{position}" for position, output in enumerate(outputs)]
        groups += self.groups(bounds)
        before, source, where = self.from_and_where(shape)
        return (f"{before}SELECT {', '.join(targets)} FROM {source}{where}" + (f" GROUP BY {', '.join(groups)}" if groups else "")
                + (f" HAVING {having.ours}" if having else ""))

    def spell_distinct(self, shape, keys, bounds):
        targets = [f"{key.ours} AS k{position}" for position, key in enumerate(keys)] + (self.groups(bounds) if bounds else [])
        before, source, where = self.from_and_where(shape)
        return f"{before}SELECT DISTINCT {', '.join(targets)} FROM {source}{where}"

    def spell_deep(self, shape, keys, bounds, inner, outputs, having, rank):
        """The groups inside; filters, expressions and ranks around them."""
        random = self.random
        columns = [f"{key.ours} AS k{position}" for position, key in enumerate(keys)] + [bound.ours for bound in bounds]
        columns += [f"{value.ours} AS a{position}" for position, value in enumerate(inner)]
        columns += ["count(*) AS n_", f"count(DISTINCT {self.source.name(generator.Generator.same('source', TEXT))}) AS d_"]
        groups = [key.ours for key in keys] + self.groups(bounds)
        before, source, where = self.from_and_where(shape)
        query = f"{before}SELECT {', '.join(columns)} FROM {source}{where}" + (f" GROUP BY {', '.join(groups)}" if groups else "")
        targets = [f"{random.choice(['', 'grouped.'])}k{position}" for position in range(len(keys)) if random.random() < 0.8]
        targets += [bound.ours for bound in bounds if random.random() < 0.7] + [f"{output.ours} AS o{position}" for position, output in enumerate(outputs)]
        condition = f" WHERE {having.ours}" if having else ""
        if rank:
            if random.random() < 0.8:
                targets.append(f"r_ AS o{len(outputs)}")
            return (f"SELECT {', '.join(targets)} FROM (SELECT *, {rank.ours} AS r_ FROM ({query}) AS inside{condition}) AS grouped"
                    + (f" WHERE {rank.condition}" if rank.condition != "true" else ""))
        if random.random() < 0.5:
            return f"WITH grouped AS ({query}) SELECT {', '.join(targets)} FROM grouped{condition}"
        return f"SELECT {', '.join(targets)} FROM ({query}) AS grouped{condition}"


class Base:
    """The columns of PostgreSQL's base table, each expression once."""

    def __init__(self):
        self.columns = []

    def add(self, expression, name=None):
        for known, wanted, text in self.columns:
            if text == expression.postgres and name is None and wanted == expression.type and known != "pass":  # Of a UNION ALL that is another one.
                return known
        name = name or f"x{len(self.columns)}"
        self.columns.append((name, expression.type, expression.postgres))
        return name
