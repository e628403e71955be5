#!/usr/bin/env python3
"""Random views over random streams, run by view_probe and as queries by a real PostgreSQL 15, which must agree.

    view_differential.py --probe build/ci/bin/view_probe --count 5000
    view_differential.py --probe build/ci/bin/view_probe --seed 7 --round 12      # one round again, as a failure prints it

Ends with 77 where there is no PostgreSQL.
"""
import argparse
import collections
import decimal
import json
import random
import subprocess
import sys
import time

import compare
import postgres
import streams
import view_functions
import view_generator
import view_oracle
import view_tables

VIEWS = 10  # Of a round, over one stream, in one engine.
SHOWN = 10


# What PostgreSQL has before the first round.
SETUP = postgres.SETUP + view_tables.SETUP + "".join(f"{statement};\n" for statement in view_functions.STATEMENTS)
# What the probes have.
CATALOGS = f'"functions":{json.dumps(view_functions.STATEMENTS + view_functions.AGGREGATES)},"tables":{view_tables.request()}'


class Round:
    def __init__(self, seed, number, stored=False):
        source = random.Random(f"{seed}/{number}")
        self.stream = streams.Stream(source)
        made = view_generator.ViewGenerator(source, self.stream, stored)
        self.views = [made.view(f"v{number}") for number in range(VIEWS)]
        self.shards = source.choice([1, 2, 3])
        self.cut = source.randrange(len(self.stream.batches) + 1)

    def request(self):
        return ('{"partitions":%d,"shards":%d,"cut":%d,%s,"sql":%s,"batches":%s}\n'
                % (self.stream.partitions, self.shards, self.cut, CATALOGS, json.dumps([view.ours for view in self.views]), self.stream.json()))

    def closed(self, view):
        by_event = view.window is None or view.window.column == "timestamp"
        return self.stream.closed(by_event, None if view.window is None else view.lateness, view.out_of_orderness)


# Comparing -------------------------------------------------------------------------------------------------------------------

def canonical(value):
    """JSON as something that can be looked up, numbers by value."""
    if isinstance(value, dict):
        return ("object", *sorted((key, canonical(member)) for key, member in value.items()))
    if isinstance(value, list):
        return ("array", *(canonical(element) for element in value))
    return ("number", str(decimal.Decimal(value).normalize())) if isinstance(value, compare.Number) else (type(value).__name__, str(value))


def key_of(wanted, value):
    """A value that equal keys have in common; ours as numbers_as_text() read it."""
    if value is None or isinstance(value, bool):
        return str(value)  # Python takes True for 1.
    if isinstance(value, compare.Number):
        return decimal.Decimal(value)
    if wanted == "jsonb" and isinstance(value, (dict, list)):
        return (wanted, canonical(value))
    if isinstance(value, list):
        return (wanted, *(None if element is None else str(element) for element in value))
    return (wanted, value)


def their_key(wanted, text):
    if text is None:
        return key_of(wanted, None)
    if wanted.endswith("[]"):
        return key_of(wanted, compare.array_elements(text))
    if wanted == "boolean":
        return key_of(wanted, text == "true")
    if wanted in ("integer", "bigint", "numeric"):
        return decimal.Decimal(text)
    if wanted == "jsonb":
        return key_of(wanted, compare.numbers_as_text(text))
    return (wanted, compare._time(text) if wanted == "timestamp with time zone" else text)


def same(output, wanted, ours, theirs):
    if wanted == "jsonb" and theirs == "null":
        return ours is None  # In the JSON of a row the two NULLs are one.
    if ours is None or theirs is None:
        return ours is None and theirs is None
    if wanted == "numeric" and output.loose:
        return decimal.Decimal(ours) == decimal.Decimal(theirs)
    if wanted == "interval" and output.loose:
        return compare.interval_length(ours) == compare.interval_length(theirs)
    if wanted == "double precision" and abs(float(theirs)) < 1e-3 and not output.exact:
        return abs(float(ours) - float(theirs)) < 1e-9  # What summing leaves where numbers cancel out.
    return compare.same_value(wanted, ours, theirs)


def our_rows(answer, count):
    """By the first keys, which tell them apart; what else is a key is a value as well."""
    rows = {}
    for row in answer["rows"]:
        bounds = tuple(None if row[bound] is None else streams.micros(row[bound]) for bound in ("window_start", "window_end"))
        identity = tuple(key_of(wanted, value) for wanted, value in zip(answer["key_types"][:count], row["keys"].values())) + bounds
        if identity in rows:
            raise SystemExit(f"error: two rows of ours are one group: {identity}")
        rows[identity] = {**row["keys"], **row["values"]} if count < len(answer["key_types"]) else row["values"]
    return rows


def differences(view, answer, lines):
    count = len(view.keys)
    ours = our_rows(answer, count)
    found = []
    for fields in lines:
        identity = tuple(their_key(wanted, text) for wanted, text in zip(answer["key_types"], fields[:count]))
        identity += tuple(None if text is None else int(text) for text in fields[count:count + 2])
        values = ours.pop(identity, None)
        if values is None:
            found.append(f"missing: {identity}, which PostgreSQL has with {fields[count + 3::2]}")
            continue
        for position, output in enumerate(view.outputs):
            name, wanted, theirs = f"o{position}", fields[count + 2 + 2 * position], fields[count + 3 + 2 * position]
            if name in values and answer["types"][name] != wanted:
                found.append(f"{name} is {answer['types'][name]}, but PostgreSQL has {wanted}")
            elif name in values and not same(output, wanted, values[name], theirs):
                found.append(f"{identity}: {name} is {values[name]!r}, but PostgreSQL has {theirs!r}")
    return found + [f"not in PostgreSQL: {identity} {values}" for identity, values in ours.items()]


def late_differences(round_, view, answer, passing):
    """The events that came too late for some window of theirs, and up to which."""
    wanted = collections.Counter()
    if view.window is not None:
        window = view.window
        limits = round_.closed(view)
        for row in passing:
            event = round_.stream.events[row]
            at = event.time if window.column == "timestamp" else event.received
            if window.gap is not None:
                if at + window.gap <= limits[row]:
                    wanted[event.id, at + window.gap] += 1
                continue
            last = (at - window.offset) // window.slide * window.slide + window.offset
            ends = [begin + window.size for begin in range(last, at - window.size, -window.slide)]
            closed = [end for end in ends if end <= limits[row]]
            if closed:
                wanted[event.id, max(closed)] += 1
    ours = collections.Counter((late["event_id"], streams.micros(late["closed_until"])) for late in answer["late"])
    return [f"late: {what} should be listed" for what in wanted - ours] + [f"late: {what} should not be listed" for what in ours - wanted]


# Runs ------------------------------------------------------------------------------------------------------------------------

def ask_probe(probe, round_):
    done = subprocess.run([probe], input=round_.request().encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"error: the probe ended with {done.returncode}: {done.stderr.decode(errors='replace')}{done.stdout.decode(errors='replace')}")
    return compare.numbers_as_text(done.stdout.decode())["views"]


class Tally:
    def __init__(self):
        self.views = self.refused = self.rows = self.late = self.failed = self.differing = 0

    def __str__(self):
        return (f"{self.views} views, {self.rows} rows, {self.late} late events, {self.failed} failed expressions, {self.refused} views refused because "
                f"they always fail, {self.differing} differ")

    def check(self, seed, number, round_, answers, passing, rows):
        for view, answer, passed, lines in zip(round_.views, answers, passing, rows):
            self.views += 1
            if "error" in answer:
                if compare.always_fails(answer["error"]):
                    self.refused += 1
                    continue
                found = [f"refused: {answer['error']}; {answer['detail']}"]
            else:
                self.rows += len(lines)
                self.late += len(answer["late"])
                self.failed += int(answer["events_failed"])
                found = differences(view, answer, lines) + late_differences(round_, view, answer, passed)
            if not found:
                continue
            self.differing += 1
            if self.differing <= SHOWN:
                print(f"\nseed {seed}, round {number}, {round_.stream.partitions} partitions, {round_.shards} shards, cut {round_.cut}:\n  {view.ours}")
                print("".join(f"  {line}\n" for line in found[:4]), end="")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--probe", required=True)
    options.add_argument("--count", type=int, default=500, help="views, in rounds of %d" % VIEWS)
    options.add_argument("--seed", type=int, default=None, help="of the first round; random otherwise")
    options.add_argument("--round", type=int, default=None, help="only this round")
    chosen = options.parse_args()
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(1_000_000)
    rounds = range((chosen.count + VIEWS - 1) // VIEWS) if chosen.round is None else [chosen.round]
    print(f"seed {seed}")
    tally = Tally()
    begin = time.monotonic()
    try:
        with postgres.Cluster() as cluster:
            cluster.script(SETUP)
            for number in rounds:
                round_ = Round(seed, number)
                answers = ask_probe(chosen.probe, round_)
                try:
                    passing, rows = view_oracle.ask(cluster, round_)
                except postgres.Failed as reason:
                    raise SystemExit(f"error: seed {seed}, round {number}: {reason}") from reason
                tally.check(seed, number, round_, answers, passing, rows)
    except postgres.Missing as reason:
        print(f"skipped: {reason}")
        return 77
    print(f"{tally}; {time.monotonic() - begin:.0f} s")
    return 1 if tally.differing else 0


if __name__ == "__main__":
    sys.exit(main())
