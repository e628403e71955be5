"""Clients that mean harm, or are broken, each with the answers that it may get; and a well-behaved one beside them."""
import contextlib
import gzip
import http.client
import json
import os
import re
import socket
import threading
import time
import uuid

CLOSED = "closed"  # The server ended the connection without an answer.

EVENT = {"type": "web.click", "source": "hostile", "data": {"n": 1}}
HUGE = 300 << 20


class Target:
    """Where to send, and the token to do it with: None for clients that have none."""

    def __init__(self, host, port, token):
        self.host, self.port, self.token = host, port, token

    def head(self, path="/api/v1/events/batch", **headers):
        lines = [f"POST {path} HTTP/1.1", f"Host: {self.host}", f"Authorization: Bearer {self.token}"]
        headers.setdefault("Content_Type", "application/json")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value is not None]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=30)


def answer_of(connection):
    """(status, body) of what the server says next; (CLOSED, b"") if nothing."""
    try:
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return CLOSED, b""


def raw(target, *pieces):
    """Sends pieces as fast as they are taken, stopping when the server has enough; its answer."""
    with target.connect() as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass  # Refused before all of it was sent: the answer may be there already.
        return answer_of(connection)


def post(target, body, **headers):
    return raw(target, target.head(Content_Length=len(body), **headers) + body)


def chunked(piece, total):
    sent = 0
    while sent < total:
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
        sent += len(piece)
    yield b"0\r\n\r\n"


def batch_with(text):
    """A batch whose second event is this JSON text; the first and the last are good."""
    good = json.dumps(EVENT)
    return f"[{good},{text},{good}]".encode() if isinstance(text, str) else b"[" + good.encode() + b"," + text + b"," + good.encode() + b"]"


def event_with(data):
    return '{"type":"web.click","source":"hostile","data":' + data + "}"


def _inflates_to(size):
    packed = gzip.compress(bytes(1 << 20), 9)
    return packed * (size >> 20)  # Members one after the other: a valid file.


# Name: what it sends, and which answers are as documented. Where one event of three is at fault, 207 means that the others were taken.
ATTACKS = {
    "bytes that are no HTTP": (lambda t: raw(t, os.urandom(4096) + b"\r\n\r\n"), {400, 431, CLOSED}),
    "a TLS hello on a plain port": (lambda t: raw(t, bytes.fromhex("1603010200010001fc0303") + os.urandom(500)), {400, CLOSED}),
    "bytes that are no JSON": (lambda t: post(t, os.urandom(4096)), {400}),
    "an empty body": (lambda t: post(t, b""), {400}),
    "half a JSON text": (lambda t: post(t, json.dumps([EVENT] * 100).encode()[:-7]), {400}),
    "truncated gzip": (lambda t: post(t, gzip.compress(json.dumps([EVENT] * 100).encode())[:-20], Content_Encoding="gzip"), {400}),
    "gzip that is none": (lambda t: post(t, os.urandom(2000), Content_Encoding="gzip"), {400}),
    "zstd that is none": (lambda t: post(t, os.urandom(2000), Content_Encoding="zstd"), {400}),
    "gzip that inflates to 300 MB": (lambda t: post(t, _inflates_to(HUGE), Content_Encoding="gzip"), {413}),
    "an unknown encoding": (lambda t: post(t, b"[]", Content_Encoding="br"), {415}),
    "an unknown type": (lambda t: post(t, b"<a/>", Content_Type="application/xml"), {415}),
    "300 MB that are announced": (lambda t: raw(t, t.head(Content_Length=HUGE), *([bytes(1 << 20)] * 300)), {413}),
    "300 MB in chunks": (lambda t: raw(t, t.head(Transfer_Encoding="chunked"), *chunked(b" " * (1 << 20), HUGE)), {413}),
    "a length that is no number": (lambda t: raw(t, t.head(Content_Length="-1")), {400}),
    "two lengths": (lambda t: raw(t, t.head(Content_Length="2\r\nContent-Length: 3") + b"[]x"), {400}),
    "a length and chunks": (lambda t: raw(t, t.head(Content_Length="2", Transfer_Encoding="chunked") + b"0\r\n\r\n"), {400}),
    "a header of 64 KiB": (lambda t: raw(t, t.head(X_Long="x" * 65536, Content_Length="2") + b"[]"), {431}),
    "a path of 64 KiB": (lambda t: raw(t, t.head("/" + "x" * 65536, Content_Length="2") + b"[]"), {414, 431}),
    "100,000 nested brackets": (lambda t: post(t, b"[" * 100_000 + b"]" * 100_000), {400, 422}),
    "100,000 nested brackets in an event": (lambda t: post(t, batch_with(event_with("[" * 100_000 + "]" * 100_000))), {207, 400}),
    "100,000 nested objects in an event": (lambda t: post(t, batch_with(event_with('{"a":' * 100_000 + "1" + "}" * 100_000))), {207, 400}),
    "invalid UTF-8": (lambda t: post(t, batch_with(b'{"type":"web.click","source":"a\xff\xfe"}')), {207, 400}),
    "a lone surrogate": (lambda t: post(t, batch_with('{"type":"web.click","source":"a\\ud800"}')), {207, 400}),
    "a key twice": (lambda t: post(t, batch_with(event_with('{"a":1,"a":2}'))), {207, 400}),
    "a member twice": (lambda t: post(t, batch_with('{"type":"web.click","source":"a","source":"b"}')), {207, 400}),
    "NaN": (lambda t: post(t, batch_with(event_with('{"a":NaN}'))), {400}),
    "Infinity": (lambda t: post(t, batch_with(event_with('{"a":-Infinity}'))), {400}),
    "a number of 100,000 digits": (lambda t: post(t, batch_with(event_with('{"a":' + "9" * 100_000 + "}"))), {207, 400}),
    "an id that is none": (lambda t: post(t, batch_with('{"id":"1","type":"web.click","source":"a"}')), {207}),
    "the year 9999": (lambda t: post(t, batch_with('{"type":"web.click","source":"hostile","timestamp":"9999-12-31T23:59:59Z"}')), {207}),
    "the year 1": (lambda t: post(t, batch_with('{"type":"web.click","source":"hostile","timestamp":"0001-01-01T00:00:00Z"}')), {207}),
    "the 30th of February": (lambda t: post(t, batch_with('{"type":"web.click","source":"hostile","timestamp":"2026-02-30T00:00:00Z"}')), {207}),
    "an event of 1 MB": (lambda t: post(t, batch_with(event_with('{"a":"' + "x" * (1 << 20) + '"}'))), {207, 413}),
    "100,000 events": (lambda t: post(t, ("[" + ",".join(['{"type":"a.b","source":"c"}'] * 100_000) + "]").encode()), {413}),
    "100,000 keys": (lambda t: post(t, batch_with(event_with("{" + ",".join(f'"k{n}":1' for n in range(100_000)) + "}"))), {207, 413}),
    "no token": (lambda t: post(Target(t.host, t.port, ""), b"[]"), {401}),
    "a token of 100 KB": (lambda t: post(Target(t.host, t.port, "x" * 100_000), b"[]"), {401, 431}),
    "a path that climbs": (lambda t: raw(t, b"GET /docs/../../../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), {400, 401, 404}),
    "TRACE": (lambda t: raw(t, b"TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), {400, 404, 405, 501}),
    "a client that leaves in the middle": (lambda t: _leave(t), {CLOSED}),
    "a pipeline of 1,000 requests": (lambda t: _pipeline(t), {202}),
}


def _leave(target):
    with target.connect() as connection:
        connection.sendall(target.head(Content_Length=1 << 20) + b"[" * 1000)
    return CLOSED, b""


def _pipeline(target):
    body = json.dumps([EVENT]).encode()
    request = target.head(Content_Length=len(body)) + body
    with target.connect() as connection:
        sender = threading.Thread(target=lambda: _quietly(connection.sendall, request * 1000), daemon=True)
        sender.start()
        statuses = []
        received = b""
        with contextlib.suppress(OSError):
            while len(statuses) < 1000 and (piece := connection.recv(65536)):
                received += piece
                statuses += [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", received)]
                received = received[-12:] if not received.endswith(b"\r\n\r\n") else b""
                received = re.sub(rb"HTTP/1\.1 \d{3}", b"", received)
        sender.join(10)
        refused = [status for status in statuses if status != 202]
        return (refused[0] if refused else 202 if len(statuses) == 1000 else CLOSED), b""


def _quietly(function, *arguments):
    try:
        function(*arguments)
    except OSError:
        pass


def slow_loris(target, seconds=30, connections=50):
    """Connections that send a header a byte at a time and never finish; the answers they get in the end."""
    open_ones = [target.connect() for _ in range(connections)]
    line = target.head(Content_Length=10).rstrip()
    begin = time.monotonic()
    at = 0
    answers = []
    while open_ones and time.monotonic() - begin < seconds:
        for connection in list(open_ones):
            connection.settimeout(0)
            try:
                connection.send(line[at % len(line):at % len(line) + 1])
                head = connection.recv(4096, socket.MSG_PEEK)
            except BlockingIOError:
                continue
            except OSError:
                head = b""
            connection.settimeout(5)
            answers.append(answer_of(connection)[0] if head else CLOSED)
            connection.close()
            open_ones.remove(connection)
        at += 1
        time.sleep(0.2)
    for connection in open_ones:
        connection.close()
        answers.append("still open")
    return answers


class GoodClient:
    """Sends a small batch every few milliseconds on one connection, as a shop would; remembers how long each took."""

    def __init__(self, host, port, token, every=0.01, events=100):
        self.latencies = []
        self.failures = []
        self.acknowledged = 0
        self._every = every
        self._events = events
        self._stop = threading.Event()
        self._connection = http.client.HTTPConnection(host, port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        self._stop.set()
        self._thread.join()
        self._connection.close()

    def _body(self):
        return json.dumps([{"id": str(uuid.uuid4()), "type": "web.pageview", "source": "good", "user_id": f"u{n}",
                            "data": {"path": f"/products/{n}", "status": 200, "latency_ms": n}} for n in range(self._events)]).encode()

    def _run(self):
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while not self._stop.wait(self._every):
            body = self._body()
            begin = time.monotonic()
            try:
                self._connection.request("POST", "/api/v1/events/batch", body, self._headers)
                response = self._connection.getresponse()
                answer = response.read()
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                continue
            self.latencies.append(time.monotonic() - begin)
            if response.status != 202:
                self.failures.append(f"{response.status} {answer[:200]!r}")
            else:
                self.acknowledged += json.loads(answer)["accepted"]

    def percentile(self, share):
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")
