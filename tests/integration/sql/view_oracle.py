"""What PostgreSQL is asked for views: a base table with a column for each expression over events, windows of time joined to it, and the groups of that."""
from generator_types import SCALAR
import postgres


def ask(cluster, round_):
    """Of each view of a round the events that WHERE lets through, by their places in the stream, and its rows: keys, bounds, and the type and value of each output."""
    passing, rows = [[[] for _ in round_.views] for _ in range(2)]
    script = ["BEGIN;\n", postgres.load_rows(round_.stream.events)]
    for number, view in enumerate(round_.views):
        script.append(view_script(number, view, round_.closed(view), round_.stream))
    for line in cluster.script("".join(script) + "ROLLBACK;\n").split("\n")[:-1]:
        number, kind, *fields = postgres.copy_fields(line)
        if kind == "pass":
            passing[int(number)].append(int(fields[0]))
        else:
            rows[int(number)].append(fields)
    return passing, rows


def view_script(number, view, closed, stream):
    """Writes `view, pass, row` for the events that WHERE lets through, and `view, row, keys, bounds, (type, value) of each output` for rows."""
    script = []
    for select, name, wanted, expression in [(select, *column) for select, base in enumerate(view.bases) for column in base]:
        wanted = "jsonb" if wanted == SCALAR else wanted
        script.append(f"""CREATE FUNCTION sf.v{number}_{select}_{name}(r_ rows) RETURNS {wanted} LANGUAGE plpgsql AS $outer$
BEGIN
  RETURN (SELECT ({expression}) FROM (SELECT (r_).*) AS events OFFSET 0);
EXCEPTION WHEN others THEN
  IF SQLSTATE LIKE '42%' THEN RAISE; END IF;
  RETURN NULL;
END $outer$;
""")
    times = ", ".join(f"({row}, {(event.time if view.window is None or view.window.column == 'timestamp' else event.received)}::bigint, {limit}::bigint)"
                      for row, (event, limit) in enumerate(zip(stream.events, closed)))
    selects = []
    for select, base in enumerate(view.bases):
        columns = ", ".join(f"sf.v{number}_{select}_{name}(rows) AS {name}" for name, _, _ in base)
        selects.append(f"SELECT row, at, closed, {columns} FROM rows JOIN (VALUES {times}) AS t(row, at, closed) USING (row)")
    script.append(f"CREATE TEMP TABLE base{number} AS {' UNION ALL '.join(selects)};\n")
    script.append(f"COPY (SELECT {number}, 'pass', row FROM base{number} WHERE pass ORDER BY row) TO STDOUT;\n")
    groups = [key.postgres for key in view.keys]
    bounds = ["NULL", "NULL"]
    source = f"base{number}"
    if view.window is not None and view.window.gap is not None:
        source = sessions(source, groups, view.window.gap)
    elif view.window is not None:
        window = view.window
        all_times = [event.time for event in stream.events] + [event.received for event in stream.events]
        first = (min(all_times) - window.size - window.offset) // window.slide * window.slide + window.offset
        source += (f" JOIN (SELECT w AS begins, w + {window.size} AS ends, {moment('w')} AS window_start, "
                   f"{moment(f'(w + {window.size})')} AS window_end "
                   f"FROM generate_series({first}::bigint, {max(all_times)}, {window.slide}) AS w) AS windows ON at >= begins AND at < ends AND ends > closed")
    if view.of_events and not view.rank:
        bounds = ["at", "at"]
    if view.window is not None:
        bounds = ["begins", "ends"]
        groups += ["begins", "ends", "window_start", "window_end"]
    values = [f"({key.postgres})::text" for key in view.keys] + bounds
    for output in view.outputs[:-1] if view.rank else view.outputs:
        values += [f"pg_typeof({output.postgres})::text", f"({output.postgres})::text"]
    named = ", ".join(f"{value} AS c{position}" for position, value in enumerate(values)) + (f", {view.rank.postgres} AS r_, {'1' if view.of_events else 'count(*)'} AS n_" if view.rank else "")
    query = f"SELECT {named} FROM {source} WHERE pass"
    if not view.of_events:
        query += (f" GROUP BY {', '.join(groups)}" if groups else "") + f" HAVING count(*) > 0 AND {view.having}"
    columns = [str(number), quoted("row")] + [f"c{position}" for position in range(len(values))]
    if view.rank:
        columns += ["pg_typeof(r_)::text", "r_::text"]
    script.append(f"COPY (SELECT {', '.join(columns)} FROM ({query}) AS grouped WHERE {view.rank.condition if view.rank else 'true'}) TO STDOUT;\n")
    return "".join(script)


def moment(micros):
    """A bigint as a time. Interval times number is computed in doubles there, which have no place for microseconds of far years."""
    return f"(TIMESTAMPTZ 'epoch' + ({micros} / 1000000) * INTERVAL '1 s' + ({micros} % 1000000) * INTERVAL '1 us')"


def sessions(base, keys, gap):
    """Gaps and islands: the events of a group that are not late, cut where two in a row are more than the gap apart."""
    by = f"PARTITION BY {', '.join(keys)}" if keys else ""
    apart = f"CASE WHEN at - lag(at) OVER (s ORDER BY at, row) <= {gap} THEN 0 ELSE 1 END"
    return (f"(SELECT *, {moment('begins')} AS window_start, {moment('ends')} AS window_end FROM "
            f"(SELECT *, min(at) OVER (s) AS begins, max(at) OVER (s) + {gap} AS ends FROM "
            f"(SELECT *, sum(apart) OVER (s ORDER BY at, row) AS island FROM (SELECT *, {apart} AS apart FROM {base} WHERE pass AND at + {gap} > closed "
            f"WINDOW s AS ({by})) AS cut WINDOW s AS ({by})) AS numbered WINDOW s AS ({by}{', ' if keys else 'PARTITION BY '}island)) AS bounded) AS windows")


def quoted(text):
    return f"'{text}'"
