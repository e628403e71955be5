"""What views say after the same events: by the engine alone (view_probe), or by a server that they are replayed into."""
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "sql"), str(HERE.parents[1] / "e2e")]

import check  # noqa: E402  (found by the line above)
import compare  # noqa: E402
import server  # noqa: E402

BATCH = 1_500  # Events: a batch holds about a megabyte.
PAGES = 16     # A result has at most 64 MiB.
STORED_TYPES = {"timestamptz": "timestamp with time zone", "numeric(38,16)": "numeric"}  # As tables of views have them.
QUIET = {"BUILT_IN_VIEWS": "off", "PARTITIONS": "2"}


class Failed(Exception):
    """The views could not be run; the text says why."""


class Probe:
    """Both stages of the engine over two partitions and two shards, saved and restored half way."""

    def __init__(self, program):
        self.program = program
        self.received = {}
        self.views = {}

    def run(self, statements, lines):
        """`statements`: the view of each query by its name."""
        batches = [lines[at:at + BATCH] for at in range(0, len(lines), BATCH)]
        pieces = []
        for number, batch in enumerate(batches):
            now = json.loads(batch[-1])["timestamp"]
            self.received.update((json.loads(line)["id"], now) for line in batch)
            pieces.append('{"partition":%d,"now":"%s","events":[%s]}' % (number % 2, now, ",".join(batch)))
        request = ('{"partitions":2,"shards":2,"cut":%d,"functions":[],"sql":%s,"batches":[%s]}\n'
                   % (len(batches) // 2, json.dumps(list(statements.values())), ",".join(pieces)))
        done = subprocess.run([self.program], input=request.encode(), capture_output=True, check=False)
        if done.returncode != 0:
            raise Failed(f"the probe ended with {done.returncode}: {done.stderr.decode(errors='replace')[:1000]}")
        self.views = dict(zip(statements, compare.numbers_as_text(done.stdout.decode())["views"]))

    def answer(self, query, columns):
        view = self.views[query]
        if "error" in view:
            raise Failed(f"{query} is refused: {view['error']}; {view['detail']}")
        if view["late"]:
            raise Failed(f"{query} has late events, though none is")
        return view["types"], [[{**row, **row["keys"], **row["values"]}[column] for column in columns] for row in view["rows"]]

    def close(self):
        pass


class Server:
    """The whole program: events over HTTP into the log, rows out of the store by SQL."""

    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory(prefix="sf-nexmark-")
        self.server = server.Server(program, self.folder.name, QUIET)
        self.server.start()
        self.received = {}

    def run(self, statements, lines):
        folder = pathlib.Path(self.folder.name)
        (folder / "views.sql").write_text("\n".join(statements.values()), encoding="utf-8")
        (folder / "events.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for arguments in (("views", "apply", "views.sql"), ("replay", "events.ndjson", "--speed", "max")):
            done = self.server.command(*arguments, seconds=3600)
            if done.returncode != 0:
                raise Failed(f"streamflow {' '.join(arguments)}: {done.stderr}")
        self.catch_up(statements)
        for page in range(PAGES):
            begin = f"{page:x}0000000-0000-0000-0000-000000000000"
            end = f"{page:x}fffffff-ffff-ffff-ffff-ffffffffffff"
            self.received.update(self.server.rows(f"SELECT id, received_at FROM events WHERE id BETWEEN '{begin}' AND '{end}'", 300_000))
        if self.server.value("SELECT count(*) FROM late_events"):
            raise Failed("there are late events, though none is")

    def catch_up(self, statements):
        """Until all views have seen all events, and have given what they still had, and that is stored."""
        check.wait_until(lambda: not self.server.metric("streamflow_views_lag_records"), 3600, "the views don't catch up", pause=1)
        for query in statements:
            answer = self.server.request("GET", f"/api/v1/views/nexmark_{query}/rows?limit=1", service="analytics", timeout=600)
            if answer.status != 200:
                raise Failed(f"{query}: {answer!r}")
        check.wait_until(lambda: not self.server.metric("streamflow_points_lag_records"), 600, "rows are not stored", pause=1)

    def answer(self, query, columns):
        shown = ", ".join(columns)
        rows = []
        pages = PAGES if "auction" in columns else 1
        for page in range(pages):
            where = f" WHERE auction % {PAGES} = {page}" if pages > 1 else ""
            result = self.server.query(f"SELECT {shown} FROM nexmark_{query}{where}", 300_000)
            if result.status != 200:
                raise Failed(f"{query}: {result!r}")
            result = compare.numbers_as_text(result.body.decode())
            if result["truncated"]:
                raise Failed(f"{query}: the result is cut short")
            rows += result["rows"]
        return {column["name"]: STORED_TYPES.get(column["type"], column["type"]) for column in result["columns"]}, rows

    def close(self):
        self.server.kill()
        self.folder.cleanup()
