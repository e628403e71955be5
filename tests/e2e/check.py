"""What a test says: equal(), true(), skip(), and wait_until() in place of sleeping."""
import time


class Failure(AssertionError):
    """A test's own complaint; shown without a stack trace of this file."""


class Skip(Exception):
    """The test can't run here; the text says why in plain words."""


def true(condition, message):
    if not condition:
        raise Failure(message)


def equal(got, wanted, what):
    if got != wanted:
        raise Failure(f"{what}: got {got!r}, wanted {wanted!r}")


def contains(text, part, what):
    if part not in text:
        raise Failure(f"{what}: {part!r} is not in {text[:2000]!r}")


def wait_until(condition, seconds, what, pause=0.01):
    """The first true value of condition(). Fails with `what` when it stays false for so long."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(pause)
