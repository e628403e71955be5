"""What a real PostgreSQL 15 says: the published queries over a table of the same events."""
import decimal
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "sql"))

import postgres  # noqa: E402  (found by the line above)

EVENTS = """CREATE TABLE events (id uuid, type text, "timestamp" timestamptz, received_at timestamptz, data jsonb);
COPY events FROM STDIN;
"""


def typed(wanted, text):
    """A value of a type as what equal values have in common. `text` as PostgreSQL writes it, or as JSON has it."""
    if text is None:
        return None
    if wanted in ("integer", "bigint", "numeric", "double precision"):
        return decimal.Decimal(text)
    if wanted == "timestamp with time zone":
        whole, _, rest = text.replace(" ", "T").replace("+00", "").rstrip("Z").partition(".")
        return whole, rest.rstrip("0")
    return text


class Oracle:
    """`with Oracle(events, received) as oracle: types, rows = oracle.answer("q17")`. Raises postgres.Missing where there is no PostgreSQL."""

    def __init__(self, lines, received):
        """Events as lines of NDJSON; when each was received, by id."""
        self.lines, self.received = lines, received
        self.cluster = postgres.Cluster()

    def __enter__(self):
        self.cluster.__enter__()
        try:
            self.cluster.script(self._load())
        except BaseException:
            self.cluster.__exit__()
            raise
        return self

    def __exit__(self, *problem):
        self.cluster.__exit__(*problem)

    def _load(self):
        script = [EVENTS]
        for line in self.lines:
            event = json.loads(line)
            script.append(postgres.copy_line([event["id"], event["type"], event["timestamp"], self.received[event["id"]], json.dumps(event["data"])]))
        return "".join(script) + "\\.\n" + (HERE / "postgres" / "tables.sql").read_text(encoding="utf-8")

    def answer(self, query):
        """The columns of a query as {name: type}, and its rows, sorted."""
        text = (HERE / "postgres" / f"{query}.sql").read_text(encoding="utf-8")
        described = self.cluster.script(f"CREATE TEMP VIEW answer AS {text};\nSELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
                                        "WHERE attrelid = 'answer'::regclass ORDER BY attnum")
        types = dict(line.split("|") for line in described.splitlines())
        rows = [postgres.copy_fields(line) for line in self.cluster.script(f"COPY ({text}) TO STDOUT").splitlines()]
        return types, sorted((tuple(typed(wanted, value) for wanted, value in zip(types.values(), row)) for row in rows), key=repr)
