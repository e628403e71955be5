"""Whether our answer for an expression is PostgreSQL's: value by value, floats to 1e-9, all else exactly."""
import decimal
import json
import math
import re

RELATIVE = 1e-9


def numbers_as_text(text):
    """JSON with numbers as they are written, so that no digit is lost."""
    return json.loads(text, parse_float=Number, parse_int=Number)


class Number(str):
    """The text of a JSON number."""


def _time(text):
    """PostgreSQL's form of a time as RFC 3339, for the years that have one."""
    if text.endswith(" BC") or len(text.split("-")[0]) > 4:
        return text
    return text.replace(" ", "T").replace("+00", "Z")


def interval_length(text):
    """Microseconds of an interval as PostgreSQL writes it, with months of 30 days: what intervals are compared by."""
    units = {"year": 360, "years": 360, "mon": 30, "mons": 30, "day": 1, "days": 1}
    days = sum(int(number) * units[unit] for number, unit in re.findall(r"(-?\d+) ([a-z]+)", text))
    clock = re.search(r"(-?)(\d+):(\d+):(\d+)(?:\.(\d+))?$", text)
    micros = 0
    if clock:
        sign, hours, minutes, seconds, fraction = clock.groups()
        micros = (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1_000_000 + int((fraction or "").ljust(6, "0"))
        micros = -micros if sign else micros
    return days * 86_400_000_000 + micros


def always_fails(error):
    """Whether an error says that an expression can't have a value: we say so at once, PostgreSQL where it reaches the expression."""
    return "always fails" in error or error.startswith("an interval has no such part")


def interval_in_days(text):
    """An interval as keys show it: of the same length, in days and hours of one sign."""
    length = interval_length(text)
    sign = "-" if length < 0 else ""
    days, micros = divmod(abs(length), 86_400_000_000)
    seconds, fraction = divmod(micros, 1_000_000)
    parts = [f"{sign}{days} {'day' if days == 1 and not sign else 'days'}"] if days else []
    if micros or not days:
        parts.append(f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" + (f".{fraction:06}".rstrip("0") if fraction else ""))
    return " ".join(parts)


def _same_json(ours, theirs):
    if isinstance(ours, Number) and isinstance(theirs, Number):
        return decimal.Decimal(ours) == decimal.Decimal(theirs)
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(_same_json(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(_same_json(a, b) for a, b in zip(ours, theirs))
    return ours == theirs


def array_elements(text):
    """The elements of PostgreSQL's text of an array of one dimension; None for NULL."""
    elements = []
    at = 1
    while at < len(text) - 1:
        if text[at] == '"':
            element, at = "", at + 1
            while text[at] != '"':
                at += text[at] == "\\"
                element += text[at]
                at += 1
            at += 1
        else:
            begin = at
            while text[at] not in ",}":
                at += 1
            element = text[begin:at]
            element = None if element == "NULL" else element
        elements.append(element)
        at += 1  # The comma, or the closing bracket.
    return elements


def _same_array(element_type, ours, theirs):
    words = {"t": "true", "f": "false"}
    elements = array_elements(theirs)
    if not isinstance(ours, list) or len(ours) != len(elements):
        return False
    for mine, other in zip(ours, elements):
        if (mine is None) != (other is None):
            # A JSON null is no NULL, but looks like one.
            if not (element_type == "jsonb" and mine is None and other == "null"):
                return False
        elif other is not None and not same_value(element_type, mine, words.get(other, other) if element_type == "boolean" else other):
            return False
    return True


def same_value(wanted, ours, theirs):
    """`ours` as numbers_as_text() read it, `theirs` as PostgreSQL casts it to text; neither is NULL."""
    if wanted.endswith("[]"):
        return _same_array(wanted[:-2], ours, theirs)
    if wanted == "boolean":
        return ours is (theirs == "true")
    if wanted in ("integer", "bigint", "numeric"):
        return isinstance(ours, Number) and ours == theirs
    if wanted == "double precision":
        a, b = float(ours), float(theirs)
        if math.isnan(a) or math.isnan(b):
            return math.isnan(a) and math.isnan(b)
        return a == b or (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= RELATIVE * max(abs(a), abs(b)))
    if wanted == "timestamp without time zone":
        return ours == (theirs if theirs.endswith(" BC") else theirs.replace(" ", "T"))
    if wanted == "timestamp with time zone":
        return ours == _time(theirs)
    if wanted == "jsonb":
        return _same_json(ours, numbers_as_text(theirs))
    return ours == theirs


def differences(result, outcomes):
    """Lines of text: how a result of the probe differs from PostgreSQL's [(state, type, value)] of the same rows."""
    if "error" in result:
        # What always fails is refused when it is planned.
        fine = [number for number, (state, _, _) in enumerate(outcomes) if state == "ok"]
        if not fine:
            return []
        return [f"refused ({result['error']}; {result['hint']}), but row {fine[0]} is {outcomes[fine[0]][2]!r}"]
    found = []
    for number, (state, type_name, value) in enumerate(outcomes):
        ours, our_state = result["values"][number], result["states"][number]
        if state.startswith("42"):
            return [f"PostgreSQL refuses it: {value}"]
        if state != "ok":
            if our_state != "failed":
                found.append(f"row {number}: {ours!r}, but PostgreSQL has an error: {value}")
        elif our_state == "failed":
            found.append(f"row {number}: failed, but PostgreSQL has {value!r}")
        elif type_name != result["type"]:
            return [f"type {result['type']}, but PostgreSQL has {type_name}"]
        elif (our_state == "null") != (value is None) or (value is not None and not same_value(type_name, ours, value)):
            found.append(f"row {number}: {ours!r}, but PostgreSQL has {value!r}")
    return found
