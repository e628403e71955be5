"""A new version of a view beside it: rows, differences, and how it takes the view's place."""
import pathlib
import threading

import check
from view_checks import flush, make, rfc3339, view_rows

ALONE = {"BUILT_IN_VIEWS": "off", "HOST_EVENTS_INTERVAL": "0s", "PARTITIONS": "2", "SHARDS": "2"}
MINUTE = 60_000
BEGIN = 1_770_000_000_000 // MINUTE * MINUTE


def statement(values, where="true", having=""):
    return (f"CREATE MATERIALIZED VIEW sales AS SELECT source, window_start, window_end, {values} FROM TUMBLE(events, timestamp, INTERVAL '1 minute') "
            f"WHERE {where} GROUP BY source, window_start, window_end {having}")


def send(server, minute, amounts, kind="business.sale"):
    events = [{"type": kind, "source": source, "timestamp": rfc3339(BEGIN + minute * MINUTE + i), "data": {"amount": amount}} for i, (source, amount) in enumerate(amounts)]
    check.equal(server.send(events).status, 202, "sending")


def ask(server, method, path, body=None, status=200):
    answer = server.request(method, "/api/v1/views/sales" + path, body, service="analytics", timeout=60)
    check.equal(answer.status, status, f"{method} {path} ({answer.body[:500]!r})")
    return answer.json() if answer.body else None


def rows(server, name="sales"):
    return {(row["keys"]["source"], row["window_start"]): row["values"] for row in view_rows(server, name)}


def test_a_shadow_is_compared_and_takes_the_place_of_its_view(place):
    with place.started(ALONE) as server:
        make(server, statement("count(*) AS n, sum(data.amount) AS total"))
        send(server, 0, [("a", 1), ("b", 2), ("c", 30)])
        send(server, 1, [("a", 5), ("b", 0.5)])
        ask(server, "GET", "/diff", status=404)
        ask(server, "POST", "/promote", status=404)
        ask(server, "DELETE", "/shadow", status=404)
        # Fewer rows, another type of `n`, one column less and one more.
        changed = statement("count(*)::text AS n, max(data.amount) AS most", "data.amount > 1")
        made = ask(server, "POST", "/shadow", {"sql": changed, "backfill": True}, status=201)
        check.equal((made["name"], made["shadow_of"]), ("sales@next", "sales"), "the name of the shadow")
        check.equal(sorted(rows(server, "sales@next").values(), key=str), [{"n": "1", "most": m} for m in (2, 30, 5)], "rows of the shadow, from history")
        check.equal(len(rows(server)), 5, "rows of the view meanwhile")
        check.equal(server.rows('SELECT count(*) FROM "sales@next"'), [[3]], "the shadow as a table")
        send(server, 2, [("a", 7), ("c", 1)])
        send(server, 9, [("z", 9)])
        flush(server)
        diff = ask(server, "GET", "/diff?samples=1")
        counts = {kind: diff[kind]["rows"] for kind in ("only_live", "only_shadow", "different")}
        check.equal((diff["windows"], diff["same"], counts), (4, 0, {"only_live": 3, "only_shadow": 0, "different": 5}), "the difference")
        check.equal((diff["columns_only_live"], diff["columns_only_shadow"]), (["total"], ["most"]), "columns of one of them")
        check.equal((diff["different"]["samples"][0]["columns"], len(diff["only_live"]["samples"])), (["n"], 1), "samples")
        server.kill()  # The shadow outlives it.
        server.start()
        send(server, 10, [("a", 3)])
        wanted = rows(server, "sales@next")
        check.equal(len(wanted), 6, "rows of the shadow after a kill")
        before = {(row["keys"]["source"], row["window_start"]): (row["epoch"], row["version"]) for row in view_rows(server, "sales")}
        promoted = ask(server, "POST", "/promote")
        check.equal((promoted["name"], promoted["sql"], promoted["shadow_of"]), ("sales", changed, None), "the promoted view")
        check.equal(rows(server), wanted, "rows after it has taken the place")
        check.true(all((row["epoch"], row["version"]) > before[(row["keys"]["source"], row["window_start"])] for row in view_rows(server, "sales")), "versions rise")
        check.equal(server.rows("SELECT source, n, most FROM sales ORDER BY window_start, source LIMIT 2"), [["b", "1", 2], ["c", "1", 30]], "the table with its new columns")
        check.equal(server.query("SELECT total FROM sales").status, 400, "a column that went")
        check.equal(server.query('SELECT * FROM "sales@next"').status, 400, "the shadow as a table, after")
        ask(server, "GET", "/diff", status=404)
        send(server, 10, [("a", 4), ("b", 1)])
        wanted[("a", rfc3339(BEGIN + 10 * MINUTE).replace(".000", ""))] = {"n": "2", "most": 4}
        check.equal(rows(server), wanted, "it goes on with the state of the shadow")
        server.kill()
        server.start()
        send(server, 11, [("d", 8)])
        wanted[("d", rfc3339(BEGIN + 11 * MINUTE).replace(".000", ""))] = {"n": "1", "most": 8}
        check.equal(rows(server), wanted, "after a kill")
        check.equal([view["name"] for view in server.request("GET", "/api/v1/views", service="analytics").json()["views"]], ["sales"], "views that are left")


def test_a_shadow_without_history_is_compared_where_it_has_seen_all(place):
    with place.started(ALONE) as server:
        make(server, statement("count(*) AS n"))
        send(server, 0, [("a", 1), ("a", 2)])
        ask(server, "POST", "/shadow", {"sql": statement("2 * count(*) / 2 AS n")}, status=201)
        send(server, 0, [("a", 3)])
        send(server, 1, [("a", 3), ("b", 3)])
        # Too late for both: both list it.
        send(server, 8, [("a", 1)])
        send(server, 8, [("b", 1)])
        send(server, 8, [("c", 1)])
        send(server, 8, [("d", 1)])
        send(server, 2, [("a", 1), ("b", 1), ("c", 1), ("d", 1)])
        flush(server)
        diff = ask(server, "GET", "/diff")
        check.equal((diff["only_live"]["rows"], diff["only_shadow"]["rows"], diff["different"]["rows"]), (0, 0, 0), f"no difference in whole windows ({diff})")
        check.true(diff["same"] >= 2, f"rows that are the same: {diff['same']}")
        late = server.rows("SELECT view, count(*) FROM late_events GROUP BY view ORDER BY view")
        check.true(len(late) == 2 and late[0][0] == "sales" and late[1][0] == "sales@next" and late[0][1] == late[1][1], f"late events of both: {late}")
        ask(server, "DELETE", "/shadow", status=204)
        check.equal(server.request("GET", "/api/v1/views/sales@next", service="analytics").status, 404, "a dropped shadow")
        check.equal(server.rows("SELECT DISTINCT view FROM late_events"), [["sales"]], "its late events go with it")
        ask(server, "POST", "/shadow", {"sql": statement("count(*) AS n")}, status=201)
        ask(server, "POST", "/shadow", {"sql": statement("count(*) AS m")}, status=201)
        check.equal(server.request("GET", "/api/v1/views/sales@next", service="analytics").json()["columns"][3]["name"], "m", "a second shadow replaces the first")
        ask(server, "POST", "/shadow", {"sql": "CREATE MATERIALIZED VIEW other AS SELECT count(*) FROM events"}, status=400)
        ask(server, "DELETE", "", status=204)
        check.equal(server.request("GET", "/api/v1/views", service="analytics").json()["views"], [], "a dropped view takes its shadow along")


def test_readers_find_every_row_while_the_shadow_takes_the_place(place):
    with place.started(ALONE) as server:
        make(server, statement("count(*) AS n"))
        for minute in range(20):
            send(server, minute, [(f"s{i}", i) for i in range(50)])
        ask(server, "POST", "/shadow", {"sql": statement("count(*) + 100 AS n"), "backfill": True}, status=201)
        stop = threading.Event()
        seen, wrong = set(), []

        def read():
            while not stop.is_set():
                found = [values["n"] for values in rows(server).values()]
                seen.update(found)
                if len(found) != 1000 or not set(found) <= {1, 101}:
                    wrong.append((len(found), set(found)))

        reader = threading.Thread(target=read)
        reader.start()
        try:
            check.wait_until(lambda: 1 in seen, 15, "the old rows are not read")
            ask(server, "POST", "/promote")
            check.wait_until(lambda: 101 in seen, 15, "the new rows are not read")
        finally:
            stop.set()
            reader.join()
        check.equal(wrong, [], "reads with rows missing")
        check.equal(set(values["n"] for values in rows(server).values()), {101}, "rows at the end")


def test_a_rule_has_a_shadow_too_and_the_command_line_does_it(place):
    with place.started(ALONE) as server:
        rule = {"name": "sales", "group_by": ["source"], "window": {"type": "none"}, "aggregations": [{"name": "n", "function": "count"}]}
        made = server.request("POST", "/api/v1/processing-rules", rule, service="analytics")
        check.equal(made.status, 201, "a rule")
        send(server, 0, [("a", 1), ("a", 9), ("b", 9)])
        ask(server, "POST", "/shadow", {"sql": statement("count(*) AS n")}, status=409)
        file = place.folder / "rule.json"
        file.write_text(str({**rule, "where": "data.amount > 5"}).replace("'", '"'), encoding="utf-8")
        done = server.command("views", "shadow", str(file), "--backfill")
        check.equal((done.returncode, done.stdout), (0, "view sales@next runs beside sales\n"), f"views shadow ({done.stderr})")
        text = server.command("views", "diff", "sales").stdout
        check.contains(text, 'different           1 row\n  -  {"source":"a"}  n: 2 -> 1\n', "views diff")
        check.contains(text, "the same            1 row\n", "views diff")
        check.equal([view["name"] for view in server.request("GET", "/api/v1/processing-rules", service="analytics").json()["rules"]], ["sales"], "rules, without the shadow")
        done = server.command("views", "promote", "sales")
        check.equal((done.returncode, done.stdout), (0, "view sales is the new version now\n"), f"views promote ({done.stderr})")
        check.equal(server.request("GET", "/api/v1/processing-rules/sales", service="analytics").json()["rule"]["where"], "data.amount > 5", "the promoted rule")
        check.equal(sorted((row["keys"]["source"], row["values"]["n"]) for row in view_rows(server, "sales")), [("a", 1), ("b", 1)], "its rows")
        sql = place.folder / "other.sql"
        sql.write_text("CREATE MATERIALIZED VIEW total AS SELECT count(*) AS n FROM events;", encoding="utf-8")
        check.equal(server.command("views", "shadow", str(sql)).returncode, 1, "a shadow of nothing")
        check.equal(server.command("views", "apply", str(sql)).returncode, 0, "making it")
        check.equal(server.command("views", "shadow", str(sql)).returncode, 0, "a shadow of a statement")
        check.equal(server.command("views", "drop", "total@next").returncode, 0, "dropping a shadow by its name")


def test_a_running_total_forgets_groups(place):
    with place.started({**ALONE, "PARTITIONS": "1", "SHARDS": "1"}) as server:
        make(server, "CREATE MATERIALIZED VIEW seen WITH (ttl = '1 minute', lateness = '0 s', out_of_orderness = '0 s', emit = 'on change', state_max = '16 MiB') "
                     "AS SELECT source, count(*) AS n FROM events GROUP BY source")

        def send_at(second, *sources):
            events = [{"type": "a.b", "source": source, "timestamp": rfc3339(BEGIN + second * 1000)} for source in sources]
            check.equal(server.send(events).status, 202, "sending")

        def seen():
            return {row["keys"]["source"]: row["values"]["n"] for row in view_rows(server, "seen")}

        send_at(0, "a", "a")
        send_at(50, "b")
        check.equal(seen(), {"a": 2, "b": 1}, "rows")
        send_at(60, "c")
        check.equal(seen(), {"b": 1, "c": 1}, "rows when the ttl of one is over")
        check.equal(server.rows("SELECT source, n FROM seen ORDER BY source"), [["b", 1], ["c", 1]], "the table")
        server.kill()
        server.start()
        send_at(61, "a")
        send_at(110, "c")
        check.equal(seen(), {"a": 1, "c": 2}, "after a kill")
        check.equal(server.request("POST", "/api/v1/views/seen/backfill", service="analytics").status, 200, "a backfill")
        check.equal(seen(), {"a": 1, "c": 2}, "after a backfill")
        send_at(120, "a")
        check.equal(seen(), {"a": 2, "c": 2}, "and on")
        status = server.request("GET", "/api/v1/views/seen", service="analytics").json()
        check.equal((status["ttl"], status["state_max"]), ("1 minute", 16 << 20), "its options")


def test_rows_are_those_of_all_shards_though_a_start_was_killed_between_them(place):
    settings = {**ALONE, "SHARDS": "4"}
    epoch = "checkpoints/analytics-0/epoch"
    with place.started(settings) as other:  # Its first shard has been taken over more often.
        for _ in range(3):
            other.stop()
            other.start()
        higher = (pathlib.Path(other.data) / epoch).read_bytes()
    sources = [f"s{i}" for i in range(12)]
    with place.started(settings) as server:
        make(server, "CREATE MATERIALIZED VIEW sales AS SELECT source, count(*) AS n FROM events WHERE type = 'business.sale' GROUP BY source")
        send(server, 0, [(source, 1) for source in sources])
        server.stop()
        (pathlib.Path(server.data) / epoch).write_bytes(higher)
        server.start()
        ask(server, "POST", "/shadow", {"sql": "CREATE MATERIALIZED VIEW sales AS SELECT source, count(*) * 1 AS n FROM events WHERE type = 'business.sale' GROUP BY source",
                                        "backfill": True}, status=201)
        ask(server, "POST", "/promote")
        send(server, 1, [(source, 1) for source in sources])
        flush(server)
        check.equal(server.rows("SELECT source, n FROM sales ORDER BY 1"), sorted([source, 2] for source in sources), "rows of every shard")
