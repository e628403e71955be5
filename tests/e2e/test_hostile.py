"""Hostile input gets its documented answer, and a well-behaved client beside it notices nothing."""
import json
import threading
import time

import check
from hostile import ATTACKS, CLOSED, GoodClient, Target, slow_loris


def test_every_attack_gets_its_answer_and_a_good_client_no_failure(place):
    server = place.started({"LOG_LEVEL": "error"})
    target = Target(*server.host_and_port(), server.admin_token())
    before = server.metric("process_resident_memory_bytes")
    good = GoodClient(*server.host_and_port(), server.admin_token()).start()
    wrong = []
    for name, (attack, wanted) in ATTACKS.items():
        begin = time.monotonic()
        status, body = attack(target)
        seconds = time.monotonic() - begin
        if status not in wanted:
            wrong.append(f"{name}: {status} {body[:300]!r}, wanted {wanted}")
        elif status == 207:
            answer = json.loads(body)
            if answer["accepted"] != 2 or [r["index"] for r in answer["results"]] != [1]:
                wrong.append(f"{name}: the verdict is not that of the second event alone: {body[:300]!r}")
        elif isinstance(status, int) and status >= 400 and b'"title"' not in body:
            wrong.append(f"{name}: {status} without a problem document: {body[:300]!r}")
        if seconds > 20:
            wrong.append(f"{name}: took {seconds:.0f} s")
    good.stop()
    check.true(server.running(), f"the server ended:\n{server.log_tail()}")
    check.equal(wrong, [], "what is wrong")
    check.equal(good.failures, [], "failures of the well-behaved client")
    check.equal(server.value("SELECT count(*) FROM events WHERE source = 'good'"), good.acknowledged, "the events of the well-behaved client")
    check.equal(server.value("SELECT count(*) FROM events WHERE source NOT IN ('good', 'hostile', 'c')"), 0, "events of refused input")
    grown = server.metric("process_resident_memory_bytes") - before
    check.true(grown < 512 << 20, f"the attacks made the process {grown / 2**20:.0f} MiB larger")


def test_large_and_small_bodies_at_once_get_each_its_own_verdict(place):
    server = place.started({"LOG_LEVEL": "error"})
    large = json.dumps([{"type": "large.one", "source": "s", "data": {"text": "x" * 600}}] * 2000)
    small = json.dumps([{"type": "small.one", "source": "s"}] * 20)
    wrong = []

    def send(text, events, times):
        for _ in range(times):
            answer = server.send(text)
            if answer.status != 202 or answer.json()["accepted"] != events:
                wrong.append(f"{events} events: {answer.status} {answer.body[:300]!r}")

    clients = [threading.Thread(target=send, args=arguments) for arguments in [(large, 2000, 10)] * 2 + [(small, 20, 200)] * 2]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    check.true(server.running(), f"the server ended:\n{server.log_tail()}")
    check.equal(wrong[:3], [], "what is wrong")
    check.equal(server.value("SELECT count(*) FROM events WHERE type = 'large.one'"), 40000, "events of large bodies")
    check.equal(server.value("SELECT count(*) FROM events WHERE type = 'small.one'"), 8000, "events of small bodies")


def test_verdicts_name_the_event_and_the_member(place):
    server = place.started()

    def verdict(text):
        good = '{"type":"a.b","source":"s"}'
        answer = server.send(f"[{good},{text}]").json()
        result = answer["results"][0]
        return answer["accepted"], result["index"], result["status"], result["errors"][0]["pointer"]

    def event(more):
        return '{"type":"a.b","source":"s",' + more + "}"

    check.equal(verdict(event('"timestamp":"9999-12-31T23:59:59Z"')), (1, 1, "quarantined", "/1/timestamp"), "the year 9999")
    check.equal(verdict(event('"timestamp":"1969-12-31T23:59:59Z"')), (1, 1, "quarantined", "/1/timestamp"), "before 1970")
    check.equal(verdict(event('"timestamp":"yesterday"')), (1, 1, "rejected", "/1/timestamp"), "a time that is none")
    check.equal(verdict(event('"severity":"loud"')), (1, 1, "rejected", "/1/severity"), "a severity that is none")
    check.equal(verdict(event('"tags":[1]'))[:3], (1, 1, "rejected"), "a tag that is no text")
    check.equal(verdict(event('"nope":1')), (1, 1, "rejected", "/1/nope"), "an unknown member")
    check.equal(verdict(event('"data":{"a":{"b":1,"b":2}}'))[:3], (1, 1, "rejected"), "a key twice, deep inside")
    check.equal(verdict(event('"data":' + '{"a":' * 40 + "1" + "}" * 40))[:3], (1, 1, "rejected"), "a depth of 41")
    check.equal(verdict('{"type":"Web Click","source":"s"}'), (1, 1, "rejected", "/1/type"), "a type that is none")


def test_slow_clients_are_sent_away_and_hold_nobody_up(place):
    server = place.started({"LOG_LEVEL": "error"})
    good = GoodClient(*server.host_and_port(), server.admin_token()).start()
    begin = time.monotonic()
    answers = slow_loris(Target(*server.host_and_port(), server.admin_token()), seconds=25, connections=100)
    seconds = time.monotonic() - begin
    good.stop()
    check.true(set(answers) <= {408, CLOSED}, f"the answers: {set(answers)}")
    check.true(408 in answers, "no slow client is told why")
    check.true(seconds < 20, f"they were there for {seconds:.0f} s; a header may take 10 s")
    check.equal(good.failures, [], "failures of the well-behaved client")


def test_ids_of_any_form_are_known_again_quickly(place):
    """Ids of version 1 and counted ids differ in few bits: they must not make the search for duplicates slow."""
    server = place.started({"LOG_LEVEL": "error"})
    forms = {
        "counted in the first group": lambda n: f"{n:08x}-0000-4000-8000-000000000000",
        "counted in the last group": lambda n: f"00000000-0000-4000-8000-{n:012x}",
        "of version 1": lambda n: f"{(n * 10_007) & 0xffffffff:08x}-9c1d-11f0-b3a1-0242ac120002",
        "counted in the middle": lambda n: f"00000000-{n >> 12 & 0xffff:04x}-4{n & 0xfff:03x}-8000-000000000000",
    }
    slow = []
    for name, form in forms.items():
        source = f"form-{len(slow)}-{list(forms).index(name)}"
        begin = time.monotonic()
        for part in range(6):
            ids = (form(part * 10_000 + n) for n in range(10_000))
            answer = server.send("[" + ",".join(f'{{"id":"{i}","type":"a.b","source":"{source}"}}' for i in ids) + "]")
            check.equal(answer.status, 202, f"ids {name}")
        if time.monotonic() - begin > 5:
            slow.append(f"60,000 ids {name} took {time.monotonic() - begin:.1f} s")
    check.equal(slow, [], "slow forms of ids")
