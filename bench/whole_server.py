"""A whole server for benchmarks: a process of its own on ports of the system's choice, in a folder of its own, and the load generator beside it."""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

STOP_SECONDS = 120


class Server:
    def __init__(self, programs, folder):
        self.program = os.path.join(programs, "streamflow")
        self.data = os.path.join(folder, "data")
        settings = {"HOST_EVENTS_INTERVAL": "0s", "LOG_LEVEL": "error", "DATA_DIR": self.data, "BUILT_IN_VIEWS": "off"}
        self.process = subprocess.Popen([self.program, "start", "--port-base", "0", "--quiet"], env={**os.environ, **settings})
        health = [self.program, "health", "--data-dir", self.data, "--quiet"]
        while subprocess.run(health, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            if self.process.poll() is not None:
                sys.exit("error: the server does not start")
            time.sleep(0.1)
        with open(os.path.join(self.data, "run", "addresses.json")) as file:
            addresses = json.load(file)
        self.addresses = addresses.get("services", addresses)
        self.token_file = os.path.join(self.data, "admin.token")
        with open(self.token_file) as file:
            self.token = file.read().strip()

    def ask(self, service, method, path, body=None, text=None):
        """With `body` as JSON, or with `text` as CSV."""
        data = None if body is None and text is None else (json.dumps(body) if text is None else text).encode()
        kind = "application/json" if text is None else "text/csv"
        request = urllib.request.Request(self.addresses[service] + path, method=method, data=data,
                                         headers={"Authorization": "Bearer " + self.token, "Content-Type": kind})
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.loads(answer.read() or b"{}")

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, field):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) // 1024 for line in file if line.startswith(field))

    def events_stored(self):
        return self.ask("storage", "POST", "/api/v1/query", {"sql": "SELECT count(*) AS n FROM events"})["rows"][0][0]

    def stop(self):
        begin = time.monotonic()
        self.process.terminate()
        self.process.wait(STOP_SECONDS)
        return time.monotonic() - begin

    def load(self, *options):
        """What ingest_load prints."""
        port = re.search(r":(\d+)$", self.addresses["ingestion"]).group(1)
        command = [os.path.join(os.path.dirname(self.program), "ingest_load"), "--port", port, "--token-file", self.token_file]
        return subprocess.run([*command, *map(str, options)], capture_output=True, text=True, check=True).stdout.strip()


@contextlib.contextmanager
def server(build):
    """A server of build/bin; killed and its folder removed at the end."""
    folder = tempfile.mkdtemp(prefix="streamflow-bench-")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("error: stopped"))  # So that the server is stopped, too.
    running = Server(os.path.join(os.path.abspath(build), "bin"), folder)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()
        shutil.rmtree(folder, ignore_errors=True)
