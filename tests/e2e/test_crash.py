"""The short form of scripts/crash_campaign.py: a few kills under load, and one orderly end under load."""
import check
from campaign import Campaign
from load import BATCH_EVENTS, Ledger, Load

SEED = 20_240  # The same kills each time, as far as a machine allows.


def campaign(place, cycles, during):
    report = Campaign(place.program, place.folder, cycles, rate=50_000, seed=SEED, during=during, check_every=2).run()
    check.true(not report.wrong, report.text())
    check.true(report.counts["acknowledged"] > 0, "nothing was acknowledged")
    return report


def test_kills_under_load_lose_and_double_nothing(place):
    campaign(place, 3, "any")


def test_kills_while_files_are_written(place):
    campaign(place, 3, "flush")


def test_kills_while_files_are_merged(place):
    report = campaign(place, 3, "compaction")
    check.true(report.in_merge > 0, "no kill fell into a merge")


def test_an_orderly_end_under_load_loses_nothing(place):
    server, ledger = place.started({"LOG_LEVEL": "warn"}), Ledger(1)
    for _ in range(3):
        load = Load(server, ledger, rate=50_000).start()
        before = ledger.counts()["acknowledged"]
        check.wait_until(lambda: ledger.counts()["acknowledged"] > before + 20, 20, "the load does not come in")
        check.equal(server.stop(), 0, "exit code after SIGTERM")
        load.stop()
        server.start()
    check.equal(ledger.check(server), [], "what is wrong")
    # Requests that had arrived were answered: at most what was on its way over each connection has no answer.
    check.true(ledger.counts()["unknown"] <= 3 * 4, f"batches without an answer: {ledger.counts()}")


def test_the_ledger_notices_what_is_wrong(place):
    """The check of the other tests, on stores where something is wrong."""
    server, ledger = place.started(), Ledger(2)
    load = Load(server, ledger, rate=20_000).start()
    check.wait_until(lambda: ledger.counts()["acknowledged"] > 10, 20, "the load does not come in")
    load.stop()
    check.equal(ledger.check(server), [], "what is wrong at first")

    ledger.acknowledged.add(10**6)
    check.contains(str(ledger.check(server)), "was acknowledged and is not there", "the complaint about a lost batch")
    ledger.acknowledged.discard(10**6)
    known = next(iter(ledger.acknowledged))
    ledger.acknowledged.discard(known)
    check.contains(str(ledger.check(server)), "was never sent", "the complaint about an invented batch")
    ledger.acknowledged.add(known)

    # An event of an acknowledged batch twice: the ids differ in one digit of the part that is not compared by number.
    event = {"id": f"00000007-0002-4000-8000-{known:012x}", "type": "a.b", "source": ledger.source_prefix + "x", "correlation_id": f"{known:012x}"}
    check.equal(server.send([event]).json()["duplicates"], 1, "the same id again")
    check.equal(ledger.check(server), [], "after a duplicate that was recognised")
    event["id"] = f"00000007-0002-4000-9000-{known:012x}"
    check.equal(server.send([event]).json()["accepted"], 1, "a similar id")
    check.contains(str(ledger.check(server)), "hold what belongs to others", "the complaint about an event of another id")
    check.true(BATCH_EVENTS == 500, "the power sums are for batches of 500")
