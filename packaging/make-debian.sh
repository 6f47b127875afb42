#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the root folder of a Debian for tests, once, and prints where it is:
#
#   sh packaging/make-debian.sh [SUITE]
#
# SUITE is bookworm (12) unless given. systemd is in it, so that it can be booted; nobody changes it, each test takes a
# copy. Needs root, debootstrap, and apt sources whose mirror has SUITE and can be reached. Status 77: this machine
# cannot do that, and why is said. Nothing outside of build-tools/ changes.
set -eu
unset CDPATH
cd "$(dirname -- "$0")/.."
cannot() { printf 'skipped: a Debian cannot be made: %s\n' "$*"; exit 77; }

case ${1:-} in -h | --help) sed -n '3,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0"; exit 0 ;; esac
suite=${1:-bookworm}
tools=$(pwd)/build-tools
base=$tools/debian-$suite
# A base that was made for another list of packages is made anew.
more=systemd-sysv,dbus,libnss-systemd,procps,curl,libsimdjson-dev,libyaml-0-2
if [ "$(cat "$base/.complete" 2>/dev/null)" != "$more" ]; then
  [ "$(id -u)" = 0 ] || cannot "only root can"
  command -v debootstrap >/dev/null || cannot "debootstrap is not installed"
  # shellcheck disable=SC2016 # apt's variables, not ours
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' \
    2>/dev/null | sed 's|/$||' | grep -m1 -v security) || mirror=
  [ -n "$mirror" ] || cannot "apt knows no mirror (apt-get update?)"
  mkdir -p "$tools"
  printf 'make-debian: making the base of Debian %s (once)\n' "$suite" >&2
  rm -rf "$base"
  debootstrap --variant=minbase --include=$more "$suite" "$base" "$mirror" \
    >"$tools/debian-$suite.log" 2>&1 || {
    tail -n 5 "$tools/debian-$suite.log" >&2
    ! grep -q -e '^E: Failed getting release' -e "^E: Couldn't download" "$tools/debian-$suite.log" ||
      cannot "its mirror cannot be reached"
    exit 1
  }
  rm -f "$base"/var/cache/apt/archives/*.deb
  : >"$base/etc/machine-id"
  printf '%s\n' "$more" >"$base/.complete"
fi
printf '%s\n' "$base"
