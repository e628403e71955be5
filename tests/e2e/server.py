"""The built program as a user starts it: a process of its own, on ports of the system's choice, in a data directory of its own."""
import http.client
import json
import os
import re
import signal
import subprocess
import time
import urllib.parse

import check

READY_SECONDS = 30
STOP_SECONDS = 40

# No events of its own, so that every event in the data directory is one that a test sent.
QUIET = {"HOST_EVENTS_INTERVAL": "0s"}


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # http.client.HTTPMessage: names in any case.
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"


def program_environment(settings=None):
    """The caller's environment without any setting of StreamFlow in it."""
    keep = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "LD_PRELOAD")
    environment = {name: value for name, value in os.environ.items() if name in keep or re.match("(A|UB|T|L)SAN_OPTIONS$", name)}
    environment.update(settings or {})
    return environment


class Server:
    """A StreamFlow process; start() and kill() as often as needed, always on the same data directory.

    `wrapper` is put before the program: ["strace", ...]. The log of every start is appended to <folder>/server.log.
    """

    def __init__(self, program, folder, settings=None, data=None, wrapper=()):
        self.program = os.path.abspath(program)
        self.folder = os.fspath(folder)
        self.data = os.fspath(data) if data else os.path.join(self.folder, "data")
        self.data_argument = self.data  # What --data-dir says; a relative path counts from self.folder.
        self.settings = {**QUIET, **(settings or {})}
        self.wrapper = list(wrapper)
        self.log_path = os.path.join(self.folder, "server.log")
        self.process = None
        self.addresses = {}
        self.ready_seconds = None  # Of the last start(): from the start of the process to the first 200 of /ready.

    # Life ------------------------------------------------------------------------------------------------------------------

    def launch(self):
        """Starts the process and returns at once."""
        check.true(self.process is None, "the server runs already")
        addresses = os.path.join(self.data, "run", "addresses.json")
        if os.path.exists(addresses):
            os.unlink(addresses)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, self.program, "start", "--service", "all", "--data-dir", self.data_argument, "--port-base", "0"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=program_environment(self.settings), cwd=self.folder)

    def start(self, seconds=READY_SECONDS):
        begin = time.monotonic()
        self.launch()
        addresses = os.path.join(self.data, "run", "addresses.json")

        def ready():
            if self.process.poll() is not None:
                code = self.process.returncode
                self.process = None
                raise check.Failure(f"the server ended with {code} while it started:\n{self.log_tail()}")
            try:
                with open(addresses, encoding="utf-8") as file:
                    self.addresses = json.load(file)
                return self.request("GET", "/ready", token=None, timeout=1).status == 200
            except (OSError, ValueError, http.client.HTTPException):
                return False

        try:
            check.wait_until(ready, seconds, "/ready of the server is not 200", pause=0.002)
        except check.Failure:
            self.kill()
            raise
        self.ready_seconds = time.monotonic() - begin
        return self

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds=STOP_SECONDS):
        """SIGTERM; returns the exit code."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds=STOP_SECONDS):
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise check.Failure(f"the server did not end within {seconds} s of SIGTERM:\n{self.log_tail()}") from None
        self.process = None
        return code

    def kill(self):
        """SIGKILL: as if the process had crashed at this moment."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def log_text(self):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def log_tail(self, lines=30):
        return "\n".join(self.log_text().splitlines()[-lines:])

    # Requests --------------------------------------------------------------------------------------------------------------

    def host_and_port(self, service="ingestion"):
        url = urllib.parse.urlsplit(self.addresses[service])
        return url.hostname, url.port

    def admin_token(self):
        with open(os.path.join(self.data, "admin.token"), encoding="ascii") as file:
            return file.read().strip()

    def connection(self, service="ingestion", timeout=30):
        host, port = self.host_and_port(service)
        return http.client.HTTPConnection(host, port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, service="ingestion", token="admin", timeout=30):
        """One request on a connection of its own. token: "admin", None for none, or the token."""
        headers = dict(headers or {})
        if token == "admin":
            token = self.admin_token()
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        connection = self.connection(service, timeout)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def send(self, events, **more):
        return self.request("POST", "/api/v1/events/batch", events, **more)

    def query(self, sql, timeout_ms=None, limit=None):
        """The answer to a query, whatever it is."""
        body = {"sql": sql}
        if timeout_ms:
            body["timeout_ms"] = timeout_ms
        if limit is not None:
            body["limit"] = limit
        return self.request("POST", "/api/v1/query", body, service="storage", timeout=330)

    def rows(self, sql, timeout_ms=None):
        """The rows of a query that must succeed and be whole."""
        answer = self.query(sql, timeout_ms)
        check.equal(answer.status, 200, f"the query {sql!r} ({answer.body[:500]!r})")
        result = answer.json()
        check.equal(result["truncated"], False, f"the result of {sql!r} is cut short")
        return result["rows"]

    def value(self, sql, timeout_ms=None):
        return self.rows(sql, timeout_ms)[0][0]

    def metric(self, name):
        """The sum over all labels of a metric."""
        text = self.request("GET", "/metrics").body.decode()
        values = re.findall(rf"^{re.escape(name)}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
        check.true(values, f"/metrics has no {name}")
        return sum(float(value) for value in values)

    def command(self, *arguments, settings=None, stdin=None, seconds=120):
        """Runs a command of the program against this data directory; the finished process with text in stdout and stderr."""
        return self.bare_command(*arguments, "--data-dir", self.data, settings=settings, stdin=stdin, seconds=seconds)

    def bare_command(self, *arguments, settings=None, stdin=None, seconds=120):
        """The same without a word on where the data is: in the server's folder, as somebody who works there."""
        return subprocess.run([self.program, *arguments], input=stdin, capture_output=True, text=True,
                              timeout=seconds, env=program_environment(settings), cwd=self.folder, check=False)
