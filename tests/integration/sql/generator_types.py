"""What all parts of the generator share: types, expressions in two spellings, and how a part says what it makes."""
import dataclasses

BOOLEAN, INTEGER, BIGINT, DOUBLE, NUMERIC, TEXT = "boolean", "integer", "bigint", "double precision", "numeric", "text"
TIME, INTERVAL, UUID, JSONB, SCALAR = "timestamptz", "interval", "uuid", "jsonb", "scalar"
CLOCK, DATE = "timestamp", "date"

NUMBERS = (INTEGER, BIGINT, NUMERIC, DOUBLE)
ORDERED = (BOOLEAN, INTEGER, BIGINT, DOUBLE, NUMERIC, TEXT, TIME, INTERVAL, UUID, CLOCK, DATE)

# Types of arrays, and of their elements.
ELEMENTS = {element + "[]": element for element in (TEXT, INTEGER, BIGINT, DOUBLE, NUMERIC, BOOLEAN, TIME, UUID, CLOCK, DATE, JSONB)}
ARRAYS = list(ELEMENTS)

ALL = ORDERED + (JSONB, SCALAR) + tuple(ARRAYS)


@dataclasses.dataclass
class Expression:
    ours: str
    postgres: str
    type: str
    constant: bool = False  # No column in it: PostgreSQL may compute it early, wherever it stands.


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def makes(*types):
    """Of a method (wanted, depth): it makes expressions of these types."""
    def mark(method):
        method.makes = types
        return method
    return mark


def makers_of(generator):
    """{type: [methods]} of all that are marked with makes()."""
    found = {}
    for name in sorted(dir(type(generator))):
        for made in getattr(getattr(type(generator), name), "makes", ()):
            found.setdefault(made, []).append(getattr(generator, name))
    return found
