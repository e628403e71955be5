"""Joins with reference tables, and with short tables in the statement. PostgreSQL looks the row up in each expression that has a column of it."""
import json

from generator_types import BIGINT, BOOLEAN, DATE, DOUBLE, Expression, NUMERIC, TEXT, TIME, quoted

# name: (columns, primary key, rows as texts). Some sources and users are in no row. Numerics have no zeros at their end: stored columns don't keep
# them (docs/sql.md).
TABLES = {
    "regions": ((("name", TEXT), ("region", TEXT), ("rate", NUMERIC), ("weight", DOUBLE), ("since", DATE)), ("name",), [
        ("shop", "north", "1.25", "0.25", "2024-02-29"), ("shop-2", "north", "-0.005", "1e3", None), ("日本", "東", None, None, "1999-12-31"),
        ("x", "", "100", "NaN", "2021-01-03"), ("u1", "south", "7", "-1", None), ("1", "one", "0.1", "3", "2000-01-01")]),
    "plans": ((("owner", TEXT), ("level", TEXT), ("seats", BIGINT), ("paid", BOOLEAN), ("until", TIME)), ("owner", "level"), [
        ("u1", "high", "5", "true", "2026-03-01T12:00:00Z"), ("u1", "low", "-3", "false", None), ("Ünal", "medium", None, None, "1969-12-31T23:59:59Z"),
        ("u2", "high", "9000000000", "true", "9999-01-01T00:00:00Z"), ("shop", "low", "0", None, "2000-02-29T12:00:00Z")]),
}

# Of the events, what never fails.
LOOKED_UP = ["source", "source", "user_id", "(data->>'g')", "COALESCE(user_id, source)", "lower(source)"]


def definition(name):
    columns, key, _ = TABLES[name]
    return f"CREATE TABLE {name} ({', '.join(f'{column} {wanted}' for column, wanted in columns)}, PRIMARY KEY ({', '.join(key)}))"


def rows_sql(name):
    """The rows as PostgreSQL's VALUES with types."""
    columns, _, rows = TABLES[name]
    return ", ".join("(" + ", ".join("NULL" if cell is None else f"{quoted(cell)}::{wanted}" for (_, wanted), cell in zip(columns, row)) + ")" for row in rows)


SETUP = "".join(f"{definition(name)};\nINSERT INTO {name} VALUES {rows_sql(name)};\n" for name in TABLES)


def request():
    """The tables as the probes take them."""
    return json.dumps([{"sql": definition(name), "cells": [cell for row in rows for cell in row]} for name, (_, _, rows) in TABLES.items()])


class Join:
    """One table beside the events of a view."""

    def __init__(self, random):
        self.name = random.choice(list(TABLES))
        self.columns, key, _ = TABLES[self.name]
        self.alias = random.choice(["r", self.name])
        self.outer = random.random() < 0.5
        found = [random.choice(LOOKED_UP)] + ["severity"] * (len(key) - 1)
        pairs = [random.choice([(f"{self.alias}.{column}", value), (value, f"{self.alias}.{column}")]) for column, value in zip(key, found)]
        random.shuffle(pairs)
        source = self.name
        if random.random() < 0.3:
            source = f"(VALUES {rows_sql(self.name)})"
            self.alias_text = f" AS {self.alias} ({', '.join(column for column, _ in self.columns)})"
        else:
            self.alias_text = "" if self.alias == self.name else f" AS {self.alias}"
        self.text = f" {'LEFT ' if self.outer else ''}JOIN {source}{self.alias_text} ON {' AND '.join(f'{a} = {b}' for a, b in pairs)}"
        self.same_row = " AND ".join(f"t_.{column} = {value}" for column, value in zip(key, found))

    def column(self, random, wanted):
        """A column of the type, or None."""
        names = [name for name, its in self.columns if its == wanted]
        if not names:
            return None
        name = random.choice(names)
        return Expression(f"{self.alias}.{name}", f"(SELECT t_.{name} FROM {self.name} t_ WHERE {self.same_row})", wanted)

    def kept(self, condition):
        """PostgreSQL's WHERE."""
        return condition if self.outer else f"({condition}) AND EXISTS (SELECT 1 FROM {self.name} t_ WHERE {self.same_row})"
