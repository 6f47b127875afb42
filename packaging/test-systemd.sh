#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests the Debian package where systemd runs: installs it, has the service reloaded, restarted under load, killed,
# hung, upgraded, and purges it again.
#
#   sh packaging/test-systemd.sh [DEB [WORD...]]
#
# Run it as root in a Debian (12 or newer) that may be thrown away, booted with systemd; packaging/boot-debian.sh makes
# one. Without a DEB the package is built first (or with "" in its place). WORDs choose checks by their names. What is
# needed is installed with apt-get. It refuses to begin where the package is already installed.
set -eu
unset CDPATH
cd "$(dirname -- "$0")/.."
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PYTHONDONTWRITEBYTECODE=1
die() { printf 'test-systemd: %s\n' "$*" >&2; exit 1; }

case ${1:-} in -h | --help) sed -n '3,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0"; exit 0 ;; esac
[ "$(id -u)" = 0 ] || die "must be run as root"
[ -d /run/systemd/system ] || die "systemd is not what booted this machine"
command -v apt-get >/dev/null || die "needs Debian's apt-get"
for there in /usr/bin/oneshot-metrics-server /etc/oneshot-metrics-server /var/lib/private/oneshot-metrics-server; do
  ! [ -e "$there" ] || die "$there is there already: the test would purge a package that is in use"
done

deb=${1:-}
[ $# = 0 ] || shift
if ! command -v python3 >/dev/null || ! command -v curl >/dev/null || ! command -v openssl >/dev/null; then
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends python3 curl openssl >/dev/null
fi
if [ -z "$deb" ]; then
  folder=$(mktemp -d /var/tmp/deb.XXXXXX)
  trap 'rm -rf "$folder"' EXIT
  sh packaging/build-deb.sh "$folder"
  deb=$(find "$folder" -name 'oneshot-metrics-server_*.deb')
fi
[ -f "$deb" ] || die "$deb: there is no such package"
apt-get -qq update || true
PYTHONPATH=$(pwd)/tests python3 -m systemd.run "$deb" "$@"
