"""Random events, with everything in them that expressions could stumble over."""
import uuid

NOW = "2026-03-01T12:00:00Z"  # When all of them are received.

TYPES = ["web.click", "web.pageview", "api.request", "user.login", "system.error", "business.sale", "a.b.c"]
SOURCES = ["shop", "shop-2", "Büro", "日本", "x", "a b", "50%_off\\"]
SEVERITIES = ["low", "medium", "high", "critical"]
USERS = [None, None, "u1", "u2", "Ünal", "U\u0308nal", "👩\u200d👧", "\u200b", "user-000042", "a'b", "x\"y"]
TAGS = ["mobile", "beta", "a b", "ä", "{x}", "q\"t"]
KEYS = ["a", "b", "c", "userId", "d_e", "s p"]  # Of data; "o" is an object of the same keys, "l" an array.

# As JSON text, because how a number or string is written matters, too.
INTEGERS = ["0", "1", "-1", "2", "3", "7", "10", "42", "100", "-5", "200", "404", "500"]
NUMBERS = INTEGERS + ["0.5", "-0.5", "1.5", "2.5", "1.50", "1e3", "1E-2", "-0", "0.0", "123456.789", "2147483647", "-2147483648", "2147483648",
                      "9007199254740993", "9223372036854775807", "-9223372036854775808", "1e15", "123456789012345678", "1e22", "1e23", "1e-7",
                      "3.141592653589793", "1e300", "-1e300", "1e-300", "0.1", "12345678901234567890", "99999.995", "-7.25"]
STRINGS = ['""', '"a"', '"b"', '"abc"', '"ABC"', '"1"', '"-7"', '"2.50"', '" 12 "', '"1e2"', '"true"', '"f"', '"no"', '"x%y"', '"a_b"', '"a\\\\b"',
           '"it\'s"', '"\\u0041\\u00e9"', '"\\ud83d\\ude00!"', '"line\\nbreak"', '"tab\\there"', '"é"', '"日本語"', '"2024-02-29"',
           '"2024-05-06T07:08:09.123456Z"', '"2024-05-06 07:08:09+02"', '"2024-13-01"', '"018f4e9c-1c2b-7a3d-8e4f-5a6b7c8d9e0f"', '"1 day 02:03"',
           '"\u200b"', '"e\\u0301"', '"é"', '"\\ud835\\udd4fx"', '"\u202eabc"', '"\ufeff1"', '"\U0010ffff"', '"ﬃ"', '"İi"', '"\\u0085"', '"\x7f"', '"👩\u200d👧"', '"Ω"', '"ａ"',
           '"nope"', '"https://shop.example/search?q=thing"', '"a,b,,c"', '"  spaced  "', '"99999999999"', '"NaN"', '"\\/"', '"q\\"t"']
ATOMS = ["true", "false", "null", "true", "false"]
CONTAINERS = ["[]", "{}", "[1, 2.0, \"x\"]", '{"k":1,"a":[true]}', '[{"a":1}]', '{"bb":2,"a":"\\u0041","c":{"z":1.10,"y":null}}', "[1,[2,[3]]]"]

# Times that matter for truncation, weeks and leap years, and those of everyday.
TIMES = ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000001Z", "1972-02-29T23:59:59.999999Z", "1999-12-31T23:59:59.5Z", "2000-01-01T00:00:00Z",
         "2000-02-29T12:00:00Z", "2020-12-31T23:59:59Z", "2021-01-03T01:02:03.456789Z", "2021-01-04T00:00:00Z", "2024-02-29T06:30:00Z",
         "2026-03-01T11:59:59.999Z", "2026-02-28T23:00:00Z", "2026-03-01T12:04:59Z", "2025-07-15T15:45:30.25Z"]


class Row:
    """An event in both worlds: json() for the probe, fields for PostgreSQL."""

    def __init__(self, random):
        self.id = str(uuid.UUID(int=random.getrandbits(128), version=4))
        self.type = random.choice(TYPES)
        self.source = random.choice(SOURCES)
        self.timestamp = random.choice(TIMES)
        self.received_at = NOW
        self.severity = random.choice(SEVERITIES)
        self.user_id = random.choice(USERS)
        self.correlation_id = random.choice(USERS)
        self.tags = random.sample(TAGS, random.randrange(0, 4))
        self.data = _object(random, 0)

    def json(self):
        parts = [f'"id":"{self.id}"', f'"type":{_text(self.type)}', f'"source":{_text(self.source)}', f'"timestamp":"{self.timestamp}"',
                 f'"severity":"{self.severity}"', f'"tags":[{",".join(_text(tag) for tag in self.tags)}]', f'"data":{self.data}']
        if self.user_id is not None:
            parts.append(f'"user_id":{_text(self.user_id)}')
        if self.correlation_id is not None:
            parts.append(f'"correlation_id":{_text(self.correlation_id)}')
        return "{" + ",".join(parts) + "}"


def _text(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _value(random):
    kind = random.random()
    if kind < 0.45:
        return random.choice(NUMBERS)
    if kind < 0.60:
        return random.choice(INTEGERS)
    if kind < 0.85:
        return random.choice(STRINGS)
    return random.choice(ATOMS) if kind < 0.95 else random.choice(CONTAINERS)


def _object(random, depth):
    space = random.choice(["", "", "", " ", "\t"])  # White space is allowed anywhere.
    members = [f'"{key}"{space}:{space}{_value(random)}' for key in random.sample(KEYS, random.randrange(0, len(KEYS) + 1))]
    if random.random() < 0.3 and members:
        members[0] = members[0].replace('"a"', '"\\u0061"', 1)
    if depth < 2 and random.random() < 0.6:
        members.append(f'"o":{_object(random, depth + 1)}')
    if random.random() < 0.4:
        members.append('"l":[' + ", ".join(_value(random) for _ in range(random.randrange(0, 4))) + "]")
    random.shuffle(members)
    return "{" + f"{space},{space}".join(members) + space + "}"
