#!/usr/bin/env python3
"""The Yahoo streaming benchmark through a whole server: events over HTTP, durable before they are answered, filtered, joined with a table of
1,000 ads and counted by campaign in windows of ten seconds. Beside the same load without the view, and checked against SQL over what is stored.

    bench/ysb_http.py build/release [--seconds 10] [--repeat 3]
"""
import argparse
import statistics
import sys
import time

import whole_server

ADS = 1_000
ADS_OF_CAMPAIGN = 10
VIEW = ("CREATE MATERIALIZED VIEW ysb AS SELECT campaign, window_start, count(*) AS views FROM TUMBLE(events, timestamp, INTERVAL '10 s') AS e "
        "JOIN ads ON ads.ad = e.data->>'ad_id' WHERE e.data.event_type = 'view' GROUP BY campaign, window_start")
CHECK = ("SELECT campaign, count(*) FROM events AS e JOIN ads ON ads.ad = e.data->>'ad_id' WHERE e.data.event_type = 'view' GROUP BY campaign "
         "ORDER BY campaign")
BEHIND_SECONDS = 60


def make_table(server):
    server.ask("analytics", "POST", "/api/v1/tables", {"sql": "CREATE TABLE ads (ad text PRIMARY KEY, campaign text NOT NULL)"})
    rows = "".join(f"ad-{ad:04},campaign-{ad // ADS_OF_CAMPAIGN:03}\n" for ad in range(ADS))
    server.ask("analytics", "PUT", "/api/v1/tables/ads/rows", text="ad,campaign\n" + rows)


def counted(server):
    views = {}
    for row in server.ask("analytics", "GET", "/api/v1/views/ysb/rows?limit=100000")["rows"]:
        campaign = row["keys"]["campaign"]
        views[campaign] = views.get(campaign, 0) + row["values"]["views"]
    return sorted(views.items())


def stored(server):
    return [tuple(row) for row in server.ask("storage", "POST", "/api/v1/query", {"sql": CHECK})["rows"]]


def run(options, with_view):
    """Events a second; with the view, its rows are compared with those of SQL over the stored events."""
    with whole_server.server(options.build) as server:
        make_table(server)
        if with_view:
            server.ask("analytics", "POST", "/api/v1/views", {"sql": VIEW})
        line = server.load("--events", "ads", "--seconds", options.seconds)
        begin = time.monotonic()
        if with_view:
            while counted(server) != stored(server):
                if time.monotonic() - begin > BEHIND_SECONDS:
                    sys.exit(f"error: the view is not what is stored, {BEHIND_SECONDS} s after the load")
                time.sleep(0.2)
        print(f"{'with the view' if with_view else 'without':14} {line}" + (f"  complete after {time.monotonic() - begin:.1f} s" if with_view else ""), flush=True)
        return float(line.split()[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    pairs = [(run(options, False), run(options, True)) for _ in range(options.repeat)]
    without, with_view = (statistics.median(side) for side in zip(*pairs))
    print(f"median: {with_view:,.0f} events/s with the view, {with_view / without:.2f} of {without:,.0f} without")


if __name__ == "__main__":
    main()
