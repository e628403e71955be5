"""Dates, timestamps without time zone, intervals times numbers."""
from generator_types import BOOLEAN, CLOCK, DATE, DOUBLE, Expression, INTEGER, INTERVAL, NUMERIC, TEXT, TIME, makes

UNITS = ["millisecond", "second", "hour", "day", "week", "month", "quarter", "year", "decade", "century"]
PARTS = UNITS + ["epoch", "dow", "isodow", "doy", "isoyear", "julian"]
ZONES = ["'UTC'", "'utc'", "'+02'", "'-05:30'", "'UTC+3'", "INTERVAL '2 hours'", "INTERVAL '-90 min'", "'Z'", "INTERVAL '1 day'"]
MIXED_SIGNS = ["INTERVAL '1 mon -1 day'", "INTERVAL '-1 mon 40 days -30:00'", "INTERVAL '35 days -25:00'", "INTERVAL '-1 day 30:00'", "INTERVAL '-35 days 1 hour'", "INTERVAL '1 mon -35 days 25:00'",
               "INTERVAL '-2 days -70:00'", "INTERVAL '1 year -1 mons -1 us'"]
STRIDES = ["'1 hour'", "'15 min'", "'7 days'", "'1 day 3 hours'", "'1 month'", "'0 s'", "'250 ms'"]


class Times:
    @makes(TIME, CLOCK)
    def moved_to_zone(self, wanted, depth):
        return self.join("({} AT TIME ZONE " + self.random.choice(ZONES) + ")", [self.make(CLOCK if wanted == TIME else TIME, depth, constant=False)], wanted)

    @makes(TIME, CLOCK)
    def binned(self, wanted, depth):
        return self.join("date_bin(" + self.random.choice(STRIDES) + ", {}, {})", [self.make(wanted, depth, constant=False), self.make(wanted, 0)], wanted)

    @makes(CLOCK)
    def clock(self, wanted, depth):
        form = self.random.randrange(4)
        if form == 0:
            return self.join("date_trunc('" + self.random.choice(UNITS) + "', {})", [self.make(CLOCK, depth, constant=False)], wanted)
        if form == 1:
            return self.join("make_timestamp(2024, {}, 15, {}, 30, 5.5)", [self.make(INTEGER, 0, constant=False), self.make(INTEGER, 0)], wanted)
        day = self.make(self.random.choice([CLOCK, DATE]), depth, constant=False)
        return self.join("({} " + self.random.choice("+-") + " {})", [day, self.make(INTERVAL, depth)], wanted)

    @makes(DATE)
    def day(self, wanted, depth):
        if self.random.random() < 0.3:
            return self.join("make_date({}, {}, {})", [self.make(INTEGER, 0, constant=False), self.make(INTEGER, 0), self.make(INTEGER, 0)], wanted)
        return self.join("({} " + self.random.choice("+-") + " {})", [self.make(DATE, depth, constant=False), self.make(INTEGER, 0)], wanted)

    @makes(INTEGER)
    def days_between(self, wanted, depth):
        return self.join("({} - {})", [self.make(DATE, depth, constant=False), self.make(DATE, depth)], wanted)

    @makes(INTERVAL)
    def span(self, wanted, depth):
        random = self.random
        form = random.randrange(8)
        if form == 6:
            return self.join("date_trunc('" + random.choice([unit for unit in UNITS if unit != "week"] + ["minute", "millennium", "microsecond"]) + "', {})", [self.make(INTERVAL, depth, constant=False)], wanted)
        if form == 7:
            value = self.same(random.choice(MIXED_SIGNS), INTERVAL)
            return self.join(random.choice(["justify_days({} + {})", "justify_hours({} + {})", "justify_interval({} + {})", "({} - {})"]), [value, self.make(INTERVAL, 0, constant=False)], wanted)
        if form == 0:
            of = random.choice([TIME, CLOCK])
            return self.join("age({}, {})", [self.make(of, depth, constant=False), self.make(of, depth)], wanted)
        if form == 1:
            return self.join("({} - {})", [self.make(CLOCK, depth, constant=False), self.make(random.choice([CLOCK, DATE]), depth)], wanted)
        if form == 2:
            return self.join(random.choice(["justify_days({})", "justify_hours({})", "justify_interval({})"]), [self.make(INTERVAL, depth, constant=False)], wanted)
        if form == 3:
            names = random.sample(["years", "months", "weeks", "days", "hours", "mins"], random.randrange(1, 4))
            return self.join("make_interval(" + ", ".join(name + " => {}" for name in names) + ")", [self.make(INTEGER, 0, constant=False) for _ in names], wanted)
        number = self.make(DOUBLE, 0, constant=False) if random.random() < 0.3 else self.same(random.choice(["0.5::float8", "2", "-1.5::float8", "length(source)", "0", "10.0"]), DOUBLE)
        if form == 4:
            return self.join("({} / {})", [self.make(INTERVAL, depth, constant=False), number], wanted)
        return self.join("({} * {})", random.choice([[self.make(INTERVAL, depth, constant=False), number], [number, self.make(INTERVAL, depth, constant=False)]]), wanted)

    @makes(NUMERIC, DOUBLE)
    def part_of_clock(self, wanted, depth):
        of = self.random.choice([CLOCK, DATE] if wanted == NUMERIC else [CLOCK, CLOCK, DATE])
        parts = [part for part in PARTS if of != DATE or wanted == DOUBLE or part not in ("millisecond", "second", "hour")]
        form = "extract({} from " if wanted == NUMERIC else "date_part('{}', "
        return self.join(form.format(self.random.choice(parts)) + "{})", [self.make(of, depth, constant=False)], wanted)

    @makes(BOOLEAN)
    def times_compared(self, wanted, depth):
        if self.random.random() < 0.3:
            ends = []
            for _ in range(2):
                of = self.random.choice([TIME, CLOCK, DATE])
                ends += [self.make(of, depth, constant=False), self.make(self.random.choice([of, of, INTERVAL]), 0, constant=False)]
                if self.random.random() < 0.15:
                    ends[-self.random.choice([1, 2])] = Expression("NULL::timestamptz", "NULL::timestamptz", TIME, True)
            return self.join("(({}, {}) OVERLAPS ({}, {}))", ends, wanted)
        first, second = self.random.choice([TIME, CLOCK, DATE]), self.random.choice([TIME, CLOCK, DATE])
        if self.random.random() < 0.2:
            return self.join("isfinite({})", [self.make(first, depth, constant=False)], wanted)
        return self.join("({} " + self.random.choice(["=", "<", ">="]) + " {})", [self.make(first, depth, constant=False), self.make(second, depth)], wanted)

    @makes(TEXT)
    def time_as_text(self, wanted, depth):
        return self.join("({})::text", [self.make(self.random.choice([CLOCK, DATE]), depth, constant=False)], wanted)
