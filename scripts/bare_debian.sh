#!/usr/bin/env bash
# Proves that a machine with nothing installed is enough: makes a bare Debian 12 in a temporary folder, clones the project into it, and runs
# scripts/test.sh there as a newcomer would. Root only, and mmdebstrap (scripts/setup.sh --dev). Network, package sources and their
# certificates are the host's, copied when this runs. Everything is removed at the end.
#   --quick        scripts/test.sh --quick: without the end-to-end tests (the default)
#   --full         scripts/test.sh
#   --quickstart   scripts/quickstart.sh --detach, a query, and an orderly end
#   --twice        run it a second time in the same place: what is there must not be installed again
#   --worktree     what stands in the working tree, instead of a clone of the last commit
#   --keep         keep the folder, and say where it is
set -euo pipefail
cd "$(dirname "$0")/.."

what=quick worktree='' keep='' twice=''
for argument in "$@"; do
  case $argument in
    --quick | --full | --quickstart) what=${argument#--} ;;
    --worktree) worktree=1 ;;
    --twice) twice=1 ;;
    --keep) keep=1 ;;
    -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "error: there is no option $argument" >&2; echo "hint: --help lists them" >&2; exit 2 ;;
  esac
done
die() { printf 'error: %s\nhint: %s\n' "$1" "$2" >&2; exit 1; }
say() { printf 'bare: [%4d s] %s\n' "$SECONDS" "$*"; }
[ "$(id -u)" = 0 ] || die "this needs root" "sudo scripts/bare_debian.sh"
command -v mmdebstrap >/dev/null || die "mmdebstrap is not installed" "scripts/setup.sh --dev"

folder=$(mktemp -d -t streamflow-bare-XXXXXX)
root=$folder/debian
cleanup() {
  # Nothing of the host is mounted in it: all mounts live in a namespace of their own that is gone by now.
  if [ -n "$keep" ]; then say "kept in $root"; else rm -rf --one-file-system "$folder"; fi
}
trap cleanup EXIT

say "making a bare Debian 12"
sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/debian.list; do
  [ -s "$file" ] && sources+=("$file")
done
options=()
for file in /etc/apt/apt.conf.d/*; do
  # How to reach the package sources, not what else the host does with packages.
  if grep -qsE '^[^#/]*Acquire' "$file"; then options+=("--aptopt=$file"); fi
done
mmdebstrap --quiet --variant=minbase "${options[@]}" bookworm "$root" "${sources[@]}" || die "the bare Debian could not be made" "does apt-get update work on this machine?"
cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
cp --dereference /etc/hosts "$root/etc/hosts"
if [ -d /etc/apt/auth.conf.d ]; then cp -r /etc/apt/auth.conf.d "$root/etc/apt/"; fi

environment=(PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8)
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  if [ -n "${!name:-}" ]; then environment+=("$name=${!name}"); fi
done
# Certificates that the host trusts beyond Debian's, for npm.
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ] && [ -r "$NODE_EXTRA_CA_CERTS" ]; then
  cp --dereference "$NODE_EXTRA_CA_CERTS" "$root/etc/host-certificates.pem"
  environment+=(NODE_EXTRA_CA_CERTS=/etc/host-certificates.pem)
fi

if [ -n "$worktree" ]; then
  say "copying the working tree"
  mkdir "$root/streamflow"
  git ls-files -coz --exclude-standard | tar --null --files-from=- --ignore-failed-read -cf - 2>/dev/null | tar -xf - -C "$root/streamflow"
else
  say "cloning the last commit"
  git clone --quiet --no-hardlinks . "$root/streamflow"
fi

case $what in
  quick) command='scripts/test.sh --quick' ;;
  full) command='scripts/test.sh' ;;
  quickstart) command='scripts/quickstart.sh --detach && build/release/bin/streamflow query "SELECT count(*) AS events FROM events" &&
    kill $(cat data/run/streamflow.pid) && while kill -0 $(cat data/run/streamflow.pid) 2>/dev/null; do sleep 0.1; done' ;;
esac
inside() {
  # Own mounts and processes: when the command ends, so does all that it has started.
  unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" \
    env -i "${environment[@]}" chroot "$root" bash -c "cd /streamflow && $command" </dev/null
}
say "running $what in it"
begin=$SECONDS
inside || die "it failed inside the bare Debian" "scripts/bare_debian.sh --keep leaves it for a look"
say "done in $((SECONDS - begin)) s"
if [ -n "$twice" ]; then
  begin=$SECONDS
  inside || die "it failed the second time" "scripts/bare_debian.sh --keep leaves it for a look"
  say "the second time took $((SECONDS - begin)) s"
fi
