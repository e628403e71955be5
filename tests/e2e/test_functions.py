"""Functions in SQL that views call, through the public interface."""
import check
from view_checks import make, view_rows

FUNCTIONS = "/api/v1/functions"
ALONE = {"BUILT_IN_VIEWS": "off", "HOST_EVENTS_INTERVAL": "0s", "CHECKPOINT_INTERVAL": "1h"}
WEIGHTED = "CREATE FUNCTION weighted(x float8, w float8) RETURNS float8 LANGUAGE sql AS $$ SELECT sum(x * w) / sum(w) $$"
VIEW = "CREATE MATERIALIZED VIEW prices AS SELECT source, weighted(data.price, data.amount) AS price FROM events GROUP BY source"


def ask(server, method, path="", body=None):
    return server.request(method, FUNCTIONS + path, body, service="analytics")


def sale(server, price, amount):
    check.equal(server.send([{"type": "business.sale", "source": "shop", "data": {"price": price, "amount": amount}}]).status, 202, "sending an event")


def price(server):
    return [row["values"]["price"] for row in view_rows(server, "prices")]


def test_a_view_keeps_the_function_that_it_was_made_with(place):
    with place.started(ALONE) as server:
        made = ask(server, "POST", "", {"sql": WEIGHTED})
        check.equal((made.status, made.json()["aggregates"]), (201, True), "making a function")
        make(server, VIEW)
        sale(server, 10, 1)
        sale(server, 20, 3)
        check.equal(price(server), [17.5], "the weighted price")
        other = WEIGHTED.replace("CREATE", "CREATE OR REPLACE").replace("sum(x * w) / sum(w)", "max(x)")
        check.equal(ask(server, "POST", "", {"sql": other}).status, 201, "replacing it")
        sale(server, 30, 4)
        check.equal(price(server), [23.75], "the view has its own")
        # Everything is read again: with the function of the view, not with that of today.
        server.kill()
        server.start()
        check.equal(price(server), [23.75], "the same after a kill")
        check.equal(ask(server, "GET", "/weighted").json()["sql"], other, "the function is the new one")
        check.equal(server.rows("SELECT source, weighted(data.price, data.amount) FROM events GROUP BY source"), [["shop", 30]], "in a query, too")
        check.equal(server.request("PUT", "/api/v1/views/prices", {"sql": VIEW}, service="analytics").status, 200, "applying the view again")
        sale(server, 40, 1)
        check.equal(price(server), [40], "it has begun anew, with the new function")
        check.equal(server.request("PUT", "/api/v1/views/prices", {"sql": VIEW}, service="analytics").status, 200, "and again")
        check.equal(price(server), [40], "which changes nothing")


def test_what_is_called_stays(place):
    with place.started(ALONE) as server:
        check.equal(server.request("POST", "/api/v1/views", {"sql": WEIGHTED}, service="analytics").status, 201, "where views are made")
        check.equal(ask(server, "POST", "", {"sql": WEIGHTED}).status, 201, "the same once more")
        conflict = ask(server, "POST", "", {"sql": WEIGHTED.replace("sum(w)", "max(w)")})
        check.equal(conflict.status, 409, "another one of the name")
        check.contains(conflict.json()["hint"], "OR REPLACE", "what helps")
        rounded = "CREATE FUNCTION cents(x float8, w float8) RETURNS numeric LANGUAGE sql RETURN round(weighted(x, w)::numeric, 2)"
        check.equal(ask(server, "POST", "", {"sql": rounded}).status, 201, "a function that calls it")
        wrong = ask(server, "POST", "", {"sql": "CREATE OR REPLACE FUNCTION weighted(x text) RETURNS text LANGUAGE sql RETURN x"})
        check.equal(wrong.status, 409, "what the other one could not call")
        check.contains(str(wrong.json()), "cents", "its name")
        endless = ask(server, "POST", "", {"sql": WEIGHTED.replace("CREATE", "CREATE OR REPLACE").replace("sum(w)", "cents(x, w)::float8")})
        check.contains(str(endless.json()), "calls itself", "a circle")
        make(server, VIEW.replace("weighted", "cents"))
        for name, by in (("cents", 'view "prices"'), ("weighted", 'view "prices"')):
            refused = ask(server, "DELETE", "/" + name)
            check.equal(refused.status, 409, f"dropping {name}")
            check.contains(str(refused.json()), by, "who calls it")
        check.equal(server.request("DELETE", "/api/v1/views/prices", service="analytics").status, 204, "dropping the view")
        refused = ask(server, "DELETE", "/weighted")
        check.contains(str(refused.json()), 'function "cents"', "the function that calls it")
        check.equal([ask(server, "DELETE", "/" + name).status for name in ("cents", "weighted", "weighted")], [204, 204, 404], "in order")
        bad = server.request("POST", "/api/v1/views", {"sql": WEIGHTED.replace("sum(w)", "sum(v)")}, service="analytics")
        check.equal(bad.status, 400, "a body with a mistake")
        check.contains(str(bad.json()), "line 1, column 104", "its place")


FILE = """-- Prices, as we compute them.
CREATE OR REPLACE FUNCTION half(x numeric) RETURNS numeric LANGUAGE sql AS $$ SELECT x / 2; $$;
CREATE MATERIALIZED VIEW halves AS SELECT source, sum(half((data->>'price')::numeric)) AS half FROM events GROUP BY source;
"""


def test_the_command_line(place):
    with place.started(ALONE) as server:
        file = place.folder / "prices.sql"
        file.write_text(FILE)
        check.contains(server.command("views", "validate", str(file)).stdout, "1 function and 1 view, all valid", "validate")
        check.equal(server.command("functions", "show", "half").returncode, 1, "nothing was made")
        applied = server.command("views", "apply", str(file)).stdout
        check.contains(applied, "function half is made\nview halves runs", "apply")
        sale(server, 9, 1)
        check.equal([row["values"]["half"] for row in view_rows(server, "halves")], [4.5], "the view's row")
        check.contains(server.command("functions", "create", "CREATE FUNCTION one() RETURNS integer LANGUAGE sql RETURN 1").stdout, "function one is made", "create")
        listed = server.command("functions", "list").stdout
        for word in ("half", "x numeric", "halves", "one"):
            check.contains(listed, word, "list")
        check.contains(server.command("functions", "show", "half").stdout, "SELECT x / 2", "show")
        check.contains(server.command("functions", "drop", "one").stdout, "function one is dropped", "drop")
        check.equal(server.command("functions", "drop", "half").returncode, 1, "a view calls it")
