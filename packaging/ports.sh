# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# For quickstart.sh, whose words it uses (die, has): where the server will listen, and who has that port already.

# Its variables.
# shellcheck disable=SC2034,SC2154

# find_port SERVER_ARGUMENT...: sets port to the one where the server will listen; PORT where only its config tells, and
# nothing where it will not listen. host is not empty where that is an address of its own.
find_port() {
  port=${PORT:-8090} before='' host=''
  for argument; do
    case $argument in
      --version | --help | --check-config | --print-config | --try-webhook) port=''; return 0 ;;
      --host | --host=*) host=$argument ;;
      --config | --config=*) [ -n "${PORT:-}" ] || port=PORT ;;
      --port=*) port=${argument#*=} ;;
    esac
    [ "$before" != --port ] || port=$argument
    before=$argument
  done
}

# is_taken PORT: whether somebody listens there, at whatever address. The kernel says it without any tool.
is_taken() {
  grep -qsE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") [0-9A-F]+:0000 0A " /proc/net/tcp /proc/net/tcp6
}

# holder PORT: " by NAME (pid N)", as far as this user may know.
holder() {
  ! has ss || ss -Hltnp "sport = :$1" 2>/dev/null |
    sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/ by \1 (pid \2)/p' | head -n 1
}

check_port() { # a build takes minutes, and the server would say it only then
  case $port in '' | *[!0-9]* | ??????*) return 0 ;; esac # nothing to know, or the server says what is wrong with it
  [ -z "$host" ] && is_taken "$port" || return 0 # at another address the same port may be free
  free=$((port + 1))
  while is_taken $free; do free=$((free + 1)); done
  die "port $port is taken$(holder "$port"). End that program, or take another port:" \
    "PORT=$free sh packaging/quickstart.sh run"
}
