"""Disks that fill up and disks that fail."""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import time

import check
from load import Ledger, Load, send_again


@contextlib.contextmanager
def small_disk(place, size):
    """A file system of its own in memory."""
    folder = place.folder / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or not shutil.which("mount"):
        raise check.Skip("only root can mount a small file system")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        raise check.Skip(f"a small file system can't be mounted here ({mounted.stderr.strip()})")
    try:
        yield folder
    finally:
        for server in place.servers:
            server.kill()
        subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(path, leave=0):
    """A file that takes all the space but `leave` bytes."""
    space = os.statvfs(os.path.dirname(path))
    left = space.f_bavail * space.f_frsize - leave
    with open(path, "wb") as file:
        piece = bytes(1 << 20)
        while left > 0:
            try:
                left -= file.write(piece[:min(left, len(piece))])
                file.flush()
            except OSError:
                break
    with contextlib.suppress(OSError):
        os.sync()


def refused_and_resumed(place, leave):
    with small_disk(place, "96m") as disk:
        server = place.started({"SEGMENT_BYTES": "4MiB", "FLUSH_INTERVAL": "500ms", "LOG_LEVEL": "warn"}, data=disk / "data")
        ledger = Ledger(3 + (leave > 0))
        load = Load(server, ledger, rate=10_000, connections=2, keep_going=True).start()
        check.wait_until(lambda: load.statuses.get(202, 0) > 20, 20, "the load does not come in")

        fill(disk / "filler", leave)
        check.wait_until(lambda: load.statuses.get(503, 0) > 20, 60, f"no 503 on a full disk ({load.statuses})")
        status, headers, body = load.last_refusal
        check.equal(status, 503, "the refusal")
        check.true(int(headers["Retry-After"]) >= 1, "Retry-After")
        check.equal(headers["Content-Type"], "application/problem+json", "the form of the refusal")
        check.contains(body.decode(), "disk", "the reason")
        not_ready = server.request("GET", "/ready", token=None)
        check.equal(not_ready.status, 503, "/ready on a full disk")
        check.contains(not_ready.body.decode(), "full", "what /ready says")
        check.equal(server.request("GET", "/health", token=None).status, 200, "/health on a full disk")
        check.true(server.value("SELECT count(*) FROM events") > 0, "queries on a full disk")
        check.true(set(load.statuses) <= {202, 503}, f"other answers: {load.statuses}")

        os.unlink(disk / "filler")
        taken = load.statuses[202]
        check.wait_until(lambda: load.statuses[202] > taken + 50, 30, "it does not resume by itself once there is space")
        check.wait_until(lambda: server.request("GET", "/ready", token=None).status == 200, 10, "/ready once there is space")
        load.stop()
        check.true(set(load.statuses) <= {202, 503}, f"other answers: {load.statuses}")
        send_again(server, ledger, sorted(ledger.refused)[:20])
        check.equal(ledger.check(server), [], "what is wrong after the disk was full")
        check.equal(server.stop(), 0, "exit code")
        server.start()
        check.equal(ledger.check(server), [], "what is wrong after a restart")


def test_a_nearly_full_disk_gives_503_and_then_resumes(place):
    refused_and_resumed(place, leave=2 << 20)


def test_a_disk_without_any_space_gives_503_and_then_resumes(place):
    refused_and_resumed(place, leave=0)


def test_a_kill_on_a_full_disk_loses_nothing(place):
    with small_disk(place, "64m") as disk:
        server = place.started({"SEGMENT_BYTES": "4MiB", "FLUSH_INTERVAL": "500ms", "LOG_LEVEL": "warn"}, data=disk / "data")
        ledger = Ledger(5)
        load = Load(server, ledger, rate=10_000, connections=2, keep_going=True).start()
        check.wait_until(lambda: load.statuses.get(202, 0) > 20, 20, "the load does not come in")
        fill(disk / "filler")
        check.wait_until(lambda: load.statuses.get(503, 0) > 5, 60, "no 503 on a full disk")
        server.kill()
        load.stop()
        os.unlink(disk / "filler")
        server.start()
        check.equal(ledger.check(server), [], "what is wrong after the restart")


@contextlib.contextmanager
def failing_syncs(server, call="fdatasync"):
    """From here on each such call of the process fails with EIO, as on a dying disk."""
    if not shutil.which("strace"):
        raise check.Skip("strace is not installed")
    trace = subprocess.Popen(["strace", "-f", "-p", str(server.pid), "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error=EIO"],
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        threads = f"/proc/{server.pid}/task"

        def attached():
            if trace.poll() is not None:
                raise check.Skip(f"strace may not attach here ({trace.stderr.read().strip()[:200]})")
            for thread in os.listdir(threads):
                with open(f"{threads}/{thread}/status", encoding="ascii") as status:
                    if f"TracerPid:\t{trace.pid}\n" not in status.read():
                        return False
            return True

        check.wait_until(attached, 10, "strace is not attached to every thread")
        yield
    finally:
        trace.send_signal(signal.SIGINT)  # It lets the process go on without it.
        with contextlib.suppress(subprocess.TimeoutExpired):
            trace.wait(10)
        trace.kill()


def test_a_failed_sync_stops_ingestion_for_good(place):
    server, ledger = place.started({"LOG_LEVEL": "info"}), Ledger(6)
    load = Load(server, ledger, rate=20_000, connections=2, keep_going=True).start()
    check.wait_until(lambda: load.statuses.get(202, 0) > 10, 20, "the load does not come in")
    with failing_syncs(server):
        check.wait_until(lambda: load.statuses.get(503, 0) > 10, 20, f"no 503 after a failed sync ({load.statuses})")
    # The disk is "sound" again, but what a failed sync had in its hands may be gone: nothing is taken until a restart has looked.
    acknowledged, refused = load.statuses[202], load.statuses[503]
    check.wait_until(lambda: load.statuses[503] > refused + 50, 20, "later requests are not refused")
    check.equal(load.statuses[202], acknowledged, "batches that were acknowledged after a failed sync")
    load.stop()
    status, headers, body = load.last_refusal
    check.equal(status, 503, "the refusal")
    check.true(headers["Retry-After"], "no Retry-After")
    text = body.decode().lower()
    check.true("sync" in text and "restart" in text, f"the reason is not clear: {text}")
    deep = server.request("GET", "/health/deep")
    check.equal(deep.status, 503, "/health/deep")
    check.true([c for c in deep.json()["checks"] if c["name"] == "log" and not c["ok"] and c["error"]], f"/health/deep does not say why: {deep.json()}")
    check.equal(server.request("GET", "/ready", token=None).status, 503, "/ready")
    check.contains(server.log_text(), "syncing the log failed", "the server's log")
    # What was stored can still be asked for.
    check.true(server.value("SELECT count(*) FROM events") > 0, "queries after a failed sync")

    server.stop()
    verified = server.command("verify")
    check.equal(verified.returncode, 0, f"streamflow verify ({verified.stdout} {verified.stderr})")
    server.start()
    check.equal(ledger.check(server), [], "what is wrong after the restart")
    send_again(server, ledger, sorted(ledger.refused))
    check.equal(ledger.check(server), [], "what is wrong after repeating what was refused")


def test_a_failed_sync_of_a_file_is_tried_again_and_loses_nothing(place):
    """fsync is what Parquet files are made durable with; the log keeps the events until one succeeds."""
    server, ledger = place.started({"FLUSH_INTERVAL": "100ms", "LOG_LEVEL": "info"}), Ledger(7)
    load = Load(server, ledger, rate=5_000, connections=2, keep_going=True).start()
    check.wait_until(lambda: server.metric("streamflow_storage_flushes_total") > 2, 20, "no flush")
    with failing_syncs(server, "fsync"):
        check.wait_until(lambda: "a flush failed" in server.log_text(), 20, "no flush failed")
        check.true(server.value("SELECT count(*) FROM events") > 0, "queries while flushes fail")
        check.true(server.metric("streamflow_storage_flush_failures_total") > 0, "flush failures that are not counted")
        check.wait_until(lambda: "can't be written to files" in server.request("GET", "/health/deep").body.decode(), 30, "/health/deep does not say that flushes keep failing")
        check.equal(server.request("GET", "/ready", token=None).status, 200, "/ready while flushes fail")
    flushes = server.metric("streamflow_storage_flushes_total")
    check.wait_until(lambda: server.metric("streamflow_storage_flushes_total") > flushes, 30, "flushes go on")
    # Rows of views are written apart from events, and tried again in their own time.
    check.wait_until(lambda: server.request("GET", "/health/deep").status == 200, 30, "/health/deep is well once they do")
    load.stop()
    check.true(set(load.statuses) == {202}, f"answers while flushes failed: {load.statuses}")
    check.equal(ledger.check(server), [], "what is wrong")
    server.kill()
    server.start()
    check.equal(ledger.check(server), [], "what is wrong after a kill")


def test_a_damaged_record_is_found_and_named(place):
    server, ledger = place.started({"PARTITIONS": "1", "LOG_LEVEL": "warn"}), Ledger(8)
    load = Load(server, ledger, rate=20_000, connections=1).start()
    check.wait_until(lambda: ledger.counts()["acknowledged"] >= 20, 20, "the load does not come in")
    load.stop()
    server.kill()
    folder = os.path.join(server.data, "log", "events", "0")
    segment = os.path.join(folder, sorted(os.listdir(folder))[0])
    with open(segment, "r+b") as file:
        file.seek(5000)
        byte = file.read(1)
        file.seek(5000)
        file.write(bytes([byte[0] ^ 0x10]))
    found = server.command("verify")
    check.equal(found.returncode, 1, f"verify of a damaged log ({found.stdout} {found.stderr})")
    check.contains(found.stdout + found.stderr, "events", "the place of the damage")
    # It starts, says so, answers what is sound, and never a wrong number.
    server.launch()
    addresses = os.path.join(server.data, "run", "addresses.json")
    check.wait_until(lambda: os.path.exists(addresses) or not server.running(), 20, "it neither starts nor ends")
    if server.running():
        with open(addresses, encoding="utf-8") as file:
            server.addresses = json.load(file)
        deep = server.request("GET", "/health/deep")
        check.equal(deep.status, 503, f"/health/deep with a damaged log ({deep})")
        rows = server.query("SELECT count(*), count(DISTINCT id) FROM events")
        if rows.status == 200:
            count, ids = rows.json()["rows"][0]
            check.true(count == ids and count <= ledger.counts()["acknowledged"] * 500, f"rows and ids: {count}, {ids}")
        server.stop()
    else:
        server.kill()
        check.contains(server.log_text(), "verify", "what it says when it refuses to start")
    mended = server.command("verify", "--repair")
    check.equal(mended.returncode, 0, f"verify --repair ({mended.stdout} {mended.stderr})")
    server.start()
    check.true(server.value("SELECT count(*) = count(DISTINCT id) FROM events"), "an id twice after a repair")
    check.equal(server.send([{"type": "a.b", "source": "after"}]).status, 202, "ingestion after a repair")


def test_memory_is_bounded_while_files_can_not_be_written(place):
    """LIVE_BYTES: storage stops reading the log, which grows on the disk instead; nothing is lost."""
    server, ledger = place.started({"LIVE_BYTES": "8MiB", "FLUSH_BYTES": "4MiB", "FLUSH_INTERVAL": "1s", "LOG_LEVEL": "error"}), Ledger(9)
    with failing_syncs(server, "fsync"):
        load = Load(server, ledger, rate=40_000, keep_going=True).start()
        check.wait_until(lambda: server.metric("streamflow_storage_lag_records") > 20, 60, "storage does not fall behind")
        end = time.monotonic() + 5
        while time.monotonic() < end:
            check.true(server.metric("streamflow_storage_live_bytes") <= 8 << 20, "LIVE_BYTES is exceeded")
        load.stop()
    check.true(set(load.statuses) == {202}, f"answers: {load.statuses}")
    check.wait_until(lambda: server.metric("streamflow_storage_lag_records") == 0, 90, "storage catches up once files can be written")
    check.equal(ledger.check(server), [], "what is wrong")
