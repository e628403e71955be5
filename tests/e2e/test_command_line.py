"""The commands as scripts use them: results, JSON, exit codes."""
import json
import os
import shutil
import signal
import subprocess
import threading
import time

import check

DONE, FAILED, USAGE, PARTIAL, UNREACHABLE = 0, 1, 2, 3, 4


def run(server, *arguments, code=DONE, **more):
    done = server.command(*arguments, **more)
    check.equal(done.returncode, code, f"exit code of {' '.join(arguments)!r} (stderr: {done.stderr[-1500:]!r})")
    return done


def test_send_query_and_tail(place):
    with place.started() as server:
        sent = json.loads(run(server, "send-event", "--type", "web.click", "--source", "shell", "--count", "10", "--data", '{"button":"buy"}',
                              "--tag", "a", "--user", "u1", "--json").stdout)
        check.equal(sent["accepted"], 10, "accepted events")
        result = json.loads(run(server, "query", "SELECT type, count(*) AS n FROM events GROUP BY type", "--json").stdout)
        check.equal([c["name"] for c in result["columns"]], ["type", "n"], "columns")
        check.equal((result["rows"], result["truncated"]), ([["web.click", 10]], False), "rows")
        table = run(server, "query", "SELECT type, count(*) AS n FROM events GROUP BY type").stdout.split()
        check.equal((table[0], table[-2:]), ("type", ["web.click", "10"]), "the table")
        csv = subprocess.run([server.program, "query", "SELECT 1 AS one, 'a,b' AS text", "--csv", "--data-dir", server.data], capture_output=True, check=True)
        check.equal(csv.stdout, b'one,text\r\n1,"a,b"\r\n', "CSV")
        check.equal(json.loads(run(server, "query", "-", "--json", stdin="SELECT 2").stdout)["rows"], [[2]], "a query from standard input")
        events = [json.loads(line) for line in run(server, "tail", "--last", "4", "--json").stdout.splitlines()]
        check.equal([(e["type"], e["user_id"], e["tags"], e["data"]) for e in events], [("web.click", "u1", ["a"], {"button": "buy"})] * 4, "the newest events")
        check.equal(run(server, "tail", "--type", "web.*", "--last", "100").stdout.count("web.click"), 10, "tail by kind")
        check.equal(run(server, "tail", "--type", "api.*").stdout, "", "tail of another kind")


def test_tail_follows_until_it_is_interrupted(place):
    with place.started() as server:
        tail = subprocess.Popen([server.program, "tail", "--follow", "--json", "--data-dir", server.data], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            # An event that comes while it follows; it may have begun a little later, so more than one are sent.
            deadline = time.monotonic() + 20
            seen = None
            lines = []
            reader = threading.Thread(target=lambda: lines.extend(iter(tail.stdout.readline, "")), daemon=True)
            reader.start()
            while seen is None and time.monotonic() < deadline:
                server.send([{"type": "test.event", "source": "follow"}])
                try:
                    seen = check.wait_until(lambda: lines and lines[0], 0.5, "a line")
                except check.Failure:
                    pass
            check.true(seen, "tail --follow showed nothing within 20 s")
            check.equal(json.loads(seen)["source"], "follow", "the source of what it showed")
            tail.send_signal(signal.SIGINT)
            check.true(tail.wait(10) in (0, 130), f"exit code of an interrupted tail: {tail.returncode}")
        finally:
            tail.kill()


def test_a_result_that_is_cut_short_says_so(place):
    with place.started() as server:
        run(server, "send-event", "--type", "a.b", "--source", "s", "--count", "10")
        done = run(server, "query", "SELECT id FROM events", "--limit", "3", "--json", code=PARTIAL)
        check.equal((len(json.loads(done.stdout)["rows"]), json.loads(done.stdout)["truncated"]), (3, True), "rows and truncated")
        check.contains(done.stderr, "warning:", "the warning")
        run(server, "query", "SELECT id FROM events", "--limit", "10", "--json", code=DONE)


def test_errors_say_what_where_and_what_to_do(place):
    with place.started() as server:
        wrong = run(server, "query", "SELECT typ FROM events", code=FAILED)
        check.equal(wrong.stdout, "", "standard output of a query that failed")
        check.contains(wrong.stderr, "error:", "the complaint")
        check.contains(wrong.stderr, "line 1, column 8", "the complaint")
        tabbed = run(server, "query", "SELECT\n\t\ttyp FROM events", code=FAILED)
        check.contains(tabbed.stderr, "  typ FROM events", "a query with tabs in the complaint")
        check.true("?" not in tabbed.stderr.split("hint:")[0], f"tabs are shown as {tabbed.stderr!r}")
        run(server, "query", "", code=USAGE)
        check.contains(run(server, "views", "apply", code=USAGE).stderr, "error: FILE is required", "an argument that is missing")
        run(server, "no-such-command", code=USAGE)
        run(server, "send-event", "--type", "a.b", "--no-such-option", code=USAGE)
        run(server, "send-event", "--type", "A B", "--source", "s", code=FAILED)
        run(server, "replay", "no-such-file.ndjson", code=USAGE)
        check.equal(server.stop(), 0, "exit code of the server")
        refused = run(server, "query", "SELECT 1", code=UNREACHABLE)
        check.contains(refused.stderr, "hint:", "the complaint when no server runs")
        run(server, "health", code=UNREACHABLE)
        run(server, "status", "--interval", "0s", code=UNREACHABLE)


def test_replay_tells_what_it_could_not_send(place):
    with place.started() as server:
        file = place.folder / "mixed.ndjson"
        good = {"type": "a.b", "source": "s", "timestamp": "2026-01-01T00:00:00Z"}
        file.write_text("\n".join([json.dumps(good), "no json", json.dumps({**good, "severity": "loud"}), json.dumps({**good, "timestamp": "9999-01-01T00:00:00Z"})]) + "\n")
        rejects = place.folder / "rejects.ndjson"
        done = run(server, "replay", str(file), "--speed", "max", "--json", "--rejects", str(rejects), code=PARTIAL)
        report = json.loads(done.stdout)
        check.equal((report["accepted"], report["rejected"] + report["unreadable"], report["quarantined"]), (1, 2, 1), "the verdicts")
        check.equal(len(rejects.read_text().splitlines()), 3, "lines in the file of rejects")


def test_status_and_health(place):
    with place.started() as server:
        status = json.loads(run(server, "status", "--json", "--interval", "0s").stdout)
        check.equal([s["service"] for s in status["services"]], ["ingestion", "analytics", "alerting", "dashboard", "storage"], "the services")
        check.true(all(s["ready"] for s in status["services"]), "a service is not ready")
        health = json.loads(run(server, "health", "--json").stdout)
        check.equal({h["status"] for h in health.values()}, {"ready"}, "what the services say")
        one = json.loads(run(server, "health", "--service", "analytics", "--json").stdout)
        check.true("ingestion" not in one, f"health --service analytics says {one}")
        check.contains(run(server, "version").stdout, ".", "the version")


def test_token_create_makes_a_token_that_works(place):
    with place.started() as server:
        token = json.loads(run(server, "token", "create", "--role", "viewer", "--subject", "board", "--json").stdout)["token"]
        check.equal(server.request("POST", "/api/v1/query", {"sql": "SELECT 1"}, service="storage", token=token).status, 200, "asking with it")
        check.equal(server.send([{"type": "a.b", "source": "s"}], token=token).status, 202, "a viewer may do what ingest may")
        check.equal(server.request("POST", "/api/v1/flush", token=token).status, 403, "but not flush")
        run(server, "token", "create", "--role", "king", "--subject", "x", code=USAGE)


def test_config_shows_checks_and_hides_secrets(place):
    server = place.server()
    secret = "a-very-secret-signing-key-of-enough-bytes"
    settings = {"JWT_SECRET_KEY": secret, "DATABASE_URL": "postgresql://user:hunter2@db/sf", "LOG_LEVEL": "debug"}
    for form in ((), ("--json",)):
        shown = run(server, "config", "show", *form, settings=settings).stdout
        check.true(secret not in shown and "hunter2" not in shown, "a secret is shown")
        check.contains(shown, "environment", "where values come from")
    run(server, "config", "check", settings=settings)
    wrong = run(server, "config", "check", settings={"LOG_LEVEL": "loud"}, code=FAILED)
    check.contains(wrong.stderr, "LOG_LEVEL", "the complaint")
    # In files every name must be known; the environment belongs to others, too.
    yaml = place.folder / "streamflow.yaml"
    yaml.write_text("log_levle: debug\n")
    typo = run(server, "config", "check", "--config", str(yaml), code=FAILED)
    check.contains(typo.stderr, "LOG_LEVEL", "the name that was probably meant")
    check.contains(typo.stderr, "streamflow.yaml:1", "the place")


def test_commands_find_the_server_by_the_files_that_it_was_started_with(place):
    for name, text in ((".env", "DATA_DIR=elsewhere\n"), ("streamflow.yaml", "data_dir: elsewhere\n")):
        server = place.server()
        server.data = server.data_argument = os.path.join(server.folder, "elsewhere")
        with open(os.path.join(server.folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        with server.start():
            done = server.bare_command("send-event", "--type", "a.b", "--json")
            check.equal(done.returncode, DONE, f"sending with {name} ({done.stderr})")
            check.equal(json.loads(done.stdout)["accepted"], 1, "accepted events")
            # The nearer one wins.
            check.true(server.bare_command("query", "SELECT 1", settings={"DATA_DIR": "nowhere"}).returncode != DONE, "another directory in the environment")
            check.equal(server.bare_command("query", "SELECT 1", "--data-dir", "elsewhere").returncode, DONE, "--data-dir")


def test_help_shows_defaults_and_headings(place):
    server = place.server()
    for command, parts in ((("token",), ["Commands:", "create"]), (("token", "create"), ["--role ROLE ", "(default: ingest)", "(default: cli)", "(default: 90d)"]),
                           (("start",), ["(default: all)", "(default: 127.0.0.1)"]), (("send-event",), ["(default: cli)", "(default: 1)", "(default: low)"]),
                           (("tail",), ["(default: 10)"]), (("replay",), ["(default: 500)", "(default: max)"])):
        text = " ".join(server.bare_command(*command, "--help").stdout.split())
        for part in parts:
            check.contains(text, part, f"{' '.join(command)} --help")


def test_completion_is_accepted_by_the_shells(place):
    server = place.server()
    for shell in ("bash", "zsh", "fish"):
        done = subprocess.run([server.program, "completion", shell], capture_output=True, text=True, check=False)
        check.equal(done.returncode, 0, f"exit code of completion {shell}")
        check.contains(done.stdout, "send-event", f"the completion of {shell}")
        if shutil.which(shell):
            syntax = subprocess.run([shell, "-n"], input=done.stdout, capture_output=True, text=True, check=False)
            check.equal((syntax.returncode, syntax.stderr), (0, ""), f"what {shell} says of it")


def test_demo_sends_a_shop(place):
    with place.started() as server:
        run(server, "demo", "--backfill", "2m", "--duration", "0s", "--quiet")
        types = {row[0] for row in server.rows("SELECT DISTINCT type FROM events")}
        check.true({"web.pageview", "web.click", "api.request"} <= types, f"the types are {types}")
