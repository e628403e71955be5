#!/usr/bin/env python3
"""The queries of Nexmark as views (examples/nexmark) against the same queries in a real PostgreSQL 15 (postgres/): every row must agree.

    nexmark.py --generator build/ci/bin/nexmark_events --probe build/ci/bin/view_probe                      # 20,000 events, the engine alone
    nexmark.py --generator build/ci/bin/nexmark_events --server build/ci/bin/streamflow --events 1000000    # over HTTP, the log and the stores

Where the published rows of q7 and q17 are (../shared/corpus, or SF_CORPUS), they are compared too. Ends with 77 where there is no PostgreSQL.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import time

import live
import oracle

PROJECT = pathlib.Path(__file__).resolve().parents[3]
SHOWN = 3
PUBLISHED = {"q7": ["auction", "price", "bidder"],
             "q17": ["auction", "total_bids", "rank1_bids", "rank2_bids", "rank3_bids", "min_price", "max_price", "avg_price", "sum_price"]}


def statements(chosen):
    """The views of examples/nexmark by the names of their queries, in their order."""
    files = sorted((PROJECT / "examples" / "nexmark").glob("q*.sql"), key=lambda file: int(file.stem[1:]))
    found = {file.stem: file.read_text(encoding="utf-8") for file in files if not chosen or file.stem in chosen}
    missing = set(chosen or ()) - set(found)
    if missing:
        raise SystemExit(f"error: there is no view for {', '.join(sorted(missing))}")
    return found


def generated(options):
    command = [options.generator, "--events", str(options.events), "--seed", str(options.seed), "--per-second", str(options.per_second),
               "--disorder", str(options.disorder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def published_events(file):
    """The events that the published rows are of, as ours."""
    lines = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
        fields = json.loads(line)
        kind, at = fields.pop("type"), fields.pop("date_time")
        lines.append(json.dumps({"id": f"00000000-0000-4000-8000-{number:012x}", "type": f"nexmark.{kind}", "source": "nexmark",
                                 "timestamp": at.replace(" ", "T") + "Z", "data": fields}))
    return lines


def difference(ours, theirs):
    """Lines of text that say how two sorted lists of rows differ; none where they don't."""
    if ours == theirs:
        return []
    only_ours = list((collections.Counter(ours) - collections.Counter(theirs)).elements())
    only_theirs = list((collections.Counter(theirs) - collections.Counter(ours)).elements())
    found = [f"{len(ours)} rows, but PostgreSQL has {len(theirs)}"] if len(ours) != len(theirs) else []
    found += [f"only ours: {row}" for row in only_ours[:SHOWN]] + [f"only PostgreSQL's: {row}" for row in only_theirs[:SHOWN]]
    return found


def ours_as(types, rows):
    return sorted((tuple(oracle.typed(wanted, value) for wanted, value in zip(types.values(), row)) for row in rows), key=repr)


def check_queries(options, engine, views, lines):
    """How many queries differ."""
    begin = time.monotonic()
    engine.run(views, lines)
    print(f"{len(lines)} events, {len(views)} views: {time.monotonic() - begin:.1f} s")
    differing = 0
    with oracle.Oracle(lines, engine.received) as reference:
        for query in views:
            types, theirs = reference.answer(query)
            our_types, rows = engine.answer(query, list(types))
            found = [f"{name} is {our_types[name]}, but PostgreSQL has {wanted}" for name, wanted in types.items() if our_types[name] != wanted]
            found += difference(ours_as(types, rows), theirs)
            if options.events >= 1_000 and not theirs:
                found.append("PostgreSQL has no row: nothing is compared")
            print(f"{query}: {len(theirs)} rows" + (", DIFFER" if found else ", the same"))
            for line in found:
                print(f"    {line}")
            differing += 1 if found else 0
    return differing


def check_published(options, views):
    corpus = pathlib.Path(os.environ.get("SF_CORPUS", PROJECT / "../shared/corpus/window_cases.json")).resolve()
    if not corpus.exists():
        print("the published rows are not here (../shared/corpus, or SF_CORPUS)")
        return 0
    cases = {case["id"]: case for case in json.loads(corpus.read_text(encoding="utf-8"))}
    differing = 0
    for query, columns in PUBLISHED.items():
        if query not in views:
            continue
        case = cases[f"risingwave/nexmark/{query}"]
        engine = live.Probe(options.probe)
        engine.run({query: views[query]}, published_events(corpus.parent / case["events_file"]))
        _, rows = engine.answer(query, columns)
        # Averages are published to two digits.
        ours = sorted(tuple(round(float(value), 2) for value in row) for row in rows)
        wanted = sorted(tuple(float(value) for value in row) for row in case["expect"]["rows"])
        print(f"{query}: {len(wanted)} published rows" + (", the same" if ours == wanted else f", DIFFER: {ours}"))
        differing += ours != wanted
    return differing


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--generator", required=True, help="nexmark_events")
    parser.add_argument("--probe", help="view_probe: the engine alone")
    parser.add_argument("--server", help="streamflow: a whole server")
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--per-second", type=int, default=0, help="of event time; default: so many that the events span 100 s")
    parser.add_argument("--disorder", type=int, default=100, help="events are shuffled within groups of so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--query", action="append", help="only this one; may be repeated")
    options = parser.parse_args()
    if not options.probe and not options.server:
        parser.error("--probe or --server")
    options.per_second = options.per_second or max(1, options.events // 100)
    views = statements(options.query)
    engine = live.Server(options.server) if options.server else live.Probe(options.probe)
    try:
        differing = check_queries(options, engine, views, generated(options))
        differing += check_published(options, views) if options.probe else 0
    except oracle.postgres.Missing as reason:
        print(f"skipped: {reason}")
        return 77
    except live.Failed as reason:
        raise SystemExit(f"error: {reason}") from reason
    finally:
        engine.close()
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
