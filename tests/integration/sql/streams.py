"""Random streams: events with times, in batches for the partitions of a log, and what a view then finds late."""
import copy
import dataclasses
import datetime
import json

import events

SECOND = 1_000_000  # All times here are microseconds since 1970.
FUTURE_MAX = 300 * SECOND  # An event that is later than this when it comes is kept aside, as one before 1970 is.
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
NEVER = -(2 ** 62)  # "Before everything".

GROUPS = ['"g1"', '"g2"', '"g3"', "1", "1.0", "2", "true", "null", '"1"']
VALUES = ["1", "2", "2", "3.5", "-4", "0.1", "0.25", "1e2", "-0", "9999.5", "1e-7", "true", '"7"', '"x"', "null", "[1]"]


def rfc3339(micros):
    return (EPOCH + datetime.timedelta(microseconds=micros)).isoformat().replace("+00:00", "Z")


def shortest(micros):
    """Without zeros at the end, as we write it."""
    text = rfc3339(micros)
    return text[:-1].rstrip("0") + "Z" if "." in text else text


def micros(text):
    return (datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH) // datetime.timedelta(microseconds=1)


class Event(events.Row):
    """One with times, and with members of data that make groups and sums: "g" and "v"."""

    def __init__(self, random, time, received):
        super().__init__(random)
        self.time, self.received = time, received
        self.timestamp, self.received_at = rfc3339(time), rfc3339(received)
        members = []
        if random.random() < 0.85:
            members.append(f'"g":{random.choice(GROUPS)}')
        if random.random() < 0.85:
            members.append(f'"v":{random.choice(VALUES)}')
        rest = self.data[1:]
        self.data = "{" + ",".join(members) + ("," if members and rest.strip() != "}" else "") + rest


@dataclasses.dataclass
class Grid:
    """Of windows: they begin at offset + k * slide. TUMBLE where the slide is the size and `hop` says no."""
    size: int
    slide: int
    offset: int
    hop: bool

    def on_edge(self, random, time):
        """A time near `time` where a window begins or ends, or a microsecond beside it."""
        begin = (time - self.offset) // self.slide * self.slide + self.offset
        return begin + random.choice([0, self.size % self.slide]) + random.choice([0, 0, 0, -1, 1])


def _grid(random, span):
    size = random.choice([span // 20, span // 7, span // 3, span, span * 2, random.randrange(span // 50, span)])
    if random.random() < 0.7:
        size = max(SECOND, size - size % SECOND)
    hop = random.random() < 0.65
    slide = size
    if hop:
        parts = random.choice([1, 2, 3, 4, 6, 12, 40])
        slide = size // parts if random.random() < 0.4 else random.randrange(size // parts, size + 1)
        slide = min(size, max(slide, (span + size) // 400, 1))
    offset = random.choice([0, 0, 0, -1, 1, SECOND // 2, 3 * SECOND, -7 * SECOND, random.randrange(-2 * size, 2 * size)])
    return Grid(size, slide, offset, hop)


def _gap(random, span):
    gap = random.choice([1, span // 100, span // 30, span // 10, random.randrange(1, span // 5)])
    return max(SECOND, gap - gap % SECOND) if random.random() < 0.5 else max(1, gap)


class Stream:
    def __init__(self, random):
        self.partitions = random.choice([1, 1, 2, 3])
        self.span = random.choice([20, 180, 3600, 86400]) * SECOND
        self.grids = [_grid(random, self.span) for _ in range(4)]  # Of the views' windows: events are on their edges.
        self.gaps = [_gap(random, self.span) for _ in range(3)]  # Of sessions: events are one apart.
        # 1970, 2026, a day in a leap year, years of four nines.
        start = random.choice([0, 40 * SECOND, 1_772_366_400 * SECOND, 951_782_340 * SECOND, 253_300_000_000 * SECOND])
        count = random.randrange(5, 70)
        step = self.span // count
        disorder = random.choice([0, step // 2, step * 4, self.span // 2])
        clock = start
        self.events, self.batches = [], []  # A batch: (partition, now, events), of those that are taken.
        self.sent = []  # Of each batch the events as they come, in JSON.
        while len(self.events) < count:
            size = random.choice([1, 2, 5, random.randrange(1, 20)])
            times = []
            for _ in range(size):
                clock += random.randrange(2 * step + 1)
                if random.random() < 0.3:
                    clock -= clock % SECOND  # Many edges of windows are whole seconds.
                back = random.randrange(disorder + 1) if random.random() < 0.5 else 0
                ahead = random.randrange(120 * SECOND) if random.random() < 0.03 else 0
                time = clock - back + ahead
                roll = random.random()
                if roll < 0.3:
                    time = random.choice(self.grids).on_edge(random, time)
                elif roll < 0.5 and (self.events or times):
                    time = self.one_gap_from(random, random.choice(times or [event.time for event in self.events[-8:]]))
                times.append(max(start, time))
            now = max(clock, start) + random.choice([0, 0, 0, -step // 4, self.span // 10])
            if random.random() < 0.3:
                now = random.choice(self.grids).on_edge(random, now)
            elif random.random() < 0.2 and self.batches:
                now = max(now, self.one_gap_from(random, self.batches[-1][1]))
            now = max(now, max(times) - FUTURE_MAX + SECOND, start)
            made = [Event(random, time, now) for time in times]
            self.batches.append((random.randrange(self.partitions), now, made))
            self.events += made
            self.sent.append(self.with_refused(random, made, now))

    def with_refused(self, random, made, now):
        """The events as they come, with others between them that are not taken: those that came before, as they were or with another content under their id, and
        those whose time is far off, also under an id that comes with a good time, too."""
        sent = [event.json() for event in made]
        for _ in range(random.choice([0, 0, 1, 2])):
            roll = random.random()
            if roll < 0.6:
                again = copy.copy(random.choice(self.events))
                if roll < 0.3:
                    again.source, again.data = "again", '{"v":1000000}'
                behind = len(sent) if any(event.id == again.id for event in made) else 0
                sent.insert(random.randrange(behind, len(sent) + 1), again.json())
            else:
                off = Event(random, random.choice([-1, -SECOND, -(10 ** 15), -(6 * 10 ** 16)]) if roll < 0.8 else now + FUTURE_MAX + random.choice([1, SECOND, 10 ** 13]), now)
                if random.random() < 0.5:
                    off.id = random.choice(made).id  # Refused for its time, so it does not make the other a duplicate.
                sent.insert(random.randrange(len(sent) + 1), off.json())
        return sent

    def one_gap_from(self, random, time):
        """A time that shares a session with `time`, or just does not."""
        return time + random.choice([-1, 1]) * random.choice(self.gaps) + random.choice([0, 0, 0, 0, -1, 1])

    def json(self):
        return "[" + ",".join('{"partition":%d,"now":%s,"events":[%s]}' % (partition, json.dumps(rfc3339(now)), ",".join(sent))
                              for (partition, now, _), sent in zip(self.batches, self.sent)) + "]"

    def closed(self, by_event, lateness, out_of_orderness):
        """For each event: windows that end there or before took no more events when it came."""
        seen = [NEVER] * self.partitions
        result = []
        for partition, _, made in self.batches:
            for event in made:
                reached = min(event.time, event.received) - out_of_orderness if by_event else event.received
                seen[partition] = max(seen[partition], reached)
                result.append(NEVER if lateness is None else seen[partition] - lateness)
        return result
