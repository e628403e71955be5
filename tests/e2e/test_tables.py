"""Reference tables that views join events with, through the public interface."""
import check
from view_checks import make, view_rows

TABLES = "/api/v1/tables"
ALONE = {"BUILT_IN_VIEWS": "off", "HOST_EVENTS_INTERVAL": "0s", "CHECKPOINT_INTERVAL": "1h"}
CREATE = "CREATE TABLE ads (ad_id text PRIMARY KEY, campaign text NOT NULL, price numeric)"
VIEW = ("CREATE MATERIALIZED VIEW spent AS SELECT a.campaign, count(*) AS n, sum(a.price) AS price "
        "FROM events AS e JOIN ads AS a ON a.ad_id = e.data.ad GROUP BY a.campaign")


def ask(server, method, path="", body=None, headers=None):
    return server.request(method, TABLES + path, body, headers, service="analytics")


def load(server, text, name="ads"):
    return ask(server, "PUT", f"/{name}/rows", text.encode(), {"Content-Type": "text/csv"})


def view(server, ad, count=1):
    check.equal(server.send([{"type": "ad.view", "source": "shop", "data": {"ad": ad}}] * count).status, 202, "sending events")


def rows(server):
    return sorted((row["keys"]["campaign"], row["values"]["n"], row["values"]["price"]) for row in view_rows(server, "spent"))


def prepared(server):
    check.equal(ask(server, "POST", "", {"sql": CREATE}).status, 201, "making a table")
    loaded = load(server, "ad_id,campaign,price\na1,summer,0.10\na2,winter,\n")
    check.equal((loaded.status, loaded.json()["rows"]), (200, 2), "loading rows")
    make(server, VIEW)


def test_events_meet_the_rows_that_a_table_has_when_they_come(place):
    with place.started(ALONE) as server:
        prepared(server)
        view(server, "a1", 2)
        view(server, "a2")
        view(server, "unknown")
        before = [("summer", 2, 0.1 * 2), ("winter", 1, None)]
        check.equal(rows(server), before, "rows with the first prices")
        check.equal(load(server, 'price,ad_id,campaign\n5,a1,"autumn, late"\n').status, 200, "loading other rows")
        view(server, "a1")
        view(server, "a2")
        after = [("autumn, late", 1, 5), *before]
        # A query has the rows of now, for events of any time.
        check.equal(server.rows("SELECT a.campaign, a.price, count(*) FROM events e JOIN ads a ON a.ad_id = e.data.ad GROUP BY 1, 2"), [["autumn, late", 5, 3]],
                    "the table in a query")
        check.equal(rows(server), after, "events that came before keep their rows")
        # No checkpoint since the view was made: everything is read again, each event with the rows of its time.
        server.kill()
        server.start()
        check.equal(rows(server), after, "the same after a kill")
        view(server, "a1")
        check.equal(rows(server)[0], ("autumn, late", 2, 10), "and it goes on with the newest rows")


def test_mistakes_are_named_and_change_nothing(place):
    with place.started(ALONE) as server:
        refused = ask(server, "POST", "", {"sql": "CREATE TABLE ads (ad_id text, campaign text)"})
        check.equal(refused.status, 400, "a table without a key")
        check.contains(refused.json()["title"] + refused.json().get("detail", ""), "PRIMARY KEY", "what it says")
        prepared(server)
        check.equal(ask(server, "POST", "", {"sql": CREATE}).status, 409, "the same table once more")
        for text, word in [("ad_id,campaign,price\na1,x,much\n", 'row 1, column "price"'), ("ad_id,campaign\na1,x\na1,y\n", "row 2: its key"),
                           ("ad_id,campain\n", 'no column "campain"'), ("ad_id,campaign\na1\n", "line 2"), ("", "line 1"), ('ad_id,campaign\n"a1,x\n', "quote")]:
            wrong = load(server, text)
            check.equal(wrong.status, 400, f"loading {text!r}")
            check.contains(str(wrong.json()), word, f"what is said of {text!r}")
        view(server, "a1")
        check.equal(rows(server), [("summer", 1, 0.1)], "the first rows still hold")
        check.equal(ask(server, "DELETE", "/ads").status, 409, "dropping a table that a view reads")
        other = server.request("POST", "/api/v1/views", {"sql": VIEW.replace("spent", "x").replace("ads AS", "adds AS")}, service="analytics")
        check.contains(other.json()["hint"], 'is it "ads"', "a mistyped table")


def test_the_command_line(place):
    with place.started(ALONE) as server:
        check.contains(server.command("tables", "create", CREATE).stdout, "table ads is made", "create")
        file = place.folder / "ads.csv"
        file.write_text("ad_id,campaign\na1,summer\n")
        check.contains(server.command("tables", "load", "ads", str(file)).stdout, "table ads has 1 row", "load")
        check.contains(server.command("tables", "list").stdout, "ads", "list")
        check.contains(server.command("tables", "show", "ads").stdout, CREATE, "show")
        check.contains(server.command("tables", "drop", "ads").stdout, "table ads is dropped", "drop")
        check.equal(server.command("tables", "show", "ads").returncode, 1, "it is gone")
