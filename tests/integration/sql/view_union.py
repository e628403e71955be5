"""UNION ALL: several SELECTs over the events, in each of which a column of the union is another expression."""
import dataclasses
import random as random_module

from generator_types import BIGINT, BOOLEAN, DOUBLE, Expression, INTEGER, JSONB, NUMERIC, SCALAR

# What a column may be in one SELECT for the type of another one to be the column's.
NARROWER = {BIGINT: [INTEGER], NUMERIC: [INTEGER, BIGINT], DOUBLE: [INTEGER, BIGINT, NUMERIC]}


@dataclasses.dataclass
class Select:
    where: object  # An expression, or None.
    columns: list  # Expressions, one a name of the union.


class UnionSource:
    """Where a view's events come from, as EventSource. make(type) gives an expression over events. `stored`: as of ViewGenerator."""

    def __init__(self, random: random_module.Random, make, stored=False):
        self.random, self.make, self.stored = random, make, stored
        self.selects = [Select(make(BOOLEAN) if random.random() < 0.8 else None, []) for _ in range(random.choice([2, 2, 3]))]
        self.names = {}  # By PostgreSQL's expression: the column that it is.
        self.kept = {"source"}  # What has no name: it is the same in all SELECTs.

    def name(self, expression):
        """What an expression is called around the union. Always the same, as PostgreSQL has one column of its base table for it."""
        postgres = expression.postgres
        if postgres in self.names:
            return self.names[postgres]
        # A field takes its type from its place, so a name for it would be one for several expressions of PostgreSQL's.
        if postgres in self.kept or expression.type == SCALAR or expression.ours.startswith("data.") or self.random.random() < 0.3:
            self.kept.add(postgres)
            return expression.ours
        self.names[postgres] = f"q{len(self.names)}"
        wide = self.random.randrange(len(self.selects))  # This one has the type that all shall have.
        for number, select in enumerate(self.selects):
            narrower = self.random.choice([expression.type, *NARROWER.get(expression.type, [])])
            select.columns.append(expression if number == wide else self.another(narrower, expression.type in (DOUBLE, NUMERIC)))
        return self.names[postgres]

    def another(self, wanted, small):
        while True:
            made = self.make(wanted)
            if not made.ours.startswith("data."):
                break
        if wanted == JSONB:
            ours = f"NULLIF({made.ours}, 'null'::jsonb)" if self.stored else made.ours
            return Expression(ours, f"NULLIF({made.postgres}, 'null'::jsonb)", JSONB)  # As in keys.
        if not small:
            return made
        # It may be what an aggregate sums.
        form = "CASE WHEN abs({0}) <= 100 THEN " + ("round({0}) END" if wanted in (DOUBLE, NUMERIC) else "{0} END")
        return Expression(form.format(made.ours), form.format(made.postgres), wanted)

    def text(self, window, where):
        random, queries = self.random, []
        for number, select in enumerate(self.selects):
            letter = "q" if number == 0 else random.choice("qr")  # The first one's names count.
            columns = "".join(f", {expression.ours} AS {letter}{position}" for position, expression in enumerate(select.columns))
            queries.append(f"SELECT *{columns} FROM events" + (f" WHERE {select.where.ours}" if select.where else ""))
        query = " UNION ALL ".join(queries)
        outer = f" WHERE {where}" if where else ""
        if window or random.random() < 0.5:
            return f"WITH parts AS ({query}) ", window.replace("(events,", "(parts,", 1) if window else "parts AS events", outer
        return "", f"({query}) AS events", outer

    def bases(self, columns):
        """PostgreSQL's columns of the base table, (name, type, expression), a list for each SELECT."""
        bases = []
        for select in self.selects:
            base = []
            for name, wanted, postgres in columns:
                if name == "pass":
                    postgres = f"({select.where.postgres}) AND ({postgres})" if select.where else postgres
                elif postgres in self.names:
                    postgres = select.columns[int(self.names[postgres][1:])].postgres
                base.append((name, wanted, postgres))
            bases.append(base)
        return bases
