"""Every example of SQL in the documentation is right: views can be made and see events, queries answer, what is shown as a mistake is one."""
import re

import check
from view_checks import flush, view_rows

# A day's events with what the examples look for: two users, sales, slow and failing requests, tags, lists, dates in texts.
DAY = "2026-01-01T10:"
EVENTS = [
    {"type": "web.pageview", "source": "shop", "user_id": "ada", "timestamp": DAY + "00:00Z", "data": {"path": "/", "status": 200, "latency_ms": 3}},
    {"type": "web.click", "source": "shop", "user_id": "ada", "timestamp": DAY + "00:20Z", "tags": ["mobile", "beta"], "data": {"button": "buy", "path": "/cart", "amount": "1.00"}},
    {"type": "web.click", "source": "shop", "user_id": "bob", "timestamp": DAY + "00:25Z", "tags": ["mobile"], "data": {"button": "buy", "path": "/cart"}},
    {"type": "ad.click", "source": "shop", "user_id": "bob", "timestamp": DAY + "00:30Z", "data": {"ad_id": "a1"}},
    {"type": "cart.add", "source": "shop", "user_id": "ada", "timestamp": DAY + "00:40Z", "data": {"amount": 4.5}},
    {"type": "wallet.transfer", "source": "shop", "user_id": "ada", "timestamp": DAY + "00:50Z", "data": {"from": "bob", "amount": "5.00"}},
    {"type": "business.sale", "source": "shop", "user_id": "ada", "timestamp": DAY + "01:00Z", "data": {
        "amount": "19.90", "price": 19.9, "country": "DE", "due": "2026-01-31", "lines": [{"product": "tea", "price": 4.5}, {"product": "cup", "price": 15.4}],
        "cart": {"total": 19.9, "coupon": None}}},
    {"type": "api.request", "source": "api", "user_id": "bob", "timestamp": DAY + "02:00Z", "data": {"route": "/cart", "status": 500, "latency_ms": 12.5}},
    {"type": "api.request", "source": "api", "user_id": "bob", "timestamp": DAY + "02:10Z", "data": {"route": "/cart", "status": 200, "latency_ms": 48.5}},
    {"type": "system.error", "source": "api", "user_id": "bob", "timestamp": DAY + "03:00Z", "severity": "high", "data": {"message": "no"}},
    {"type": "web.pageview", "source": "shop", "user_id": "ada", "timestamp": DAY + "04:30Z", "data": {"path": "/", "status": 200, "latency_ms": 5}},
]
LOADED = {"campaigns": "ad_id,campaign,budget\na1,summer,100\n"}

# Those that want more events than a test sends.
MAY_BE_EMPTY = {"busy_sources"}


def pages(project):
    """The guides; what decisions show is about other databases, too."""
    return [project / "README.md", *sorted((project / "docs").glob("*.md"))]


def blocks(text):
    """(language, content) of all blocks between fences."""
    language, lines = None, []
    for line in text.splitlines():
        if line.startswith("```") and language is None:
            language, lines = line[3:].strip(), []
        elif line.startswith("```"):
            yield language, "\n".join(lines)
            language = None
        else:
            lines.append(line)


def statements(block):
    """Those of a block of SQL; comments stay with what they stand before."""
    for statement in re.split(r";[ \t]*(?:\n|$)", block):
        if re.sub(r"--[^\n]*", "", statement).strip():
            yield statement.strip(), ""


def commands(block):
    """(statement, what is printed) of each query and table of a block of shell, and the statements of its here documents."""
    for run in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        found = re.match(r'streamflow (?:query|tables create) "((?:[^"\\]|\\.)*)"[^\n]*\n?(.*)', run, re.DOTALL)
        if found:
            yield re.sub(r"\\(.)", r"\1", found[1]), found[2]
        for document in re.findall(r"<<'SQL'\n(.*?)\nSQL$", run, re.DOTALL | re.MULTILINE):
            yield from statements(document)


def kind_of(sql):
    words = re.sub(r"--[^\n]*", " ", sql).split()
    if words[0].upper() == "CREATE":
        if words[1:3] == ["OR", "REPLACE"]:
            del words[1:3]
        return {"MATERIALIZED": "view", "TABLE": "table", "FUNCTION": "function"}.get(words[1].upper(), "unknown")
    return "query" if words[0].upper() in ("SELECT", "WITH", "VALUES", "FROM") else "unknown"


def make(server, page, path, sql):
    answer = server.request("POST", path, {"sql": sql}, service="analytics")
    check.equal(answer.status, 201, f"{page}: {sql}\n({answer.body[:800]!r})")
    return answer.json()["name"]


class Found:
    """The examples of all pages, by kind, as (page, statement)."""

    def __init__(self, project):
        self.tables, self.functions, self.views, self.queries, self.mistakes = [], [], [], [], []
        kinds = {"table": self.tables, "function": self.functions, "view": self.views, "query": self.queries}
        for page in pages(project):
            shown = []
            for language, block in blocks(page.read_text(encoding="utf-8")):
                shown += statements(block) if language == "sql" else commands(block) if language == "" else []
            for sql, output in shown:
                kind = kind_of(sql)
                check.true(kind in kinds, f"{page.name}: this example is of a kind that the test can't run:\n{sql}")
                (self.mistakes if output.startswith("error:") else kinds[kind]).append((page.name, sql))


def test_every_example_in_the_documentation_runs(place):
    found = Found(place.project)
    check.true(len(found.views) >= 20 and len(found.queries) >= 6 and found.tables and found.mistakes,
               f"only {len(found.views)} views, {len(found.queries)} queries, {len(found.tables)} tables and {len(found.mistakes)} mistakes were found")
    with place.started({"PARTITIONS": "1"}) as server:
        for page, sql in found.tables:
            name = make(server, page, "/api/v1/tables", sql)
            loaded = server.request("PUT", f"/api/v1/tables/{name}/rows", LOADED[name], {"Content-Type": "text/csv"}, service="analytics")
            check.equal(loaded.status, 200, f"{page}: the rows of {name}")
        for page, sql in found.functions:
            make(server, page, "/api/v1/functions", sql)
        made = [make(server, page, "/api/v1/views", sql) for page, sql in found.views]
        check.equal(server.send(EVENTS).status, 202, "the events")
        flush(server)
        for name in made:
            check.true(view_rows(server, name) or name in MAY_BE_EMPTY, f"the example {name} gives no row for the events of this test")
        answered = 0
        for page, sql in found.queries:
            answer = server.query(sql)
            check.equal(answer.status, 200, f"{page}: {sql}\n({answer.body[:800]!r})")
            answered += bool(answer.json()["rows"])
        check.true(answered * 2 >= len(found.queries), f"only {answered} of {len(found.queries)} queries gave a row")
        for page, sql in found.mistakes:
            check.equal(server.query(sql).status, 400, f"{page}: shown as a mistake: {sql}")
        for name in reversed(made):  # Those that read others first.
            dropped = server.request("DELETE", f"/api/v1/views/{name}", service="analytics")
            check.equal(dropped.status, 204, f"dropping {name} ({dropped.body[:300]!r})")
