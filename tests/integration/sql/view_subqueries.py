"""Ways to write FROM: the events themselves, subqueries and WITH queries around them, which name some expressions and filter. What PostgreSQL is asked stays the same."""
import random as random_module


class EventSource:
    """Where a view's events come from. name() is how an expression over events is written behind FROM; what is named must be so before text() is called."""

    def bases(self, columns):
        return [columns]

    def __init__(self, random: random_module.Random, joined=None):
        self.random, self.joined = random, joined
        self.kind = "events" if joined else random.choice(["events", "events", "subquery", "with"])
        self.columns = []  # (name, ours)

    def name(self, expression):
        ours = expression.ours
        if self.kind == "events" or self.random.random() < 0.4:
            return ours
        for name, known in self.columns:
            if known == ours:
                return name
        self.columns.append((f"q{len(self.columns)}", ours))
        return self.columns[-1][0]

    def text(self, window, where):
        """(WITH ... or nothing, what stands behind FROM, WHERE ... or nothing). `window` is its from_clause, which reads events."""
        random = self.random
        if self.kind == "events":
            return "", (window or "events") + (self.joined.text if self.joined else ""), f" WHERE {where}" if where else ""
        inside = random.random() < 0.6
        query = "SELECT *" + "".join(f", {ours} AS {name}" for name, ours in self.columns) + " FROM events"
        if where and inside:
            query += f" WHERE {where}"
        outer = f" WHERE {where}" if where and not inside else ""
        if random.random() < 0.3:
            query = f"SELECT * FROM ({query}) AS deeper" + random.choice(["", " WHERE true", " WHERE deeper.type IS NOT NULL"])
        if self.kind == "with" or window:
            renamed = ""
            if random.random() < 0.3:
                renamed = " (id)"  # The name that it has already.
            return f"WITH sub{renamed} AS ({query}) ", window.replace("(events,", "(sub,", 1) if window else "sub AS events", outer
        return "", f"({query}) AS events", outer
