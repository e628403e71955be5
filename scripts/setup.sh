#!/usr/bin/env bash
# Installs everything that building, running and testing StreamFlow needs, on Debian 12. Safe to run again: it skips what is there.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  build-essential ca-certificates ccache cmake curl git mold ninja-build pkg-config procps python3 strace
  flatbuffers-compiler libflatbuffers-dev libboost1.81-dev libcli11-dev libfmt-dev liblz4-dev libmimalloc-dev libre2-dev
  libpg-query-dev libprotobuf-c-dev libsimdjson-dev libsqlite3-dev libssl-dev libyaml-cpp-dev libzstd-dev prometheus-cpp-dev zlib1g-dev
  libgtest-dev libgmock-dev libbenchmark-dev postgresql-15
)
developer_packages=(chromium clang-19 clang-format-19 clang-tidy-19 libclang-rt-19-dev libfuzzer-19-dev linux-perf mmdebstrap valgrind wrk)
[ "${1:-}" = "--dev" ] && packages+=("${developer_packages[@]}")
command -v npm >/dev/null 2>&1 || packages+=(nodejs npm)

say() { printf 'setup: %s\n' "$*" >&2; }
die() { printf 'error: %s\nhint: %s\n' "$1" "$2" >&2; exit 1; }

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || die "packages are missing and this user can't install them: ${missing[*]}" "run scripts/setup.sh as root once"
    as_root=(sudo)
  fi
  # The tests start a PostgreSQL of their own: the package need not make and run one.
  if [ ! -d /etc/postgresql-common ]; then
    "${as_root[@]}" install -d /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.d/streamflow.conf >/dev/null
  fi
  say "installing ${#missing[@]} packages (a minute or two)"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    die "the packages could not be installed" "is this Debian 12 with a working package source? Missing: ${missing[*]}"
  fi
fi

# Libraries from npm, pinned by lock files with integrity hashes; nothing in them is run.
npm_folders=(third_party/duckdb third_party/web web)
[ "${1:-}" = "--dev" ] && npm_folders+=(tests/e2e/page)
for folder in "${npm_folders[@]}"; do
  stamp=$folder/node_modules/.installed
  if [ ! -f "$stamp" ] || [ "$folder/package-lock.json" -nt "$stamp" ]; then
    say "installing the npm packages of $folder"
    log_npm=$(mktemp)
    if ! (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$log_npm" 2>&1; then
      tail -n 40 "$log_npm" >&2
      die "the npm packages of $folder could not be installed" "does npm reach its registry?"
    fi
    rm -f "$log_npm"
    touch "$stamp"
  fi
done
say "everything is installed"
