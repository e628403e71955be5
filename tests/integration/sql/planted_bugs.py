#!/usr/bin/env python3
"""Plants bugs of one line each in a copy of the source, one at a time, and shows that the comparison with PostgreSQL finds each.

    planted_bugs.py --folder /tmp/planted                  # all: half an hour on two cores; the copy and its build stay there
    planted_bugs.py --folder /tmp/planted --only rank      # those whose name or file contains the word
    planted_bugs.py --list

Before the first bug the probes are built as they are and must agree with PostgreSQL. Then each bug is put into its file, its probe is built, and the
comparison must find a difference, or end because the probe does not answer. Ends with 1 where a bug is not found, does not build, or its text is no longer in its
file, and with 77 where there is no PostgreSQL.
"""
import argparse
import pathlib
import subprocess
import sys
import time

import postgres
from planted_bugs_list import BUGS

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
BUILD = "build/planted"
RUN_SECONDS = 600
SCRIPTS = {"sql_probe": "differential.py", "view_probe": "view_differential.py"}
SEED = 1


class Broken(Exception):
    """Something else than the comparison failed; the text says what."""


def copy_source(folder):
    """All files that git knows, as they are in the checkout. Equal files are left alone, so that a second run builds little."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=PROJECT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        source, target = PROJECT / name, folder / name
        if not name or not source.is_file():
            continue
        content = source.read_bytes()
        if target.exists() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    # What scripts/setup.sh has installed.
    for installed in [*PROJECT.glob("third_party/*/node_modules"), PROJECT / "web/node_modules"]:
        link = folder / installed.relative_to(PROJECT)
        if installed.exists() and not link.exists():
            link.symlink_to(installed.resolve())


def run(command, folder, what):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise Broken(f"{what} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def build(folder, probe, jobs):
    run(["ninja", "-C", BUILD, "-j", str(jobs), probe], folder, f"building {probe}")


def compare(folder, probe, count):
    """The comparison's verdict in a word, and its last line."""
    command = [sys.executable, "-B", str(folder / "tests/integration/sql" / SCRIPTS[probe]), "--probe", str(folder / BUILD / "bin" / probe),
               "--seed", str(SEED), "--count", str(count)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=RUN_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "hangs", f"no answer within {RUN_SECONDS} s"
    if done.returncode == 77:
        raise postgres.Missing(done.stdout.strip())
    last = (done.stdout.strip().splitlines() or [""])[-1]
    if done.returncode == 0:
        return "agrees", last
    if " differ" in last:
        return "differs", last
    # The probe gave up, or its answer could not be read.
    return "breaks", (done.stderr.strip().splitlines() or [last])[-1]


def plant(folder, bug):
    """Puts the bug in and returns the function that takes it out."""
    path = folder / bug.file
    text = path.read_text(encoding="utf-8")
    if text.count(bug.old) != 1:
        raise Broken(f"{bug.file} has {bug.old!r} {text.count(bug.old)} times, not once")
    path.write_text(text.replace(bug.old, bug.new), encoding="utf-8")
    return lambda: path.write_text(text, encoding="utf-8")


def try_bug(folder, bug, jobs):
    take_out = plant(folder, bug)
    try:
        build(folder, bug.probe, jobs)
        for count in (bug.count // 6, bug.count):  # Most are found soon.
            verdict, line = compare(folder, bug.probe, count)
            if verdict != "agrees":
                return verdict, line
        return verdict, line
    finally:
        take_out()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, help="where the copy of the source goes; never the checkout itself")
    parser.add_argument("--only", action="append", default=[], help="bugs whose name or file contains this word (may be repeated)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print the bugs")
    options = parser.parse_args()
    bugs = [bug for bug in BUGS if not options.only or any(word in bug.name or word in bug.file for word in options.only)]
    if options.list:
        for bug in bugs:
            print(f"{bug.name}: {bug.file}\n  - {bug.old}\n  + {bug.new}")
        return 0
    if options.folder is None or not bugs:
        parser.error("say where: --folder" if bugs else "there is no such bug")
    folder = options.folder.resolve()
    if folder == PROJECT or PROJECT in folder.parents:
        parser.error("the folder of the copy must lie outside of the checkout")
    copy_source(folder)
    failed = 0
    try:
        run(["cmake", "--preset", "ci", "-B", BUILD], folder, "cmake")
        for probe in sorted({bug.probe for bug in bugs}):
            build(folder, probe, options.jobs)
            verdict, line = compare(folder, probe, max(bug.count for bug in bugs if bug.probe == probe))
            print(f"{SCRIPTS[probe]} without a bug {verdict}: {line}", flush=True)
            if verdict != "agrees":
                return 1
        print(f"\n{'bug':58} {'found by':22} {'verdict':8} {'s':>4}")
        for bug in bugs:
            begin = time.monotonic()
            try:
                verdict, line = try_bug(folder, bug, options.jobs)
            except Broken as reason:
                verdict, line = "BROKEN", str(reason)
            failed += verdict in ("agrees", "BROKEN")
            shown = {"agrees": "NOT FOUND"}.get(verdict, verdict)
            print(f"{bug.name:58} {SCRIPTS[bug.probe]:22} {shown:8} {time.monotonic() - begin:4.0f}  {line if verdict != 'differs' else line.split(', ')[-1].split(';')[0]}", flush=True)
    except postgres.Missing as reason:
        print(f"skipped: {reason}")
        return 77
    except Broken as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    print(f"\n{len(bugs) - failed} of {len(bugs)} found")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
