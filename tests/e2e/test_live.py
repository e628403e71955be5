"""The link to the page, the page's files, and the live WebSocket, as a browser uses them."""
import re
import time

import check
from websocket import Closed, WebSocket


def live(server, token=None, service="dashboard", **more):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return WebSocket(*server.host_and_port(service), "/api/v1/live", headers, **more)


def ticket_of(server):
    link = re.compile(r"page: (http://127\.0\.0\.1:(\d+)/)#ticket=([\w-]{22})$", re.MULTILINE)
    check.wait_until(lambda: link.search(server.log_text()), 10, "the greeting has no link to the page")
    found = link.search(server.log_text())
    check.equal(int(found[2]), server.host_and_port("dashboard")[1], "the port of the link")
    return found[3]


def test_the_link_signs_in_once(place):
    with place.started() as server:
        ticket = ticket_of(server)
        check.equal(server.request("POST", "/api/v1/session", {"ticket": ticket[:-1] + "!"}, token=None).status, 401, "a wrong ticket")
        answer = server.request("POST", "/api/v1/session", {"ticket": ticket}, service="dashboard", token=None)
        check.equal(answer.status, 200, "the ticket of the link")
        token = answer.json()["token"]
        owner = server.request("GET", "/api/v1/session", token=token).json()
        check.equal(owner, {"subject": "admin", "role": "admin"}, "whose token it is")
        check.equal(server.request("POST", "/api/v1/session", {"ticket": ticket}, token=None).status, 401, "the same ticket again")
        with live(server) as socket:
            socket.say({"type": "auth", "token": token})
            check.equal(socket.hear()["type"], "ready", "the answer to the token")


def test_the_page_comes_from_the_program_alone(place):
    with place.started() as server:
        page = server.request("GET", "/", service="dashboard", token=None)
        check.equal(page.status, 200, "GET /")
        check.true(page.headers["Content-Type"].startswith("text/html"), page.headers["Content-Type"])
        check.true("default-src 'none'" in page.headers["Content-Security-Policy"], page.headers["Content-Security-Policy"])
        check.equal(server.request("GET", "/", service="dashboard", token=None, headers={"If-None-Match": page.headers["ETag"]}).status, 304, "the page again")
        files = re.findall(r'(?:src|href)="(/[^"]+)"', page.body.decode())
        check.true(any(name.endswith(".js") for name in files), f"the page names {files}")
        for name in files:
            check.equal(server.request("GET", name, service="dashboard", token=None).status, 200, name)


def test_events_show_in_the_tail_and_in_the_overview(place):
    with place.started() as server, live(server, server.admin_token()) as socket:
        check.equal(socket.status, 101, "the upgrade")
        check.equal(socket.hear()["type"], "ready", "the first message")
        socket.say({"type": "subscribe", "id": "t", "tail": {"type": "shop.*", "user_id": "u1"}})
        socket.say({"type": "subscribe", "id": "o", "overview": True})
        check.equal(socket.hear("overview")["overview"]["events"]["stored"], 0, "events before any came")
        sent = 0
        deadline = time.monotonic() + 20
        while True:  # The tail begins a moment after it was asked for.
            check.equal(server.send([{"type": "shop.sale", "source": "e2e", "user_id": "u1", "data": {"n": sent}},
                                     {"type": "shop.sale", "source": "e2e", "user_id": "u2"}]).status, 202, "sending events")
            sent += 2
            message = socket.hear()
            if message["type"] == "events":
                break
            check.true(time.monotonic() < deadline, "no events in the tail")
        shown = message["events"][-1]
        check.equal((message["id"], shown["type"], shown["source"], shown["user_id"]), ("t", "shop.sale", "e2e", "u1"), "the event")
        check.true("n" in shown["data"], f"its data is {shown['data']}")
        while True:
            overview = socket.hear("overview")["overview"]
            if overview["events"]["stored"] == sent:
                break
            check.true(time.monotonic() < deadline, f"{overview['events']} after {sent} events")
        check.equal(server.request("GET", "/api/v1/overview", service="dashboard").json()["events"]["stored"], sent, "the overview's route")


def test_strangers_stay_outside(place):
    with place.started() as server:
        with live(server, "nonsense") as socket:
            check.equal(socket.status, 401, "a wrong token")
        with WebSocket(*server.host_and_port("dashboard"), "/api/v1/live", {"Origin": "https://evil.example"}) as socket:
            check.equal(socket.status, 403, "a page of another origin")
        ingest = server.request("POST", "/api/v1/tokens", {"subject": "shop", "role": "ingest"}).json()["token"]
        for token in ("nonsense", ingest):
            with live(server) as socket:
                socket.say({"type": "auth", "token": token})
                try:
                    check.true(False, f"it was told {socket.hear()}")
                except Closed as closed:
                    check.equal(closed.code, 1008, "the code for a token that is not good enough")


def test_stopping_says_goodbye(place):
    with place.started() as server, live(server, server.admin_token()) as socket:
        socket.hear("ready")
        begin = time.monotonic()
        check.equal(server.stop(), 0, "the exit code")
        check.true(time.monotonic() - begin < 10, "a client that does not hang up held the server")
        try:
            while True:
                socket.hear()
        except Closed as closed:
            check.equal(closed.code, 1001, "the code")
