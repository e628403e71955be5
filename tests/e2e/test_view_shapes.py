"""Views over a UNION ALL and views that rank events, through crashes and backfills, and rules that call functions."""
import check
from view_checks import flush, make, view_rows

ALONE = {"BUILT_IN_VIEWS": "off", "HOST_EVENTS_INTERVAL": "0s", "CHECKPOINT_INTERVAL": "1h"}
BALANCE = ("CREATE MATERIALIZED VIEW balance AS WITH moved AS ("
           "SELECT timestamp, user_id AS who, (data->>'amount')::numeric AS amount FROM events WHERE type = 'wallet.transfer' "
           "UNION ALL SELECT timestamp, data->>'from', - (data->>'amount')::numeric FROM events WHERE type = 'wallet.transfer') "
           "SELECT who, window_start, sum(amount) AS moved, count(*) AS transfers FROM TUMBLE(moved, timestamp, INTERVAL '1 hour') GROUP BY who, window_start")
DEAREST = ("CREATE MATERIALIZED VIEW dearest AS SELECT who, amount, rank FROM (SELECT user_id AS who, (data->>'amount')::numeric AS amount, "
           "row_number() OVER (PARTITION BY window_start ORDER BY (data->>'amount')::numeric DESC) AS rank "
           "FROM TUMBLE(events, timestamp, INTERVAL '1 hour')) AS ranked WHERE rank <= 2")


def transfer(server, source, target, amount, minute):
    event = {"type": "wallet.transfer", "source": "bank", "user_id": target, "timestamp": f"2026-01-01T10:{minute:02}:00Z", "data": {"from": source, "amount": amount}}
    check.equal(server.send([event]).status, 202, "sending an event")


def balances(server):
    return sorted((row["keys"]["who"], row["values"]["moved"], row["values"]["transfers"]) for row in view_rows(server, "balance"))


def dearest(server):
    rows = [{**row["keys"], **row["values"]} for row in view_rows(server, "dearest")]
    return [(row["who"], row["amount"]) for row in sorted(rows, key=lambda row: row["rank"])]


def test_an_event_counts_once_for_each_select_over_a_kill_and_a_backfill(place):
    with place.started(ALONE) as server:
        transfer(server, "ada", "bob", 7, 1)  # Before there is a view.
        make(server, BALANCE)
        make(server, DEAREST)
        transfer(server, "ada", "bob", 5, 2)
        transfer(server, "bob", "eve", 2, 3)
        transfer(server, "eve", "eve", 1, 4)
        wanted = [("ada", -5, 1), ("bob", 3, 2), ("eve", 2, 3)]
        check.equal(balances(server), wanted, "what has moved")
        check.equal(dearest(server), [("bob", 5), ("eve", 2)], "the dearest")
        server.kill()
        server.start()
        check.equal(balances(server), wanted, "the same after a kill")
        check.equal(dearest(server), [("bob", 5), ("eve", 2)], "the dearest after a kill")
        for view in ("balance", "dearest"):
            filled = server.request("POST", f"/api/v1/views/{view}/backfill", {}, service="analytics")
            check.equal((filled.status, filled.json()["events"]), (200, 4), f"filling {view}")
        flush(server)
        check.equal(balances(server), [("ada", -12, 2), ("bob", 10, 3), ("eve", 2, 3)], "with what came before")
        check.equal(dearest(server), [("bob", 7), ("bob", 5)], "the dearest of all")
        transfer(server, "ada", "eve", 9, 5)
        check.equal(dearest(server), [("eve", 9), ("bob", 7)], "and another one takes the first place")
        explained = server.request("GET", "/api/v1/views/balance/explain", service="analytics").json()
        check.equal(explained["keys"], ["user_id"], "the keys of the first SELECT")
        check.contains(explained["branches"][0], "who = data->>'from'", "and of the second")


def test_a_rule_calls_a_function(place):
    with place.started(ALONE) as server:
        made = server.request("POST", "/api/v1/functions", {"sql": "CREATE FUNCTION half(x float8) RETURNS float8 LANGUAGE sql RETURN x / 2"}, service="analytics")
        check.equal(made.status, 201, "making a function")
        rule = {"name": "halves", "window": {"type": "tumbling", "size": "1 hour"}, "group_by": [{"expression": "source", "name": "source"}],
                "aggregations": [{"name": "total", "function": "sum", "expression": "half(data.amount)"}]}
        answer = server.request("POST", "/api/v1/processing-rules", rule, service="analytics")
        check.equal(answer.status, 201, f"making a rule ({answer.body[:600]!r})")
        transfer(server, "ada", "bob", 7, 1)
        check.equal([row["values"]["total"] for row in view_rows(server, "halves")], [3.5], "its row")
        check.equal(server.request("DELETE", "/api/v1/functions/half", service="analytics").status, 409, "dropping the function")
