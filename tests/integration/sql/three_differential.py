#!/usr/bin/env python3
"""The same random queries three times: as live views over a stream (view_probe), as SQL over the stored events (query_probe), and in a real PostgreSQL 15. All rows must
agree.

    three_differential.py --view-probe build/ci/bin/view_probe --query-probe build/ci/bin/query_probe --count 20000
    three_differential.py --view-probe ... --query-probe ... --seed 7 --round 12      # one round again, as a failure prints it

Ends with 77 where there is no PostgreSQL.
"""
import argparse
import collections
import decimal
import random
import sys
import time

import compare
import postgres
import query_differential
import streams
import view_differential
import view_oracle

SHOWN = 10
ROWS_SHOWN = 6
EXACT = ("text", "integer", "bigint", "boolean", "uuid", "date", "timestamp with time zone")
NOTHING = 1e-12  # What is left where numbers cancel out: another formula of a regression leaves something else.
WORST = decimal.Decimal("1e-13")  # What rounding to 16 digits behind the point (docs/sql.md) becomes in an expression around it.


# Rows as dictionaries of name: (type, value), ours as numbers_as_text() read them --------------------------------------------

def our_rows(result):
    types = [column["type"] for column in result["columns"]]
    names = [column["name"] for column in result["columns"]]
    return dict(zip(names, types)), [dict(zip(names, row)) for row in result["rows"]]


def their_row(view, fields):
    """PostgreSQL's, with the names that the outputs of the SELECT have."""
    row = {}
    count = len(view.keys)
    for number, (key, text) in enumerate(zip(view.keys, fields)):
        wanted = "jsonb" if key.type == view_oracle.SCALAR else key.type
        row[f"k{number}"] = (wanted.replace("timestamptz", "timestamp with time zone"), text)
    if view.of_events:
        row["id"] = row["event"] = row.pop("k0")
    elif view.window:
        for name, text in zip(("window_start", "window_end"), fields[count:]):
            row[name] = ("timestamp with time zone", int(text))
    for position in range(len(view.outputs)):
        row[f"o{position}"] = (fields[count + 2 + 2 * position], fields[count + 3 + 2 * position])
    return row


def output_of(view, name):
    """The Value that a name stands for."""
    if name[0] in "ko" and name[1:].isdigit():
        return (view.keys if name[0] == "k" else view.outputs)[int(name[1:])]
    return view.keys[0] if view.of_events else None


def near(ours, theirs):
    a, b = decimal.Decimal(ours), decimal.Decimal(theirs)
    return a == b or abs(a - b) <= max(WORST, abs(b) * WORST) or shortened(a, b)


def shortened(ours, theirs):
    """PostgreSQL gives a variance as many digits as its values have, zeros at their end included, which stored columns don't keep (docs/sql.md)."""
    return len(ours.as_tuple().digits) >= 10 and ours == theirs.quantize(decimal.Decimal(1).scaleb(ours.as_tuple().exponent))


def same(output, wanted, ours, theirs):
    if output is None or theirs is None or ours is None:  # A bound of the window, or a NULL.
        if wanted == "jsonb" and theirs == "null":
            return ours is None
        return ours is theirs if None in (ours, theirs) else streams.micros(ours) == theirs
    if wanted == "numeric":
        return isinstance(ours, compare.Number) and near(ours, theirs)
    if wanted == "numeric[]":
        elements = compare.array_elements(theirs)
        return len(ours) == len(elements) and all(a is b if None in (a, b) else near(a, b) for a, b in zip(ours, elements))
    if wanted == "double precision" and abs(float(theirs)) < NOTHING and abs(float(ours)) < NOTHING:
        return True
    return view_differential.same(output, wanted, ours, theirs)


def place(wanted, value):
    """What values that are the same have in common, for types where that is a text."""
    if wanted not in EXACT or value is None:
        return value is None
    return str(value).lower() if wanted == "boolean" else str(value)


def their_place(wanted, value):
    if wanted == "timestamp with time zone" and value is not None:
        value = streams.shortest(value) if isinstance(value, int) else compare._time(value)  # pylint: disable=protected-access
    if wanted == "jsonb" and value == "null":
        value = None
    return place(wanted, value)


def stored_differences(view, result, lines):
    """How the rows over the stored events differ from PostgreSQL's. Their order is open, so each of ours must be one of theirs, each once."""
    if "error" in result:
        return [f"refused: {result['error']}; {result['detail']}"]
    types, ours = our_rows(result)
    theirs = [their_row(view, fields) for fields in lines]
    if theirs and (wrong := [name for name, wanted in types.items() if theirs[0][name][0] != wanted]):
        return [f"{name} is {types[name]}, but PostgreSQL has {theirs[0][name][0]}" for name in wrong]
    waiting = collections.defaultdict(list)
    for row in ours:
        waiting[tuple(place(wanted, row[name]) for name, wanted in types.items())].append(row)
    found = []
    for row in theirs:
        candidates = waiting[tuple(their_place(wanted, row[name][1]) for name, wanted in types.items())]
        match = next((number for number, mine in enumerate(candidates)
                      if all(same(output_of(view, name), wanted, mine[name], row[name][1]) for name, wanted in types.items())), None)
        if match is None:
            found.append(f"only PostgreSQL has { {name: row[name][1] for name in types} }")
        else:
            del candidates[match]
    return found + [f"only the stored events give {row}" for rows in waiting.values() for row in rows]


# Runs ------------------------------------------------------------------------------------------------------------------------

ALLOWED = {
    "refused by both because they always fail": lambda view, live, stored, lines: compare.always_fails(live.get("error", "")) and compare.always_fails(stored.get("error", "")),
    "with a numeric too long for a column": lambda view, live, stored, lines: stored.get("error", "").startswith(query_differential.ALLOWED),
    # A view has no row before there is an event.
    "of no event, without groups": lambda view, live, stored, lines: not (view.keys or view.window or lines) and len(stored.get("rows", "..")) == 1 and live.get("rows") == [],
}


class Tally:
    def __init__(self):
        self.queries = self.rows = self.differing = 0
        self.allowed = collections.Counter()

    def __str__(self):
        allowed = "".join(f", {self.allowed[reason]} {reason}" for reason in ALLOWED)
        return f"{self.queries} queries, {self.rows} rows of PostgreSQL{allowed}, {self.differing} differ"

    def check(self, where, round_, live, stored, passing, rows):
        for view, from_live, from_stored, passed, lines in zip(round_.views, live, stored, passing, rows):
            self.queries += 1
            self.rows += len(lines)
            allowed = next((reason for reason, holds in ALLOWED.items() if holds(view, from_live, from_stored, lines)), None)
            if allowed:
                self.allowed[allowed] += 1
            if allowed and "error" in from_live:
                continue
            found = [f"live: refused: {from_live['error']}; {from_live['detail']}"] if "error" in from_live else [
                f"live: {line}" for line in view_differential.differences(view, from_live, lines) + view_differential.late_differences(round_, view, from_live, passed)]
            if not allowed:
                found += [f"stored: {line}" for line in stored_differences(view, from_stored, lines)]
            if not found:
                continue
            self.differing += 1
            if self.differing <= SHOWN:
                show(where, view, found, from_live, from_stored, lines)


def show(where, view, found, from_live, from_stored, lines):
    print(f"\n{where}:\n  {view.select}\n  live{view.options or ' without options'}")
    for line in found[:4]:
        print(f"  {line}")
    for name, rows in (("live", from_live.get("rows", [from_live])), ("stored", from_stored.get("rows", [from_stored])), ("PostgreSQL", lines)):
        print(f"  {name}: {len(rows)} rows")
        for row in rows[:ROWS_SHOWN]:
            print(f"    {row}")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--view-probe", required=True)
    options.add_argument("--query-probe", required=True)
    options.add_argument("--count", type=int, default=500, help="queries, in rounds of %d" % view_differential.VIEWS)
    options.add_argument("--seed", type=int, default=None, help="of the first round; random otherwise")
    options.add_argument("--round", type=int, default=None, help="only this round")
    options.add_argument("--seconds", type=float, default=None, help="no round begins later than this")
    chosen = options.parse_args()
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(1_000_000)
    rounds = range(-(-chosen.count // view_differential.VIEWS)) if chosen.round is None else [chosen.round]
    print(f"seed {seed}", flush=True)
    tally = Tally()
    begin = time.monotonic()
    try:
        with postgres.Cluster() as cluster:
            cluster.script(view_differential.SETUP)
            for number in rounds:
                if chosen.seconds is not None and time.monotonic() - begin > chosen.seconds:
                    break
                round_ = view_differential.Round(seed, number, stored=True)
                where = f"seed {seed}, round {number}"
                live = view_differential.ask_probe(chosen.view_probe, round_)
                stored = query_differential.ask_probe(chosen.query_probe, round_.stream.json(), [view.select for view in round_.views], view_differential.CATALOGS)
                try:
                    passing, rows = view_oracle.ask(cluster, round_)
                except postgres.Failed as reason:
                    raise SystemExit(f"error: {where}: {reason}") from reason
                tally.check(where, round_, live, stored, passing, rows)
                if number % 100 == 99:
                    print(f"after round {number}: {tally}", flush=True)
    except postgres.Missing as reason:
        print(f"skipped: {reason}")
        return 77
    print(f"{tally}; {time.monotonic() - begin:.0f} s")
    return 1 if tally.differing else 0


if __name__ == "__main__":
    sys.exit(main())
