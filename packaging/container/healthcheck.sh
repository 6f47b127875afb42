#!/bin/bash
# SPDX-License-Identifier: MIT
# The image's health check: is the server ready to take and store events? Ready rather than alive, because a disk that
# has failed then shows, and a restart is what helps.
#
# Bash, which every Debian has, opens the connection by itself, so that the image needs no client. Where it listens the
# server's own settings say, PORT and a mounted config included; an option appended to the command they do not know.
config=/etc/oneshot-metrics-server/config.toml
settings=$(oneshot-metrics-server --config "$config" --print-config) || exit 1
port=$(sed -n 's/^port = \([0-9]*\)$/\1/p' <<<"$settings")
host=$(sed -n 's/^host = "\(.*\)"$/\1/p' <<<"$settings")
case $host in :: | 0.0.0.0) host=127.0.0.1 ;; esac # all addresses, this one among them

exec 3<>"/dev/tcp/$host/$port" || exit 1
printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ] || { cat <&3; exit 1; } # the reasons, for `podman inspect`
