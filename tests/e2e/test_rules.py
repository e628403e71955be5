"""Processing rules: views as a form, through the public interface; and what explain tells of views."""
import json

import check
from view_checks import make, view_rows

RULES = "/api/v1/processing-rules"
ALONE = {"BUILT_IN_VIEWS": "off", "HOST_EVENTS_INTERVAL": "0s"}


def rule(**members):
    return {"name": "paths", "where": "type = 'web.click'", "group_by": [{"expression": "data.path", "name": "path"}], "window": {"type": "none"},
            "aggregations": [{"name": "clicks", "function": "count"}], **members}


def ask(server, method, path="", body=None):
    return server.request(method, RULES + path, body, service="analytics")


def click(server, path="/a", count=1):
    check.equal(server.send([{"type": "web.click", "source": "shop", "data": {"path": path}}] * count).status, 202, "sending clicks")


def rows(server, name="paths"):
    return sorted((row["keys"]["path"], row["values"]["clicks"]) for row in view_rows(server, name))


def test_a_rule_is_a_view(place):
    with place.started(ALONE) as server:
        made = ask(server, "POST", "", rule(description="by path"))
        check.equal(made.status, 201, f"making a rule ({made.body[:500]!r})")
        check.equal(made.headers["Location"], RULES + "/paths", "Location")
        sql = made.json()["sql"]
        check.contains(sql, "CREATE MATERIALIZED VIEW paths AS\nSELECT data.path AS path", "the statement of the rule")
        click(server, "/a", 2)
        click(server, "/b")
        check.equal(rows(server), [("/a", 2), ("/b", 1)], "rows of the rule's view")
        check.equal(server.rows("SELECT path, clicks FROM paths ORDER BY path"), [["/a", 2], ["/b", 1]], "the rule as a table")
        check.equal(server.request("GET", "/api/v1/views/paths", service="analytics").json()["rule"], True, "the view tells that a rule made it")
        check.equal(server.request("POST", "/api/v1/views", {"sql": sql}, service="analytics").status, 409, "a view of the same name")
        check.equal(ask(server, "POST", "", rule()).status, 409, "another rule of the same name")
        refused = server.request("PUT", "/api/v1/views/paths", {"sql": sql}, service="analytics")
        check.equal(refused.status, 409, "changing the rule's view as a statement")
        check.contains(refused.json()["hint"], RULES + "/paths", "the way out")
        same = ask(server, "PUT", "/paths", rule(description="other words"))
        check.equal((same.status, same.json()["rule"]["description"]), (200, "other words"), "another description")
        server.kill()
        server.start()
        click(server, "/b")
        check.equal(rows(server), [("/a", 2), ("/b", 2)], "the same statement goes on, over a kill, too")
        check.equal([one["name"] for one in ask(server, "GET").json()["rules"]], ["paths"], "the rules after a kill")
        check.equal(ask(server, "GET", "/paths").json()["rule"], rule(description="other words"), "the rule after a kill")
        changed = ask(server, "PUT", "/paths", rule(where="type = 'web.click' AND data.path <> '/b'"))
        check.equal(changed.status, 200, f"another rule ({changed.body[:300]!r})")
        click(server, "/a")
        click(server, "/b")
        check.equal(rows(server), [("/a", 1)], "the changed rule begins anew")
        check.equal(ask(server, "DELETE", "/paths").status, 204, "dropping the rule")
        check.equal(server.request("GET", "/api/v1/views/paths", service="analytics").status, 404, "the view of a dropped rule")
        check.equal((ask(server, "GET", "/paths").status, ask(server, "DELETE", "/paths").status), (404, 404), "a dropped rule")


def test_a_disabled_rule_is_kept_and_does_not_run(place):
    with place.started(ALONE) as server:
        check.equal(ask(server, "PUT", "/paths", rule()).status, 200, "making a rule with PUT")
        click(server)
        check.equal(rows(server), [("/a", 1)], "rows")
        off = ask(server, "PUT", "/paths", rule(enabled=False))
        check.equal((off.status, off.json()["enabled"]), (200, False), f"disabling ({off.body[:300]!r})")
        check.equal(server.request("GET", "/api/v1/views/paths/rows", service="analytics").status, 404, "rows of a disabled rule")
        check.equal(make_status(server, "paths"), 409, "a view of a disabled rule's name")
        server.kill()
        server.start()
        check.equal(ask(server, "GET", "/paths").json()["enabled"], False, "a disabled rule after a kill")
        click(server)
        check.equal(ask(server, "PUT", "/paths", rule()).json()["enabled"], True, "enabling")
        click(server)
        check.equal(rows(server), [("/a", 1)], "an enabled rule begins anew")
        check.equal(ask(server, "PUT", "/paths", rule(enabled=False)).status, 200, "disabling again")
        check.equal(ask(server, "DELETE", "/paths").status, 204, "dropping a disabled rule")
        check.equal(make_status(server, "paths"), 201, "its name is free")


def make_status(server, name):
    return server.request("POST", "/api/v1/views", {"sql": f"CREATE MATERIALIZED VIEW {name} AS SELECT count(*) AS n FROM events"}, service="analytics").status


def test_mistakes_in_a_rule_are_told_at_their_member(place):
    with place.started(ALONE) as server:
        wrong = ask(server, "POST", "/validate", rule(where="type = 'a' AND nothing > 1"))
        check.equal((wrong.status, wrong.headers["Content-Type"]), (422, "application/problem+json"), "a rule with a mistake")
        check.equal([error["pointer"] for error in wrong.json()["errors"]], ["/where"], "where the mistake is")
        check.contains(wrong.json()["errors"][0]["detail"], "(line 1, column 16)", "its place in the expression")
        several = ask(server, "POST", "", rule(where="true) OR (false", window={"type": "tumbling"}, having="a b"))
        check.equal([error["pointer"] for error in several.json()["errors"]], ["/window/size", "/where", "/having"], "several mistakes")
        check.equal(ask(server, "POST", "/validate", {"name": "x"}).json()["errors"],
                    [{"pointer": "/window", "detail": "is required"}, {"pointer": "/aggregations", "detail": "is required"}], "members that are missing")
        good = ask(server, "POST", "/validate", rule())
        check.equal((good.status, good.json()["valid"], good.json()["columns"][0]["name"]), (200, True, "path"), "a rule without a mistake")
        check.equal(ask(server, "GET").json(), {"rules": []}, "validating makes nothing")
        other = ask(server, "PUT", "/other", rule())
        check.equal((other.status, other.json()["errors"][0]["pointer"]), (422, "/name"), "another name than in the path")
        make(server, "CREATE MATERIALIZED VIEW paths AS SELECT count(*) AS n FROM events")
        taken = ask(server, "PUT", "/paths", rule())
        check.equal(taken.status, 409, "a rule over a view that a statement made")
        check.equal(ask(server, "DELETE", "/paths").status, 404, "dropping a view as a rule")


def test_the_command_line_applies_rules(place):
    with place.started(ALONE) as server:
        example = place.project / "examples/shop_clicks.json"
        checked = server.command("views", "validate", str(example))
        check.equal(checked.returncode, 0, f"validating the example ({checked.stderr})")
        check.contains(checked.stdout, "CREATE MATERIALIZED VIEW shop_clicks", "the statement of the example")
        applied = server.command("views", "apply", str(example))
        check.equal((applied.returncode, applied.stdout), (0, "view shop_clicks runs\n"), f"applying the example ({applied.stderr})")
        make(server, "CREATE MATERIALIZED VIEW plain AS SELECT count(*) AS n FROM events")
        listed = server.command("views", "list").stdout.splitlines()
        check.equal([line.split()[-1] for line in listed[1:]], ["statement", "rule"], "how the views were made")
        file = place.folder / "rule.json"
        file.write_text(json.dumps(rule(where="type =", enabled=False)), encoding="utf-8")
        wrong = server.command("views", "apply", str(file))
        check.equal(wrong.returncode, 1, "exit code of a wrong rule")
        check.contains(wrong.stderr, "/where: syntax error at end of input (line 1, column 7)", "the place in the rule")
        file.write_text(json.dumps(rule(enabled=False)), encoding="utf-8")
        check.equal(server.command("views", "apply", str(file)).stdout, "view paths is disabled\n", "a disabled rule")
        check.equal(server.command("views", "drop", "shop_clicks").returncode, 0, "dropping the view drops its rule")
        check.equal([one["name"] for one in ask(server, "GET").json()["rules"]], ["paths"], "the rules that are left")


def test_explain_tells_sharing_state_rates_and_limits(place):
    with place.started({**ALONE, "PARTITIONS": "1"}) as server:
        source = "FROM TUMBLE(events, timestamp, INTERVAL '1 minute') WHERE type = 'web.click' GROUP BY"
        make(server, f"CREATE MATERIALIZED VIEW one AS SELECT source, window_start, sum(data.x) AS x {source} source, window_start")
        make(server, f"CREATE MATERIALIZED VIEW two WITH (keys_max = 7) AS SELECT source, window_start, avg(data.x) AS x {source} source, window_start")
        make(server, f"CREATE MATERIALIZED VIEW three AS SELECT window_start, count(*) AS n {source} window_start")

        def explained(name):
            answer = server.request("GET", f"/api/v1/views/{name}/explain", service="analytics")
            check.equal(answer.status, 200, "explain")
            return answer.json()

        def rates():
            click(server, count=20)
            return [explained(name)["rates"]["events_per_second"] for name in ("one", "two", "three")]

        check.wait_until(lambda: min(rates()) > 1, 20, "no rate is told", pause=0.3)
        two = explained("two")
        check.equal(two["sharing"]["filter"], {"views": 2, "names": ["one", "three"]}, "views with the same filter")
        check.equal(two["sharing"]["keys"], {"views": 1, "names": ["one"]}, "views with the same keys")
        check.equal((two["sharing"]["groups"]["names"], two["sharing"]["panes"]["names"]), (["one"], ["one"]), "views with the same groups and panes")
        check.equal(two["sharing"]["fields"], {"data.x": {"views": 1, "names": ["one"]}}, "views with the same field")
        check.equal((two["state"]["groups"], two["limits"]["keys_max"]), (1, 7), "groups and limit")
        check.true(two["state"]["panes"] >= 1 and two["state"]["bytes"] > 0, f"its state: {two['state']}")
        check.true(4 < two["lag_seconds"] < 60, f"its lag: {two['lag_seconds']}")
        text = server.command("views", "explain", "two").stdout
        for part in ("with 2 views: one, three", "data.x", "events_per_second", "lag_seconds", "keys_max"):
            check.contains(text, part, "views explain")
