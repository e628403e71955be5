#!/usr/bin/env python3
"""Compiles each header by itself, without the precompiled one: `headers_alone.py BUILD_FOLDER [--changed] [HEADER...]`.

Needs a configured build (compile_commands.json), whose flags for a source of the same folder it uses. Slow: a second or so a header, so it is
part of `make tidy`, not of the tests. --changed: only headers that differ from the last commit. --self-test COMPILER: shows that it can fail.
"""
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent


def flags_by_folder(build):
    """The compiler and its flags, without what belongs to one file, for each folder of sources."""
    flags = {}
    with open(pathlib.Path(build) / "compile_commands.json", encoding="utf-8") as file:
        for entry in json.load(file):
            words = shlex.split(entry["command"])
            kept = []
            skip = False
            for word, following in zip(words, [*words[1:], ""]):
                if skip:
                    skip = False
                elif word in ("-o", "-MF", "-MT", "-MQ"):
                    skip = True
                elif word == "-include" and "pch" in following:
                    skip = True
                elif word in ("-c", "-MD", "-Winvalid-pch", entry["file"]) or word.endswith("ccache"):
                    pass
                else:
                    kept.append(word)
            flags.setdefault(os.path.dirname(os.path.relpath(entry["file"], PROJECT)), (kept, entry["directory"]))
    return flags


def flags_for(header, flags):
    folder = os.path.dirname(header)
    while folder:
        below = [known for known in flags if known == folder or known.startswith(folder + "/")]
        if below:
            return flags[min(below)]
        folder = os.path.dirname(folder)
    return next(iter(flags.values()))


def compile_alone(header, command, directory):
    """What the compiler says; empty if all is well."""
    done = subprocess.run([*command, "-fsyntax-only", "-w", "-x", "c++", "-"], input=f'#include "{header}"\n#include "{header}"\n', cwd=directory,
                          capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr


def self_test(compiler):
    with tempfile.TemporaryDirectory() as folder:
        good, bad = pathlib.Path(folder) / "good.hpp", pathlib.Path(folder) / "bad.hpp"
        good.write_text("#pragma once\n#include <string>\nstd::string f();\n")
        bad.write_text("#pragma once\nstd::string f();\n")
        said = [compile_alone(header, [compiler, "-std=c++20"], folder) for header in (good, bad)]
    if said[0] or "string" not in said[1]:
        print(f"error: a header that compiles alone and one that does not gave {said}")
        return 1
    return 0


def main(arguments):
    if arguments[:1] == ["--self-test"]:
        return self_test(arguments[1])
    if not arguments or arguments[0].startswith("-"):
        print(__doc__.strip())
        return 2
    build, *rest = arguments
    changed = "--changed" in rest
    headers = [name for name in rest if name != "--changed"]
    if not headers:
        command = ["git", "-C", str(PROJECT), "ls-files", "-co", "--exclude-standard", "src/*.hpp", "tests/*.hpp"]
        if changed:
            command = ["sh", "-c", f"cd '{PROJECT}' && git diff --name-only --diff-filter=d HEAD -- 'src/*.hpp' 'tests/*.hpp' && git ls-files -o --exclude-standard 'src/*.hpp' 'tests/*.hpp'"]
        headers = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    flags = flags_by_folder(build)
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        said = pool.map(lambda header: compile_alone(str(PROJECT / header), *flags_for(header, flags)), headers)
        for header, text in zip(headers, said):
            if text:
                wrong += 1
                print(f"{header} does not compile alone:\n{text}")
    print(f"{len(headers)} headers, {wrong} do not compile alone")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
