#!/usr/bin/env python3
"""Kills StreamFlow at random moments under load and looks for lost, doubled and invented events. Anyone can run it:

    scripts/crash_campaign.py --cycles 200 --rate 50000
    scripts/crash_campaign.py --cycles 200 --during flush
    scripts/crash_campaign.py --cycles 200 --during compaction
    scripts/crash_campaign.py --cycles 200 --views

A client sends batches of 500 events with ids of its own and keeps a ledger of what was acknowledged. The process gets kill -9 at a
random moment and is started again on the same data directory, over and over. Half of the batches that got no answer are repeated, as
clients do. In between and at the end the ledger is compared with what SQL finds: every acknowledged event once, no other more than once,
nothing that was not sent. With --views three live views (tumbling, sliding, sessions) run beside over events in disorder, and at the end each of their rows is compared with the same SQL over the
stored events. Exit code 1 if anything is wrong or a restart took longer than 2 s.
"""
import argparse
import os
import pathlib
import random
import shutil
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "tests" / "e2e"))

from campaign import READY_SECONDS_MAX, VARIANTS, Campaign  # noqa: E402
from check import Failure  # noqa: E402
from server import Server  # noqa: E402
from view_checks import KILL_SETTINGS, kill_and_compare  # noqa: E402


def kill_views(options, folder, say):
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 31)
    server = Server(options.program, folder, KILL_SETTINGS)
    try:
        seen = kill_and_compare(server, options.cycles, options.rate, options.connections, seed, say)
    except (Failure, AssertionError) as failure:
        print(f"\nerror: {failure}\nseed {seed}, data in {folder}", file=sys.stderr)
        return 1
    finally:
        server.kill()
    print(f"{options.cycles} kills: every row of the views is what a recomputation over the stored events gives: {seen} (seed {seed})")
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(PROJECT / "build/release/bin/streamflow"), help="default: the release build")
    parser.add_argument("--cycles", type=int, default=200, help="how often to kill it (default: 200)")
    parser.add_argument("--rate", type=int, default=50_000, help="events a second (default: 50000)")
    parser.add_argument("--connections", type=int, default=4, help="connections of the client (default: 4)")
    parser.add_argument("--during", choices=sorted(VARIANTS), default="any", help="kill while files are written or merged (default: any moment)")
    parser.add_argument("--views", action="store_true", help="look at the rows of live views instead")
    parser.add_argument("--check-every", type=int, default=10, help="compare after so many kills (default: 10)")
    parser.add_argument("--ready-max", type=float, default=READY_SECONDS_MAX,
                        help=f"seconds to a restarted server's /ready (default: {READY_SECONDS_MAX:g}; a machine with other work needs more)")
    parser.add_argument("--seed", type=int, help="repeat the choices of an earlier run")
    parser.add_argument("--dir", help="where the data goes: an empty folder (default: a temporary one)")
    parser.add_argument("--keep", action="store_true", help="keep the data directory even if all is well")
    options = parser.parse_args()
    if not os.access(options.program, os.X_OK):
        print(f"error: there is no program at {options.program}\nhint: make build", file=sys.stderr)
        return 2

    folder = options.dir or tempfile.mkdtemp(prefix="streamflow-crash-")
    os.makedirs(folder, exist_ok=True)
    if os.path.exists(os.path.join(folder, "data")):
        print(f"error: {folder} has data in it already\nhint: give an empty folder", file=sys.stderr)
        return 2
    terminal = sys.stderr.isatty()

    def say(text):
        # On a terminal the last line stands; elsewhere only the comparisons are worth a line.
        if terminal:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        elif "compared" in text:
            print(text, file=sys.stderr, flush=True)

    if options.views:
        return kill_views(options, folder, say)
    campaign = Campaign(options.program, folder, options.cycles, options.rate, options.seed, options.during, options.connections, options.check_every, say,
                        options.ready_max)
    try:
        report = campaign.run()
    except (Failure, AssertionError) as failure:
        print(f"\nerror: {failure}\nseed {campaign.seed}, data in {folder}", file=sys.stderr)
        return 1
    finally:
        if terminal:
            print("\r\x1b[K", end="", file=sys.stderr)
    print(report.text())
    if report.wrong or options.keep:
        print(f"the data is in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
