#!/usr/bin/env python3
"""What a well-behaved client notices of hostile ones beside it:

    scripts/hostile_clients.py
    scripts/hostile_clients.py --seconds 10 --rounds 4 --rate 50

Starts a server of its own, measures the latencies of a client that sends 100 events every 10 ms, alone and beside clients that send garbage,
truncated gzip, 100,000 nested brackets, 300 MB bodies and everything else in tests/e2e/hostile.py, plus 100 slow-loris connections; in turns, to
even out what else the machine does. Prints p50, p99 and their ratio (the aim: p99 within 1.2 times). Exit code 1 only if the well-behaved client saw a
failure. The hostile clients run in a process of their own at low priority: in real life they have their own machine.
"""
import argparse
import multiprocessing
import os
import pathlib
import random
import sys
import tempfile
import time

PROJECT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "tests" / "e2e"))

from hostile import ATTACKS, GoodClient, Target, slow_loris  # noqa: E402
from server import Server  # noqa: E402


def attack_for(seconds, rate, target, seed, counts):
    """All attacks in a random order, so many a second, until the time is over."""
    os.nice(15)
    chosen = random.Random(seed)
    end = time.monotonic() + seconds
    done = 0
    while time.monotonic() < end:
        names = list(ATTACKS)
        chosen.shuffle(names)
        for name in names:
            if time.monotonic() >= end:
                break
            begin = time.monotonic()
            ATTACKS[name][0](target)
            done += 1
            time.sleep(max(0.0, 1 / rate - (time.monotonic() - begin)))
    counts.put(done)


def creep_for(seconds, target):
    os.nice(15)
    slow_loris(target, seconds, connections=100)


def measure(server, token, seconds, rate, seed):
    """(the good client, the number of attacks)"""
    good = GoodClient(*server.host_and_port(), token).start()
    target = Target(*server.host_and_port(), token)
    counts = multiprocessing.Queue()
    processes = []
    if rate:
        processes = [multiprocessing.Process(target=attack_for, args=(seconds, rate, target, seed, counts)),
                     multiprocessing.Process(target=creep_for, args=(seconds, target))]
    for process in processes:
        process.start()
    time.sleep(seconds)
    good.stop()
    attacks = counts.get() if rate else 0
    for process in processes:
        process.join()
    return good, attacks


class Sample:
    def __init__(self):
        self.latencies, self.failures, self.attacks = [], [], 0

    def add(self, good, attacks):
        self.latencies += good.latencies
        self.failures += good.failures
        self.attacks += attacks

    def milliseconds(self, share):
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000

    def line(self, name):
        return (f"{name:<15} {len(self.latencies):>6} requests, {len(self.failures)} failures, p50 {self.milliseconds(0.5):.2f} ms, "
                f"p99 {self.milliseconds(0.99):.2f} ms, max {self.milliseconds(1):.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(PROJECT / "build/release/bin/streamflow"))
    parser.add_argument("--seconds", type=float, default=8, help="length of each measurement (default: 8)")
    parser.add_argument("--rounds", type=int, default=4, help="measurements of each kind (default: 4)")
    parser.add_argument("--rate", type=float, default=20, help="hostile requests a second (default: 20)")
    options = parser.parse_args()
    multiprocessing.set_start_method("fork")

    alone, beside = Sample(), Sample()
    with tempfile.TemporaryDirectory(prefix="streamflow-hostile-") as folder, Server(options.program, folder, {"LOG_LEVEL": "error"}) as server:
        server.start()
        token = server.admin_token()
        measure(server, token, 2, 0, 0)  # Warm.
        for turn in range(options.rounds):
            alone.add(*measure(server, token, options.seconds, 0, turn))
            beside.add(*measure(server, token, options.seconds, options.rate, turn))
        server.stop()
    print(alone.line("alone"))
    print(beside.line(f"beside {beside.attacks} attacks"))
    print(f"ratio           p50 {beside.milliseconds(0.5) / alone.milliseconds(0.5):.2f}, p99 {beside.milliseconds(0.99) / alone.milliseconds(0.99):.2f} (aim: 1.2)")
    failures = alone.failures + beside.failures
    for failure in failures[:10]:
        print(f"FAILURE {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
