"""Every example of SQL in the documentation is right: views can be made, queries answer."""
import re

import check

PAGES = ("docs/sql.md", "docs/views.md")

SHOP = [
    {"type": "web.pageview", "source": "shop", "user_id": "ada", "timestamp": "2026-01-01T10:00:00Z", "data": {"path": "/", "status": 200}},
    {"type": "web.click", "source": "shop", "user_id": "ada", "timestamp": "2026-01-01T10:00:20Z", "data": {"button": "buy"}, "tags": ["mobile"]},
    {"type": "business.sale", "source": "shop", "user_id": "ada", "timestamp": "2026-01-01T10:01:00Z", "data": {"amount": "19.90", "lines": [{"product": "tea"}]}},
    {"type": "api.request", "source": "api", "user_id": "bob", "timestamp": "2026-01-01T10:02:00Z", "data": {"route": "/cart", "status": 500, "latency_ms": 12.5}},
    {"type": "system.error", "source": "api", "user_id": "bob", "timestamp": "2026-01-01T10:03:00Z", "data": {"message": "no"}},
]


def statements(text):
    """Those of all blocks of SQL; comments stay with what they stand before."""
    for block in re.findall(r"```sql\n(.*?)```", text, re.DOTALL):
        for statement in re.split(r";[ \t]*(?:\n|$)", block):
            if re.sub(r"--[^\n]*", "", statement).strip():
                yield statement.strip()


def make_tables(server, text):
    """Those that a page makes on the command line, for its views to join."""
    for sql in re.findall(r'tables create "(CREATE TABLE [^"]*)"', text):
        answer = server.request("POST", "/api/v1/tables", {"sql": sql}, service="analytics")
        check.equal(answer.status, 201, f"{sql}\n({answer.body[:800]!r})")


def test_every_example_in_the_documentation_runs(place):
    with place.started() as server:
        check.equal(server.send(SHOP).status, 202, "the events")
        made = asked = answered = 0
        pages = {page: (place.project / page).read_text(encoding="utf-8") for page in PAGES}
        make_tables(server, "".join(pages.values()))
        for page, text in pages.items():
            for sql in statements(text):
                if "CREATE MATERIALIZED VIEW" in sql:
                    answer = server.request("POST", "/api/v1/views", {"sql": sql}, service="analytics")
                    check.equal(answer.status, 201, f"{page}: {sql}\n({answer.body[:800]!r})")
                    made += 1
                else:
                    answer = server.query(sql)
                    check.equal(answer.status, 200, f"{page}: {sql}\n({answer.body[:800]!r})")
                    asked += 1
                    answered += bool(answer.json()["rows"])
        check.true(made >= 3 and asked >= 10, f"only {made} views and {asked} queries were found")
        check.true(answered >= 6, f"only {answered} of {asked} queries gave a row")
