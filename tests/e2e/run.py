#!/usr/bin/env python3
"""Runs the end-to-end tests: every function test_* of every test_*.py here, each in a folder of its own.

    tests/e2e/run.py --program build/release/bin/streamflow [--only WORD] [--summary FILE] [--list] [--keep]

A test is a function that takes a Place (the program, an empty folder, the project's folder) and fails by raising. It prints
`PASS name`, `FAIL name` with the reason, or `SKIP name: reason`; the exit code is 1 if any failed.
"""
import argparse
import importlib
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import check  # noqa: E402
from server import Server  # noqa: E402

TEST_SECONDS = 300


class Place:
    """Where a test runs."""

    project = HERE.parent.parent

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.servers = []

    def server(self, settings=None, **more):
        """A server that is not started yet; it is killed at the end of the test."""
        folder = self.folder / f"server-{len(self.servers)}"
        folder.mkdir()
        server = Server(self.program, folder, settings, **more)
        self.servers.append(server)
        return server

    def started(self, settings=None, **more):
        return self.server(settings, **more).start()


def all_tests():
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        for name, function in vars(module).items():
            if name.startswith("test_") and callable(function) and function.__module__ == path.stem:
                yield f"{path.stem[5:]}.{name[5:]}", function


def on_alarm(*_):
    raise check.Failure(f"the test took longer than {TEST_SECONDS} s")


def run_one(function, program, folder):
    """(status, reason, servers)"""
    place = Place(program, folder)
    signal.alarm(TEST_SECONDS)
    try:
        function(place)
        return "passed", "", place.servers
    except check.Skip as skip:
        return "skipped", str(skip), place.servers
    except check.Failure as failure:
        at = next((frame for frame in reversed(traceback.extract_tb(failure.__traceback__)) if "/test_" in frame.filename), None)
        return "failed", f"{failure}" + (f"\n  at {pathlib.Path(at.filename).name}:{at.lineno}: {at.line}" if at else ""), place.servers
    except Exception:  # A bug of the test, or an answer that can't be read: both are failures.
        return "failed", traceback.format_exc(), place.servers
    finally:
        signal.alarm(0)
        for server in place.servers:
            server.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/bin/streamflow")
    parser.add_argument("--only", action="append", default=[], help="tests whose name contains this word (may be repeated)")
    parser.add_argument("--summary", help="write what became of each test into this file, as JSON")
    parser.add_argument("--list", action="store_true", help="print the names of the tests")
    parser.add_argument("--keep", action="store_true", help="keep the folders of the tests")
    options = parser.parse_args()

    tests = [(name, function) for name, function in all_tests() if not options.only or any(word in name for word in options.only)]
    if options.list:
        print("\n".join(name for name, _ in tests))
        return 0
    program = os.path.abspath(options.program)
    if not os.access(program, os.X_OK):
        print(f"error: there is no program at {options.program}\nhint: build it first: cmake --build --preset release", file=sys.stderr)
        return 2

    signal.signal(signal.SIGALRM, on_alarm)
    root = pathlib.Path(tempfile.mkdtemp(prefix="streamflow-e2e-"))
    results = []
    for name, function in tests:
        folder = root / name
        folder.mkdir()
        begin = time.monotonic()
        status, reason, servers = run_one(function, program, folder)
        seconds = time.monotonic() - begin
        results.append({"name": name, "status": status, "reason": reason, "seconds": round(seconds, 2)})
        print({"passed": f"PASS {name} ({seconds:.1f} s)", "skipped": f"SKIP {name}: {reason}", "failed": f"FAIL {name}: {reason}"}[status])
        if status == "failed":
            for server in servers:
                print(f"  -- the end of its server's log\n{server.log_tail(15)}")
        elif not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.flush()

    failed = [result for result in results if result["status"] == "failed"]
    if options.summary:
        pathlib.Path(options.summary).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(options.summary).write_text(json.dumps({"tests": results}, indent=1) + "\n", encoding="utf-8")
    if failed or options.keep:
        print(f"the folders are kept in {root}")
    else:
        shutil.rmtree(root, ignore_errors=True)
    print(f"{sum(r['status'] == 'passed' for r in results)} passed, {len(failed)} failed, {sum(r['status'] == 'skipped' for r in results)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
