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
# Bash speaks no TLS. A listener with tls = false is asked in place of the main address, where there is one.
plain=$(sed -n '/^\[/h;/^address = /h;/^tls = false$/{g;s/^address = "\(.*\)"$/\1/p;q}' <<<"$settings")
if [ -n "$plain" ]; then
  port=${plain##*:} host=${plain%:*}
  host=${host#[} host=${host%]}
fi
case $host in '' | :: | 0.0.0.0) host=127.0.0.1 ;; esac # all addresses, this one among them

exec 3<>"/dev/tcp/$host/$port" || exit 1
printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r _ status _ <&3
answer=$(cat <&3)
case $status:$answer in
  200:*) ;;
  # It answers, over TLS: that it lives is all that can be known here.
  400:*"HTTP request to an HTTPS server"*) ;;
  *) printf '%s\n' "$answer"; exit 1 ;; # the reasons, for `podman inspect`
esac
