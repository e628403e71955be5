"""Views that read views: every row of the chain is what the same SQL gives over the stored events, whatever was killed when; what is read stays as it is."""
import pathlib
import random

import check
from view_checks import flush, make, milliseconds_of, rfc3339, view_rows

SETTINGS = {"BUILT_IN_VIEWS": "off", "HOST_EVENTS_INTERVAL": "0s", "PARTITIONS": "2", "SHARDS": "3", "CHECKPOINT_INTERVAL": "200ms"}
BEGIN = 1_767_261_600_000  # 2026-01-01T10:00:00Z
MINUTES = ("CREATE MATERIALIZED VIEW per_minute WITH (lateness = '60 s', out_of_orderness = '10 s') AS "
           "SELECT source, user_id, window_start, window_end, count(*) AS n, sum((data->>'price')::numeric) AS total, max(timestamp) AS newest, "
           "array_agg(DISTINCT data->>'kind') AS kinds FROM TUMBLE(events, timestamp, INTERVAL '1 minute') WHERE type = 'shop.sale' GROUP BY source, user_id, window_start, window_end")
HOURS = ("CREATE MATERIALIZED VIEW hourly AS SELECT source, window_start, sum(n) AS n, sum(total) AS total, max(newest) AS newest, count(*) AS minutes, "
         "count(*) FILTER (WHERE 'a' = ANY(kinds)) AS with_a FROM TUMBLE({minutes}, window_start, INTERVAL '1 hour') GROUP BY source, window_start")
BUSIEST = ("CREATE MATERIALIZED VIEW busiest WITH (emit = 'on close') AS SELECT window_start, max(total) AS most, sum(minutes) AS minutes "
           "FROM TUMBLE({hours}, window_start, INTERVAL '2 hours') GROUP BY window_start")


def sales(chance, begin, count, seconds):
    """In disorder, but never so late that a window is over."""
    events = []
    for i in range(count):
        at = begin + round(i * seconds * 1000 / count) - chance.randrange(15_000)
        events.append({"type": "shop.sale", "source": chance.choice(["north", "south", "west"]), "user_id": f"u{chance.randrange(4)}", "timestamp": rfc3339(max(at, BEGIN)),
                       "data": {"price": round(chance.random() * 100, 2), "kind": chance.choice("ab")}})
    return events


def send(server, events):
    check.equal(server.send(events).status, 202, "sending events")


def move_on(server, at):
    """Events of another kind in every partition."""
    send(server, [{"type": "clock.hand", "source": f"clock{i}", "user_id": f"clock{i}", "timestamp": rfc3339(at)} for i in range(40)])


def select_of(statement, **places):
    return statement[statement.index(" AS ") + 4:].format(**places)


def compare_chain(server, views=("per_minute", "hourly", "busiest")):
    check.equal(server.value("SELECT count(*) FROM late_events"), 0, "late events")
    # In a query both windows have a window_start, so the inner one gets another name.
    minutes = select_of(MINUTES)
    hours = select_of(HOURS, minutes="minutes").replace("minutes, window_start,", "minutes, at,")
    busiest = select_of(BUSIEST, hours="hours").replace("hours, window_start,", "hours, at,")
    inner = f"WITH minutes AS (SELECT source, window_start AS at, n, total, newest, kinds FROM ({minutes}) AS m)"
    outer = f"{inner}, hours AS (SELECT window_start AS at, total, minutes FROM ({hours}) AS h)"
    wanted = {"per_minute": minutes, "hourly": f"{inner} {hours}", "busiest": f"{outer} {busiest}"}
    counts = {}
    for view in views:
        columns = [row[0] for row in server.rows(f"SELECT column_name FROM information_schema.columns WHERE table_name = '{view}' ORDER BY ordinal_position")]
        shown = ", ".join(columns)
        got = sorted(server.rows(f"SELECT {shown} FROM {view}"), key=str)
        made = sorted(server.rows(f"SELECT {shown} FROM ({wanted[view]}) AS w"), key=str)
        check.equal(got, made, f"rows of {view}")
        check.true(all(row["final"] for row in view_rows(server, view)), f"all rows of {view} are final")
        counts[view] = len(got)
    return counts


def test_rows_of_a_chain_are_those_of_a_recomputation_over_kills(place):
    chance = random.Random(15)
    with place.started(SETTINGS) as server:
        make(server, MINUTES)
        make(server, HOURS.format(minutes="per_minute"))
        make(server, BUSIEST.format(hours="hourly"))
        at = BEGIN
        for part in range(40):
            send(server, sales(chance, at, 60, 360))
            at += 360_000
            if part % 5 == 4:
                server.kill()
                server.start()
            elif part % 7 == 3:
                flush(server)
        move_on(server, at + 8 * 3_600_000)
        counts = compare_chain(server)
        check.true(counts["per_minute"] > 1000 and counts["hourly"] >= 12 and counts["busiest"] >= 2, f"there are rows: {counts}")
        server.kill()
        server.start()
        check.equal(compare_chain(server), counts, "and after one more kill")
        server.stop()
        server.start()
        check.equal(compare_chain(server), counts, "and after an orderly end")
        # Filled anew from what is stored, one after the other, from the last one on.
        filled = server.request("POST", "/api/v1/views/busiest/backfill", {}, service="analytics")
        check.equal((filled.status, filled.json()["events"]), (200, counts["hourly"]), "filling the last one")
        check.equal(compare_chain(server), counts, "the same rows")


def test_one_that_is_made_later_begins_there_and_is_filled_from_stored_rows(place):
    chance = random.Random(3)
    with place.started(SETTINGS) as server:
        make(server, MINUTES)
        send(server, sales(chance, BEGIN, 400, 5400))
        move_on(server, BEGIN + 5_500_000)
        make(server, HOURS.format(minutes="per_minute"))
        check.equal(view_rows(server, "hourly"), [], "it begins empty")
        filled = server.request("POST", "/api/v1/views/hourly/backfill", {}, service="analytics")
        check.equal(filled.status, 200, f"filling it ({filled.body[:300]!r})")
        check.true(filled.json()["events"] > 100, "from rows of minutes that are over")
        server.kill()
        server.start()
        send(server, sales(chance, BEGIN + 5_600_000, 400, 5400))
        move_on(server, BEGIN + 6 * 3_600_000)
        check.true(compare_chain(server, ("per_minute", "hourly"))["hourly"] >= 9, "there are rows")


def test_a_filled_view_gives_the_rows_of_every_shard_to_the_next_one(place):
    # One partition is far behind, so only the filling has ended windows, and the last one that had rows is another in each shard.
    behind, ahead = "b1", "f4"
    with place.started({**SETTINGS, "SHARDS": "4"}) as server:
        counts = ("CREATE MATERIALIZED VIEW per_minute AS SELECT source, window_start, count(*) AS n FROM TUMBLE(events, timestamp, INTERVAL '1 minute') "
                  "WHERE type = 'shop.sale' GROUP BY source, window_start")
        sums = ("CREATE MATERIALIZED VIEW ten AS SELECT source, window_start, sum(n) AS n FROM TUMBLE(per_minute, window_start, INTERVAL '10 minutes') "
                "GROUP BY source, window_start")
        make(server, counts)
        send(server, [{"type": "shop.sale", "source": "behind", "user_id": behind, "timestamp": rfc3339(BEGIN)}])
        ends = BEGIN + 40 * 60_000
        send(server, [{"type": "shop.sale", "source": f"s{i}", "user_id": ahead, "timestamp": rfc3339(ends - (4 + 2 * i) * 60_000 + second * 1000)}
                      for i in range(12) for second in range(5)])
        send(server, [{"type": "shop.sale", "source": "ends", "user_id": ahead, "timestamp": rfc3339(ends)}])
        for view, sql in (("per_minute", None), ("ten", sums)):
            if sql is not None:
                make(server, sql)
            filled = server.request("POST", f"/api/v1/views/{view}/backfill", {}, service="analytics")
            check.equal(filled.status, 200, f"filling {view} ({filled.body[:300]!r})")
        state = server.request("GET", "/api/v1/views/per_minute", service="analytics").json()
        check.true(milliseconds_of(state["watermark"]) < BEGIN + 60_000, f"one partition is behind: {state['watermark']}")
        move_on(server, ends + 3_600_000)
        wanted = sorted([f"s{i}", 5] for i in range(12)) + [["behind", 1], ["ends", 1]]
        check.equal(sorted(server.rows("SELECT source, sum(n) FROM ten GROUP BY source")), sorted(wanted), "each row once")


def test_checkpoints_that_are_lost_are_computed_again_in_the_order_of_the_chain(place):
    chance = random.Random(4)
    with place.started(SETTINGS) as server:
        make(server, MINUTES)
        make(server, HOURS.format(minutes="per_minute"))
        send(server, sales(chance, BEGIN, 500, 7200))
        move_on(server, BEGIN + 6 * 3_600_000)
        counts = compare_chain(server, ("per_minute", "hourly"))
        server.kill()
        for path in (pathlib.Path(server.data) / "checkpoints").rglob("*.ckpt"):
            path.unlink()
        server.start()
        check.wait_until(lambda: server.log_text().count("a view is computed again") >= 2, 60, "both are computed again")
        send(server, sales(chance, BEGIN + 7 * 3_600_000, 300, 3600))
        move_on(server, BEGIN + 12 * 3_600_000)
        after = compare_chain(server, ("per_minute", "hourly"))
        check.true(after["hourly"] > counts["hourly"], "and goes on")


def test_what_is_read_stays_and_what_cannot_be_read_is_refused(place):
    with place.started(SETTINGS) as server:
        def refused(method, path, body, status, words):
            answer = server.request(method, path, body, service="analytics")
            check.equal(answer.status, status, f"{method} {path}")
            check.contains(answer.body.decode(), words, f"{method} {path}")

        make(server, MINUTES)
        made = make(server, HOURS.format(minutes="per_minute"))
        check.equal((made["reads"], made["window"]["time"]), ("per_minute", "window_start"), "what it reads")
        make(server, BUSIEST.format(hours="hourly"))
        explained = server.request("GET", "/api/v1/views/busiest/explain", service="analytics").json()
        check.equal(explained["chain"], ["hourly", "per_minute"], "the chain")
        reads = 'view \\"hourly\\" reads it'
        refused("DELETE", "/api/v1/views/per_minute", None, 409, reads)
        refused("PUT", "/api/v1/views/per_minute", {"sql": MINUTES.replace("60 s", "61 s")}, 409, reads)
        refused("POST", "/api/v1/views/per_minute/backfill", {}, 409, reads)
        refused("POST", "/api/v1/views/per_minute/shadow", {"sql": MINUTES.replace("60 s", "61 s")}, 409, reads)
        refused("POST", "/api/v1/views/busiest/shadow", {"sql": BUSIEST.format(hours="hourly")}, 400, "has no shadow")
        refused("PUT", "/api/v1/views/hourly", {"sql": HOURS.format(minutes="busiest")}, 400, "newest")
        refused("PUT", "/api/v1/views/busiest", {"sql": "CREATE MATERIALIZED VIEW busiest AS SELECT count(*) AS n FROM busiest"}, 400, "can't read itself")
        refused("POST", "/api/v1/views", {"sql": HOURS.format(minutes="per_minut").replace("VIEW hourly", "VIEW h")}, 400, "per_minute")
        check.equal(server.request("PUT", "/api/v1/views/per_minute", {"sql": MINUTES}, service="analytics").status, 200, "the same text goes on")
        for view in ("busiest", "hourly", "per_minute"):
            check.equal(server.request("DELETE", f"/api/v1/views/{view}", service="analytics").status, 204, f"dropping {view}")


def test_a_file_may_hold_the_whole_chain(place):
    with place.started(SETTINGS) as server:
        file = place.folder / "chain.sql"
        file.write_text(";\n".join([MINUTES, HOURS.format(minutes="per_minute"), BUSIEST.format(hours="hourly")]))
        checked = server.command("views", "validate", str(file))
        check.equal((checked.returncode, checked.stdout), (0, "3 views, all valid\n"), f"checking the chain ({checked.stderr})")
        check.equal(server.request("GET", "/api/v1/views", service="analytics").json()["views"], [], "nothing is made by a check")
        for turn in ("first", "again"):
            applied = server.command("views", "apply", str(file))
            check.equal((applied.returncode, applied.stdout), (0, "view per_minute runs\nview hourly runs\nview busiest runs\n"), f"{turn} ({applied.stderr})")
        file.write_text(";\n".join([HOURS.format(minutes="later"), MINUTES.replace("VIEW per_minute", "VIEW later")]))
        refused = server.command("views", "validate", str(file))
        check.equal(refused.returncode != 0, True, "a view that comes later in the file")
        check.contains(refused.stderr, "line 1", "where")
