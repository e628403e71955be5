"""Recordings of real systems: replayed by the command line, every figure that is known of them asked back in SQL."""
import json
import os
import pathlib

import check


def recordings(place):
    folder = pathlib.Path(os.environ.get("SF_REAL_DATA", place.project / "../shared/data")).resolve()
    if not (folder / "access.log").exists():
        raise check.Skip("the recordings are not here (../shared/data, or SF_REAL_DATA)")
    return folder


def replay(server, *arguments):
    done = server.command("replay", *map(str, arguments), "--speed", "max", "--json")
    check.equal(done.returncode, 0, f"exit code of the replay ({done.stderr[-1000:]})")
    return json.loads(done.stdout)


def asked(server, sql):
    """The rows of `streamflow query --json`."""
    done = server.command("query", sql, "--json")
    check.equal(done.returncode, 0, f"exit code of the query {sql!r} ({done.stderr[-1000:]})")
    return json.loads(done.stdout)["rows"]


def expect(server, sql, rows):
    check.equal(asked(server, sql), rows, sql)


def replays_once(server, events, *arguments):
    first = replay(server, *arguments)
    check.equal((first["sent"], first["accepted"], first["duplicates"]), (events, events, 0), "sent, accepted and duplicate events at first")
    check.equal((first["rejected"], first["quarantined"], first["unreadable"]), (0, 0, 0), "events that were not taken")
    return first


def adds_nothing(server, events, *arguments):
    again = replay(server, *arguments)
    check.equal((again["sent"], again["accepted"], again["duplicates"]), (events, 0, events), "sent, accepted and duplicate events the second time")
    expect(server, "SELECT count(*) FROM events", [[events]])


def test_access_log_gives_every_known_figure(place):
    file = recordings(place) / "access.log"
    with place.started() as server:
        arguments = (file, "--format", "clf")
        replays_once(server, 10_000, *arguments)

        def figures():
            expect(server, "SELECT data->>'status' AS s, count(*) AS n FROM events GROUP BY s ORDER BY n DESC, s",
                   [["200", 9126], ["304", 445], ["404", 213], ["301", 164], ["206", 45], ["500", 3], ["403", 2], ["416", 2]])
            expect(server, "SELECT count(*), count(DISTINCT user_id), count(DISTINCT date_trunc('hour', \"timestamp\")) FROM events",
                   [[10_000, 1_753, 84]])
            # A decimal sum: not a float that happens to be exact.
            check.equal([[int(v) for v in row] for row in asked(server, "SELECT sum(CAST(data->>'bytes' AS BIGINT)) FROM events")],
                        [[2_747_282_740]], "the sum of the bytes")
            expect(server, "SELECT data->>'method' AS m, count(*) AS n FROM events GROUP BY m ORDER BY n DESC",
                   [["GET", 9952], ["HEAD", 42], ["POST", 5], ["OPTIONS", 1]])
            expect(server, "SELECT type, count(*) FROM events GROUP BY type", [["web.pageview", 10_000]])
            expect(server, "SELECT min(\"timestamp\") >= '2015-05-17 00:00:00+00', max(\"timestamp\") < '2015-05-21 00:00:00+00' FROM events", [[True, True]])

        figures()
        adds_nothing(server, 10_000, *arguments)
        # The same answers from files as from memory, and after a restart.
        check.equal(server.stop(), 0, "exit code")
        server.start()
        figures()
        adds_nothing(server, 10_000, *arguments)


def test_nasa_gives_every_known_figure(place):
    file = recordings(place) / "nasa_19950801.tsv"
    with place.started() as server:
        arguments = (file, "--mapping", place.project / "examples/nasa.yaml")
        replays_once(server, 30_969, *arguments)
        expect(server, "SELECT data->>'status' AS s, count(*) AS n FROM events GROUP BY s ORDER BY n DESC",
               [["200", 27_972], ["304", 2_421], ["302", 355], ["404", 221]])
        check.equal([[int(v) for v in row] for row in asked(server, "SELECT sum(CAST(data->>'bytes' AS BIGINT)) FROM events")],
                    [[482_000_467]], "the sum of the bytes")
        adds_nothing(server, 30_969, *arguments)


def test_retail_gives_every_known_figure_to_the_cent(place):
    files = sorted((recordings(place) / "retail").glob("*.csv"))
    check.equal(len(files), 44, "the number of files")
    # Written to files all the time, so that the figures come from files and memory together.
    with place.started({"FLUSH_INTERVAL": "200ms"}) as server:
        arguments = (*files, "--mapping", place.project / "examples/retail.yaml")
        report = replays_once(server, 77_628, *arguments)
        check.equal(report["files"], 44, "files in the report")
        expect(server, "SELECT count(*), count(DISTINCT data->>'invoice'), count(DISTINCT user_id), count(DISTINCT data->>'country') FROM events",
               [[77_628, 3_501, 1_369, 28]])
        expect(server, "SELECT count(*) FROM events WHERE CAST(data->>'quantity' AS BIGINT) < 0", [[1_595]])
        expect(server, "SELECT count(*) FROM events WHERE data->>'country' = 'United Kingdom'", [[72_025]])
        total = asked(server, "SELECT CAST(sum(CAST(data->>'quantity' AS DECIMAL(18,0)) * CAST(data->>'unit_price' AS DECIMAL(18,4))) AS TEXT) FROM events")
        whole, cents = total[0][0].split(".")
        check.equal((whole, cents.rstrip("0")), ("1308957", "28"), "the sum of quantity times price")
        adds_nothing(server, 77_628, *arguments)
        check.true(server.metric("streamflow_storage_flushes_total") > 0, "nothing was written to files during the test")
