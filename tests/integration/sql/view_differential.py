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
import generator
import postgres
import streams
import view_functions
import view_generator

VIEWS = 10  # Of a round, over one stream, in one engine.
SHOWN = 10


class Round:
    def __init__(self, seed, number):
        source = random.Random(f"{seed}/{number}")
        self.stream = streams.Stream(source)
        made = view_generator.ViewGenerator(source, self.stream)
        self.views = [made.view(f"v{number}") for number in range(VIEWS)]
        self.shards = source.choice([1, 2, 3])
        self.cut = source.randrange(len(self.stream.batches) + 1)

    def request(self):
        return ('{"partitions":%d,"shards":%d,"cut":%d,"functions":%s,"sql":%s,"batches":%s}\n'
                % (self.stream.partitions, self.shards, self.cut, json.dumps(view_functions.STATEMENTS + view_functions.AGGREGATES),
                   json.dumps([view.ours for view in self.views]), self.stream.json()))

    def closed(self, view):
        by_event = view.window is None or view.window.column == "timestamp"
        return self.stream.closed(by_event, None if view.window is None else view.lateness, view.out_of_orderness)

    def script(self):
        parts = ["BEGIN;\n", postgres.load_rows(self.stream.events)]
        for number, view in enumerate(self.views):
            parts.append(view_script(number, view, self.closed(view), self.stream))
        return "".join(parts) + "ROLLBACK;\n"


def view_script(number, view, closed, stream):
    """Writes `view, pass, row` for the events that WHERE lets through, and `view, row, keys, bounds, (type, value) of each output` for rows."""
    script = []
    for select, name, wanted, expression in [(select, *column) for select, base in enumerate(view.bases) for column in base]:
        wanted = "jsonb" if wanted == generator.SCALAR else wanted
        script.append(f"""CREATE FUNCTION sf.v{number}_{select}_{name}(r_ rows) RETURNS {wanted} LANGUAGE plpgsql AS $outer$
BEGIN
  RETURN (SELECT ({expression}) FROM (SELECT (r_).*) AS events OFFSET 0);
EXCEPTION WHEN others THEN
  IF SQLSTATE LIKE '42%' THEN RAISE; END IF;
  RETURN NULL;
END $outer$;
""")
    times = ", ".join(f"({row}, {(event.time if view.window is None or view.window.column == 'timestamp' else event.received)}::bigint, {limit}::bigint)"
                      for row, (event, limit) in enumerate(zip(stream.events, closed)))
    selects = []
    for select, base in enumerate(view.bases):
        columns = ", ".join(f"sf.v{number}_{select}_{name}(rows) AS {name}" for name, _, _ in base)
        selects.append(f"SELECT row, at, closed, {columns} FROM rows JOIN (VALUES {times}) AS t(row, at, closed) USING (row)")
    script.append(f"CREATE TEMP TABLE base{number} AS {' UNION ALL '.join(selects)};\n")
    script.append(f"COPY (SELECT {number}, 'pass', row FROM base{number} WHERE pass ORDER BY row) TO STDOUT;\n")
    groups = [key.postgres for key in view.keys]
    bounds = ["NULL", "NULL"]
    source = f"base{number}"
    if view.window is not None and view.window.gap is not None:
        source = sessions(source, groups, view.window.gap)
    elif view.window is not None:
        window = view.window
        all_times = [event.time for event in stream.events] + [event.received for event in stream.events]
        first = (min(all_times) - window.size - window.offset) // window.slide * window.slide + window.offset
        source += (f" JOIN (SELECT w AS begins, w + {window.size} AS ends, TIMESTAMPTZ 'epoch' + w * INTERVAL '1 us' AS window_start, "
                   f"TIMESTAMPTZ 'epoch' + (w + {window.size}) * INTERVAL '1 us' AS window_end "
                   f"FROM generate_series({first}::bigint, {max(all_times)}, {window.slide}) AS w) AS windows ON at >= begins AND at < ends AND ends > closed")
    if view.of_events and not view.rank:
        bounds = ["at", "at"]
    if view.window is not None:
        bounds = ["begins", "ends"]
        groups += ["begins", "ends", "window_start", "window_end"]
    values = [f"({key.postgres})::text" for key in view.keys] + bounds
    for output in view.outputs[:-1] if view.rank else view.outputs:
        values += [f"pg_typeof({output.postgres})::text", f"({output.postgres})::text"]
    named = ", ".join(f"{value} AS c{position}" for position, value in enumerate(values)) + (f", {view.rank.postgres} AS r_, {'1' if view.of_events else 'count(*)'} AS n_" if view.rank else "")
    query = f"SELECT {named} FROM {source} WHERE pass"
    if not view.of_events:
        query += (f" GROUP BY {', '.join(groups)}" if groups else "") + f" HAVING count(*) > 0 AND {view.having}"
    columns = [str(number), quoted("row")] + [f"c{position}" for position in range(len(values))]
    if view.rank:
        columns += ["pg_typeof(r_)::text", "r_::text"]
    script.append(f"COPY (SELECT {', '.join(columns)} FROM ({query}) AS grouped WHERE {view.rank.condition if view.rank else 'true'}) TO STDOUT;\n")
    return "".join(script)


def sessions(base, keys, gap):
    """Gaps and islands: the events of a group that are not late, cut where two in a row are more than the gap apart."""
    by = f"PARTITION BY {', '.join(keys)}" if keys else ""
    apart = f"CASE WHEN at - lag(at) OVER (s ORDER BY at, row) <= {gap} THEN 0 ELSE 1 END"
    return (f"(SELECT *, TIMESTAMPTZ 'epoch' + begins * INTERVAL '1 us' AS window_start, TIMESTAMPTZ 'epoch' + ends * INTERVAL '1 us' AS window_end FROM "
            f"(SELECT *, min(at) OVER (s) AS begins, max(at) OVER (s) + {gap} AS ends FROM "
            f"(SELECT *, sum(apart) OVER (s ORDER BY at, row) AS island FROM (SELECT *, {apart} AS apart FROM {base} WHERE pass AND at + {gap} > closed "
            f"WINDOW s AS ({by})) AS cut WINDOW s AS ({by})) AS numbered WINDOW s AS ({by}{', ' if keys else 'PARTITION BY '}island)) AS bounded) AS windows")


def quoted(text):
    return f"'{text}'"


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


def ask_postgres(cluster, round_):
    passing, rows = [[[] for _ in round_.views] for _ in range(2)]
    for line in cluster.script(round_.script()).splitlines():
        number, kind, *fields = postgres.copy_fields(line)
        if kind == "pass":
            passing[int(number)].append(int(fields[0]))
        else:
            rows[int(number)].append(fields)
    return passing, rows


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
                if "always fails" in answer["error"]:
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
            cluster.script(postgres.SETUP + "".join(f"{statement};\n" for statement in view_functions.STATEMENTS))
            for number in rounds:
                round_ = Round(seed, number)
                answers = ask_probe(chosen.probe, round_)
                try:
                    passing, rows = ask_postgres(cluster, round_)
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
