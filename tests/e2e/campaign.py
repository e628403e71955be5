"""Kill -9 at a random moment under load, restart on the same data directory, compare with the ledger; again and again.

What a kill proves: no promise depends on memory of the process. What it does not: the page cache outlives a process, so lost writes of the
disk itself are the business of the unit tests of the log, which have a disk that forgets.
"""
import os
import random
import statistics
import time

import check
from load import BATCH_EVENTS, Ledger, Load, send_again, some_of
from server import Server

READY_SECONDS_MAX = 2.0
RETRY_SHARE = 0.5  # Of the batches without an answer: repeated after the restart. The others never are.

# Settings under which the work in question is done all the time.
VARIANTS = {
    "any": {},
    "flush": {"FLUSH_INTERVAL": "100ms"},
    "compaction": {"FLUSH_INTERVAL": "100ms"},
}


def files_being_written(data):
    """(flushes, merges): how many files of each kind are half-written now. Such a file's name ends in .tmp, and begins with the time of its
    oldest event: a merge's is older than the newest finished file's."""
    flushes = merges = 0
    events = os.path.join(data, "lakehouse", "events")
    for folder in os.listdir(events) if os.path.isdir(events) else ():
        try:
            names = os.listdir(os.path.join(events, folder))
        except OSError:
            continue
        newest = max((name for name in names if name.endswith(".parquet")), default="")[:6]
        for name in names:
            if name.endswith(".tmp"):
                merges += name[:6] < newest
                flushes += name[:6] >= newest
    return flushes, merges


class Campaign:
    """Options by name; run() returns a Report."""

    def __init__(self, program, folder, cycles, rate=50_000, seed=None, during="any", connections=4, check_every=10, say=None, ready_max=READY_SECONDS_MAX):
        self.cycles = cycles
        self.rate = rate
        self.seed = random.randrange(1 << 31) if seed is None else seed
        self.during = during
        self.connections = connections
        self.check_every = check_every
        self.ready_max = ready_max
        self.say = say or (lambda text: None)
        self.random = random.Random(self.seed)
        self.ledger = Ledger(self.random.randrange(1 << 16))
        self.left = set()  # Batches without an answer that are never repeated.
        settings = {"LOG_LEVEL": "warn", **VARIANTS[during]}
        self.server = Server(program, folder, settings)

    def run(self):
        report = Report(self.seed, self.during)
        try:
            self.server.start()
            for cycle in range(1, self.cycles + 1):
                self._cycle(cycle, report)
                if cycle % self.check_every == 0 or cycle == self.cycles:
                    self._check(cycle, report)
                if report.wrong:
                    break
            # The last word: after an orderly end, too.
            code = self.server.stop()
            if code != 0:
                report.wrong.append(f"an orderly end gave exit code {code}")
            self.server.start()
            report.wrong += self.ledger.check(self.server)
        finally:
            self.server.kill()
        report.counts = self.ledger.counts()
        return report

    def _cycle(self, cycle, report):
        load = Load(self.server, self.ledger, self.rate, self.connections).start()
        try:
            begin = time.monotonic()
            time.sleep(self.random.uniform(0.05, 1.0))
            if self.during != "any":
                self._wait_for_work()
            elif cycle % 2 == 0:
                # Every other kill is aimed at a request that is under way: a few milliseconds after it was sent.
                load.on_the_way.clear()
                load.on_the_way.wait(1)
                time.sleep(self.random.uniform(0, 0.004))
            check.true(self.server.running(), f"the server ended by itself:\n{self.server.log_tail()}")
            self.server.kill()
            report.load_seconds += time.monotonic() - begin
        finally:
            load.stop()
        flushes, merges = files_being_written(self.server.data)
        report.in_flush += flushes > 0
        report.in_merge += merges > 0
        for status, count in load.statuses.items():
            report.statuses[status] = report.statuses.get(status, 0) + count
        self.server.start()
        report.cycles = cycle
        report.ready.append(self.server.ready_seconds)
        report.check_ready(cycle, self.ready_max)
        report.unanswered += len(self.ledger.unknown - self.left)
        again = some_of(self.ledger.unknown - self.left, RETRY_SHARE, self.seed + cycle)
        send_again(self.server, self.ledger, again)
        report.repeated += len(again)
        self.left |= self.ledger.unknown
        newest = self.server.ready_seconds
        self.say(f"cycle {cycle} of {self.cycles}: ready in {newest * 1000:.0f} ms, {len(self.ledger.acknowledged) * BATCH_EVENTS:,} events acknowledged")

    def _wait_for_work(self):
        """Until a file of the kind is half-written, or long enough; then a moment more."""
        kind = 0 if self.during == "flush" else 1
        deadline = time.monotonic() + 5
        while files_being_written(self.server.data)[kind] == 0 and time.monotonic() < deadline:
            time.sleep(0.0005)
        time.sleep(self.random.uniform(0, 0.01))

    def _check(self, cycle, report):
        begin = time.monotonic()
        report.wrong += self.ledger.check(self.server)
        report.checks += 1
        self.say(f"cycle {cycle}: compared with {len(self.ledger.acknowledged) * BATCH_EVENTS:,} acknowledged events in {time.monotonic() - begin:.1f} s: "
                 f"{'all there, once' if not report.wrong else report.wrong[0]}")


class Report:
    def __init__(self, seed, during):
        self.seed = seed
        self.during = during
        self.cycles = 0
        self.checks = 0
        self.in_flush = 0    # Kills that left a half-written file behind,
        self.in_merge = 0    # of either kind.
        self.unanswered = 0  # Batches; without those that were answered with a refusal.
        self.repeated = 0
        self.ready = []
        self.load_seconds = 0.0
        self.statuses = {}
        self.wrong = []
        self.counts = {}

    def check_ready(self, cycle, ready_max):
        if self.ready[-1] > ready_max:
            self.wrong.append(f"cycle {cycle}: ready only after {self.ready[-1]:.2f} s, more than {ready_max} s")

    def text(self):
        counts = {name: number * BATCH_EVENTS for name, number in self.counts.items()}
        lines = [f"kills                  {self.cycles}; {self.in_flush} in the middle of writing a file, {self.in_merge} of merging files",
                 f"acknowledged           {counts['acknowledged']:,} events, at {counts['acknowledged'] / max(self.load_seconds, 1e-9):,.0f} events/s while under load",
                 f"without an answer      {self.unanswered * BATCH_EVENTS:,} events, of which {self.repeated * BATCH_EVENTS:,} were repeated after the restart",
                 f"ready after a restart  {statistics.median(self.ready) * 1000:.0f} ms median, {max(self.ready) * 1000:.0f} ms at most",
                 f"comparisons            {self.checks + 1}",
                 f"seed                   {self.seed}"]
        if set(self.statuses) - {202}:
            lines.append(f"answers                {self.statuses}")
        if self.wrong:
            lines.append(f"WRONG: {len(self.wrong)}")
            lines += [f"  {text}" for text in self.wrong[:20]]
        else:
            lines.append("no acknowledged event is missing, none is stored twice, nothing is there that was not sent")
        return "\n".join(lines)
