"""What every port answers, who may ask what, and the form of the answers."""
import json
import os
import stat
import uuid

import check

SERVICES = ("ingestion", "analytics", "alerting", "dashboard", "storage")


def event(**more):
    return {"type": "test.event", "source": "e2e", **more}


def test_every_port_serves_health_documentation_and_metrics(place):
    with place.started() as server:
        check.equal(tuple(server.addresses), SERVICES, "the services in addresses.json")
        check.equal(len({server.host_and_port(service) for service in SERVICES}), 5, "the number of addresses")
        for service in SERVICES:
            for path, kind in (("/health", "application/json"), ("/ready", "application/json"), ("/docs", "text/html"),
                               ("/openapi.json", "application/json"), ("/metrics", "text/plain")):
                answer = server.request("GET", path, service=service, token=None)
                check.equal(answer.status, 200, f"{path} of {service} without a token")
                check.true(answer.headers["Content-Type"].startswith(kind), f"{path} of {service} is {answer.headers['Content-Type']}")
                check.equal(int(answer.headers["Content-Length"]), len(answer.body), f"Content-Length of {path}")
                check.true(answer.headers["X-Correlation-Id"], f"{path} of {service} has no correlation id")
            check.equal(server.request("GET", "/health/deep", service=service, token=None).status, 401, "/health/deep without a token")
            deep = server.request("GET", "/health/deep", service=service).json()
            check.equal([c["ok"] for c in deep["checks"]], [True] * len(deep["checks"]), f"the checks of {service}")


def test_openapi_names_every_route_that_answers(place):
    with place.started() as server:
        document = server.request("GET", "/openapi.json", token=None).json()
        check.true(document["openapi"].startswith("3.1"), f"it is OpenAPI {document['openapi']}")
        for path, method in (("/api/v1/events", "post"), ("/api/v1/events/batch", "post"), ("/api/v1/flush", "post"), ("/api/v1/quarantine", "get"),
                             ("/api/v1/events", "get"), ("/api/v1/query", "post"), ("/api/v1/tokens", "post"), ("/health", "get"), ("/ready", "get")):
            check.true(method in document["paths"].get(path, {}), f"{method} {path} is not in the document")
        for path, methods in document["paths"].items():
            for method in methods:
                status = server.request(method.upper(), path.replace("{", "").replace("}", ""), token=None).status
                check.true(status not in (404, 405), f"{method} {path} is in the document and answers {status}")
        # The page must work without the internet.
        page = server.request("GET", "/docs", token=None).body.decode()
        check.true("https://" not in page and "//cdn" not in page, "the documentation page loads something from elsewhere")


def test_tokens_open_what_their_role_may(place):
    with place.started() as server:
        mode = stat.S_IMODE(os.stat(os.path.join(server.data, "admin.token")).st_mode)
        check.equal(oct(mode), oct(0o600), "the mode of admin.token")

        without = server.send([event()], token=None)
        check.equal(without.status, 401, "sending without a token")
        check.equal(without.headers["WWW-Authenticate"], "Bearer", "WWW-Authenticate")
        check.equal(without.headers["Content-Type"], "application/problem+json", "the form of a refusal")

        made = server.request("POST", "/api/v1/tokens", {"subject": "shop", "role": "ingest"})
        check.equal(made.status, 201, "making a token")
        ingest = made.json()["token"]
        check.equal(server.send([event()], token=ingest).status, 202, "sending with an ingest token")
        ask = json.dumps({"sql": "SELECT 1"})
        refused = server.request("POST", "/api/v1/query", ask, service="storage", token=ingest)
        check.equal(refused.status, 403, "asking with an ingest token")
        check.equal(server.request("POST", "/api/v1/tokens", {"subject": "x", "role": "admin"}, token=ingest).status, 403, "making a token with it")
        check.equal(server.request("POST", "/api/v1/flush", token=ingest).status, 403, "flushing with it")

        viewer = server.request("POST", "/api/v1/tokens", {"subject": "board", "role": "viewer"}).json()["token"]
        check.equal(server.request("POST", "/api/v1/query", ask, service="storage", token=viewer).status, 200, "asking with a viewer token")
        check.equal(server.request("POST", "/api/v1/query", ask, service="analytics", token=viewer).status, 200, "any port answers any route")

        head, claims, signature = viewer.split(".")
        for name, forged in (("a changed signature", f"{head}.{claims}.{signature[:-2]}{'AA' if signature[-2:] != 'AA' else 'BB'}"),
                             ("no signature", f"{head}.{claims}."), ("alg none", f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}."),
                             ("the claims of another", f"{head}.{ingest.split('.')[1]}.{signature}"), ("nonsense", "x" * 100)):
            check.equal(server.request("POST", "/api/v1/query", ask, service="storage", token=forged).status, 401, name)

        # A token outlives a restart, and the admin token stays the same.
        admin = server.admin_token()
        server.stop()
        server.start()
        check.equal(server.admin_token(), admin, "the admin token after a restart")
        check.equal(server.send([event()], token=ingest).status, 202, "sending after a restart")


def test_every_event_gets_its_verdict(place):
    with place.started() as server:
        one = server.request("POST", "/api/v1/events", event())
        check.equal((one.status, one.json()), (202, {"accepted": 1, "duplicates": 0, "durability": "fsync"}), "one event")

        ident = str(uuid.uuid4())
        first = server.send([event(id=ident), event(id=ident)]).json()
        check.equal((first["accepted"], first["duplicates"]), (1, 1), "an id twice in a request")
        again = server.send([event(id=ident)]).json()
        check.equal((again["accepted"], again["duplicates"]), (0, 1), "the id again")

        mixed = server.send([event(), event(severity="loud"), event(timestamp="2199-01-01T00:00:00Z"), {"source": "e2e"}])
        check.equal(mixed.status, 207, "some good, some not")
        results = {r["index"]: r for r in mixed.json()["results"]}
        check.equal(mixed.json()["accepted"], 1, "accepted of the mixed batch")
        check.equal({i: r["status"] for i, r in results.items()}, {1: "rejected", 2: "quarantined", 3: "rejected"}, "the verdicts")
        check.equal(results[1]["errors"][0]["pointer"], "/1/severity", "the pointer to what is wrong")
        check.true(all(r["retryable"] is False for r in results.values()), "a refusal for good is called retryable")
        page = server.request("GET", "/api/v1/quarantine").body.decode()
        check.contains(page, "2199-01-01", "the quarantine")

        none = server.send([event(severity="loud")])
        check.equal((none.status, none.headers["Content-Type"]), (422, "application/problem+json"), "nothing good")

        with_ids = server.send([event(id=ident), event()], headers={}).json()
        check.true("ids" not in with_ids, "ids that nobody asked for")
        asked = server.request("POST", "/api/v1/events/batch?ids=1", [event(), event()]).json()
        check.equal(len({uuid.UUID(i) for i in asked["ids"]}), 2, "ids that were asked for")

        lines = "\n".join(json.dumps(event(data={"n": n})) for n in range(3))
        check.equal(server.send(lines, headers={"Content-Type": "application/x-ndjson"}).json()["accepted"], 3, "NDJSON")
        check.equal(server.send({"events": [event(), event()]}).json()["accepted"], 2, "{\"events\": []}")
        # 1 single + 1 by id + 1 of the mixed + 1 (with_ids) + 2 + 3 + 2
        check.equal(server.value("SELECT count(*) FROM events"), 11, "what is stored in the end")
        check.equal(server.value(f"SELECT count(*) FROM events WHERE id::text = '{ident}'"), 1, "rows of the id that was sent four times")


def test_what_was_acknowledged_is_in_the_next_query(place):
    with place.started({"FLUSH_INTERVAL": "50ms"}) as server:
        for n in range(1, 60):
            check.equal(server.send([event(data={"n": n})]).status, 202, f"event {n}")
            check.equal(server.value("SELECT count(*) FROM events"), n, f"rows after event {n}")


def test_one_process_at_a_time_uses_a_data_directory(place):
    with place.started() as server:
        second = server.command("start", "--service", "all", "--port-base", "0", seconds=30)
        check.true(second.returncode not in (0, None), f"the second process ended with {second.returncode}")
        check.contains(second.stderr, "error:", "its complaint")
        check.contains(second.stderr, "hint:", "its complaint")
        check.equal(server.send([event()]).status, 202, "the first process takes events after that")


def test_a_single_service_refuses_without_a_cluster(place):
    server = place.server()
    done = server.command("start", "--service", "ingestion", "--port-base", "0", seconds=30)
    check.true(done.returncode != 0, "it started")
    check.contains(done.stderr, "hint:", "its complaint")
