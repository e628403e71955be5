"""Random aggregates in two spellings: ours, over events, and PostgreSQL's, over the columns of its base table.

Arguments are such that the order of adding does not show: sums of floats get small summands, sums of products small whole numbers.
"""
import dataclasses

import generator
from generator import BIGINT, BOOLEAN, DOUBLE, INTEGER, INTERVAL, JSONB, NUMERIC, TEXT, TIME


@dataclasses.dataclass
class Value:
    """Something over a group: an aggregate, a key, a bound of the window."""
    ours: str
    postgres: str
    type: str
    safe: bool = False   # For arithmetic: small.
    exact: bool = True   # Not a sum of floats, which comparisons and roundings would take apart.
    loose: bool = False  # A numeric or interval that several of equal value stand for: they may look different.


VARIANCES = ["variance", "var_samp", "var_pop", "stddev", "stddev_samp", "stddev_pop"]
REGRESSIONS = ["corr", "covar_pop", "covar_samp", "regr_avgx", "regr_avgy", "regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy"]
EXTREMES = [INTEGER, BIGINT, NUMERIC, DOUBLE, TEXT, TEXT, TIME, INTERVAL]


class AggregateGenerator:
    """`parts` makes expressions over events: a ViewGenerator."""

    def __init__(self, random, parts):
        self.random, self.parts = random, parts

    def make(self, base):
        """The Value of a random aggregate; its columns are added to `base`."""
        random = self.random
        kind = random.choice([self.count, self.count, self.distinct, self.total, self.total, self.extreme, self.extreme, self.variance, self.boolean,
                              self.bits, self.regression, self.interval])
        value = kind(base)
        if random.random() < 0.25:
            condition = self.parts.expression(BOOLEAN)
            value.ours += f" FILTER (WHERE {self.parts.source.name(condition.ours)})"
            value.postgres += f" FILTER (WHERE {base.add(condition)})"
        return value

    def of(self, base, function, arguments, wanted, word="", **more):
        """function([word] arguments)"""
        ours = ", ".join(self.parts.source.name(argument.ours) for argument in arguments)
        postgres = ", ".join(base.add(argument) for argument in arguments)
        return Value(f"{function}({word}{ours})", f"{function}({word}{postgres})", wanted, **more)

    def count(self, base):
        if self.random.random() < 0.5:
            return Value("count(*)", "count(*)", BIGINT, safe=True)
        return self.of(base, "count", [self.argument(generator.ALL)], BIGINT, safe=True)

    def distinct(self, base):
        if self.random.random() < 0.5:
            return self.of(base, "count", [self.argument([each for each in generator.ALL if each != JSONB])], BIGINT, "DISTINCT ", safe=True)
        function, of = self.random.choice(["sum", "avg", "variance", "stddev_pop"]), self.random.choice([INTEGER, BIGINT, NUMERIC, DOUBLE])
        return self.of(base, function, [self.summand(of)], self.type_of_total(function, of), "DISTINCT ", exact=of != DOUBLE)

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
