#!/usr/bin/env bash
# From a fresh clone to a running StreamFlow with data in it. Leaves it running in the foreground; Ctrl-C stops it.
#   --detach   leave it running in the background and return (run/streamflow.pid in the data directory)
set -euo pipefail
cd "$(dirname "$0")/.."

detach=
[ "${1:-}" = "--detach" ] && detach=1
data=${DATA_DIR:-data}
start_time=$SECONDS
say() { printf '[%3d s] %s\n' $((SECONDS - start_time)) "$*"; }

say "installing what is missing"
scripts/setup.sh
say "building (the first time takes a few minutes)"
cmake --preset release -DSF_BUILD_TESTS=OFF -DSF_BUILD_BENCH=OFF >/dev/null
cmake --build --preset release --target streamflow -- --quiet
program=$PWD/build/release/bin/streamflow

mkdir -p "$data"
rm -f "$data/run/addresses.json"
say "starting all five services"
"$program" start --service all --data-dir "$data" ${PORT_BASE:+--port-base "$PORT_BASE"} >"$data/streamflow.out" 2>"$data/streamflow.log" &
server=$!
shop=
stop() { kill $shop "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
trap stop EXIT
trap 'exit 130' INT TERM

ready=
for _ in $(seq 1 150); do
  kill -0 "$server" 2>/dev/null || { cat "$data/streamflow.out" "$data/streamflow.log" >&2; echo "error: StreamFlow ended while it started" >&2; exit 1; }
  if "$program" health --data-dir "$data" >/dev/null 2>&1; then ready=1; break; fi
  sleep 0.2
done
[ -n "$ready" ] || { echo "error: not ready after 30 s; see $data/streamflow.log" >&2; exit 1; }

say "sending the events of a small web shop: the last ten minutes"
"$program" demo --data-dir "$data" --backfill 10m --duration 0s --quiet
# The shop stays open, so that there is something to watch.
"$program" demo --data-dir "$data" --rate 30 ${detach:+--duration 15m} --quiet >/dev/null 2>&1 &
shop=$!
say "ready"
page=$(sed -n 's/^ *page: \(http[^ ]*\).*/\1/p' "$data/streamflow.out" | head -n 1)
base=$(sed -n 's/.*"ingestion":"\([^"]*\)".*/\1/p' "$data/run/addresses.json")
bin=build/release/bin/streamflow
# Commands look in ./data unless a setting says otherwise.
there=
if [ "$data" != data ] || [ -e .env ] || [ -e streamflow.yaml ]; then there=" --data-dir $data"; fi
cat <<TEXT

StreamFlow is running. Watch it live (the link signs you in once, within 15 minutes):

  $page

Or, in another terminal:

  $bin views$there list
  $bin views$there rows events_by_type --limit 8
  $bin query$there "SELECT type, count(*) AS events FROM events GROUP BY type ORDER BY events DESC"
  $bin query$there "SELECT data->>'path' AS page, count(*) AS views FROM events WHERE type = 'web.pageview' GROUP BY page ORDER BY views DESC LIMIT 5"
  $bin send-event$there --type web.click --source me --data '{"button":"buy"}'
  $bin tail$there --follow

  curl -H "Authorization: Bearer \$(cat $data/admin.token)" -H 'Content-Type: application/json' \\
       -d '{"type":"web.click","source":"curl"}' $base/api/v1/events

The whole HTTP interface: $base/docs      Log: $data/streamflow.log
TEXT
"$program" query --data-dir "$data" "SELECT type, count(*) AS events FROM events GROUP BY type ORDER BY events DESC"

if [ -n "$detach" ]; then
  echo "$server $shop" >"$data/run/streamflow.pid"
  echo
  echo "It runs in the background. To stop it: kill \$(cat $data/run/streamflow.pid)"
  trap - EXIT
  disown "$server" "$shop"
  exit 0
fi
echo
echo "Ctrl-C stops it."
wait "$server"
