#!/bin/sh
# SPDX-License-Identifier: MIT
# From a bare Debian (12 or newer) to a running server, or to a tested one:
#
#   sh packaging/quickstart.sh run [-- SERVER_ARGUMENT...]
#       builds build/oneshot-metrics-server and runs it, on port 8090 unless PORT or an argument says otherwise; says so
#       at once where that port is taken
#   sh packaging/quickstart.sh demo
#       builds it and shows it with a Prometheus: an event every few seconds, and the timeline as Prometheus has it, at
#       free ports and in a temporary folder; Ctrl-C ends both and leaves nothing
#   sh packaging/quickstart.sh demo --cluster
#       the same with a cluster: three nodes of the engine, three servers, two Prometheus. One of each is killed while
#       events are posted; after a minute it ends and says what each Prometheus has, and how much is missing or twice
#       (status 1 if anything is)
#   sh packaging/quickstart.sh build [--cluster]
#       builds it, and nothing else; with --cluster the program for clusters too
#   sh packaging/quickstart.sh test [--all | STEP...]
#       builds it with its tests and runs the suites unit, integration, system, docs, packages and lint (the step
#       `release`); with --all the steps release kubernetes stress hostile chaos cluster store crash clang fuzz tsan
#       systemd; there are debug and busy too (busy: python3 -m harness.busy, tests beside processes that keep every
#       core busy)
#
# What is missing is installed with apt-get, as root or through sudo, without a question but sudo's for the password,
# where there is a terminal; elsewhere the missing packages are named. With ONESHOT_SECONDS a step that would not end
# within that time from the start is skipped by name (only `systemd`, the last one, looks at it). The last line of
# `test` is the sum over all steps: N passed, N failed.
set -eu
unset CDPATH
cd "$(dirname -- "$0")/.."
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
here=$(pwd)
tools=build-tools # what is unpacked rather than installed, and logs

say() { printf 'quickstart: %s\n' "$*"; }
die() { say "$*" >&2; exit 1; }
usage() { sed -n '3,/^set /{/^set /d;s/^# \{0,1\}//;p;}' packaging/quickstart.sh; }
now() { date +%s; }

# ---- what it needs ----

has() { command -v "$1" >/dev/null 2>&1; }
exists() { for path; do [ ! -e "$path" ] || return 0; done; return 1; }

missing=
# want PACKAGE THING...: the package is missing if none of the things, commands or /files, is there.
want() {
  package=$1; shift
  for thing; do
    case $thing in
      /*) ! [ -e "$thing" ] || return 0 ;;
      *) ! has "$thing" || return 0 ;;
    esac
  done
  missing="$missing $package"
}

sudo='sudo -n' # never asks for a password, unless become_root() has said that it will
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else $sudo "$@"; fi </dev/null
}
may_be_root() { [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }

# become_root WHAT: the same, where there is a terminal also by sudo's question for the password; WHAT it is for.
become_root() {
  ! may_be_root || return 0
  has sudo && [ -t 0 ] && [ -t 2 ] || return 1
  say "sudo may ask for your password. It is for: $1"
  sudo=sudo
  sudo -v
}
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >>$tools/apt.log 2>&1; }
on_offer() { [ -n "$(apt-cache -q=0 show "$1" 2>/dev/null)" ]; }

refreshed=
refresh() { # the lists of packages, once, if we may
  [ -z "$refreshed" ] && may_be_root || return 0
  refreshed=1
  apt update || say "apt-get update failed; going on with the lists that are there"
}

# unpack FOLDER PACKAGE...: the packages' files below FOLDER, neither installed nor with what they depend on.
unpack() {
  folder=$1; shift
  rm -rf "$folder.new"; mkdir -p "$folder.new"
  if (cd "$folder.new" && timeout 300 apt-get -qq -o APT::Sandbox::User=root download "$@" &&
      for deb in *.deb; do dpkg-deb -x "$deb" . && rm "$deb" || exit; done) >>$tools/apt.log 2>&1 </dev/null; then
    rm -rf "$folder"; mv "$folder.new" "$folder"
  else
    rm -rf "$folder.new"; return 1
  fi
}

# llhttp is a library on Debian 13; on 12 it is C sources inside a package that would bring Node.js along.
llhttp=subprojects/llhttp/unpacked
want_llhttp() {
  ! exists /usr/include/llhttp.h /usr/local/include/llhttp.h /usr/share/llhttp/llhttp.c $llhttp/usr || return 0
  refresh
  if on_offer libllhttp-dev; then missing="$missing libllhttp-dev"; return 0; fi
  say "unpacking the C sources of node-llhttp into $llhttp"
  unpack $llhttp node-llhttp || die "cannot download node-llhttp; $tools/apt.log says why"
}

want_to_build() {
  want g++ c++ g++ clang++
  want meson meson
  want ninja-build ninja
  want pkgconf pkg-config pkgconf
  if has apt-get; then # elsewhere Meson looks for libraries, and says which are missing
    want libasio-dev /usr/include/asio.hpp /usr/local/include/asio.hpp
    want libtomlplusplus-dev /usr/include/toml++/toml.h /usr/local/include/toml++/toml.h
    want libsimdjson-dev /usr/include/simdjson.h /usr/local/include/simdjson.h
    want libssl-dev /usr/include/openssl/ssl.h /usr/local/include/openssl/ssl.h
    want libcurl4-openssl-dev /usr/include/*/curl/curl.h /usr/include/curl/curl.h /usr/local/include/curl/curl.h
    want libyaml-dev /usr/include/yaml.h /usr/local/include/yaml.h
    want libcrypt-dev /usr/include/crypt.h /usr/local/include/crypt.h
    want libxxhash-dev /usr/include/xxhash.h /usr/local/include/xxhash.h
    want zlib1g-dev /usr/include/zlib.h /usr/local/include/zlib.h
    want_llhttp
  fi
}

want_to_test() {
  want_to_build
  want python3 python3
  want curl curl
  want openssl openssl
  want apache2-utils htpasswd
  if has apt-get; then
    want iproute2 ss /usr/bin/ss /bin/ss
    want python3-yaml /usr/lib/python3/dist-packages/yaml
    want doctest-dev /usr/include/doctest/doctest.h /usr/local/include/doctest/doctest.h
    want python3-prometheus-client /usr/lib/python3/dist-packages/prometheus_client
    want python3-requests /usr/lib/python3/dist-packages/requests
  fi
}

want_networks() { # for the tests that make networks of their own
  has apt-get && [ "$(id -u)" = 0 ] || return 0 # others may make none, and then those tests are skipped
  want iproute2 ip /usr/sbin/ip /sbin/ip
  want nftables nft /usr/sbin/nft
}

want_cluster() { # without it the tests of step cluster are skipped
  ! has apt-get || want libnats-dev /usr/include/nats/nats.h /usr/local/include/nats/nats.h
}

want_containers() { # to boot a Debian with systemd; without them, or without being root, those tests are skipped
  has apt-get && [ "$(id -u)" = 0 ] || return 0
  want debootstrap debootstrap /usr/sbin/debootstrap
  want systemd-container systemd-nspawn
}

want_images() { # for the image, and for what the chart renders; without them those tests are skipped
  has apt-get && may_be_root || return 0
  want python3-yaml /usr/lib/python3/dist-packages/yaml
  [ "$(id -u)" = 0 ] || return 0
  want podman podman
  want buildah buildah
  want runc runc /usr/sbin/runc
  want iproute2 ip /usr/sbin/ip /sbin/ip
}

want_spin() { # without it the test that needs it is skipped
  if has apt-get; then
    has spin || refresh
    ! on_offer spin || want spin spin
  fi
}

want_valgrind() { # without it the test that counts instructions is skipped
  ! has apt-get || want valgrind valgrind
}

want_clang() {
  want clang clang-14 clang
  if has apt-get; then
    want libclang-rt-dev /usr/lib/llvm-*/lib/clang/*/lib/*/libclang_rt.asan*
    [ -z "$missing" ] || refresh
    for tool in clang-format-14 clang-tidy-14; do ! on_offer $tool || want $tool $tool; done
  fi
}

install_missing() {
  [ -n "$missing" ] || return 0
  has apt-get || die "please install first (these are Debian's names):$missing"
  line="apt-get install -y --no-install-recommends$missing"
  become_root "$line" || die "packages are missing, and neither root nor sudo is at hand. Run: sudo $line"
  say "$line"
  began=$(now)
  refresh
  # shellcheck disable=SC2086 # a list of names
  apt install -y --no-install-recommends $missing || { tail -n 20 $tools/apt.log >&2; die "that failed"; }
  missing=
  say "installed in $(($(now) - began)) s"
}

# Programs for tests that are only unpacked.
# shellcheck source=packaging/test-programs.sh
. packaging/test-programs.sh

# ---- building ----

gently= # or what starts a program so that it takes only what others leave of the processors
# configure FOLDER OPTION...: makes a build folder, or changes it if the options are others than last time.
configure() {
  folder=$1 again=; shift
  if [ -f "$folder/build.ninja" ]; then
    case "$(cat "$folder/.options" 2>/dev/null) " in
      "$* "*) return 0 ;; # nothing to change
    esac
    again=--reconfigure # not `meson configure`, which knows no option that is newer than the folder
  fi
  log=$tools/$folder.setup.log
  $gently meson setup $again "$folder" "$@" >"$log" 2>&1 || { tail -n 20 "$log" >&2; return 1; }
  printf '%s\n' "$*" >"$folder/.options"
}

# compile FOLDER [TARGET...]: what the compilers say goes into a log, which is shown where it matters.
compile() {
  log=$tools/$1.log
  if [ -t 1 ]; then
    { ninja -C "$@" && echo 0 >"$log.status" || echo 1 >"$log.status"; } 2>&1 | tee "$log"
    return "$(cat "$log.status")"
  fi
  $gently ninja -C "$@" >"$log" 2>&1 || { grep -v '^\[' "$log" | tail -n 60; return 1; }
}

# ---- run ----

# Whether its port is free.
# shellcheck source=packaging/ports.sh
. packaging/ports.sh

lines_to_try() {
  [ -n "$port" ] || return 0
  cat <<TRY

  Try, in another terminal:
    curl -X POST 'http://localhost:$port/event?type=deploy&service=checkout'
    curl -s 'http://localhost:$port/metrics?scraper=me' | grep -v '^#'          # take: each event once
    curl -s 'http://localhost:$port/metrics?scraper=me&peek=1' | grep -v '^#'   # look, without taking
  Ctrl-C stops the server.

TRY
}

build() { # [--cluster]
  cluster='' programs=oneshot-metrics-server
  [ $# = 0 ] || for_cluster build "$@"
  want_to_build
  [ -z "$cluster" ] || { want_cluster; programs="$programs oneshot-metrics-server-cluster"; }
  install_missing
  [ -f build/build.ninja ] || tests=-Dtests=false
  began=$(now)
  say "building build/oneshot-metrics-server (release)"
  # The option makes a folder that was there before look for libnats again; tests in it stay as they are.
  # shellcheck disable=SC2086 # lists of words
  configure build -Dbuildtype=release ${cluster:+-Dcluster=auto} ${tests:-} || die "the build failed"
  [ -z "$cluster" ] || grep -q '^build oneshot-metrics-server-cluster:' build/build.ninja ||
    die "a cluster needs libnats with its headers, 3.4.1 or newer (Debian's libnats-dev, nats.c elsewhere). Please" \
      "install it first"
  # shellcheck disable=SC2086
  compile build $programs || die "the build failed"
  say "built in $(($(now) - began)) s"
}

for_cluster() { # COMMAND --cluster
  [ "$#:$2" = 2:--cluster ] || { say "$1 takes --cluster or nothing" >&2; exit 2; }
  cluster=1
}

run() {
  [ "${1:-}" != -- ] || shift
  exec 3>&1 1>&2 # what is said on the way is not the server's output
  find_port "$@"
  check_port
  build
  lines_to_try
  exec build/oneshot-metrics-server "$@" 1>&3 3>&-
}

# ---- demo ----

demo() { # [--cluster]; Prometheus begins before the build: packaging/demo says why
  cluster=''
  [ $# = 0 ] || for_cluster demo "$@"
  want python3 python3
  want_to_build
  [ -z "$cluster" ] || want_cluster
  install_missing
  find_prometheus
  prometheus=${ONESHOT_PROMETHEUS:-$(command -v prometheus || true)}
  [ -n "$cluster" ] ||
    exec python3 packaging/demo build/oneshot-metrics-server "$prometheus" -- sh packaging/quickstart.sh build
  find_nats_server
  engine=${ONESHOT_NATS_SERVER:-$(new_nats_server || true)}
  [ -n "$engine" ] || die "a cluster needs nats-server, 2.10.23 or newer, and it is neither here nor to be had by" \
    "apt-get. Please install it (Debian 13 has it, or https://nats.io/download), or name it: ONESHOT_NATS_SERVER=PATH"
  exec python3 packaging/demo --cluster "$engine" build/oneshot-metrics-server "$prometheus" -- \
    sh packaging/quickstart.sh build --cluster
}

# ---- test ----
# One function for each step. A new one needs step_NAME and its name in one of these lists.

steps_by_default='release'
systemd_seconds=240 # what that step takes on two cores, making the base of a Debian included
# Where time is short the last one is left out, which takes longest. kubernetes is cheap, and runs what release built.
# Two run by name alone: debug, since clang runs the same tests with the same assertions, and busy, which takes hours.
steps_of_all='release kubernetes stress hostile chaos cluster store crash clang fuzz tsan systemd'
every_step="$steps_of_all debug busy"

step_release() { # what users get; in --all no compiler warning is let through
  configure build -Dbuildtype=release -Dtests=true && compile build || return
  # What the linker says about its own speed, where there is one core to be seen, is no warning about the code.
  if [ -n "$all" ] && grep ': warning:' $tools/build.log | grep -v '^lto-wrapper: warning: using serial'; then
    say "the release build warns"
    return 1
  fi
  run_tests build --suite unit --suite integration --suite system --suite docs --suite packages --suite lint
}
step_stress() {
  configure build -Dbuildtype=release -Dtests=true && compile build && run_tests build --suite stress --suite model
}
step_chaos() {
  configure build -Dbuildtype=release -Dtests=true && compile build && run_tests build --suite chaos
}
step_cluster() {
  seconds=60
  [ -z "$all" ] || seconds=20
  # The option makes a folder that was there before look for libnats again.
  configure build -Dbuildtype=release -Dtests=true -Dcluster=auto || return 1
  tool=tests/cluster/log_tool # there is none without libnats
  ! grep -q "^build $tool:" build/build.ninja ||
    compile build $tool oneshot-metrics-server oneshot-metrics-server-cluster &&
    ONESHOT_CLUSTER_SECONDS=${ONESHOT_CLUSTER_SECONDS:-$seconds} run_tests build --suite cluster
}
step_hostile() {
  configure build -Dbuildtype=release -Dtests=true && compile build && run_tests build --suite hostile
}
step_crash() { # the server of step debug, which can be killed at named points
  files=10000 kills=200
  [ -z "$all" ] || { files=2000; kills=60; } # some stand for all, since there is not the time
  crash_build &&
    ONESHOT_KILLS=${ONESHOT_KILLS:-$kills} ONESHOT_DAMAGED_FILES=${ONESHOT_DAMAGED_FILES:-$files} \
      run_tests build-debug --suite crash
}
step_store() { # in --all some rows that stand for all
  rows=all
  [ -z "$all" ] || rows=short
  configure build -Dbuildtype=release -Dtests=true && compile build oneshot-metrics-server &&
    ONESHOT_STORE_ROWS=${ONESHOT_STORE_ROWS:-$rows} run_tests build --suite store
}
step_debug() { # with assertions
  debug_build && run_tests build-debug --suite unit
}
step_busy() { # whether a test judges by the clock: each so many times while something else keeps every core busy
  configure build -Dbuildtype=release -Dtests=true && compile build || return
  PYTHONPATH=tests python3 -m harness.busy --build build --times "${ONESHOT_BUSY_TIMES:-10}" \
    --side-by-side "$(side_by_side)" --suite unit --suite integration --suite system || true
  ! [ -f build/meson-logs/busy.json ] || printf '%s\n' "busy=build/meson-logs/busy.json" >>$tools/results
}
crash_build() { debug_build oneshot-metrics-server tests/crash/damaged_files tests/crash/make_version_1; }
debug_build() { # [TARGET...]
  configure build-debug -Dbuildtype=debug -Doptimization=1 -Dcrash_points=true -Dwerror=true -Djoin_sources=true &&
    compile build-debug "$@"
}
step_clang() {
  clang_build && ONESHOT_CHAOS_MINUTES=${ONESHOT_CHAOS_MINUTES:-0.5} \
    run_tests build-clang --setup sanitizers --suite unit --suite integration --suite system --suite chaos \
      --suite clang_tidy
}
step_fuzz() {
  clang_build && run_tests build-clang --setup sanitizers --suite fuzz
}
# Those whose subject has threads, or is used by several; the others would be compiled, half of the time, for nothing.
with_threads='app base confirm delivery event_log net queue service storage'
step_tsan() {
  # shellcheck disable=SC2086 # a list of names
  tsan_build &&
    run_tests build-tsan --setup sanitizers --suite stress --suite unit --suite integration $with_threads queue_stress
}
step_kubernetes() { # the container image and the Helm chart
  configure build -Dbuildtype=release -Dtests=true && compile build oneshot-metrics-server &&
    run_tests build --suite helm --suite container
}
step_systemd() { # boots a Debian and tests the package in it; nothing of it stays on this machine
  configure build -Dbuildtype=release -Dtests=true && compile build || return
  release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release 2>/dev/null || true)
  case $all:$release in
    1:bookworm | 1:trixie) # each takes minutes, so with --all only this machine's, where the package can be built
      rm -rf $tools/deb
      sh packaging/build-deb.sh $tools/deb >$tools/deb.log 2>&1 || { tail -n 40 $tools/deb.log; return 1; }
      ONESHOT_BOOT_DEBIAN=1 ONESHOT_DEB=$(find "$here/$tools/deb" -name 'oneshot-metrics-server_*.deb') \
        run_tests build --suite systemd "$release"
      ;;
    *) ONESHOT_BOOT_DEBIAN=1 run_tests build --suite systemd ;; # 12 and 13
  esac
}
tsan_build() {
  targets='tests/integration/net_integration_test tests/stress/queue_stress'
  for name in $with_threads; do targets="$targets tests/unit/$name/${name}_test"; done
  # shellcheck disable=SC2086 # lists of names
  configure build-tsan -Dbuildtype=debug -Doptimization=1 -Dwerror=true -Db_sanitize=thread -Djoin_sources=true &&
    compile build-tsan $targets
}
clang_build() {
  version=; ! has clang-14 || version=-14
  CC=clang$version CXX=clang++$version configure build-clang -Dbuildtype=debugoptimized -Dwerror=true \
    -Db_sanitize=address,undefined -Db_lundef=false -Dfuzzers=true -Djoin_sources=true && compile build-clang
}

# Most tests wait for something else most of the time: all of the system suite takes 280 s of processor time, and took
# ten minutes of two cores with as many tests as cores, five with twice as many. With sanitizers they have work to do.
side_by_side() { # MESON_TEST_ARGUMENT...
  cores=$(getconf _NPROCESSORS_ONLN)
  case " $* " in *' sanitizers '*) echo "$cores" ;; *) echo $((2 * cores)) ;; esac
}

# run_tests FOLDER MESON_TEST_ARGUMENT...: what fails is counted at the end, so that all steps run.
run_tests() {
  folder=$1; shift
  rm -f "$folder/meson-logs/$step.json" "$folder/meson-logs/$step"-*.json
  meson test -C "$folder" --no-rebuild --logbase "$step" --print-errorlogs \
    --num-processes "$(side_by_side "$@")" "$@" || true
  for log in "$folder/meson-logs/$step.json" "$folder/meson-logs/$step"-*.json; do # with a set-up it bears its name
    ! [ -f "$log" ] || printf '%s\n' "$step=$log" >>$tools/results
  done
}

# The tests of chaos, cluster and store wait for others most of the time, and judge by what is lost or came twice. What
# later steps need is built beside them, on what they leave of the processors; where it fails those steps say so.
beside_builds() {
  [ -n "$all" ] && [ -z "$ahead" ] || return 0
  (gently=$(chrt --idle 0 echo chrt --idle 0 2>/dev/null || echo nice -n 19)
    crash_build && clang_build && tsan_build) >$tools/ahead.log 2>&1 &
  ahead=$!
}
wait_for_builds() { [ -z "$ahead" ] || wait "$ahead" || true; ahead=; }

test_steps() {
  all='' steps='' ahead=''
  for argument; do
    case $argument in
      --all) all=1 steps=$steps_of_all ;;
      -h | --help) usage; exit 0 ;;
      *)
        case " $every_step " in *" $argument "*) ;; *) die "no step $argument; there are: $every_step" ;; esac
        steps="$steps $argument"
        ;;
    esac
  done
  steps=${steps:-$steps_by_default}
  want_to_test
  case " $steps " in *\ clang\ * | *\ fuzz\ *) want_clang ;; esac
  case " $steps " in *\ chaos\ * | *\ cluster\ * | *\ store\ * | *\ clang\ *) want_networks ;; esac
  case " $steps " in *\ cluster\ *) want_cluster ;; esac
  case " $steps " in *\ stress\ *) want_spin ;; esac
  [ -z "$all" ] || want_valgrind
  case " $steps " in *\ systemd\ *) want_containers ;; esac
  case " $steps " in *\ kubernetes\ *) want_images ;; esac
  install_missing
  find_prometheus
  case " $steps " in *\ kubernetes\ *) find_helm ;; esac
  if [ -n "$all" ]; then find_others prometheus ONESHOT_OTHER_PROMETHEUS; find_nginx; find_grafana_types; find_axe; fi
  case " $steps " in *\ cluster\ *) find_nats_server ;; esac
  case " $steps " in *\ store\ *) find_victoria_metrics; [ -n "$all" ] || find_for_all_rows ;; esac
  : >$tools/results
  first=$(now)
  for step in $steps; do
    say "step $step"
    began=$(now)
    case $step in chaos | cluster | store) beside_builds ;; *) wait_for_builds ;; esac
    if [ "$step" = systemd ] && [ -n "${ONESHOT_SECONDS:-}" ] &&
      [ $((began - first + systemd_seconds)) -gt "$ONESHOT_SECONDS" ]; then
      say "step systemd would not end within $ONESHOT_SECONDS s"
      printf '%s\n' "$step=skipped: no time is left for it (ONESHOT_SECONDS=$ONESHOT_SECONDS)" >>$tools/results
      continue
    fi
    if ! step_"$step" || ! grep -q "^$step=" $tools/results; then
      say "step $step failed"
      printf '%s\n' "$step=failed" >>$tools/results
    fi
    say "step $step took $(($(now) - began)) s"
  done
  exec python3 packaging/sum_tests.py $tools/results
}

mkdir -p $tools
command=${1:-}
[ $# = 0 ] || shift
case $command in
  run) run "$@" ;;
  demo) demo "$@" ;;
  build) build "$@" ;;
  test) test_steps "$@" ;;
  -h | --help) usage ;;
  '') usage >&2; exit 2 ;;
  *) say "there is no \"$command\"; there are: run, demo, build, test" >&2; exit 2 ;;
esac
