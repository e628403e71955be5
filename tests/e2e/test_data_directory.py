"""What lies in the data directory, wherever that is: over flushes, trims, repairs and restarts."""
import json
import os
import pathlib
import uuid

import check


def event(**more):
    return {"type": "test.event", "source": "e2e", **more}


def flushed(server, flushes=1):
    check.wait_until(lambda: server.metric("streamflow_storage_flushes_total") >= flushes, 20, "no flush")


def test_a_relative_data_directory_works_like_any_other(place):
    """The default is one: ./data."""
    server = place.server({"FLUSH_INTERVAL": "50ms"})
    server.data_argument = "data"
    server.start()
    check.equal(server.send([event(), event()]).status, 202, "sending")
    check.equal(server.value("SELECT count(*) FROM events"), 2, "events in memory")
    flushed(server)
    check.equal(server.value("SELECT count(*) FROM events"), 2, "events in files")
    check.equal(server.stop(), 0, "exit code")
    server.start()
    check.equal(server.value("SELECT count(*) FROM events"), 2, "events after a restart")


def test_the_log_is_trimmed_although_no_client_sends_ids(place):
    server = place.started({"SEGMENT_BYTES": "1MiB", "FLUSH_INTERVAL": "100ms", "CHECKPOINT_INTERVAL": "500ms", "PARTITIONS": "1"})
    batch = [event(data={"text": os.urandom(500).hex()}) for _ in range(1000)]
    for _ in range(8):
        check.equal(server.send(batch).status, 202, "sending")
    sent = 8 * 1000
    check.wait_until(lambda: server.metric("streamflow_log_bytes") < 3 << 20, 40, "the log is not trimmed")
    check.equal(server.value("SELECT count(*) FROM events"), sent, "events while the log is trimmed")
    server.kill()
    server.start()
    check.equal(server.value("SELECT count(*) FROM events"), sent, "events after a restart")


def repaired(server):
    found = server.command("verify")
    check.equal(found.returncode, 1, f"verify of a damaged log ({found.stdout} {found.stderr})")
    mended = server.command("verify", "--repair", "--json")
    check.equal(mended.returncode, 0, f"verify --repair ({mended.stdout} {mended.stderr})")
    findings = json.loads(mended.stdout)["findings"]
    check.true(findings and all(finding["repaired"] for finding in findings), f"the findings: {findings}")
    check.equal(server.command("verify").returncode, 0, "verify after a repair")
    server.start()


def count(server):
    rows, ids = server.rows("SELECT count(*), count(DISTINCT id) FROM events")[0]
    check.equal(rows, ids, "different ids among the events")
    return rows


def newest_segment(server):
    folder = pathlib.Path(server.data, "log", "events", "0")
    return sorted(folder.glob("*.log"))[-1]


def test_a_repair_below_what_storage_has_read_loses_and_doubles_nothing(place):
    server = place.started({"FLUSH_INTERVAL": "50ms", "PARTITIONS": "1"})
    ids = [str(uuid.uuid4()) for _ in range(30)]
    for ident in ids:
        check.equal(server.send([event(id=ident, data={"text": os.urandom(200).hex()})]).status, 202, "sending")
    check.wait_until(lambda: server.metric("streamflow_storage_file_events") == 30, 20, "all events in files")
    check.equal(server.stop(), 0, "exit code")

    with open(newest_segment(server), "r+b") as file:  # Somewhere in the middle, with sound records behind it.
        file.seek(5000)
        byte = file.read(1)[0]
        file.seek(5000)
        file.write(bytes([byte ^ 0x10]))
    repaired(server)
    check.equal(count(server), 30, "events after the repair")
    check.equal(server.send([event(id=ids[0]), event(id=ids[-1])]).json()["duplicates"], 2, "duplicates that are recognised")
    check.equal(server.send([event(), event()]).json()["accepted"], 2, "new events")
    check.equal(count(server), 32, "events with the new ones")

    # The end of the log is gone: storage has read further than the log reaches.
    check.wait_until(lambda: server.metric("streamflow_storage_file_events") == 32, 20, "all events in files")
    check.equal(server.stop(), 0, "exit code")
    os.truncate(newest_segment(server), 64)
    refused = server.command("start", "--service", "all", "--port-base", "0", seconds=30, settings={"PARTITIONS": "1"})
    check.true(refused.returncode not in (0, None), "it starts on half a log")
    check.contains(refused.stderr, "verify --repair", "the hint")
    repaired(server)
    check.equal(count(server), 32, "events after the second repair")
    for expected in (33, 34):
        check.equal(server.send([event()]).json()["accepted"], 1, "a new event")
        check.equal(count(server), expected, "events with the new one")
        check.wait_until(lambda: server.metric("streamflow_storage_file_events") == expected, 20, "the new event in a file")  # pylint: disable=cell-var-from-loop
        server.kill()
        server.start()
        check.equal(count(server), expected, "events after a restart")
    check.equal(server.metric("streamflow_storage_lag_records"), 0, "records that storage can't get over")


def test_a_repair_above_what_storage_has_read_gives_up_what_is_damaged_and_says_so(place):
    server = place.started({"PARTITIONS": "1", "LOG_LEVEL": "warn"})
    for _ in range(30):
        check.equal(server.send([event(data={"text": os.urandom(200).hex()})]).status, 202, "sending")
    server.kill()
    segment = newest_segment(server)
    with open(segment, "r+b") as file:
        file.seek(5000)
        byte = file.read(1)[0]
        file.seek(5000)
        file.write(bytes([byte ^ 0x10]))
    repaired(server)
    check.equal(count(server), 29, "events after the repair")
    check.equal(server.send([event()]).status, 202, "a new event")
    check.equal(count(server), 30, "events with the new one")
    check.equal(server.metric("streamflow_log_gaps_total"), 1, "the alarm")
    check.contains(server.log_text(), "records are missing in the log", "the server's log")
    check.true(list(pathlib.Path(server.data, "log", "quarantine").rglob(segment.name + ".*")), "the damaged file is not kept")


def test_an_internal_error_is_in_the_log_under_its_correlation_id(place):
    server = place.started({"FLUSH_INTERVAL": "50ms"})
    check.equal(server.send([event()]).status, 202, "sending")
    flushed(server)
    stored = next(pathlib.Path(server.data, "lakehouse", "events").rglob("*.parquet"))
    stored.write_bytes(bytes(stored.stat().st_size))
    answer = server.query("SELECT * FROM events")
    check.equal(answer.status, 500, "a query of a damaged file")
    check.true(stored.name not in answer.body.decode(), "the client is told what is inside")
    identity = answer.headers["X-Correlation-Id"]

    def told_at_level_error():
        lines = [json.loads(line) for line in server.log_text().splitlines() if line.startswith("{") and line.endswith("}")]
        return [line for line in lines if line["level"] == "error" and line.get("correlation_id") == identity]

    told = check.wait_until(told_at_level_error, 5, "nothing about it in the log")
    check.contains(told[0]["error"], stored.name, "the error")
    check.equal(told[0]["route"], "/api/v1/query", "the route")
    check.true(server.admin_token() not in server.log_text(), "a token is in the log")


def test_a_stored_file_that_is_gone_is_counted_and_told(place):
    server = place.started({"FLUSH_INTERVAL": "50ms"})
    check.equal(server.send([event()]).status, 202, "sending")
    flushed(server)
    check.equal(server.metric("streamflow_storage_damaged_files"), 0, "damaged files")
    check.equal(server.stop(), 0, "exit code")
    next(pathlib.Path(server.data, "lakehouse", "events").rglob("*.parquet")).unlink()
    server.start()
    check.equal(server.metric("streamflow_storage_damaged_files"), 1, "damaged files without the file")
    check.equal(server.request("GET", "/ready", token=None).status, 200, "/ready")
    deep = server.request("GET", "/health/deep")
    check.equal(deep.status, 503, "/health/deep")
    check.contains(deep.body.decode(), "stored files are missing", "what it says")
    check.equal(server.command("health").returncode, 1, "exit code of health")
    check.equal(count(server), 0, "events that can be answered")
