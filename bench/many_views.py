#!/usr/bin/env python3
"""Many views at once in a whole server: makes them over HTTP, sends events at a rate, and says what it cost and how far behind it was.

    bench/many_views.py build/release [--views 1000] [--rate 50000] [--seconds 20] [--same]

Views differ in keys, filters, windows and aggregates; with --same all have one filter and one key, and differ in windows and aggregates. The load
generator runs on the same machine. See bench/README.md.
"""
import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

KEYS = ["source", "user_id", "type", "data->>'path'", "data.status"]
AGGREGATES = ["count(*)", "sum(data.latency_ms)", "avg(data.latency_ms)", "max(data.latency_ms)", "count(DISTINCT user_id)"]
SMALL_AGGREGATES = ["count(*)", "sum(data.latency_ms)", "avg(data.latency_ms)", "max(data.latency_ms)", "count(DISTINCT data.status)"]
BEHIND_SECONDS = 120
STOP_SECONDS = 120


def different(number):
    """Statement of a view; number 0 counts every event."""
    key, aggregate = KEYS[number % 5], AGGREGATES[number // 5 % 5]
    return statement(number, key, aggregate, f"data.latency_ms > {number % 97}", 10 * (1 + number // 25))


def alike(number):
    """The same filter and key, 40 windows, and as many aggregates as are needed."""
    aggregate = SMALL_AGGREGATES[number // 40 % 5]
    least = number // 200
    if least > 0:
        aggregate += f" FILTER (WHERE data.latency_ms > {least})"
    return statement(number, "source", aggregate, "data.latency_ms > 0", 10 * (1 + number % 40))


def statement(number, key, aggregate, where, seconds):
    return (f"CREATE MATERIALIZED VIEW v{number} AS SELECT {key} AS k, window_start, {aggregate} AS a "
            f"FROM TUMBLE(events, timestamp, INTERVAL '{seconds} seconds') WHERE {where} GROUP BY k, window_start")


class Server:
    def __init__(self, programs, folder):
        self.program = os.path.join(programs, "streamflow")
        self.data = os.path.join(folder, "data")
        settings = {"HOST_EVENTS_INTERVAL": "0s", "LOG_LEVEL": "error", "DATA_DIR": self.data, "BUILT_IN_VIEWS": "off"}
        self.process = subprocess.Popen([self.program, "start", "--port-base", "0", "--quiet"], env={**os.environ, **settings})
        health = [self.program, "health", "--data-dir", self.data, "--quiet"]
        while subprocess.run(health, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            if self.process.poll() is not None:
                sys.exit("error: the server does not start")
            time.sleep(0.1)
        with open(os.path.join(self.data, "run", "addresses.json")) as file:
            addresses = json.load(file)
        self.addresses = addresses.get("services", addresses)
        self.token_file = os.path.join(self.data, "admin.token")
        with open(self.token_file) as file:
            self.token = file.read().strip()

    def ask(self, service, method, path, body=None):
        request = urllib.request.Request(self.addresses[service] + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.loads(answer.read() or b"{}")

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, field):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) // 1024 for line in file if line.startswith(field))

    def events_stored(self):
        return self.ask("storage", "POST", "/api/v1/query", {"sql": "SELECT count(*) AS n FROM events"})["rows"][0][0]

    def events_counted(self):
        """By the first view, which counts them all; rows that are pending are given first."""
        rows = self.ask("analytics", "GET", "/api/v1/views/v0/rows?limit=10000")["rows"]
        return sum(row["values"]["a"] if "values" in row else row["a"] for row in rows)

    def stop(self):
        begin = time.monotonic()
        self.process.terminate()
        self.process.wait(STOP_SECONDS)
        return time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--views", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=50_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--same", action="store_true")
    options = parser.parse_args()
    programs = os.path.join(os.path.abspath(options.build), "bin")
    folder = tempfile.mkdtemp(prefix="streamflow-views-")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("error: stopped"))  # So that the server is stopped, too.
    server = Server(programs, folder)
    try:
        measure(options, programs, server)
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def measure(options, programs, server):
    begin = time.monotonic()
    for number in range(options.views):
        server.ask("analytics", "POST", "/api/v1/views", {"sql": (alike if options.same else different)(number)})
    print(f"{options.views} views made in {time.monotonic() - begin:.1f} s", flush=True)
    port = re.search(r":(\d+)$", server.addresses["ingestion"]).group(1)
    cpu = server.cpu_seconds()
    load = subprocess.run([os.path.join(programs, "ingest_load"), "--port", port, "--token-file", server.token_file, "--seconds",
                           str(options.seconds), "--rate", str(options.rate)], capture_output=True, text=True, check=True)
    print("load: " + load.stdout.strip(), flush=True)
    cpu_of_load = server.cpu_seconds() - cpu
    end = time.monotonic()
    sent = server.events_stored()
    counted = server.events_counted()
    while counted < sent and time.monotonic() - end < BEHIND_SECONDS:
        time.sleep(0.2)
        counted = server.events_counted()
    behind = time.monotonic() - end
    cpu = server.cpu_seconds() - cpu
    print(f"all {sent} events counted {behind:.1f} s after the load" if counted == sent
          else f"error: {counted} of {sent} events counted {behind:.1f} s after the load")
    print(f"cpu {cpu_of_load / options.seconds:.2f} cores during the load, {cpu / sent * 1e6:.1f} s for a million events until all were counted")
    print(f"memory {server.memory('VmRSS')} MiB, {server.memory('VmHWM')} MiB at most")
    print(f"stopped in {server.stop():.1f} s", flush=True)


if __name__ == "__main__":
    main()
