#!/usr/bin/env python3
"""Random queries over random events, run by query_probe (the front end, DuckDB and our expressions in it) and by a real PostgreSQL 15, which must agree.

    query_differential.py --probe build/ci/bin/query_probe --count 2000
    query_differential.py --probe build/ci/bin/query_probe --seed 7 --round 12      # one round again, as a failure prints it

Ends with 77 where there is no PostgreSQL.
"""
import argparse
import decimal
import json
import random
import subprocess
import sys
import time

import compare
import events
import postgres
import query_generator
import view_differential

ROWS = 24            # Of a round;
QUERIES = 20         # with as many queries.
SHOWN = 12

# What differs on purpose, by what our error says: a numeric that a column has no room for (docs/sql.md, "numeric").
ALLOWED = "a numeric has more digits before the point"


def batches_of(rows):
    """Two batches of one partition."""
    half = len(rows) // 2
    return "[" + ",".join('{"partition":0,"now":"%s","events":[%s]}' % (events.NOW, ",".join(row.json() for row in part)) for part in (rows[:half], rows[half:])) + "]"


def ask_probe(probe, batches, queries, catalogs=None):
    """A result a query; `catalogs` are members of the request."""
    request = '{"batches":%s,"queries":%s%s}\n' % (batches, json.dumps(queries), f",{catalogs}" if catalogs else "")
    done = subprocess.run([probe], input=request.encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"error: the probe ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return compare.numbers_as_text(done.stdout.decode())["results"]


def ask_postgres(cluster, rows, queries, functions):
    """For each query its types and rows, or its error."""
    cluster.script(postgres.load_rows(rows) + "".join(functions))
    answers = []
    for query in queries:
        try:
            types = [line.split("|")[1] for line in cluster.script(f"{query.postgres} \\gdesc\n").split("\n")[:-1]]
            columns = ", ".join(f"q.o{number}::text" for number in range(len(types)))
            copied = cluster.script(f"COPY (SELECT {columns} FROM ({query.postgres}) AS q({', '.join(f'o{number}' for number in range(len(types)))})) TO STDOUT;")
            answers.append((types, [postgres.copy_fields(line) for line in copied.split("\n")[:-1]]))
        except postgres.Failed as error:
            answers.append(str(error))
    return answers


def same_value(wanted, ours, theirs):
    if wanted == "jsonb" and theirs == "null":
        return ours is None  # In the JSON of a result the two NULLs are one.
    if ours is None or theirs is None:
        return ours is None and theirs is None
    if wanted == "interval":
        return ours in (theirs, compare.interval_in_days(theirs))  # What has been a key is shown in days and hours (docs/sql.md).
    if wanted == "numeric":
        if not isinstance(ours, compare.Number):
            return False
        # A column keeps 16 digits behind the point where the query does not say how many.
        a, b = decimal.Decimal(ours), decimal.Decimal(theirs)
        return a == b or abs(a - b) <= decimal.Decimal("0.5e-16")
    return compare.same_value(wanted, ours, theirs)


def sort_key(types, row):
    """Values that count as equal must come to the same place, or nearly so."""
    keys = []
    for wanted, value in zip(types, row):
        if value is None:
            keys.append((1, ""))
        elif wanted == "double precision":
            keys.append((0, f"{float(value):.7e}"))
        elif wanted == "interval":
            keys.append((0, compare.interval_length(value)))
        elif wanted == "numeric":
            keys.append((0, f"{decimal.Decimal(value):.14f}"))
        else:
            keys.append((0, str(view_differential.canonical(value)) if wanted == "jsonb" else str(value)))
    return keys


def comparable(types, row):
    """A row of PostgreSQL's texts as ours would be read."""
    values = []
    for wanted, value in zip(types, row):
        if value is None:
            values.append(None)
        elif wanted == "boolean":
            values.append(value == "true")
        elif wanted == "timestamp with time zone":
            values.append(compare._time(value))  # pylint: disable=protected-access
        elif wanted.endswith("[]"):
            elements = compare.array_elements(value)
            zoned = wanted == "timestamp with time zone[]"
            values.append([compare._time(each) if zoned and each is not None else each for each in elements])  # pylint: disable=protected-access
        elif wanted == "timestamp without time zone":
            values.append(value if value.endswith(" BC") else value.replace(" ", "T"))
        elif wanted == "jsonb":
            values.append(compare.numbers_as_text(value))  # A JSON null becomes None, as NULL is.
        else:
            values.append(value)
    return values


def differences(query, ours, theirs):
    if isinstance(theirs, str):
        return [] if "error" in ours else [f"PostgreSQL has an error: {theirs[:300]}"]
    if "error" in ours:
        # What always fails is refused when it is planned; PostgreSQL's rows have NULL there.
        return [] if ours["error"].startswith(ALLOWED) or compare.always_fails(ours["error"]) else [f"refused: {ours['error']} {ours['detail'][:300]}"]
    types, rows = theirs
    our_types = [column["type"] for column in ours["columns"]]
    if our_types != types:
        return [f"types {our_types}, but PostgreSQL has {types}"]
    if len(ours["rows"]) != len(rows):
        return [f"{len(ours['rows'])} rows, but PostgreSQL has {len(rows)}"]
    mine = list(ours["rows"])
    wanted = rows
    if not query.ordered:
        mine.sort(key=lambda row: sort_key(types, row))
        wanted = sorted(rows, key=lambda row: sort_key(types, comparable(types, row)))
    for number, (a, b) in enumerate(zip(mine, wanted)):
        for wanted_type, x, y in zip(types, a, b):
            if not same_value(wanted_type, x, y):
                return [f"row {number}: {a}, but PostgreSQL has {b}"]
    return []


def make_round(seed, number):
    source = random.Random(f"{seed}/{number}")
    rows = [events.Row(source) for _ in range(ROWS)]
    for place, row in enumerate(rows):
        row.correlation_id = f"k{place:0{2 + place % 3}d}"  # Tells rows apart, for an order that is complete.
    made = query_generator.QueryGenerator(source)
    return rows, [made.make() for _ in range(QUERIES)], made.functions


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--probe", required=True)
    options.add_argument("--count", type=int, default=200, help="queries, in rounds of %d" % QUERIES)
    options.add_argument("--seed", type=int, default=None, help="of the first round; random otherwise")
    options.add_argument("--round", type=int, default=None, help="only this round")
    chosen = options.parse_args()
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(1_000_000)
    rounds = range((chosen.count + QUERIES - 1) // QUERIES) if chosen.round is None else [chosen.round]
    print(f"seed {seed}")
    begin = time.monotonic()
    asked = rows_seen = both_failed = always_fail = no_room = differing = 0
    try:
        with postgres.Cluster() as cluster:
            cluster.script(postgres.SETUP)
            for number in rounds:
                rows, queries, functions = make_round(seed, number)
                for query, ours, theirs in zip(queries, ask_probe(chosen.probe, batches_of(rows), [query.ours for query in queries]), ask_postgres(cluster, rows, queries, functions)):
                    asked += 1
                    rows_seen += len(ours.get("rows", []))
                    both_failed += isinstance(theirs, str) and "error" in ours
                    always_fail += compare.always_fails(ours.get("error", ""))
                    no_room += ours.get("error", "").startswith(ALLOWED)
                    found = differences(query, ours, theirs)
                    differing += bool(found)
                    if found and differing <= SHOWN:
                        print(f"\nseed {seed}, round {number}:\n  ours:       {query.ours}\n  PostgreSQL: {query.postgres}\n  {found[0]}")
    except postgres.Missing as reason:
        print(f"skipped: {reason}")
        return 77
    print(f"{asked} queries, {rows_seen} rows, {both_failed} refused by both, {always_fail} because they always fail, {no_room} with a numeric too long for a column, {differing} differ; "
          f"{time.monotonic() - begin:.0f} s")
    return 1 if differing or both_failed + always_fail > asked // 10 else 0


if __name__ == "__main__":
    sys.exit(main())
