#!/usr/bin/env python3
"""Adds up what the test runners wrote: `sum_results.py CTEST.xml [E2E.json]`. The last line is the verdict; exit 1 if anything failed."""
import json
import sys
import xml.etree.ElementTree as ElementTree


def ctest(path):
    passed, failed, skipped = 0, [], 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        status = case.get("status")
        if status == "run":
            passed += 1
        elif status in ("notrun", "disabled"):
            skipped += 1
        else:
            failed.append(case.get("name"))
    return passed, failed, skipped


def end_to_end(path):
    with open(path, encoding="utf-8") as file:
        tests = json.load(file)["tests"]
    return (sum(t["status"] == "passed" for t in tests), [t["name"] for t in tests if t["status"] == "failed"],
            sum(t["status"] == "skipped" for t in tests))


def main(arguments):
    passed, failed, skipped = 0, [], 0
    for path in arguments:
        try:
            p, f, s = end_to_end(path) if path.endswith(".json") else ctest(path)
        except (OSError, ValueError, KeyError, ElementTree.ParseError) as error:
            p, f, s = 0, [f"{path} ({error})"], 0
        passed, failed, skipped = passed + p, failed + f, skipped + s
    for name in failed:
        print(f"FAILED {name}")
    print(f"{passed} passed, {len(failed)} failed, {skipped} skipped")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
