#!/usr/bin/env python3
"""Many views at once in a whole server: makes them over HTTP, sends events at a rate, and says what it cost and how far behind it was.

    bench/many_views.py build/release [--views 1000] [--rate 50000] [--seconds 20] [--same]

Views differ in keys, filters, windows and aggregates; with --same all have one filter and one key, and differ in windows and aggregates. The load
generator runs on the same machine. See bench/README.md.
"""
import argparse
import time

import whole_server

KEYS = ["source", "user_id", "type", "data->>'path'", "data.status"]
AGGREGATES = ["count(*)", "sum(data.latency_ms)", "avg(data.latency_ms)", "max(data.latency_ms)", "count(DISTINCT user_id)"]
SMALL_AGGREGATES = ["count(*)", "sum(data.latency_ms)", "avg(data.latency_ms)", "max(data.latency_ms)", "count(DISTINCT data.status)"]
BEHIND_SECONDS = 120


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--views", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=50_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--same", action="store_true")
    options = parser.parse_args()
    with whole_server.server(options.build) as server:
        measure(options, server)


def events_counted(server):
    """By the first view, which counts them all; rows that are pending are given first."""
    rows = server.ask("analytics", "GET", "/api/v1/views/v0/rows?limit=10000")["rows"]
    return sum(row["values"]["a"] if "values" in row else row["a"] for row in rows)


def measure(options, server):
    begin = time.monotonic()
    for number in range(options.views):
        server.ask("analytics", "POST", "/api/v1/views", {"sql": (alike if options.same else different)(number)})
    print(f"{options.views} views made in {time.monotonic() - begin:.1f} s", flush=True)
    cpu = server.cpu_seconds()
    print("load: " + server.load("--seconds", options.seconds, "--rate", options.rate), flush=True)
    cpu_of_load = server.cpu_seconds() - cpu
    end = time.monotonic()
    sent = server.events_stored()
    counted = events_counted(server)
    while counted < sent and time.monotonic() - end < BEHIND_SECONDS:
        time.sleep(0.2)
        counted = events_counted(server)
    behind = time.monotonic() - end
    cpu = server.cpu_seconds() - cpu
    print(f"all {sent} events counted {behind:.1f} s after the load" if counted == sent
          else f"error: {counted} of {sent} events counted {behind:.1f} s after the load")
    print(f"cpu {cpu_of_load / options.seconds:.2f} cores during the load, {cpu / sent * 1e6:.1f} s for a million events until all were counted")
    print(f"memory {server.memory('VmRSS')} MiB, {server.memory('VmHWM')} MiB at most")
    print(f"stopped in {server.stop():.1f} s", flush=True)


if __name__ == "__main__":
    main()
