"""Ad-hoc SQL is read-only for real, and bounded."""
import os
import threading
import time

import check


def filled(place, **settings):
    server = place.started(settings)
    check.equal(server.send([{"type": "a.b", "source": "s", "data": {"n": n}} for n in range(1000)]).status, 202, "the events")
    return server


def test_anything_but_one_select_is_refused(place):
    with filled(place) as server:
        out = place.folder / "out"
        token_file = os.path.join(server.data, "admin.token")
        parquet = os.path.join(server.data, "lakehouse")
        statements = [
            f"COPY events TO '{out}'", f"COPY (SELECT 1) TO '{out}' (FORMAT parquet)", "COPY events FROM '/etc/passwd'",
            f"ATTACH '{out}.db' AS x", f"ATTACH '{server.data}/documents.sqlite' AS d (TYPE sqlite)", "DETACH memory", f"EXPORT DATABASE '{out}'", f"IMPORT DATABASE '{out}'",
            "INSERT INTO events VALUES (1)", "UPDATE events SET type = 'x'", "DELETE FROM events", "DROP TABLE events", "DROP VIEW events", "TRUNCATE events",
            "CREATE TABLE t (a INT)", "CREATE OR REPLACE VIEW events AS SELECT 1", "CREATE MACRO f(a) AS a", "CREATE SECRET s (TYPE s3)", "ALTER TABLE events ADD COLUMN x INT",
            "PRAGMA database_list", "PRAGMA version", "SET memory_limit='100GB'", "RESET memory_limit", "SET lock_configuration=false", "LOAD httpfs", "INSTALL httpfs",
            "CALL duckdb_settings()", "BEGIN", "COMMIT", "CHECKPOINT", "VACUUM", "USE memory", "PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE p",
            "EXPLAIN ANALYZE COPY events TO '/tmp/x'", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE events", "SELECT 1;; SELECT 2", "/* a */ SELECT 1 /* ; */ ; DELETE FROM events",
            "WITH x AS (DELETE FROM events RETURNING *) SELECT * FROM x",
            "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM \"/etc/passwd\"",
            "SELECT * FROM read_blob('/etc/passwd')", "SELECT * FROM read_json('/etc/passwd')", "SELECT * FROM glob('/etc/*')", "SELECT * FROM sniff_csv('/etc/passwd')",
            f"SELECT * FROM read_text('{token_file}')", f"SELECT * FROM '{token_file}'", f"SELECT * FROM read_text('{parquet}/../admin.token')", f"SELECT * FROM read_text('{server.data}/signing.key')",
            f"SELECT * FROM glob('{server.data}/**')", "SELECT * FROM read_parquet('https://example.com/x.parquet')", "SELECT * FROM 's3://bucket/x.parquet'",
            "SELECT * FROM query('SELECT 1')", "SELECT * FROM query_table('events')", "SELECT getenv('HOME')", "SELECT * FROM duckdb_secrets()", "SELECT * FROM duckdb_settings()",
            "SELECT current_setting('secret_directory')", "SELECT * FROM pragma_database_list()", "", ";", "--", "SELECT", "SELECT 1 FROM",
        ]
        for sql in statements:
            answer = server.query(sql)
            check.true(answer.status in (400, 403, 422), f"{sql!r} was answered with {answer}")
            check.true(b"root:" not in answer.body and server.admin_token().encode() not in answer.body, f"{sql!r} shows what it must not")
        check.true(not out.exists() and not os.path.exists(f"{out}.db"), "a refused statement wrote a file")
        check.equal(server.value("SELECT count(*) FROM events"), 1000, "events after all that")


def test_a_hint_points_to_the_place(place):
    with filled(place) as server:
        answer = server.query("SELECT type,\n  nope FROM events")
        check.equal(answer.status, 400, "the status")
        check.contains(answer.json()["detail"], "line 2, column 3", "the place")


def test_a_query_that_runs_away_is_stopped_and_bounded(place):
    with filled(place) as server:
        before = server.metric("process_resident_memory_bytes")
        many = "events a, events b, events c, events d"
        for sql in (f"SELECT count(*) FROM {many} WHERE a.id::text || b.id::text = c.id::text || d.id::text",
                    f"SELECT max(lower(a.id::text || b.id::text || c.id::text)) FROM {many}",
                    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"):
            begin = time.monotonic()
            answer = server.query(sql, timeout_ms=1000)
            seconds = time.monotonic() - begin
            check.true(answer.status in (400, 504), f"{sql!r} was answered with {answer}")
            check.true(seconds < 10, f"{sql!r} with a limit of 1 s took {seconds:.1f} s")
        # One that wants too much memory fails; the process does not.
        hungry = server.query(f"SELECT count(DISTINCT a.id::text || b.id::text || c.id::text) FROM {many}", timeout_ms=5000)
        check.true(hungry.status in (400, 503, 504), f"a query for 10^9 different texts was answered with {hungry}")
        big = server.query("SELECT a.id, b.id FROM events a, events b, events c", timeout_ms=20_000)
        check.true(big.status != 200 or (big.json()["truncated"] and len(big.body) < 80 << 20), f"a result of 10^9 rows: {big.status}, {len(big.body)} bytes")
        grown = server.metric("process_resident_memory_bytes") - before
        check.true(grown < 900 << 20, f"queries made the process {grown / 2**20:.0f} MiB larger")
        check.equal(server.send([{"type": "a.b", "source": "s"}]).status, 202, "ingestion after that")
        check.equal(server.value("SELECT count(*) FROM events"), 1001, "events after that")


def test_ingestion_goes_on_while_queries_run_away(place):
    with filled(place) as server:
        sql = "SELECT count(*) FROM events a, events b, events c, events d WHERE a.id::text < b.id::text || c.id::text || d.id::text"
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(server.query(sql, timeout_ms=2000).status)) for _ in range(8)]
        for thread in threads:
            thread.start()
        sent = 0
        while any(thread.is_alive() for thread in threads):
            check.equal(server.send([{"type": "a.b", "source": "s"}]).status, 202, "sending beside 8 hard queries")
            sent += 1
        check.true(all(status in (503, 504) for status in answers), f"the answers of the queries: {answers}")
        check.true(sent > 0, "nothing was sent meanwhile")
        check.equal(server.value("SELECT count(*) FROM events"), 1000 + sent, "events after that")


def test_a_query_during_flushes_sees_each_event_once(place):
    with place.started({"FLUSH_INTERVAL": "20ms", "LOG_LEVEL": "warn"}) as server:
        stop = threading.Event()
        acknowledged = [0]
        started = [0]
        problems = []

        def send():
            try:
                while not stop.is_set():
                    started[0] += 100
                    check.equal(server.send([{"type": "a.b", "source": f"s{n % 7}"} for n in range(100)]).status, 202, "a batch")
                    acknowledged[0] += 100
            except Exception as error:  # pylint: disable=broad-except
                problems.append(error)

        sender = threading.Thread(target=send)
        sender.start()
        asked = 0
        try:
            end = time.monotonic() + 8
            while time.monotonic() < end and not problems:
                least = acknowledged[0]
                rows, ids = server.rows("SELECT count(*), count(DISTINCT id) FROM events")[0]
                most = started[0]
                check.true(least <= rows <= most, f"a query saw {rows} events, when {least} to {most} were there")
                check.equal(ids, rows, "different ids among the rows")
                asked += 1
        finally:
            stop.set()
            sender.join()
        check.true(not problems, f"sending failed: {problems}")
        flushes, compactions = server.metric("streamflow_storage_flushes_total"), server.metric("streamflow_storage_compactions_total")
        check.true(flushes > 20 and compactions > 0 and asked > 20, f"too little happened: {flushes} flushes, {compactions} merges, {asked} queries")
