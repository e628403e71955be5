#!/usr/bin/env bash
# Runs every benchmark of a build, one after the other, and says what its lines mean. A quiet machine, please.
#
#     bench/run.sh build/release [--quick]
#
# Each benchmark measures a baseline in the same run and prints the others as a part or a multiple of it: compare these, not seconds of another
# machine. What is not built is left out with a word.
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:-}
quick=no
[ "${2:-}" = "--quick" ] && quick=yes
if [ -z "$build" ] || [ ! -d "$build/bin" ]; then
  printf 'error: there is no build in "%s"\nhint: bench/run.sh build/release, after: cmake --preset release && cmake --build --preset release\n' "$build" >&2
  exit 2
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/streamflow-bench-XXXXXX")
server=
finish() {
  if [ -n "$server" ]; then kill -9 "$server" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT

# heading PROGRAM TEXT: false, with a word, where the program is not built.
heading() {
  printf '\n== %s: %s\n' "$1" "$2"
  [ -x "$build/bin/$1" ] && return 0
  printf '   (not built)\n'
  return 1
}

# Starts a server with DURABILITY=$1 on ports of the system's choice and prints a line of ingest_load.
ingest() {
  local data=$folder/$1 line port deadline
  DURABILITY=$1 HOST_EVENTS_INTERVAL=0s LOG_LEVEL=error DATA_DIR=$data "$build/bin/streamflow" start --port-base 0 --quiet &
  server=$!
  deadline=$((SECONDS + 30))
  until "$build/bin/streamflow" health --data-dir "$data" --quiet >/dev/null 2>&1; do
    if [ $SECONDS -gt $deadline ] || ! kill -0 "$server" 2>/dev/null; then
      printf 'error: the server does not become ready\n' >&2
      exit 1
    fi
    sleep 0.1
  done
  port=$(sed -E 's/.*"ingestion":"[^"]*:([0-9]+)".*/\1/' "$data/run/addresses.json")
  line=$("$build/bin/ingest_load" --port "$port" --token-file "$data/admin.token" --seconds "$seconds")
  kill "$server"
  wait "$server" || true
  server=
  printf '%s\n' "$line" >"$folder/$1.line"
}

if heading batch_bench "JSON bytes to batches. Rates as a part of simdjson's DOM parser over the same bytes"; then
  "$build/bin/batch_bench"
fi

if heading sql_bench "expressions of SQL over a batch. Rates as a multiple of the plainest code that does the same"; then
  "$build/bin/sql_bench"
fi

if heading engine_bench "views over batches in memory, one core. Rates as a part of a 10-second count by source"; then
  "$build/bin/engine_bench" --events "$([ $quick = yes ] && echo 1000000 || echo 4000000)"
fi

if heading nexmark_bench "queries of Nexmark as views, one core, beside DuckDB with the same questions over the same events at rest. x: as many times as fast"; then
  "$build/bin/nexmark_bench" --events "$([ $quick = yes ] && echo 200000 || echo 1000000)"
fi

if heading ysb_bench "the Yahoo streaming benchmark as a view, one core, beside DuckDB. x: as many times as fast"; then
  "$build/bin/ysb_bench" --events "$([ $quick = yes ] && echo 500000 || echo 4000000)"
fi

if heading state_bench "a million groups in 60 panes: memory as a multiple of the bare counts, a checkpoint beside records"; then
  "$build/bin/state_bench" --groups "$([ $quick = yes ] && echo 100000 || echo 1000000)"
  "$build/bin/state_bench" --groups "$([ $quick = yes ] && echo 100000 || echo 1000000)" --panes 3 --window session
fi

if heading log_bench "the log on this disk. Rates as a part of plain writes and syncs of the same bytes"; then
  "$build/bin/log_bench" "$folder"
fi

if heading storage_bench "events into Parquet files, and queries over them, beside DuckDB with a table of its own and with the bare files"; then
  "$build/bin/storage_bench" "$([ $quick = yes ] && echo 1000000 || echo 5000000)" "$folder"
fi

seconds=$([ $quick = yes ] && echo 3 || echo 10)
if heading ingest_load "a whole server on this machine, batches of 500 over 16 connections, with the load generator beside it"; then
  ingest os
  ingest fsync
  printf '%-28s %s\n' 'DURABILITY=os (baseline)' "$(cat "$folder/os.line")" 'DURABILITY=fsync' "$(cat "$folder/fsync.line")"
  awk '{ rate[FILENAME] = $1 } END { for (name in rate) if (name ~ /fsync/) fsync = rate[name]; else os = rate[name]; printf "%-28s %.2f of the baseline\n", "", fsync / os }' \
    "$folder/os.line" "$folder/fsync.line"
fi
