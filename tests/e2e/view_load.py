"""Events in disorder from several connections at a set rate, whatever becomes of the server meanwhile: what live views are tried with."""
import http.client
import random
import threading
import time

BATCH_EVENTS = 500
SPEED = 10  # Seconds of event time a second: many windows in a short while.


class DisorderedLoad:
    """A tenth of the events are up to nine seconds old, the others up to half a second. Runs from start() to stop(), on threads of its own."""

    def __init__(self, server, rate, connections, seed):
        self.server = server
        self.connections = connections
        self.pause = BATCH_EVENTS * connections / rate  # Between two batches of a connection.
        self.acknowledged = 0  # Events.
        self.sent = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._up = threading.Event()
        self._begin = time.monotonic()
        chance = random.Random(seed)
        # How late an event is, and the rest of it: batches take a row of these from anywhere.
        self._shapes = [(chance.randrange(9000) if chance.random() < 0.1 else chance.randrange(500),
                         f'","type":"test.event","source":"s{chance.randrange(8)}","data":{{"g":"{chance.choice("abc")}","x":{chance.randrange(100)}}}}}')
                        for _ in range(20_000)]
        self._threads = [threading.Thread(target=self._run, args=(number, random.Random(seed + number))) for number in range(connections)]

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._stop.set()
        self._up.set()
        for thread in self._threads:
            thread.join()

    def server_is_up(self):
        self._up.set()

    def server_is_down(self):
        self._up.clear()

    def _body(self, chance, connection, number):
        now = 1_700_000_000_000 + int((time.monotonic() - self._begin) * 1000 * SPEED)
        first = chance.randrange(len(self._shapes) - BATCH_EVENTS)
        events = []
        seconds = {}
        for place, (late, rest) in enumerate(self._shapes[first:first + BATCH_EVENTS]):
            second, millisecond = divmod(now - late, 1000)
            if second not in seconds:
                seconds[second] = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            events.append(f'{{"id":"{place:08x}-{connection:04x}-4000-8000-{number:012x}","timestamp":"{seconds[second]}.{millisecond:03d}Z{rest}')
        return f"[{','.join(events)}]".encode()

    def _run(self, connection, chance):
        client = None
        next_at = time.monotonic()
        number = 0
        while True:
            self._up.wait()
            if self._stop.is_set():
                break
            next_at = max(next_at + self.pause, time.monotonic() - self.pause)
            if self._stop.wait(max(0, next_at - time.monotonic())):
                break
            number += 1
            body = self._body(chance, connection, number)
            try:
                if client is None:
                    client = http.client.HTTPConnection(*self.server.host_and_port(), timeout=30)
                client.request("POST", "/api/v1/events/batch", body,
                               {"Authorization": f"Bearer {self.server.admin_token()}", "Content-Type": "application/json"})
                answer = client.getresponse()
                answer.read()
                with self._lock:
                    self.sent += BATCH_EVENTS
                    self.acknowledged += BATCH_EVENTS if answer.status == 202 else 0
            except (OSError, http.client.HTTPException):
                # Killed: what becomes of these events nobody knows. Windows must agree with what is stored.
                with self._lock:
                    self.sent += BATCH_EVENTS
                client = None
                if not self._up.is_set():
                    continue
                time.sleep(0.01)  # Between the kill and the word about it.
