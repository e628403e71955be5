#!/usr/bin/env python3
"""Random SQL expressions over random events, evaluated by sql_probe and by a real PostgreSQL 15, which must agree.

    differential.py --probe build/ci/bin/sql_probe --count 20000
    differential.py --probe build/ci/bin/sql_probe --seed 7 --round 12      # one round again, as a failure prints it

Ends with 77 where there is no PostgreSQL.
"""
import argparse
import json
import random
import subprocess
import sys
import time

import compare
import events
import generator
import postgres

ROWS = 40            # Of a round;
EXPRESSIONS = 100    # with as many expressions.
DEPTH = 4
SHOWN = 20


def ask_probe(probe, rows, expressions):
    request = '{"now":"%s","events":[%s],"expressions":%s}\n' % (events.NOW, ",".join(row.json() for row in rows),
                                                                 json.dumps([expression.ours for expression in expressions]))
    done = subprocess.run([probe], input=request.encode(), capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"error: the probe ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return compare.numbers_as_text(done.stdout.decode())["results"]


def ask_postgres(cluster, rows, expressions):
    script = postgres.load_rows(rows) + "".join(postgres.evaluate(number, expression.postgres) for number, expression in enumerate(expressions))
    outcomes = [[] for _ in expressions]
    for line in cluster.script(script).split("\n")[:-1]:  # Other characters that end lines may be in texts.
        number, _, state, type_name, value = postgres.copy_fields(line)
        outcomes[int(number)].append((state, type_name, value))
    return outcomes


def make_round(seed, number):
    source = random.Random(f"{seed}/{number}")
    rows = [events.Row(source) for _ in range(ROWS)]
    made = generator.Generator(source)
    return rows, [made.make(source.choice(generator.ALL), source.randrange(1, DEPTH + 1), constant=False) for _ in range(EXPRESSIONS)]


class Tally:
    def __init__(self):
        self.expressions = self.differing = self.refused = self.values = self.nulls = self.failed = 0

    def add(self, result):
        self.expressions += 1
        if "error" in result:
            self.refused += 1
            return
        self.values += len(result["states"])
        self.failed += result["states"].count("failed")
        self.nulls += result["states"].count("null")

    def __str__(self):
        return (f"{self.expressions} expressions, {self.values} values ({self.nulls} NULL, {self.failed} failed), {self.refused} refused because they "
                f"always fail, {self.differing} differ")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--probe", required=True)
    options.add_argument("--count", type=int, default=1000, help="expressions, in rounds of %d" % EXPRESSIONS)
    options.add_argument("--seed", type=int, default=None, help="of the first round; random otherwise")
    options.add_argument("--round", type=int, default=None, help="only this round")
    chosen = options.parse_args()
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(1_000_000)
    rounds = range((chosen.count + EXPRESSIONS - 1) // EXPRESSIONS) if chosen.round is None else [chosen.round]
    print(f"seed {seed}")
    tally = Tally()
    begin = time.monotonic()
    try:
        with postgres.Cluster() as cluster:
            cluster.script(postgres.SETUP)
            for number in rounds:
                rows, expressions = make_round(seed, number)
                results = ask_probe(chosen.probe, rows, expressions)
                for expression, result, outcomes in zip(expressions, results, ask_postgres(cluster, rows, expressions)):
                    tally.add(result)
                    found = compare.differences(result, outcomes)
                    if not found:
                        continue
                    tally.differing += 1
                    if tally.differing > SHOWN:
                        continue
                    print(f"\nseed {seed}, round {number}:\n  ours:       {expression.ours}\n  PostgreSQL: {expression.postgres}")
                    for line in found[:3]:
                        print(f"  {line}")
                        if line.startswith("row "):
                            print(f"    {rows[int(line.split()[1].rstrip(':'))].json()}")
    except postgres.Missing as reason:
        print(f"skipped: {reason}")
        return 77
    print(f"{tally}; {time.monotonic() - begin:.0f} s")
    return 1 if tally.differing else 0


if __name__ == "__main__":
    sys.exit(main())
