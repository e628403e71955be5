#!/usr/bin/env bash
# Sets up, builds, runs all tests. The last line is "N passed, N failed, N skipped".
#   --quick   without the end-to-end tests
#   SF_PRESET=dev|tsan|release|ci chooses the build (default ci)
set -uo pipefail
cd "$(dirname "$0")/.."

quick=
[ "${1:-}" = "--quick" ] && quick=1
preset=${SF_PRESET:-ci}
step() { printf '== %s\n' "$*"; }

scripts/setup.sh || exit 1
step "building (preset $preset)"
build_start=$SECONDS
cmake --preset "$preset" >/dev/null || exit 1
cmake --build --preset "$preset" -- --quiet || exit 1
printf 'built in %d s\n' $((SECONDS - build_start))

results=build/$preset/test-results
mkdir -p "$results"
step "unit, contract and tidy tests"
ctest --preset "$preset" --parallel "$(nproc)" --output-junit "$PWD/$results/ctest.xml" --output-on-failure --no-tests=error \
  | grep -vE '^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed|^      Start ' || true

e2e=
if [ -z "$quick" ]; then
  step "end-to-end tests"
  python3 tests/e2e/run.py --program "build/$preset/bin/streamflow" --summary "$results/e2e.json" || true
  e2e=$results/e2e.json
fi

exec python3 scripts/sum_results.py "$results/ctest.xml" $e2e
