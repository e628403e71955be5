"""Functions of numbers beyond arithmetic: angles, logarithms, bits, divisors."""
from generator_types import BIGINT, DOUBLE, Expression, INTEGER, NUMERIC, TEXT, makes

OF_DOUBLE = ["cbrt({})", "log({})", "log10({})", "degrees({})", "radians({})", "sin({})", "cos({})", "tan({})", "cot({})", "asin({})", "acos({})", "atan({})", "sinh({})", "cosh({})",
             "tanh({})", "asinh({})", "acosh({})", "atanh({})", "(|/ {})", "(||/ {})", "(@ CAST({} AS double precision))"]


class Numbers:
    @makes(DOUBLE)
    def of_double(self, wanted, depth):
        random = self.random
        form = random.randrange(8)
        if form == 0:
            return self.join("atan2({}, {})", self.pair(DOUBLE, depth), wanted)
        if form == 1:
            return self.join("({} * pi())", [self.make(DOUBLE, depth, constant=False)], wanted)
        return self.join(random.choice(OF_DOUBLE), [self.operand(DOUBLE, depth) if random.random() < 0.6 else self.make(INTEGER, depth, constant=False)], wanted)

    @makes(INTEGER)
    def bucket(self, wanted, depth):
        count = self.random.choice(["1", "5", "10", "0", "100"])
        low, high = self.random.choice([("0", "10"), ("10", "0"), ("-5.5", "5.5"), ("1", "1"), ("'-Infinity'", "1")])
        if self.random.random() < 0.5:
            low, high = self.random.choice([("0", "10"), ("10", "0.0"), ("-5.5", "5.5"), ("1.0", "1"), ("0.35", "0.36"), ("-1e10", "1e10")])
            return self.join(f"width_bucket({{}}, {low}::numeric, {high}::numeric, {count})", [self.make(NUMERIC, depth, constant=False)], wanted)
        return self.join(f"width_bucket({{}}, {low}::float8, {high}::float8, {count})", [self.make(DOUBLE, depth, constant=False)], wanted)

    @makes(INTEGER, BIGINT)
    def bits(self, wanted, depth):
        random = self.random
        value = self.make(wanted, depth, constant=False)
        form = random.randrange(4)
        if form == 0:
            return self.join("({} " + random.choice(["&", "|", "#"]) + " {})", [value, self.make(wanted, depth)], wanted)
        if form == 1:
            return self.join("({} " + random.choice(["<<", ">>"]) + " {})", [value, self.make(INTEGER, depth)], wanted)
        if form == 2:
            return self.join(random.choice(["(~ {})", "(@ {})"]), [value], wanted)
        return self.join(random.choice(["gcd", "lcm"]) + "({}, {})", [value, self.make(wanted, depth)], wanted)

    @makes(NUMERIC)
    def of_numeric(self, wanted, depth):
        form = self.random.randrange(3)
        if form == 0:
            return self.join("div({}, {})", [self.make(NUMERIC, depth, constant=False), self.make(NUMERIC, depth)], wanted)
        if form == 1:
            return self.join("factorial({})", [self.make(BIGINT, 0, constant=False) if self.random.random() < 0.3 else self.same("length(type) * 2", INTEGER)], wanted)
        return self.join(self.random.choice(["trim_scale({})", "(@ {})"]), [self.make(NUMERIC, depth, constant=False)], wanted)

    @makes(INTEGER)
    def small_integer(self, wanted, depth):
        """A smallint is an integer here."""
        value = self.make(self.random.choice([INTEGER, BIGINT, NUMERIC, DOUBLE, TEXT]), depth, constant=False)
        return Expression(f"({value.ours})::smallint", f"(({value.postgres})::smallint)::integer", wanted, value.constant)

    @makes(INTEGER)
    def scales(self, wanted, depth):
        return self.join(self.random.choice(["scale({})", "min_scale({})"]), [self.make(NUMERIC, depth, constant=False)], wanted)
