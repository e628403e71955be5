"""A client that remembers what it was promised: sends batches at a set rate over several connections and keeps a ledger of the answers.

Every id says which batch it belongs to and where it stands in it, so the ledger holds one word a batch, and the server's own SQL can
compare millions of stored events with it in one pass.
"""
import http.client
import json
import random
import socket
import threading
import time

BATCH_EVENTS = 500

# id = <place in the batch, 8 hex digits>-<run, 4>-4000-8000-<batch, 12>
_MARK = b"bbbbbbbbbbbb"


class Ledger:
    """What became of each batch, by number. Thread-safe."""

    def __init__(self, run):
        self.run = run  # 0 to 65535: part of every id, so that runs don't meet.
        self.source_prefix = f"ledger-{run:04x}-"
        self._lock = threading.Lock()
        self._next = 0
        self.acknowledged = set()
        self.unknown = set()  # Sent, and the connection ended before the answer: may be there, wholly, in part or not at all.
        self.refused = set()  # Answered with an error that says nothing was promised: may be there all the same.

    def take_number(self):
        with self._lock:
            self._next += 1
            return self._next - 1

    def settle(self, number, outcome):
        with self._lock:
            for kind in (self.acknowledged, self.unknown, self.refused):
                kind.discard(number)
            outcome.add(number)

    def body_template(self):
        """The JSON of a batch with a mark in place of the batch's number."""
        events = []
        for place in range(BATCH_EVENTS):
            events.append({
                "id": f"{place:08x}-{self.run:04x}-4000-8000-{_MARK.decode()}", "type": ("web.pageview", "web.click", "api.request")[place % 3],
                "source": f"{self.source_prefix}{place % 5}", "user_id": f"user-{place * 31 % 997}", "correlation_id": _MARK.decode(),
                "data": {"path": f"/products/{place % 97}", "status": 200 if place % 50 else 500, "latency_ms": 5 + place % 300, "agent": "Mozilla/5.0"}})
        return json.dumps(events, separators=(",", ":")).encode()

    # The check ---------------------------------------------------------------------------------------------------------------

    def check(self, server):
        """Compares with what the server has stored; a list of what is wrong, empty if nothing. Nothing must be sent meanwhile."""
        with self._lock:
            acknowledged, others = set(self.acknowledged), self.unknown | self.refused
        # The sums of powers of the places are those of 0..499 for a whole batch: a place too few and another too many changes at least one
        # of them unless four or more are exchanged at once.
        places = range(BATCH_EVENTS)
        whole = [BATCH_EVENTS, sum(places), sum(p * p for p in places), sum(p ** 3 for p in places), 0, BATCH_EVENTS - 1]
        # The last three of the eight hexadecimal digits.
        place = " + ".join(f"(strpos('0123456789abcdef', substr(id::text, {at}, 1)) - 1) * {worth}" for at, worth in ((6, 256), (7, 16), (8, 1)))
        rows = server.rows(
            f"WITH stored AS (SELECT right(id::text, 12) AS batch, {place} AS place, correlation_id, substr(id::text, 10, 14) AS middle, left(id::text, 5) AS first "
            f"FROM events WHERE starts_with(source, '{self.source_prefix}')) "
            "SELECT batch, count(*), sum(place), sum(place * place), sum(place * place * place), min(place), max(place), "
            f"count(*) FILTER (WHERE correlation_id IS DISTINCT FROM batch OR middle <> '{self.run:04x}-4000-8000' OR first <> '00000') "
            "FROM stored GROUP BY batch", timeout_ms=290_000)
        wrong = []
        seen = set()
        suspicious = []
        for batch, *figures, mixed_up in rows:
            number = int(batch, 16)
            seen.add(number)
            if mixed_up:
                wrong.append(f"batch {number}: {mixed_up} events hold what belongs to others")
            if number in acknowledged:
                if [int(f) for f in figures] != whole:
                    suspicious.append(number)
            elif number not in others:
                wrong.append(f"batch {number} is stored and was never sent: {figures[0]} events")
            elif int(figures[0]) != BATCH_EVENTS:
                suspicious.append(number)  # Part of a batch without a promise: allowed, but each event at most once.
        for number in sorted(acknowledged - seen):
            wrong.append(f"batch {number} was acknowledged and is not there")
        for number in suspicious:
            wrong += self._look_closely(server, number, number in acknowledged)
        return wrong

    def _look_closely(self, server, number, acknowledged):
        rows = server.rows(f"SELECT id::text, count(*) FROM events WHERE starts_with(source, '{self.source_prefix}') AND correlation_id = '{number:012x}' GROUP BY id")
        twice = sum(1 for _, count in rows if count > 1)
        missing = BATCH_EVENTS - len(rows)
        wrong = []
        if twice:
            wrong.append(f"batch {number}: {twice} events are stored more than once")
        if acknowledged and missing:
            wrong.append(f"batch {number} was acknowledged and {missing} of its {BATCH_EVENTS} events are missing")
        return wrong

    def counts(self):
        with self._lock:
            return {"acknowledged": len(self.acknowledged), "unknown": len(self.unknown), "refused": len(self.refused)}


class Load:
    """Threads that send new batches until stop(). After the connection breaks a thread ends: the server is gone."""

    def __init__(self, server, ledger, rate=50_000, connections=4, keep_going=False):
        self.ledger = ledger
        self.keep_going = keep_going  # On 503: go on after a moment, instead of ending. For full disks.
        self.statuses = {}
        self.latencies = []
        self.last_refusal = None  # (status, headers, body)
        self.on_the_way = threading.Event()  # Set whenever a batch has just been handed to the network.
        self._address = server.host_and_port("ingestion")
        self._token = server.admin_token()
        self._pause = BATCH_EVENTS * connections / rate if rate else 0
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._template = ledger.body_template()
        self._threads = [threading.Thread(target=self._run, args=(i / connections,), daemon=True) for i in range(connections)]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def stop(self):
        self._stop.set()
        self.join()

    def join(self):
        for thread in self._threads:
            thread.join()

    def alive(self):
        return any(thread.is_alive() for thread in self._threads)

    def _run(self, phase):
        connection = http.client.HTTPConnection(*self._address, timeout=60)
        due = time.monotonic() + phase * self._pause
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due = max(due + self._pause, time.monotonic() - 1)  # Behind by more than a second: the rate can't be kept; no burst later.
            number = self.ledger.take_number()
            status = send_batch(connection, self._token, self.ledger, number, self._template, self)
            if status is None or (status != 202 and not self.keep_going):
                return
            if status != 202:
                self._stop.wait(0.02)

    def note(self, status, headers, body, seconds):
        with self._lock:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            self.latencies.append(seconds)
            if status != 202:
                self.last_refusal = (status, headers, body)


def send_batch(connection, token, ledger, number, template, load=None):
    """Sends a batch, settles it in the ledger, returns the status; None when there was no answer."""
    body = template.replace(_MARK, b"%012x" % number)
    begin = time.monotonic()
    try:
        if connection.sock is None:
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.request("POST", "/api/v1/events/batch", body, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        if load:
            load.on_the_way.set()
        response = connection.getresponse()
        answer = response.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        ledger.settle(number, ledger.unknown)
        return None
    if response.status == 202:
        verdict = json.loads(answer)
        if verdict["accepted"] + verdict["duplicates"] == BATCH_EVENTS:
            ledger.settle(number, ledger.acknowledged)
        else:
            raise AssertionError(f"a batch of {BATCH_EVENTS} was answered with {answer!r}")
    else:
        ledger.settle(number, ledger.refused)
    if load:
        load.note(response.status, response.headers, answer, time.monotonic() - begin)
    return response.status


def send_again(server, ledger, numbers):
    """Repeats batches without a promise, as a careful client does; each must be acknowledged now."""
    template, token = ledger.body_template(), server.admin_token()
    connection = server.connection("ingestion")
    try:
        for number in numbers:
            status = send_batch(connection, token, ledger, number, template)
            if status != 202:
                raise AssertionError(f"repeating batch {number} was answered with {status}")
    finally:
        connection.close()


def some_of(numbers, share, seed):
    """A random part of `numbers`, the same for the same seed."""
    chosen = random.Random(seed)
    return [number for number in sorted(numbers) if chosen.random() < share]
