#!/bin/sh
# SPDX-License-Identifier: MIT
# Boots a throw-away Debian with systemd, in a container of its own, and runs a command in it:
#
#   sh packaging/boot-debian.sh [--suite SUITE] [--deb FILE] [COMMAND [ARGUMENT...]]
#
# SUITE is bookworm (12) unless given. The checkout is copied to /src, where the COMMAND runs as root; its status is
# returned. Without one it is sh packaging/test-systemd.sh, with the package FILE if one is given. Needs root,
# debootstrap and systemd-nspawn (Debian's package systemd-container), and apt sources for SUITE's mirror. Status 77:
# this machine cannot do that, and why is said.
#
# Nothing outside of build-tools/ changes: the base, which debootstrap makes once, is kept there; the container is gone
# afterwards. Its network is this machine's, so ports 8090, 18090 and 1011 must be free for the tests.
set -eu
unset CDPATH
cd "$(dirname -- "$0")/.."
here=$(pwd)
say() { printf 'boot-debian: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
cannot() { printf 'skipped: %s\n' "$*"; exit 77; }
usage() { sed -n '3,/^set /{/^set /d;s/^# \{0,1\}//;p;}' packaging/boot-debian.sh; }

suite=bookworm deb=
while [ $# -gt 0 ]; do
  case $1 in
    --suite) [ $# -gt 1 ] || die "--suite needs a value, such as bookworm or trixie"; suite=$2; shift 2 ;;
    --deb) [ $# -gt 1 ] && [ -f "$2" ] || die "--deb needs the file of a package"; deb=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    -*) die "$1: unknown option; there are --suite SUITE, --deb FILE and --help" ;;
    *) break ;;
  esac
done

deb=${deb:-${ONESHOT_DEB:-}} # for the suite, which gives no arguments of its own
[ $# -gt 0 ] || set -- sh packaging/test-systemd.sh ${deb:+given.deb}
[ -z "${ONESHOT_ON_REQUEST:-}" ] || [ -n "${ONESHOT_BOOT_DEBIAN:-}" ] ||
  cannot "a Debian is booted only on request: packaging/quickstart.sh test systemd"
[ "$(id -u)" = 0 ] || cannot "a Debian can be booted by root only"
for tool in systemd-nspawn nsenter unshare; do
  command -v $tool >/dev/null || cannot "a Debian cannot be booted without $tool"
done
unshare --mount --pid --fork true 2>/dev/null || cannot "a Debian cannot be booted: no namespaces may be made here"
base=$(sh packaging/make-debian.sh "$suite") || { status=$?; printf '%s\n' "$base"; exit $status; }
tools=$here/build-tools

work=$(mktemp -d "$tools/boot.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' INT TERM
root=$work/root
cp -ax "$base" "$root" # -x: debootstrap may have left its /proc mounted
cp -L /etc/resolv.conf "$root/etc/resolv.conf.new" && mv "$root/etc/resolv.conf.new" "$root/etc/resolv.conf"
# How this machine reaches its mirror, if by a proxy or with a clock of its own.
grep -hsE '^ *Acquire::(Check-|http|https)' /etc/apt/apt.conf.d/* >"$root/etc/apt/apt.conf.d/99host" || true
mkdir "$root/src"
tar -C "$here" --exclude=./build --exclude='./build-*' --exclude=./.git -cf - . | tar -C "$root/src" -xf -

[ -z "$deb" ] || cp "$deb" "$root/src/given.deb"

# A cgroup of its own in each hierarchy, so that several can run at once.
cgroups=
for top in /sys/fs/cgroup/unified /sys/fs/cgroup/systemd /sys/fs/cgroup; do
  ! [ -e "$top/cgroup.procs" ] || cgroups="$cgroups $top/oneshot-boot-$$"
done
export ROOT="$root" CGROUPS="$cgroups" CONSOLE="$work/console.log"
status=0
# In namespaces of their own: /run is a tmpfs, as systemd-nspawn wants it, and everything ends with this script. There
# may be no service manager outside (--keep-unit, --register=no). Its network is this machine's, for apt; ports too.
# shellcheck disable=SC2016 # to be expanded inside
unshare --mount --pid --fork --kill-child --ipc --uts --mount-proc sh -c '
  set -eu
  mount --make-rprivate /
  mount -t tmpfs tmpfs /run
  mkdir -p /run/systemd
  for cgroup in $CGROUPS; do
    mkdir -p "$cgroup" && echo $$ >"$cgroup/cgroup.procs" || true
  done
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn -q -D "$ROOT" -b --register=no --keep-unit --console=read-only \
    </dev/null >"$CONSOLE" 2>&1 &
  nspawn=$!
  up= leader= tries=0
  while [ -z "$up" ] && [ $tries -lt 600 ] && kill -0 $nspawn 2>/dev/null; do
    read -r leader _ <"/proc/$nspawn/task/$nspawn/children" || true
    case $([ -z "$leader" ] || nsenter -t "$leader" -a systemctl is-system-running 2>/dev/null) in
      running | degraded) up=1 ;;
      *) sleep 0.1 ;;
    esac
    tries=$((tries + 1))
  done
  if [ -z "$up" ]; then
    echo "skipped: systemd does not boot in a container here: $(tail -n 1 "$CONSOLE")"
    exit 77
  fi
  status=0
  nsenter -t "$leader" -a env -i HOME=/root LANG=C.UTF-8 TERM=dumb \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    sh -c "cd /src && exec \"\$@\"" sh "$@" </dev/null || status=$?
  timeout 30 nsenter -t "$leader" -a systemctl poweroff 2>/dev/null || true
  tries=0
  while kill -0 $nspawn 2>/dev/null && [ $tries -lt 300 ]; do sleep 0.1; tries=$((tries + 1)); done
  exit $status
' sh "$@" || status=$?
for cgroup in $cgroups; do
  find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || true
done
exit $status
