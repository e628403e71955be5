"""A PostgreSQL 15 of the test's own: a new cluster in a temporary folder, reached through a socket there, gone afterwards.

As root, the server runs as the user `postgres` or `nobody`, because it refuses to run as root.
"""
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

BINARIES = pathlib.Path("/usr/lib/postgresql/15/bin")
PORT = 54321  # Only the name of the socket's file: nothing listens on the network.
START_SECONDS = 60

SETTINGS = {"listen_addresses": "''", "port": str(PORT), "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
            "timezone": "UTC", "datestyle": "'ISO, MDY'", "intervalstyle": "postgres", "extra_float_digits": "1", "jit": "off",
            "plan_cache_mode": "force_generic_plan",  # Else the values of a row are constants, and errors may be planned away.
            "shared_buffers": "32MB", "max_connections": "8", "autovacuum": "off"}


class Missing(Exception):
    """There is no PostgreSQL here; the text says so in plain words."""


class Failed(Exception):
    """A script had an error; the text is what psql said."""


def _owner():
    """Who the server runs as: None for the caller's own user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Missing("neither a user postgres nor a user nobody exists, and the server does not run as root")


class Cluster:
    """`with Cluster() as cluster: cluster.script("SELECT 1")`"""

    def __init__(self):
        for name in ("initdb", "pg_ctl", "psql"):
            if not (BINARIES / name).exists():
                raise Missing(f"{BINARIES / name} is missing; scripts/setup.sh installs it")
        self._owner = _owner()
        self.folder = None

    def _run(self, command):
        arguments = {}
        if self._owner is not None:
            arguments = {"user": self._owner.pw_uid, "group": self._owner.pw_gid, "extra_groups": []}
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, **arguments)
        if done.returncode != 0:
            raise Failed(f"{command[0]}: {done.stderr or done.stdout}")

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sf-postgres-"))
        try:
            if self._owner is not None:
                os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
            data = self.folder / "data"
            self._run([str(BINARIES / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--locale=C", "--encoding=UTF8", "--no-sync"])
            with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
                for name, value in {**SETTINGS, "unix_socket_directories": f"'{self.folder}'"}.items():
                    file.write(f"{name} = {value}\n")
            self._run([str(BINARIES / "pg_ctl"), "-D", str(data), "-l", str(self.folder / "log"), "-w", "-t", str(START_SECONDS), "start"])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        data = self.folder / "data"
        if (data / "postmaster.pid").exists():
            self._run([str(BINARIES / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"])
        shutil.rmtree(self.folder, ignore_errors=True)

    def script(self, text):
        """What psql writes for the statements; the first error raises Failed."""
        done = subprocess.run([str(BINARIES / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-p", str(PORT), "-U", "postgres",
                               "-d", "postgres", "-At"], input=text.encode(), capture_output=True, check=False)
        if done.returncode != 0:
            raise Failed(done.stderr.decode(errors="replace"))
        return done.stdout.decode(errors="replace")  # Messages of errors may cut a character in two.


_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def copy_fields(line):
    """A line of COPY's text format as its fields; None is NULL."""
    fields = []
    for field in line.split("\t"):
        if field == "\\N":
            fields.append(None)
        elif "\\" in field:
            pieces = field.split("\\")
            text = pieces[0]
            at = 1
            while at < len(pieces):
                if pieces[at] == "":  # An escaped backslash.
                    text += "\\" + (pieces[at + 1] if at + 1 < len(pieces) else "")
                    at += 2
                else:
                    text += _ESCAPES.get(pieces[at][0], pieces[at][0]) + pieces[at][1:]
                    at += 1
            fields.append(text)
        else:
            fields.append(field)
    return fields


def copy_line(fields):
    """The fields as a line of COPY's text format."""
    escaped = []
    for field in fields:
        escaped.append("\\N" if field is None else field.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r"))
    return "\t".join(escaped) + "\n"


# PostgreSQL's side of an evaluation --------------------------------------------------------------------------------------------

# Where PostgreSQL takes more than we promise, these make an error of it on both sides: numeric of more than 38 digits, times and intervals in
# other forms than the ISO ones (it reads '[1,[2,[3]]]' as a date), infinite times.
SETUP = r"""
CREATE SCHEMA sf;
CREATE FUNCTION sf.d38(x numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  IF x = 'NaN' OR abs(x) = 'Infinity' OR scale(x) > 38 OR abs(x) * (10::numeric ^ scale(x)) >= 1e38 THEN
    RAISE EXCEPTION 'more than 38 digits' USING ERRCODE = '22003';
  END IF;
  RETURN x;
END $$;
CREATE FUNCTION sf.d38_all(x numeric[]) RETURNS numeric[] LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE element numeric;
BEGIN
  FOREACH element IN ARRAY x LOOP PERFORM sf.d38(element); END LOOP;
  RETURN x;
END $$;
CREATE FUNCTION sf.finite(x timestamptz) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  IF NOT isfinite(x) OR x >= '294247-01-01' THEN RAISE EXCEPTION 'no time' USING ERRCODE = '22008'; END IF;
  RETURN x;
END $$;
CREATE FUNCTION sf.finite_day(x date) RETURNS date LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  IF NOT isfinite(x) OR x >= '294247-01-01' THEN RAISE EXCEPTION 'no day' USING ERRCODE = '22008'; END IF;
  RETURN x;
END $$;
CREATE FUNCTION sf.time(x text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  IF x !~* '^\s*\d{4,9}-\d{1,2}-\d{1,2}((t|\s+)\d+:\d+(:\d+(\.\d*)?)?)?(\s*(z|zulu|utc|gmt|[-+]\d{1,2}(:?\d{1,2})?|[-+]\d\d:\d\d:\d\d|[-+]\d{6}))?\s*$' THEN
    RAISE EXCEPTION 'another form of time' USING ERRCODE = '22007';
  END IF;
  RETURN sf.finite(x::timestamptz);
END $$;
CREATE FUNCTION sf.clock(x text) RETURNS timestamp LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  PERFORM sf.time(x);
  RETURN x::timestamp;
END $$;
CREATE FUNCTION sf.day(x text) RETURNS date LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  PERFORM sf.time(x);
  RETURN x::date;
END $$;
CREATE FUNCTION sf.span(x text) RETURNS interval LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  IF x !~ '^\s*(@\s*)?([-+]?(\d+\.?\d*|\.\d+)\s*[a-zA-Z]+\s+)*([-+]?(\d+\.?\d*|\.\d+)\s*[a-zA-Z]*|[-+]?\d+(:\d+){1,2}(\.\d*)?|[-+]?\d+-\d+)(\s+ago)?\s*$'
     AND x !~ '^P[-+0-9.YMWDTHS]*$' THEN RAISE EXCEPTION 'another form of interval' USING ERRCODE = '22007'; END IF;
  RETURN x::interval;
END $$;
CREATE TABLE rows (row int, id uuid, type text, source text, "timestamp" timestamptz, received_at timestamptz, severity text, user_id text,
                   correlation_id text, tags text[], data jsonb);
CREATE TYPE sf.outcome AS (state text, type text, value text);
"""


def _array(texts):
    return "{" + ",".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts) + "}"


def load_rows(rows):
    """A script that fills the table with events.Row objects."""
    lines = [copy_line([str(number), row.id, row.type, row.source, row.timestamp, row.received_at, row.severity, row.user_id, row.correlation_id,
                        _array(row.tags), row.data]) for number, row in enumerate(rows)]
    return "TRUNCATE rows;\nCOPY rows FROM STDIN;\n" + "".join(lines) + "\\.\n"


def evaluate(number, expression):
    """A script that writes `number, row, state, type, value` for each row; the state is "ok", or the SQLSTATE of its error."""
    return f"""CREATE OR REPLACE FUNCTION sf.f(r_ rows) RETURNS sf.outcome LANGUAGE plpgsql AS $outer$
DECLARE o_ sf.outcome;
BEGIN
  SELECT 'ok', pg_typeof(v_)::text, v_::text INTO o_ FROM (SELECT ({expression}) AS v_ FROM (SELECT (r_).*) AS events OFFSET 0) AS q_;
  RETURN o_;
EXCEPTION WHEN others THEN
  RETURN ROW(SQLSTATE, NULL, SQLERRM)::sf.outcome;
END $outer$;
COPY (SELECT {number}, r.row, o.state, o.type, o.value FROM rows r, LATERAL sf.f(r) AS o ORDER BY r.row) TO STDOUT;
"""
