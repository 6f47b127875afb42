#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the Debian package for the release of Debian that this runs on (12 or newer):
#
#   sh packaging/build-deb.sh [--version VERSION] OUTDIR
#
# puts oneshot-metrics-server_VERSION_ARCH.deb, oneshot-metrics-server-cluster_VERSION_ARCH.deb,
# oneshotctl_VERSION_ARCH.deb and the debug symbols into OUTDIR. VERSION
# is that of meson.build unless given; with ~deb12 or the like behind it, so that the package of a newer release of
# Debian is an upgrade.
# What the build needs is installed with apt-get, as root or through sudo, without a question; the checkout is not
# touched.
set -eu
unset CDPATH
say() { printf 'build-deb: %s\n' "$*"; }
die() { say "$*" >&2; exit 1; }
usage() { sed -n '3,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0"; }

version='' outdir=''
while [ $# -gt 0 ]; do
  case $1 in
    --version) [ $# -gt 1 ] || die "--version needs a value"; version=$2; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) die "$1: unknown option; there are --version VERSION and --help" ;;
    *) [ -z "$outdir" ] || die "one OUTDIR, not two: \"$outdir\" and \"$1\""; outdir=$1 ;;
  esac
  shift
done
[ -n "$outdir" ] || { usage >&2; exit 2; }
mkdir -p "$outdir"
outdir=$(cd "$outdir" && pwd)
cd "$(dirname -- "$0")/.."

command -v apt-get >/dev/null || die "this builds on Debian and needs its apt-get"
# shellcheck disable=SC1091
release=$(. /etc/os-release && echo "${VERSION_ID:-}")
given=$version
[ -n "$version" ] || version=$(sed -n "s/^  version: '\(.*\)',$/\1/p" meson.build)
[ -n "$version" ] || die "meson.build does not tell the version"
written=$(sed -n '1s/.*(\(.*\)-[^-]*).*/\1/p' packaging/debian/changelog)
[ -n "$given" ] || [ "$version" = "$written" ] ||
  die "packaging/debian/changelog begins with version $written, meson.build says $version: write an entry for it"
full=$version-1${release:+~deb$release}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi </dev/null; }
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
tree=$work/oneshot-metrics-server
mkdir "$tree"
# What the package is made of, without what earlier builds left lying about.
cp -R CHANGELOG.md LICENSE README.md config docs meson.build meson_options.txt packaging src "$tree/"
mkdir "$tree/subprojects" "$tree/subprojects/llhttp"
cp subprojects/*.wrap "$tree/subprojects/"
cp -R subprojects/packagefiles "$tree/subprojects/"
cp subprojects/llhttp/meson* "$tree/subprojects/llhttp/"
cp -R packaging/debian "$tree/debian"
sed "1s/([^)]*)/($full)/" packaging/debian/changelog >"$tree/debian/changelog"

cd "$tree"
if ! dpkg-checkbuilddeps >/dev/null 2>&1; then
  [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null ||
    die "packages are missing, and neither root nor sudo without a password is at hand:" \
      "$(dpkg-checkbuilddeps 2>&1)"
  say "apt-get build-dep"
  apt update
  command -v dpkg-buildpackage >/dev/null || apt install -y --no-install-recommends dpkg-dev >"$work/apt.log" 2>&1 ||
    { cat "$work/apt.log" >&2; die "apt-get install dpkg-dev failed"; }
  apt build-dep -y --no-install-recommends ./ >"$work/apt.log" 2>&1 ||
    { cat "$work/apt.log" >&2; die "apt-get build-dep failed"; }
fi
say "building version $full"
dpkg-buildpackage -us -uc -b >"$work/build.log" 2>&1 ||
  { tail -n 60 "$work/build.log" >&2; die "dpkg-buildpackage failed"; }
if command -v lintian >/dev/null; then
  lintian --allow-root --fail-on error "$work"/*.changes || die "lintian finds errors in the package"
fi
cp "$work"/*.deb "$outdir/"
for deb in "$work"/*.deb; do say "$outdir/${deb##*/}"; done
