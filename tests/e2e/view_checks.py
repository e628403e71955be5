"""Views through the public interface, and whether their rows are what the same SQL gives over the stored events."""
import datetime
import random
import time

import check
from view_load import DisorderedLoad


def rfc3339(milliseconds):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds") + "Z"


def make(server, sql):
    answer = server.request("POST", "/api/v1/views", {"sql": sql}, service="analytics")
    check.equal(answer.status, 201, f"the status of making a view ({answer.body[:600]!r})")
    return answer.json()


def view_rows(server, name, parameters="limit=100000"):
    answer = server.request("GET", f"/api/v1/views/{name}/rows?{parameters}", service="analytics")
    check.equal(answer.status, 200, f"the status of the rows of {name} ({answer.body[:600]!r})")
    return answer.json()["rows"]


def flush(server):
    check.equal(server.request("POST", "/api/v1/flush").status, 202, "the status of a flush")


def milliseconds_of(text):
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def spelled_out(view, keys, values, where, slide, size, starts="true"):
    """The same in plain SQL over the stored events, less those that were late."""
    by = ", ".join(str(i + 1) for i in range(len(keys) + 1))
    shown = "".join(f"{key} AS k{i}, " for i, key in enumerate(keys))
    return f"""
        WITH placed AS (
            SELECT e.*, floor(extract(epoch FROM e.timestamp) / {slide})::bigint - o.back AS k
            FROM events e, generate_series(0, {-(-size // slide) - 1}) AS o(back) WHERE {where}),
        windows AS (
            SELECT *, to_timestamp(k * {slide}) AS ws, to_timestamp(k * {slide} + {size}) AS we FROM placed
            WHERE to_timestamp(k * {slide} + {size}) > timestamp)
        SELECT {shown}ws, {', '.join(values)} FROM windows w
        WHERE NOT EXISTS (SELECT 1 FROM late_events l WHERE l.view = '{view}' AND l.event_id = w.id AND w.we <= l.closed_until) AND {starts}
        GROUP BY {by} ORDER BY {by}"""


def agree(server, view, keys, values, where, slide, size, between=None):
    """Between two seconds since 1970, by the start of the window, where all of it would take a query more memory than it may have."""
    shown = ", ".join([f"k{i}" for i in range(len(keys))] + ["window_start"] + [f"v{i}" for i in range(len(values))])
    starts, mine = "true", "true"
    if between:
        begin, end = (f"to_timestamp({second})" for second in between)
        starts, mine = f"ws >= {begin} AND ws < {end}", f"window_start >= {begin} AND window_start < {end}"
        where = f"({where}) AND e.timestamp >= {begin} AND e.timestamp < to_timestamp({between[1] + size})"
    by = ", ".join(str(i + 1) for i in range(len(keys) + 1))
    got = server.rows(f"SELECT {shown} FROM {view} WHERE {mine} ORDER BY {by}", 120_000)
    return compare(view, got, server.rows(spelled_out(view, keys, values, where, slide, size, starts), 120_000), len(keys) + 1)


def compare(view, got, wanted, identity):
    """Rows in the same order; `identity` columns, which are first, must be the same to the bit."""
    check.equal(len(got), len(wanted), f"rows of {view}")
    for mine, theirs in zip(got, wanted):
        check.equal(mine[:identity], theirs[:identity], f"a group of {view}")
        for a, b in zip(mine[identity:], theirs[identity:]):
            same = a == b or (isinstance(b, float) and abs(a - b) <= 1e-9 * max(1, abs(b)))
            check.true(same, f"{view}: got {mine}, wanted {theirs}")
    return len(got)


def agree_on_sessions(server, view, keys, values, where, gap):
    """Gaps and islands in plain SQL over the stored events, less those that were late. `gap` as an interval's text."""
    by, groups = ", ".join(keys), range(1, len(keys) + 1)
    order = ", ".join(str(column) for column in range(1, len(keys) + 3))
    shown = "".join(f"{key} AS k{i}, " for i, key in enumerate(keys))
    wanted = server.rows(f"""
        WITH kept AS (
            SELECT e.* FROM events e WHERE ({where}) AND NOT EXISTS (SELECT 1 FROM late_events l WHERE l.view = '{view}' AND l.event_id = e.id)),
        cut AS (
            SELECT *, CASE WHEN "timestamp" - lag("timestamp") OVER (PARTITION BY {by} ORDER BY "timestamp", id) <= INTERVAL '{gap}' THEN 0 ELSE 1 END AS apart
            FROM kept),
        numbered AS (SELECT *, sum(apart) OVER (PARTITION BY {by} ORDER BY "timestamp", id) AS island FROM cut)
        SELECT {shown}min("timestamp") AS ws, max("timestamp") + INTERVAL '{gap}' AS we, {', '.join(values)} FROM numbered
        GROUP BY {', '.join(str(group) for group in groups)}, island ORDER BY {order}""", 120_000)
    columns = ", ".join([f"k{i}" for i in range(len(keys))] + ["window_start", "window_end"] + [f"v{i}" for i in range(len(values))])
    return compare(view, server.rows(f"SELECT {columns} FROM {view} ORDER BY {order}", 120_000), wanted, len(keys) + 2)


# Kills ---------------------------------------------------------------------------------------------------------------------

KILL_SETTINGS = {"CHECKPOINT_INTERVAL": "300ms", "PARTITIONS": "2", "BUILT_IN_VIEWS": "off", "LATE_EVENTS_MAX": "10000000"}
KILLED_SESSIONS = "data.x = 7"  # Few enough events that a group is silent now and then.
KILLED_VIEWS = (("tumbling", "TUMBLE(events, timestamp, INTERVAL '5 s')", 5, 5), ("sliding", "HOP(events, timestamp, INTERVAL '2 s', INTERVAL '7 s')", 2, 7))


def kill_and_compare(server, kills, rate, connections, seed, say=lambda text: None):
    """Kills the server under a load in disorder and starts it again, over and over: every row must be what a recomputation gives. Returns what it saw."""
    server.start()
    for name, source, _, _ in KILLED_VIEWS:
        make(server, f"CREATE MATERIALIZED VIEW {name} WITH (out_of_orderness = '2 s', lateness = '3 s') AS SELECT data->>'g' AS k0, window_start, window_end, "
                     f"count(*) AS v0, sum(data.x) AS v1 FROM {source} GROUP BY k0, window_start, window_end")
    make(server, "CREATE MATERIALIZED VIEW sessions WITH (out_of_orderness = '2 s', lateness = '3 s') AS SELECT source AS k0, data->>'g' AS k1, window_start, window_end, "
                 f"count(*) AS v0, min(id::text) AS v1 FROM SESSION(events, timestamp, INTERVAL '1 s') WHERE {KILLED_SESSIONS} GROUP BY k0, k1, window_start, window_end")
    chance = random.Random(seed)
    load = DisorderedLoad(server, rate, connections, seed)
    load.start()
    busy = 0
    try:
        for number in range(kills):
            load.server_is_up()
            pause = chance.uniform(0.1, 1.2)
            time.sleep(pause)  # The moment of a kill is a matter of chance.
            busy += pause
            load.server_is_down()
            server.kill()
            server.start()
            say(f"{number + 1} kills, {load.acknowledged} events")
    finally:
        load.stop()
    flush(server)
    flush(server)
    rows = 0
    first, last = server.rows('SELECT floor(extract(epoch FROM min(timestamp)))::bigint - 20, floor(extract(epoch FROM max(timestamp)))::bigint + 1 FROM events')[0]
    stored, ids = server.rows("SELECT count(*), count(DISTINCT id) FROM events", 120_000)[0]
    part = max(60, (last - first) // max(1, stored // 200_000))
    for name, _, slide, size in KILLED_VIEWS:
        for begin in range(first, last, part):
            rows += agree(server, name, ["data->>'g'"], ["count(*)", "sum((data->>'x')::float8)"], "true", slide, size, (begin, begin + part))
    sessions = agree_on_sessions(server, "sessions", ["source", "data->>'g'"], ["count(*)", "min(id::text)"], "data->>'x' = '7'", "1 second")
    check.true(rows > 20 and sessions > 20, f"only {rows} rows and {sessions} sessions")
    check.equal(ids, stored, "ids of stored events")
    check.true(load.acknowledged <= stored <= load.sent, f"{stored} events are stored, {load.acknowledged} of {load.sent} were acknowledged")
    late = server.value("SELECT count(*) FROM (SELECT DISTINCT view, event_id FROM late_events) l")
    return f"{rows} rows and {sessions} sessions over {stored} events, {load.acknowledged / busy:.0f} acknowledged a second, {late} late for some window"
