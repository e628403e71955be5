#!/usr/bin/env python3
"""Checks of the sources that a machine can do: `tidy.py RULE...` or `tidy.py all`. Each finding is `path:line: what; what to do`.

    layers          #include lines against the table of layers
    libraries       third-party headers only in the folder that owns the library, and not in what other folders see
    pure            no I/O, threads or clocks in models, sql, engine, alerts
    sizes           no file over 800 lines; those over 500 are listed in sizes.txt and only shrink
    banned          calls that are not made here
    headers         each begins with what it is for, and #pragma once
    names           files named after an idea
    links           links in Markdown lead somewhere
    readmes         each folder below src has a README.md
    decisions       numbered without gaps, listed, with a status
    dependencies    each library that is included or looked for has a line in docs/dependencies.md
    settings        .env.example and docs/configuration.md list the settings that the program has
    foreign         no path of a machine, no host of a registry
    scripts         are executable and begin as they should
"""
import pathlib
import re
import subprocess
import sys

import rules

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
SKIPPED_FOLDERS = {".git", "build", "data", "node_modules", ".cache", "__pycache__"}


class Tree:
    """The files of a project: those that git knows or would add; all of them where there is no git."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files = self._list()
        self._texts = {}

    def _list(self):
        if (self.root / ".git").exists():
            listed = subprocess.run(["git", "-c", f"safe.directory={self.root}", "-C", str(self.root), "ls-files", "-co", "--exclude-standard", "-z"],
                                    capture_output=True, check=False)
            if listed.returncode == 0:
                return sorted({name for name in listed.stdout.decode().split("\0") if name and (self.root / name).is_file()})
        found = []
        for path in self.root.rglob("*"):
            relative = path.relative_to(self.root)
            if path.is_file() and not SKIPPED_FOLDERS & set(relative.parts):
                found.append(relative.as_posix())
        return sorted(found)

    def text(self, name):
        if name not in self._texts:
            try:
                self._texts[name] = (self.root / name).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                self._texts[name] = ""  # Not text.
        return self._texts[name]

    def lines(self, name):
        return enumerate(self.text(name).splitlines(), 1)

    def sources(self, *folders):
        return [name for name in self.files if name.endswith((".hpp", ".cpp")) and (not folders or name.startswith(tuple(f"{folder}/" for folder in folders)))]

    def has(self, name):
        return name in set(self.files)


INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def includes(tree, name):
    """(line, header, ours)"""
    for number, line in tree.lines(name):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1) or found.group(2), found.group(1) is not None


def folder_of(name):
    """"src/services/storage/feeder.hpp" -> "services", ["services", "storage"]"""
    parts = name.split("/")[1:-1]
    return parts[0] if parts else "", parts


def layers(tree):
    for name in tree.sources("src"):
        folder, parts = folder_of(name)
        if folder not in rules.LAYERS:
            yield f"{name}:1: the folder src/{folder} is not in the table of layers; add it to tests/tidy/rules.py and docs/ARCHITECTURE.md"
            continue
        allowed = rules.LAYERS[folder] | {folder} | rules.LAYER_EXCEPTIONS.get(name, set())
        for number, header, ours in includes(tree, name):
            target = header.split("/")[0]
            if not ours and target in rules.LAYERS and "/" in header:
                yield f"{name}:{number}: our own {header} is included with angle brackets; use quotes"
                continue
            if not ours:
                continue
            if "/" not in header:
                if header.endswith((".gen.h", "_generated.h")):
                    continue
                yield f"{name}:{number}: \"{header}\" is not a full path from src/"
                continue
            if target not in rules.LAYERS:
                yield f"{name}:{number}: there is no folder src/{target}"
            elif target not in allowed:
                yield f"{name}:{number}: {folder} must not include {target} ({header}); arrows point down only"
            elif folder == "services" and target == "services" and header.split("/")[1] != parts[1]:
                yield f"{name}:{number}: the service {parts[1]} must not include the service {header.split('/')[1]}; they meet in topics and stores"
            adapter = "/".join(header.split("/")[:2])
            if adapter in rules.ADAPTERS and not any(f"{'/'.join(parts)}/".startswith(f"{user}/") for user in rules.ADAPTERS[adapter]):
                yield f"{name}:{number}: {adapter} is an adapter; only app chooses it. Include the port"


def library_of(header):
    for beginning, library, folders in rules.LIBRARIES:
        if header.startswith(beginning):
            return library, folders
    return None, None


def is_standard(header):
    return "/" not in header and "." not in header


def libraries(tree):
    seen_by_others = headers_seen_by_others(tree)
    for name in tree.sources("src"):
        _, parts = folder_of(name)
        here = "/".join(parts) + "/"
        for number, header, ours in includes(tree, name):
            if ours or is_standard(header) or re.fullmatch(rules.SYSTEM_HEADERS, header):
                continue
            library, folders = library_of(header)
            if library is None:
                yield f"{name}:{number}: <{header}> is of no library in tests/tidy/rules.py; add it there and to docs/dependencies.md"
            elif not any(folder == "" or here.startswith(f"{folder}/") for folder in folders):
                yield f"{name}:{number}: <{header}> belongs to {' and '.join(sorted(folders))}; {library} stays inside"
            elif name in seen_by_others and library not in rules.VISIBLE_LIBRARIES and not header.startswith(("boost/describe", "boost/mp11")):
                yield f"{name}:{number}: <{header}> is seen by {seen_by_others[name]}; keep {library} in .cpp files"


def headers_seen_by_others(tree):
    """Headers that a file of another folder includes, directly or through others; and one such file."""
    seen = {}
    known = set(tree.files)
    for name in tree.sources("src"):
        folder = folder_of(name)[0]
        stack, visited = [name], {name}
        while stack:
            for _, header, ours in includes(tree, stack.pop()):
                path = f"src/{header}"
                if ours and path in known and path not in visited:
                    visited.add(path)
                    stack.append(path)
                    if folder_of(path)[0] != folder:
                        seen.setdefault(path, name)
    return seen


def pure(tree):
    for name in tree.sources(*(f"src/{folder}" for folder in rules.PURE_FOLDERS)):
        for number, header, ours in includes(tree, name):
            if not ours and re.fullmatch(rules.IMPURE_HEADERS, header):
                yield f"{name}:{number}: <{header}>: {folder_of(name)[0]} is pure (no I/O, threads, clocks); hand in what it needs"


def sizes(tree):
    listed = {}
    if tree.has("tests/tidy/sizes.txt"):
        for number, line in tree.lines("tests/tidy/sizes.txt"):
            if line and not line.startswith("#"):
                size, _, name = line.partition(" ")
                listed[name.strip()] = (int(size), number)
    for name in tree.sources("src", "tests", "bench"):
        count = tree.text(name).count("\n")
        if name.endswith((".gen.cpp", ".gen.hpp")):
            continue
        if count > rules.LINES_MAX:
            yield f"{name}:1: {count} lines; {rules.LINES_MAX} is the limit: there is a second idea in it"
        elif count > rules.LINES_TOLD and (name not in listed or count > listed[name][0]):
            yield f"{name}:1: {count} lines, {'more than before' if name in listed else f'over {rules.LINES_TOLD}'}; look for a second idea in it (or write \"{count} {name}\" into tests/tidy/sizes.txt)"
    for name, (size, number) in listed.items():
        count = tree.text(name).count("\n") if tree.has(name) else 0
        if count <= rules.LINES_TOLD:
            yield f"tests/tidy/sizes.txt:{number}: {name} has become small ({count} lines); take it off the list"
        elif count < size - 30:
            yield f"tests/tidy/sizes.txt:{number}: {name} has shrunk to {count} lines; write that down, so that it stays so"


_TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^()\\ ]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def code_only(text):
    """The text with comments and the contents of strings blanked; lines stay where they are."""
    def blank(found):
        piece = found.group(0)
        if piece.startswith("'") and found.start() > 0 and text[found.start() - 1].isalnum():
            return piece  # 1'000'000
        return re.sub(r"[^\n]", " ", piece)
    return _TOKENS.sub(blank, text)


def in_place(name, where, besides):
    def matches(prefix):
        if "**" in prefix:
            start, end = prefix.split("**")
            return name.startswith(start) and name.endswith(end)
        return name.startswith(prefix)
    return any(matches(prefix) for prefix in where) and not any(name.startswith(prefix) for prefix in besides)


def banned(tree):
    for name in tree.sources("src", "tests", "bench"):
        text = tree.text(name)
        code = code_only(text).splitlines()
        for what, pattern, where, besides, instead in rules.BANNED:
            if in_place(name, where, besides):
                for number, line in enumerate(code, 1):
                    if re.search(pattern, line):
                        yield f"{name}:{number}: {what}: {instead}"
        for number, line in enumerate(text.splitlines(), 1):
            comment = line.partition("//")[2]
            if re.search(rules.WISHES, comment):
                yield f"{name}:{number}: wish: say the limit as a fact, and the way out"


def headers(tree):
    for name in tree.sources("src", "tests", "bench", "cmake"):
        if not name.endswith(".hpp"):
            continue
        lines = tree.text(name).splitlines()
        if not lines or not lines[0].startswith("//"):
            yield f"{name}:1: a header begins with a comment: what it is, where it sits, who owns it"
        if "#pragma once" not in lines:
            yield f"{name}:1: #pragma once is missing"


def names(tree):
    for name in tree.sources("src", "tests", "bench"):
        last = name.rsplit("/", 1)[-1]
        if re.fullmatch(rules.NAMELESS, last):
            yield f"{name}:1: \"{last}\" names no idea; what is in it?"
        if not re.fullmatch(r"[a-z][a-z0-9_]*(\.gen)?\.(hpp|cpp)", last):
            yield f"{name}:1: names of files are snake_case"


LINK = re.compile(r"(?<!\!)\[[^\]\n]*\]\(([^)\s]+)\)|\!\[[^\]\n]*\]\(([^)\s]+)\)")


def anchors(text):
    found = set()
    for line in text.splitlines():
        if line.startswith("#"):
            title = re.sub(r"[`*]", "", line.lstrip("#").strip()).lower()
            found.add(re.sub(r"[^\w\- ]", "", title).replace(" ", "-"))
    return found


def links(tree):
    for name in tree.files:
        if not name.endswith(".md"):
            continue
        fenced = False
        for number, line in tree.lines(name):
            if line.lstrip().startswith("```"):
                fenced = not fenced
            if fenced:
                continue
            for found in LINK.finditer(re.sub(r"`[^`]*`", "", line)):
                target = found.group(1) or found.group(2)
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                to = (tree.root / name).parent / path if path else tree.root / name
                if not to.exists():
                    yield f"{name}:{number}: the link to {target} leads nowhere"
                elif anchor and to.suffix == ".md" and anchor not in anchors(to.read_text(encoding="utf-8")):
                    yield f"{name}:{number}: {path or name} has no heading #{anchor}"


def readmes(tree):
    folders = {"/".join(name.split("/")[:2]) for name in tree.sources("src")} | {"/".join(name.split("/")[:3]) for name in tree.sources("src/services")}
    for folder in sorted(folders):
        if (folder.count("/") > 1 or folder != "src/services") and not folder.endswith((".cpp", ".hpp")) and not tree.has(f"{folder}/README.md"):
            yield f"{folder}: has no README.md: what is it for, what does it promise, who calls it, what does it deliberately not do"


def decisions(tree):
    pages = [name for name in tree.files if re.match(r"docs/decisions/[^/]+\.md$", name) and not name.endswith("README.md")]
    index = tree.text("docs/decisions/README.md") if tree.has("docs/decisions/README.md") else ""
    for wanted, name in enumerate(pages, 1):
        last = name.rsplit("/", 1)[-1]
        found = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", last)
        if not found:
            yield f"{name}:1: a decision is named 0000-some-words.md"
            continue
        if int(found.group(1)) != wanted:
            yield f"{name}:1: the number after {wanted - 1:04d} is {wanted:04d}: numbers have no gaps and are not used twice"
        text = tree.text(name)
        if not re.match(rf"# {found.group(1)}[.:] \S", text):
            yield f"{name}:1: begins with \"# {found.group(1)}. What was decided\""
        if not re.search(r"^(Status|status): *(proposed|accepted|superseded by \[?\d{4})", text, re.MULTILINE):
            yield f"{name}:1: has no line \"Status: accepted\" (or proposed, or superseded by a number)"
        if last not in index:
            yield f"docs/decisions/README.md:1: {last} is not listed"


def dependencies(tree):
    if not tree.has("docs/dependencies.md"):
        yield "docs/dependencies.md: is missing"
        return
    page = tree.text("docs/dependencies.md")
    told = set(re.findall(r"^\| *\**([^|*]+?)\** *\|", page, re.MULTILINE))
    used = {}
    for name in tree.sources("src", "tests", "bench"):
        for number, header, ours in includes(tree, name):
            library = None if ours else library_of(header)[0]
            if library:
                used.setdefault(library, f"{name}:{number}")
    for library, place in sorted(used.items()):
        if library not in told:
            yield f"{place}: {library} has no line in docs/dependencies.md: why it is here, who owns it, what dropping it would take"


def settings(tree):
    source = "src/app/settings.cpp"
    if not tree.has(source):
        return
    known = set(re.findall(r'Setting\{"([A-Z_]+)"', tree.text(source)))
    if tree.has(".env.example"):
        told = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", tree.text(".env.example"), re.MULTILINE))
        yield from _differences(known, told, ".env.example")
    if tree.has("docs/configuration.md"):
        told = set(re.findall(r"^\| *`?([A-Z][A-Z0-9_]+)`? *\|", tree.text("docs/configuration.md"), re.MULTILINE))
        yield from _differences(known, told, "docs/configuration.md")


def _differences(known, told, page):
    for name in sorted(known - told):
        yield f"{page}:1: the setting {name} is missing"
    for name in sorted(told - known):
        yield f"{page}:1: there is no setting {name}"


def foreign(tree):
    for name in tree.files:
        if name in rules.FOREIGN_EXCEPT:
            continue
        for number, line in tree.lines(name):
            for pattern, what in rules.FOREIGN:
                if re.search(pattern, line):
                    yield f"{name}:{number}: {what}"


def scripts(tree):
    for name in tree.files:
        text = tree.text(name)
        if name.startswith(("scripts/", ".ci/")) and "." not in name.rsplit("/", 1)[-1] or name.startswith("scripts/") and name.endswith(".sh"):
            if not text.startswith("#!"):
                yield f"{name}:1: begins with #!"
        if text.startswith("#!") and name.startswith(("scripts/", ".ci/")) and not (tree.root / name).stat().st_mode & 0o100 and name.endswith((".sh", "run")):
            yield f"{name}:1: is not executable"
        if name.endswith(".sh") and not re.search(r"^set -[a-z]*u[a-z]*o? ?", text, re.MULTILINE):
            yield f"{name}:1: has no `set -euo pipefail` (or -uo where errors are handled)"


RULES = {function.__name__: function for function in (layers, libraries, pure, sizes, banned, headers, names, links, readmes, decisions,
                                                      dependencies, settings, foreign, scripts)}


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if arguments else 2
    chosen = RULES if arguments == ["all"] else arguments
    unknown = [name for name in chosen if name not in RULES]
    if unknown:
        print(f"error: there is no rule {unknown[0]}\nhint: tidy.py --help lists them", file=sys.stderr)
        return 2
    tree = Tree(PROJECT)
    findings = [f"{finding}  [{name}]" for name in chosen for finding in RULES[name](tree)]
    print("\n".join(findings) if findings else f"{len(tree.files)} files, nothing found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
