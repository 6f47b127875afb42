#!/bin/sh
# SPDX-License-Identifier: MIT
# What a package of the service has besides what Meson installs: units, the config of the service, documents.
#
#   sh packaging/systemd/install.sh ROOT UNITDIR DOCDIR
#
# ROOT is the package's root folder; UNITDIR and DOCDIR are as they are on the machine of its users.
set -eu
unset CDPATH
[ $# = 3 ] || { sed -n '3,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0" >&2; exit 2; }
root=$1 units=$1$2 documents=$1$3
cd "$(dirname -- "$0")/../.."

install -d "$units" "$documents" "$root/etc/oneshot-metrics-server"
install -m 644 packaging/systemd/*.service "$units/"
install -m 644 CHANGELOG.md README.md SECURITY.md "$documents/"
cp -R docs "$documents/docs"

config=$root/etc/oneshot-metrics-server/config.toml
sed -f packaging/systemd/config.sed config/oneshot-metrics-server.toml >"$config"
chmod 644 "$config"
grep -q '^path = "/var/lib/oneshot-metrics-server/events.log"$' "$config"
