"""Ranks over the groups of a view: row_number(), rank(), dense_rank(), and which of them are rows."""
import dataclasses

from generator import BIGINT, BOOLEAN, DOUBLE, INTEGER, NUMERIC, TEXT, TIME, UUID

PLAIN = (BIGINT, BOOLEAN, DOUBLE, INTEGER, NUMERIC, TEXT, TIME, UUID)  # What both order alike.


@dataclasses.dataclass
class Rank:
    ours: str        # row_number() OVER (...), over what the SELECT inside calls its columns.
    postgres: str
    condition: str   # Over r_, the rank, and n_, the count of the group; both spell it alike.


def make_rank(random, aggregates, keys, bounds, of_events=False, spell_ties=False):
    """`aggregates` and `keys` as the SELECT around the groups names them; of events, which have no count, what stands beside them. Ties are spelled out for us, too,
    where not all know which they are."""
    function = random.choice(["row_number()", "rank()", "dense_rank()"])
    ordered = [value for value in aggregates + keys if value.exact and value.type in PLAIN]
    # Counts are often equal, numerics of equal value look different, negative doubles sort by another rule than their bytes.
    ordered += [value for value in ordered if value.type in (NUMERIC, DOUBLE)]
    if not of_events:
        ordered.append(dataclasses.replace(aggregates[0], ours="n_", postgres="count(*)", type=BIGINT))
    # Equal groups are numbered by their keys; JSON is ordered otherwise there, so those views have other ranks.
    if function == "row_number()" and any(key.type not in PLAIN for key in keys):
        function = "rank()"
    parts = [key for key in keys if random.random() < 0.3 and key.type in PLAIN]
    order = random.sample(ordered, min(len(ordered), random.choice([0, 1, 1, 1, 2])))
    directions = [random.choice(["", "", " ASC", " DESC", " DESC"]) + random.choice(["", "", "", " NULLS FIRST", " NULLS LAST"]) for _ in order]

    def spell(text, windows, ties):
        partition = ", ".join(windows + [text(part) for part in parts])
        by = ", ".join([text(value) + direction for value, direction in zip(order, directions)] + ties)
        return f"{function} OVER ({f'PARTITION BY {partition} ' if partition else ''}{f'ORDER BY {by}' if by else ''})"

    windows = random.choice([["window_start"], ["window_end"], ["window_start", "window_end"]]) if bounds else []
    ties = keys if function == "row_number()" else []
    most = random.choice([1, 1, 2, 3, 5])
    condition = random.choice([f"r_ <= {most}", f"r_ <= {most}", f"r_ < {most + 1}", f"r_ = {most}", f"{most} >= r_", f"r_ BETWEEN 2 AND {most + 1}", f"r_ > {most}", "true", "true", "true",
                               f"r_ <= {most} AND n_ > 1", f"(r_ = {most} OR n_ > 3)"])
    return Rank(spell(lambda value: value.ours, windows, [f"{key.ours} ASC NULLS LAST" for key in ties] if spell_ties else []),
                spell(lambda value: value.postgres, ["begins"] if bounds else [], [f"{key.postgres} ASC NULLS LAST" for key in ties]), condition)

