"""Random aggregates in two spellings: ours, over events, and PostgreSQL's, over the columns of its base table.

Arguments are such that the order of adding does not show: sums of floats get small summands, sums of products small whole numbers.
"""
import dataclasses

import generator
import view_functions
from generator import BIGINT, BOOLEAN, DOUBLE, INTEGER, INTERVAL, JSONB, NUMERIC, TEXT, TIME
from view_union import UnionSource


@dataclasses.dataclass
class Value:
    """Something over a group: an aggregate, a key, a bound of the window."""
    ours: str
    postgres: str
    type: str
    safe: bool = False   # For arithmetic: small.
    exact: bool = True   # Not a sum of floats, which comparisons and roundings would take apart.
    loose: bool = False  # A numeric or interval that several of equal value stand for: they may look different.


PLAIN, SORTABLE = ([each for each in types if not each.endswith("[]")] for types in (generator.ALL, generator.ORDERED))
ARRAY = "array"  # Of any type: nothing is made of one.
VARIANCES = ["variance", "var_samp", "var_pop", "stddev", "stddev_samp", "stddev_pop"]
REGRESSIONS = ["corr", "covar_pop", "covar_samp", "regr_avgx", "regr_avgy", "regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy"]
EXTREMES = [INTEGER, BIGINT, NUMERIC, DOUBLE, TEXT, TEXT, TIME, INTERVAL]


DELIMITERS = ["','", "', '", "''", "'-é-'", "'it''s'"]


class AggregateGenerator:
    """`parts` makes expressions over events: a ViewGenerator."""

    def __init__(self, random, parts):
        self.random, self.parts = random, parts
        self.condition = None  # The column of FILTER of the aggregate in hand.

    def make(self, base):
        """The Value of a random aggregate; its columns are added to `base`."""
        random = self.random
        kind = random.choice([self.count, self.count, self.distinct, self.total, self.total, self.extreme, self.extreme, self.variance, self.boolean,
                              self.bits, self.regression, self.interval, self.outermost, self.percentile, self.percentile, self.texts, self.arrays, self.top])
        if random.random() < 0.08:
            return self.written(base)
        if isinstance(self.parts.source, UnionSource) and kind in (self.outermost, self.texts, self.arrays):
            kind = self.count  # An event that is a row of several SELECTs has no order among those.
        condition = self.parts.expression(BOOLEAN) if random.random() < 0.25 else None
        self.condition = base.add(condition) if condition else None
        value = kind(base)
        if condition:
            value.ours += f" FILTER (WHERE {self.named(condition)})"
        return value

    def named(self, expression):
        """Our spelling: a subquery may have a name for it."""
        return self.parts.source.name(expression)

    def filtered(self, call):
        """PostgreSQL's spelling of a call with the FILTER of the aggregate in hand."""
        return f"{call} FILTER (WHERE {self.condition})" if self.condition else call

    def of(self, base, function, arguments, wanted, word="", **more):
        """function([word] arguments)"""
        ours, postgres = ", ".join(self.named(argument) for argument in arguments), ", ".join(base.add(argument) for argument in arguments)
        return Value(f"{function}({word}{ours})", self.filtered(f"{function}({word}{postgres})"), wanted, **more)

    def count(self, base):
        if self.random.random() < 0.5:
            return Value("count(*)", self.filtered("count(*)"), BIGINT, safe=True)
        return self.of(base, "count", [self.argument(generator.ALL)], BIGINT, safe=True)

    def distinct(self, base):
        if self.random.random() < 0.5:
            return self.of(base, "count", [self.argument([each for each in generator.ALL if each != JSONB])], BIGINT, "DISTINCT ", safe=True)
        function, of = self.random.choice(["sum", "avg", "variance", "stddev_pop"]), self.random.choice([INTEGER, BIGINT, NUMERIC, DOUBLE])
        return self.of(base, function, [self.summand(of)], self.type_of_total(function, of), "DISTINCT ", exact=of != DOUBLE)

    def written(self, base):
        """A function in SQL that has aggregates in its body."""
        def both(argument):
            return self.named(argument), base.add(argument)
        ours, postgres, wanted = view_functions.aggregate(self.random, lambda: both(self.parts.expression(INTEGER)), lambda: both(self.parts.expression(TEXT)),
                                                          lambda: (both(self.small_whole()), both(self.small_whole())))
        return Value(ours, postgres, wanted, exact=wanted != DOUBLE)

    def argument(self, types):
        plain = self.parts.plain()
        takes_it = plain.type != JSONB or JSONB in types
        return plain if self.random.random() < 0.3 and takes_it else self.parts.expression(self.random.choice(types))

    @staticmethod
    def type_of_total(function, of):
        if of in (DOUBLE, INTERVAL):
            return of
        return BIGINT if function == "sum" and of == INTEGER else NUMERIC

    def total(self, base):
        function, of = self.random.choice(["sum", "avg"]), self.random.choice([INTEGER, BIGINT, NUMERIC, DOUBLE, DOUBLE])
        return self.of(base, function, [self.summand(of)], self.type_of_total(function, of), safe=True, exact=of != DOUBLE)

    def variance(self, base):
        of = self.random.choice([INTEGER, BIGINT, NUMERIC, DOUBLE, DOUBLE])
        return self.of(base, self.random.choice(VARIANCES), [self.summand(of)], self.type_of_total("variance", of), exact=of != DOUBLE)

    def interval(self, base):
        return self.of(base, self.random.choice(["sum", "avg"]), [self.parts.expression(INTERVAL)], INTERVAL)

    def extreme(self, base):
        random = self.random
        of = random.choice(EXTREMES)
        argument = self.parts.member("v", DOUBLE) if of == DOUBLE and random.random() < 0.5 else self.parts.expression(of)
        word = "DISTINCT " if random.random() < 0.1 else ""
        return self.of(base, random.choice(["min", "max"]), [argument], of, word, loose=of in (NUMERIC, INTERVAL))

    def boolean(self, base):
        return self.of(base, self.random.choice(["bool_and", "bool_or", "every"]), [self.parts.expression(BOOLEAN)], BOOLEAN)

    def bits(self, base):
        of = self.random.choice([INTEGER, BIGINT])
        return self.of(base, self.random.choice(["bit_and", "bit_or", "bit_xor"]), [self.parts.expression(of)], of)

    def regression(self, base):
        pair = [self.small_whole(), self.small_whole()]
        if self.random.random() < 0.1:
            return self.of(base, "regr_count", pair, BIGINT, safe=True)
        return self.of(base, self.random.choice(REGRESSIONS), pair, DOUBLE, exact=False)

    def small_whole(self):
        """Doubles without a part behind the point: what should be equal or cancel out does so exactly."""
        argument = self.parts.member("v", DOUBLE) if self.random.random() < 0.6 else self.parts.expression(DOUBLE)
        form = "CASE WHEN abs({0}) <= 100 THEN round({0}) END"
        return generator.Expression(form.format(argument.ours), form.format(argument.postgres), DOUBLE)

    def summand(self, of):
        """Small enough that no order of adding matters to 1e-9, and that no sum has too many digits."""
        if of == DOUBLE and self.random.random() < 0.5:
            return self.parts.member("v", DOUBLE)
        argument = self.parts.expression(of)
        if of == DOUBLE:
            form = "CASE WHEN abs({0}) <= 10000 THEN {0} END"
        elif of == NUMERIC:
            form = "CASE WHEN abs({0}) < 1000000000000 THEN round({0}, 4) END"
        else:
            return argument
        return generator.Expression(form.format(argument.ours), form.format(argument.postgres), of)

    # Where an order matters: the event's time and id are what we sort by where nothing else does.

    @staticmethod
    def moment(base, direction=""):
        same = generator.Generator.same
        return f"{base.add(same('timestamp', TIME))}{direction}, {base.add(same('id', generator.UUID))}{direction}"

    def outermost(self, base):
        """first() and last(), which PostgreSQL does not have."""
        function, direction = self.random.choice([("first", ""), ("last", " DESC")])
        of = self.random.choice(PLAIN)  # array_agg of arrays has two dimensions.
        argument = self.parts.expression(of)
        column = base.add(argument)
        condition = f"{column} IS NOT NULL" + (f" AND {self.condition}" if self.condition else "")
        return Value(f"{function}({self.named(argument)})", f"(array_agg({column} ORDER BY {self.moment(base, direction)}) FILTER (WHERE {condition}))[1]", of,
                     exact=of != DOUBLE)

    def percentile(self, base):
        random = self.random
        form = random.choice(["cont", "disc", "disc", "mode"])
        of = random.choice([INTEGER, BIGINT, NUMERIC, DOUBLE, INTERVAL] if form == "cont" else SORTABLE)
        argument = self.parts.member("v", DOUBLE) if of == DOUBLE and random.random() < 0.7 else self.summand(of) if form == "cont" and of != INTERVAL else (
            self.parts.expression(of))
        several = form != "mode" and of not in (NUMERIC, INTERVAL) and random.random() < 0.2
        fraction = random.choice(["ARRAY[0.5, 0.9]", "ARRAY[1, 0, 0.25]"] if several else ["0", "0.1", "0.25", "0.5", "0.75", "0.9", "0.999", "1"])
        function = "mode()" if form == "mode" else f"percentile_{form}({fraction})"
        direction = random.choice(["", "", " DESC", " ASC", " DESC NULLS LAST"])
        column = base.add(argument)
        wanted = ARRAY if several else of if form != "cont" or of == INTERVAL else DOUBLE
        return Value(f"{function} WITHIN GROUP (ORDER BY {self.named(argument)}{direction})", self.filtered(f"{function} WITHIN GROUP (ORDER BY {column}{direction})"),
                     wanted, exact=form != "cont", loose=of in (NUMERIC, INTERVAL))

    def texts(self, base):
        """string_agg"""
        random = self.random
        argument, delimiter = self.parts.expression(TEXT), random.choice(DELIMITERS)
        column, ours = base.add(argument), self.named(argument)
        direction = random.choice(["", "", " DESC", " NULLS FIRST", " DESC NULLS LAST"])
        if random.random() < 0.3:
            order, their_order = (f" ORDER BY {ours}{direction}", f" ORDER BY {column}{direction}") if random.random() < 0.5 else ("", "")
            return Value(f"string_agg(DISTINCT {ours}, {delimiter}{order})",
                         self.filtered(f"string_agg(DISTINCT {column}, {delimiter}{their_order})"), TEXT)
        if random.random() < 0.4:
            return Value(f"string_agg({ours}, {delimiter})", self.filtered(f"string_agg({column}, {delimiter} ORDER BY {self.moment(base)})"), TEXT)
        key = self.parts.expression(random.choice(SORTABLE))
        return Value(f"string_agg({ours}, {delimiter} ORDER BY {self.named(key)}{direction})",
                     self.filtered(f"string_agg({column}, {delimiter} ORDER BY {base.add(key)}{direction}, {self.moment(base)})"), TEXT)

    def arrays(self, base):
        """array_agg"""
        random = self.random
        distinct = random.random() < 0.3
        of = random.choice([each for each in SORTABLE if each not in (NUMERIC, INTERVAL)] if distinct else PLAIN)
        argument = self.parts.expression(of)
        column, ours = base.add(argument), self.named(argument)
        direction = random.choice(["", "", " DESC", " NULLS FIRST", " DESC NULLS LAST"])
        if distinct:
            order, their_order = (f" ORDER BY {ours}{direction}", f" ORDER BY {column}{direction}") if random.random() < 0.5 else ("", "")
            return Value(f"array_agg(DISTINCT {ours}{order})", self.filtered(f"array_agg(DISTINCT {column}{their_order})"), ARRAY)
        if random.random() < 0.4:
            return Value(f"array_agg({ours})", self.filtered(f"array_agg({column} ORDER BY {self.moment(base)})"), ARRAY)
        key = self.parts.expression(random.choice(SORTABLE))
        return Value(f"array_agg({ours} ORDER BY {self.named(key)}{direction})",
                     self.filtered(f"array_agg({column} ORDER BY {base.add(key)}{direction}, {self.moment(base)})"), ARRAY)

    def top(self, base):
        """approx_top_k, which is exact for as few values as there are here."""
        argument, count = self.argument([BOOLEAN, INTEGER, TEXT, generator.UUID]), self.random.choice([1, 2, 5])
        if argument.type not in (BOOLEAN, INTEGER, TEXT, generator.UUID):
            argument = self.parts.expression(TEXT)  # Others look different in JSON.
        values = f"unnest({self.filtered(f'array_agg({base.add(argument)})')})"
        # By the JSON that is ours, which has other names for these.
        order = '''n DESC, replace(replace(replace(v, chr(127), '\\u007f'), '\\f', '\\u000c'), '\\b', '\\u0008') COLLATE "C"'''
        counted = f"SELECT to_jsonb(v_)::text AS v, count(*) AS n FROM {values} AS v_ WHERE v_ IS NOT NULL GROUP BY v_"
        top = f"SELECT * FROM ({counted}) AS c_ ORDER BY {order} LIMIT {count}"
        return Value(f"approx_top_k({self.named(argument)}, {count})",
                     f"(SELECT jsonb_agg(jsonb_build_object('value', v::jsonb, 'count', n) ORDER BY {order}) FROM ({top}) AS t_)", JSONB)
