"""Live views through the public interface: published cases of other engines, recordings against the same SQL spelled out, kills, and the life of a view."""
import json
import os
import pathlib
import random
import shutil
import threading
import time

import check
from test_real_data import recordings, replay
from view_checks import KILL_SETTINGS, agree, agree_on_sessions, flush, kill_and_compare, make, milliseconds_of, rfc3339, view_rows

ONE_PARTITION = {"PARTITIONS": "1", "BUILT_IN_VIEWS": "off"}


# Published cases -----------------------------------------------------------------------------------------------------------

FUNCTIONS = {"sum": "sum({})", "count": "count({})", "max": "max({})", "min": "min({})", "avg": "avg({})", "count_distinct": "count(DISTINCT {})"}


def field_of(aggregate):
    return "*" if aggregate["field"] is None else f'data."{aggregate["field"]}"'


def statement_of(case):
    window = case["window"]
    offset = f", INTERVAL '{window['offset_ms']} milliseconds'" if window.get("offset_ms") else ""
    if window["type"] == "tumbling":
        source = f"TUMBLE(events, timestamp, INTERVAL '{window['size_ms']} milliseconds'{offset})"
    elif window["type"] == "session":
        source = f"SESSION(events, timestamp, INTERVAL '{window['gap_ms']} milliseconds')"
    else:
        source = f"HOP(events, timestamp, INTERVAL '{window['slide_ms']} milliseconds', INTERVAL '{window['size_ms']} milliseconds'{offset})"
    keys = [f'data."{key}" AS k{i}' for i, key in enumerate(case["group_by"])]
    values = [f'{FUNCTIONS[a["fn"]].format(field_of(a))} AS "{a["as"]}"'
              for a in case["aggregates"]]
    grace = window.get("grace_ms")
    lateness = "infinity" if grace is None else f"{grace} milliseconds"
    by = ", ".join([f"k{i}" for i in range(len(keys))] + ["window_start", "window_end"])
    return (f"CREATE MATERIALIZED VIEW published WITH (lateness = '{lateness}', out_of_orderness = '{case['watermark']['delay_ms']} milliseconds', emit = 'on close') AS "
            f"SELECT {', '.join(keys + ['window_start', 'window_end'] + values)} FROM {source} GROUP BY {by}")


def close(got, wanted):
    if isinstance(wanted, (int, float)) and isinstance(got, (int, float)) and not isinstance(wanted, bool):
        return abs(got - wanted) <= 1e-6 * max(1, abs(wanted))  # The published floats have single precision.
    return got == wanted


def check_case(place, case):
    with place.started(ONE_PARTITION) as server:
        make(server, statement_of(case))
        for event in case["events"]:  # One after the other: the watermark moves with each.
            data = {k: v for k, v in event.items() if k != "t"}
            sent = server.send([{"type": "published.case", "source": "published", "timestamp": rfc3339(event["t"]), "data": data}])
            check.equal(sent.status, 202, "the status of sending an event")
        flush(server)
        got = {(tuple(row["keys"].values()), milliseconds_of(row["window_start"]), milliseconds_of(row["window_end"])): row["values"] for row in view_rows(server, "published")}
        wanted = {(tuple(row["key"]), row["start"], row["end"]): {a["as"]: row[a["as"]] for a in case["aggregates"]} for row in case["expect"]["rows"]}
        check.equal(sorted(got, key=repr), sorted(wanted, key=repr), f"the windows of {case['id']}")
        for key, values in wanted.items():
            for name, value in values.items():
                check.true(close(got[key][name], value), f"{case['id']}: {name} of {key}: got {got[key][name]!r}, wanted {value!r}")


def test_published_cases(place):
    file = pathlib.Path(os.environ.get("SF_CORPUS", place.project / "../shared/corpus/window_cases.json")).resolve()
    if not file.exists():
        raise check.Skip("the published cases are not here (../shared/corpus, or SF_CORPUS)")
    cases = [case for case in json.loads(file.read_text(encoding="utf-8")) if "window" in case]
    cases = [case for case in cases if all(a["fn"] in FUNCTIONS for a in case["aggregates"]) and not case["where"]]
    check.true(len(cases) >= 12, "fewer cases than are known")
    for case in cases:
        (place.folder / case["id"].replace("/", "-")).mkdir()
        check_case(place, case)


# Recordings ----------------------------------------------------------------------------------------------------------------

VIEWS = {
    "tumbling": ("TUMBLE(events, timestamp, INTERVAL '1 hour')", 3600, 3600),
    "sliding": ("HOP(events, timestamp, INTERVAL '7 minutes', INTERVAL '30 minutes')", 420, 1800),
}


def check_recording(place, partitions, arguments, key, value, where, user="user_id"):
    with place.started({"PARTITIONS": str(partitions), "BUILT_IN_VIEWS": "off"}) as server:
        for name, (source, _, _) in VIEWS.items():
            make(server, f"CREATE MATERIALIZED VIEW {name} AS SELECT {key[0]} AS k0, window_start, window_end, count(*) AS v0, {value[0]} AS v1 FROM {source} "
                         f"WHERE {where} GROUP BY k0, window_start, window_end")
        make(server, f"CREATE MATERIALIZED VIEW sessions AS SELECT {user} AS k0, window_start, window_end, count(*) AS v0, {value[0]} AS v1 "
                     f"FROM SESSION(events, timestamp, INTERVAL '30 minutes') WHERE {where} GROUP BY k0, window_start, window_end")
        replay(server, *arguments)

        def all_agree():
            sessions = agree_on_sessions(server, "sessions", [user], ["count(*)", value[1]], where, "30 minutes")
            return sessions + sum(agree(server, name, [key[1]], ["count(*)", value[1]], where, slide, size) for name, (_, slide, size) in VIEWS.items())

        rows = all_agree()
        check.true(rows > 50, f"only {rows} rows")
        check.true(all(row["final"] for row in view_rows(server, "tumbling", "limit=1000")), "a flush leaves a row that is not final")
        check.equal(server.stop(), 0, "exit code")
        server.start()
        check.equal(all_agree(), rows, "rows after a restart")
        for name in [*VIEWS, "sessions"]:
            filled = server.request("POST", f"/api/v1/views/{name}/backfill", service="analytics", timeout=120)
            check.equal(filled.status, 200, f"the status of a backfill ({filled.body[:500]!r})")
        flush(server)
        check.equal(server.rows("SELECT count(*) FROM late_events")[0][0], 0, "late events after a backfill, which brings everything in")
        all_agree()


def test_access_log_agrees_with_the_same_sql(place):
    file = recordings(place) / "access.log"
    for partitions in (1, 2, 4):
        check_recording(place, partitions, (file, "--format", "clf"), ("data->>'method'", "data->>'method'"),
                        ("sum((data->>'bytes')::bigint)", "sum(CAST(data->>'bytes' AS BIGINT))"), "type = 'web.pageview'")


def test_nasa_agrees_with_the_same_sql(place):
    file = recordings(place) / "nasa_19950801.tsv"
    for partitions in (1, 4):
        check_recording(place, partitions, (file, "--mapping", place.project / "examples/nasa.yaml"), ("data->>'status'", "data->>'status'"),
                        ("sum(data.bytes)", "sum((data->>'bytes')::float8)"), "source IS NOT NULL")


def test_retail_agrees_with_the_same_sql(place):
    files = sorted((recordings(place) / "retail").glob("*.csv"))
    check_recording(place, 2, (*files, "--mapping", place.project / "examples/retail.yaml"), ("data->>'country'", "data->>'country'"),
                    ("sum((data->>'quantity')::numeric * (data->>'unit_price')::numeric)",
                     "sum(CAST(data->>'quantity' AS DECIMAL(18,0)) * CAST(data->>'unit_price' AS DECIMAL(18,4)))"), "source IS NOT NULL")


# Kills ---------------------------------------------------------------------------------------------------------------------

def test_kills_change_no_final_row(place):
    seed = random.randrange(1 << 32)
    print(f"  seed {seed}")
    kill_and_compare(place.server(KILL_SETTINGS), 6, 10_000, 4, seed)


# The life of a view --------------------------------------------------------------------------------------------------------

CLICKS = ("CREATE MATERIALIZED VIEW clicks WITH (emit = 'on change') AS SELECT source, window_start, window_end, count(*) AS clicks "
          "FROM TUMBLE(events, timestamp, INTERVAL '1 minute') WHERE type = 'web.click' GROUP BY source, window_start, window_end")


def click(server, source="shop", count=1):
    check.equal(server.send([{"type": "web.click", "source": source}] * count).status, 202, "the status of sending clicks")


def clicks(server):
    return sum(row["values"]["clicks"] for row in view_rows(server, "clicks"))


def test_a_view_counts_what_comes_and_outlives_restarts(place):
    with place.started({"BUILT_IN_VIEWS": "off"}) as server:
        click(server, count=3)
        made = make(server, CLICKS)
        check.equal([column["name"] for column in made["columns"]], ["source", "window_start", "window_end", "clicks"], "columns")
        click(server, count=5)
        check.equal(clicks(server), 5, "clicks since the view was made")
        check.equal(server.rows("SELECT source, sum(clicks) FROM clicks GROUP BY source"), [["shop", 5]], "the view as a table")
        server.kill()
        server.start()
        click(server, count=2)
        check.equal(clicks(server), 7, "clicks after a kill")
        filled = server.request("POST", "/api/v1/views/clicks/backfill", service="analytics")
        check.equal((filled.status, filled.json().get("events")), (200, 10), "a backfill")
        click(server)
        check.equal(clicks(server), 11, "clicks after a backfill")
        check.equal(server.request("DELETE", "/api/v1/views/clicks", service="analytics").status, 204, "dropping")
        check.equal(server.request("GET", "/api/v1/views/clicks", service="analytics").status, 404, "a dropped view")
        check.equal(server.query("SELECT * FROM clicks").status, 400, "a dropped view as a table")


def test_backfills_while_events_come_count_each_event_once(place):
    with place.started({"PARTITIONS": "4", "SHARDS": "2", "BUILT_IN_VIEWS": "off", "HOST_EVENTS_INTERVAL": "0s"}) as server:
        make(server, "CREATE MATERIALIZED VIEW seconds WITH (lateness = '0 s') AS SELECT source, window_start, window_end, count(*) AS n "
                     "FROM TUMBLE(events, timestamp, INTERVAL '1 second') GROUP BY source, window_start, window_end")
        make(server, "CREATE MATERIALIZED VIEW visits WITH (lateness = '0 s') AS SELECT source AS k0, window_start, window_end, count(*) AS v0 "
                     "FROM SESSION(events, timestamp, INTERVAL '20 milliseconds') GROUP BY source, window_start, window_end")
        stop = threading.Event()
        sent = []

        def send():
            while not stop.is_set():
                # Every tenth batch is two minutes old: late for live windows, but not for a backfill.
                old = {"timestamp": rfc3339((time.time() - 120) * 1000)} if len(sent) % 10 == 9 else {}
                check.equal(server.send([{"type": "web.click", "source": f"s{i % 7}", **old} for i in range(50)]).status, 202, "sending")
                sent.append(50)

        sender = threading.Thread(target=send)
        sender.start()
        try:
            for name in ["seconds", "visits"] * 4:
                check.wait_until(lambda before=len(sent): len(sent) > before + 20, 15, "nothing is sent")
                filled = server.request("POST", f"/api/v1/views/{name}/backfill", service="analytics")
                check.equal(filled.status, 200, f"a backfill ({filled.body[:300]!r})")
        finally:
            stop.set()
            sender.join()
        flush(server)
        events = server.rows("SELECT count(*) FROM events")[0][0]
        check.equal(events, sum(sent), "stored events")
        for name, column in (("seconds", "n"), ("visits", "v0")):
            late = server.rows(f"SELECT count(DISTINCT event_id) FROM late_events WHERE view = '{name}'")[0][0]
            check.equal(sum(row["values"][column] for row in view_rows(server, name)) + late, events, f"events in windows of {name}, and late ones")
        check.true(agree_on_sessions(server, "visits", ["source"], ["count(*)"], "true", "20 milliseconds") > 20, "few sessions")


def test_rows_go_on_after_the_checkpoints_are_lost(place):
    with place.started({"BUILT_IN_VIEWS": "off"}) as server:
        make(server, "CREATE MATERIALIZED VIEW total WITH (emit = 'on change') AS SELECT count(*) AS n FROM events WHERE type = 'web.click'")

        def total():
            return [row["values"]["n"] for row in view_rows(server, "total")]

        click(server, count=3)
        for _ in range(3):  # Each start raises the epoch that rows carry.
            check.equal(server.stop(), 0, "exit code")
            server.start()
        click(server, count=2)
        check.equal(total(), [5], "the total")
        check.equal(server.stop(), 0, "exit code")
        shutil.rmtree(os.path.join(server.data, "checkpoints"))
        server.start()
        click(server, count=4)
        check.wait_until(lambda: total() == [9], 15, "the total is not computed again", pause=0.1)
        click(server)
        check.equal(total(), [10], "the total goes on")


def test_definitions_are_checked_and_replaced(place):
    with place.started({"BUILT_IN_VIEWS": "off"}) as server:
        wrong = server.request("POST", "/api/v1/views/validate", {"sql": "CREATE MATERIALIZED VIEW v AS SELECT count(*)\nFROM evnts"}, service="analytics")
        check.true(wrong.status in (400, 422), f"the status of a wrong statement: {wrong.status}")
        check.contains(wrong.json()["detail"], "line 2", "the place of the mistake")
        check.contains(wrong.body.decode(), "evnts", "what is wrong")
        limit = server.request("POST", "/api/v1/views", {"sql": "CREATE MATERIALIZED VIEW v AS SELECT source, count(*) FROM events GROUP BY source LIMIT 5"}, service="analytics")
        check.contains(limit.json().get("hint", ""), "row_number", "the way out of LIMIT")
        make(server, CLICKS)
        check.equal(server.request("POST", "/api/v1/views", {"sql": CLICKS}, service="analytics").status, 409, "a view of the same name")
        click(server, count=2)
        check.equal(clicks(server), 2, "clicks")
        same = server.request("PUT", "/api/v1/views/clicks", {"sql": CLICKS}, service="analytics")
        check.equal(same.status, 200, "the same definition again")
        check.equal(clicks(server), 2, "clicks after the same definition")
        other = server.request("PUT", "/api/v1/views/clicks", {"sql": CLICKS.replace("count(*)", "2 * count(*)")}, service="analytics")
        check.equal(other.status, 200, f"another definition ({other.body[:300]!r})")
        check.equal(view_rows(server, "clicks"), [], "rows of a new definition")
        click(server, count=3)
        check.equal(clicks(server), 6, "clicks by the new definition")


def test_a_new_installation_has_views(place):
    with place.started() as server:
        names = {view["name"] for view in server.request("GET", "/api/v1/views", service="analytics").json()["views"]}
        check.true({"events_by_type", "error_rate", "latency", "active_users_5m", "top_pages", "conversion"} <= names, f"the built-in views: {sorted(names)}")
        server.send([{"type": "api.request", "source": "api", "user_id": f"u{i}", "data": {"status": 500 if i < 5 else 200, "latency_ms": i}} for i in range(100)])
        rates = view_rows(server, "error_rate", "limit=1")
        check.equal((rates[0]["values"]["requests"], rates[0]["values"]["error_rate"]), (100, 0.05), "the error rate")
        check.equal(view_rows(server, "active_users_5m", "limit=1")[0]["values"]["users"], 100, "active users")
        check.equal(server.request("DELETE", "/api/v1/views/severities", service="analytics").status, 204, "dropping a built-in view")
        server.stop()
        server.start()
        names = {view["name"] for view in server.request("GET", "/api/v1/views", service="analytics").json()["views"]}
        check.true("severities" not in names and "latency" in names, "a built-in view that was dropped stays away, the others stay")


def test_windows_close_by_themselves_when_a_partition_is_idle(place):
    with place.started({"PARTITIONS": "4", "BUILT_IN_VIEWS": "off"}) as server:
        make(server, "CREATE MATERIALIZED VIEW seconds WITH (emit = 'on close', out_of_orderness = '1 s', lateness = '0 s') AS SELECT window_start, window_end, count(*) AS n "
                     "FROM TUMBLE(events, timestamp, INTERVAL '1 second') GROUP BY window_start, window_end")
        click(server, count=4)
        rows = check.wait_until(lambda: view_rows(server, "seconds"), 15, "the window does not close", pause=0.2)
        check.equal((sum(row["values"]["n"] for row in rows), rows[0]["final"]), (4, True), "the closed window")


def test_the_command_line_has_views(place):
    with place.started({"BUILT_IN_VIEWS": "off"}) as server:
        file = place.folder / "views.sql"
        file.write_text(f"-- two views; the second with a ; in it\n{CLICKS};\nCREATE MATERIALIZED VIEW types AS SELECT type, count(*) AS n FROM events WHERE type <> ';' GROUP BY type;\n", encoding="utf-8")
        done = server.command("views", "apply", str(file))
        check.equal((done.returncode, done.stdout), (0, "view clicks runs\nview types runs\n"), f"views apply ({done.stderr})")
        click(server, count=2)
        listed = json.loads(server.command("views", "list", "--json").stdout)
        check.equal([view["name"] for view in listed["views"]], ["clicks", "types"], "views list")
        rows = json.loads(server.command("views", "rows", "types", "--json").stdout)["rows"]
        check.equal([(row["keys"], row["values"]) for row in rows], [({"type": "web.click"}, {"n": 2})], "views rows")
        check.contains(server.command("views", "show", "clicks").stdout, "tumble", "views show")
        check.contains(server.command("views", "explain", "clicks").stdout, "web.click", "views explain")
        file.write_text("CREATE MATERIALIZED VIEW broken AS\n SELECT nothing FROM events", encoding="utf-8")
        wrong = server.command("views", "validate", str(file))
        check.equal(wrong.returncode, 1, "exit code of a wrong file")
        check.contains(wrong.stderr, "line 2", "the place in the file")
        check.equal(server.command("views", "drop", "types").returncode, 0, "views drop")
        check.equal(server.command("views", "drop", "types").returncode, 1, "dropping it again")
