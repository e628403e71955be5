"""Functions in SQL: the statements that both programs run as they are, and calls of them. Those with aggregates are spelled out for PostgreSQL, where an aggregate
in the body of a function is not the caller's.

Their bodies look at every parameter, whatever the others are: when PostgreSQL does not put the body in place of the call, all arguments are evaluated.
"""
from generator_types import BIGINT, BOOLEAN, DATE, DOUBLE, INTEGER, INTERVAL, JSONB, NUMERIC, TEXT, TIME, UUID, Expression

# name: (statement behind CREATE FUNCTION, types of the parameters, type of the result).
FUNCTIONS = {
    "f_bonus": ("f_bonus(a integer, b integer) RETURNS bigint LANGUAGE sql AS $$ SELECT a + b % 7 $$", (INTEGER, INTEGER), BIGINT),
    "f_wide": ("f_wide(bigint) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 / 3.0'", (BIGINT,), NUMERIC),
    "f_float": ("f_float(x float8) RETURNS integer LANGUAGE sql AS $$ SELECT x $$", (DOUBLE,), INTEGER),
    "f_ratio": ("f_ratio(x double precision, y double precision) RETURNS double precision RETURN x / NULLIF(y, 0)", (DOUBLE, DOUBLE), DOUBLE),
    "f_rounded": ("f_rounded(x numeric) RETURNS bigint LANGUAGE sql STABLE AS $body$ SELECT round(x) $body$", (NUMERIC,), BIGINT),
    "f_shout": ("f_shout(a text, b text) RETURNS text LANGUAGE sql AS 'SELECT upper(f_shout.a) || ''!'' || coalesce(b, ''?'') || length(b)'", (TEXT, TEXT), TEXT),
    "f_strict": ("f_strict(a text, n integer) RETURNS text LANGUAGE sql STRICT AS $$ SELECT concat(a, '-', n) $$", (TEXT, INTEGER), TEXT),
    "f_part": ("f_part(d jsonb) RETURNS text LANGUAGE sql PARALLEL SAFE AS $$ SELECT d->>'g' $$", (JSONB,), TEXT),
    "f_number": ("f_number(d jsonb) RETURNS integer LANGUAGE sql AS $$ SELECT (d->>'n')::int $$", (JSONB,), INTEGER),
    "f_day": ("f_day(at timestamptz) RETURNS date LANGUAGE sql RETURN at", (TIME,), DATE),
    "f_later": ("f_later(at timestamptz, by interval) RETURNS timestamptz LANGUAGE sql AS 'SELECT at + by * 2'", (TIME, INTERVAL), TIME),
    "f_same": ("f_same(a uuid, b uuid) RETURNS boolean LANGUAGE sql RETURN a IS NOT DISTINCT FROM b", (UUID, UUID), BOOLEAN),
    "f_text": ("f_text(a boolean) RETURNS text LANGUAGE sql AS $$ SELECT a $$", (BOOLEAN,), TEXT),
    # Of others.
    "f_twice": ("f_twice(a integer) RETURNS bigint LANGUAGE sql AS $$ SELECT f_bonus(a, a) - f_bonus(b => 1, a => 2) $$", (INTEGER,), BIGINT),
    "f_sure": ("f_sure(a text, d jsonb) RETURNS text LANGUAGE sql STRICT RETURN f_shout(a, f_part(d))", (TEXT, JSONB), TEXT),
}
STATEMENTS = ["CREATE FUNCTION " + statement for statement, _, _ in FUNCTIONS.values()]

AGGREGATES = [
    "CREATE FUNCTION f_weighted(x float8, w float8) RETURNS float8 LANGUAGE sql AS $$ SELECT sum(x * w) / NULLIF(sum(w), 0) $$",
    "CREATE FUNCTION f_spread(x integer) RETURNS bigint LANGUAGE sql RETURN max(x)::bigint - min(x)",
    "CREATE FUNCTION f_share(part bigint, whole bigint) RETURNS numeric LANGUAGE sql RETURN round(100.0 * part / NULLIF(whole, 0), 2)",
    "CREATE FUNCTION f_rows(x text) RETURNS text LANGUAGE sql AS 'SELECT count($1) || ''/'' || count(*)'",
]

# What a parameter takes besides its own type.
NARROWER = {BIGINT: [INTEGER], NUMERIC: [INTEGER, BIGINT], DOUBLE: [INTEGER, BIGINT], TIME: [DATE]}


def aggregate(random, integer, text, pair):
    """The call of one with aggregates, in both spellings, and its type. The arguments are (ours, PostgreSQL's): pair() gives two of small whole doubles."""
    name = random.choice(["f_weighted", "f_spread", "f_share", "f_rows"])
    if name == "f_weighted":
        (x, x_), (w, w_) = pair()
        return f"f_weighted({x}, {w})", f"(sum({x_} * {w_}) / NULLIF(sum({w_}), 0))", DOUBLE
    if name == "f_spread":
        x, x_ = integer()
        return f"f_spread(x => {x})", f"(max({x_})::bigint - min({x_}))", BIGINT
    x, x_ = text()
    if name == "f_share":
        return f"f_share(count({x}), count(*))", f"round(100.0 * count({x_}) / NULLIF(count(*), 0), 2)", NUMERIC
    return f"f_rows({x})", f"(count({x_}) || '/' || count(*))", TEXT


def call(random, wanted, make):
    """A call that gives `wanted`, or None; make(type) is an argument."""
    names = [name for name, (_, _, result) in FUNCTIONS.items() if result == wanted]
    if not names:
        return None
    name = random.choice(names)
    arguments = [make(random.choice([of, *NARROWER.get(of, [])])) for of in FUNCTIONS[name][1]]
    return Expression(f"{name}({', '.join(argument.ours for argument in arguments)})", f"{name}({', '.join(argument.postgres for argument in arguments)})", wanted)
