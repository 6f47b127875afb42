{{/* The server's config file: what config has, and what other values decide. */}}

{{/* All settings as YAML: {section: {key: value}}. */}}
{{- define "events.settings" -}}
{{- range $place := list "server.port" "log.level" "events.use_explicit_timestamps" "storage.path"
      "server.web_config_file" "cluster.replica" -}}
  {{- $parts := splitList "." $place -}}
  {{- if hasKey (get $.Values.config (index $parts 0) | default dict) (index $parts 1) -}}
    {{- $instead := get (dict "server.port" "set server.port" "log.level" "set server.logLevel"
          "events.use_explicit_timestamps" "set server.useExplicitTimestamps"
          "storage.path" "persistence.enabled says where the log is"
          "server.web_config_file" "web.config or web.existingSecret has it"
          "cluster.replica" "each pod has its own, which is its name") $place -}}
    {{- fail (printf "config.%s is not taken from here: %s" $place $instead) -}}
  {{- end -}}
{{- end -}}
{{- include "events.checkCluster" . -}}
{{- $config := deepCopy .Values.config -}}
{{- with .Values.scrape.port -}}
  {{- $listener := dict "address" (printf ":%v" .) "rights" (list "scrape" "view") -}}
  {{- $_ := set $config "listeners" (merge ($config.listeners | default dict) (dict "scrape" $listener)) -}}
{{- end -}}
{{- $web := include "events.webSecret" . -}}
{{- if and $web .Values.web.probePort -}}
  {{- $listener := dict "address" (printf ":%v" .Values.web.probePort) "rights" list "tls" false -}}
  {{- $_ := set $config "listeners" (merge ($config.listeners | default dict) (dict "probe" $listener)) -}}
{{- end -}}
{{- if eq (include "events.scrapersApart" .) "true" -}}
  {{- $_ := set $config "server" (merge ($config.server | default dict) (dict "rights" (list "post"))) -}}
{{- end -}}
{{- $given := dict
      "server" (dict "port" .Values.server.port)
      "log" (dict "level" (lower .Values.server.logLevel))
      "events" (dict "use_explicit_timestamps" (eq (toString .Values.server.useExplicitTimestamps) "true"))
      "storage" (dict "path" (empty (include "events.isCluster" .)
          | ternary "/var/lib/oneshot-metrics-server/events.log" "")) -}}
{{- if $web -}}
  {{- $_ := set $given.server "web_config_file" "/etc/oneshot-web/web-config.yml" -}}
{{- end -}}
{{- $scraper := .Values.serviceMonitor.scraper -}}
{{- if and .Values.serviceMonitor.enabled $scraper (not (contains "$(" $scraper)) -}}
  {{- $names := (get $config "scrapers" | default dict).names | default list -}}
  {{- $_ := set $given "scrapers" (dict "names" (append $names $scraper | uniq)) -}}
{{- end -}}
{{- mergeOverwrite $config $given | toYaml -}}
{{- end }}

{{/* "true": the values say who may scrape, apart from those who may post. */}}
{{- define "events.scrapersApart" -}}
{{- $scrapers := .Values.netpol.ingress.scrapers | default dict -}}
{{- $named := or $scrapers.namespaceMatchLabels $scrapers.podMatchLabels -}}
{{- if and $named (not .Values.scrape.port) -}}
{{- fail "netpol.ingress.scrapers needs a scrape.port: a NetworkPolicy tells those who scrape by the port" -}}
{{- end -}}
{{- if $named }}true{{ else }}false{{ end -}}
{{- end }}

{{/* The limits of what is in seconds. The schema has them too, but not for decimals: --set makes strings of these. */}}
{{- define "events.secondsLimits" -}}
server.header_timeout_seconds: [0.1, 3600]
server.idle_timeout_seconds: [1, 86400]
server.stop_seconds: [0, 3600]
events.timestamp_max_age_seconds: [1, 3500]
events.idempotency_seconds: [1, 31536000]
scrapers.forget_after_seconds: [1, 31536000]
scrapers.startup_hold_seconds: [0, 86400]
history.seconds: [0, 86400]
cluster.timeout_seconds: [0.5, 600]
{{- end }}

{{/* The same as TOML. Helm's toToml writes whole numbers as 8090.0, which is another type; JSON's scalars and lists are
     TOML's. A key without a value (null) is left to the server's default; decimals that --set gives are strings. */}}
{{- define "events.toml" -}}
{{- $limits := include "events.secondsLimits" . | fromYaml -}}
{{- range $section, $keys := include "events.settings" . | fromYaml }}
{{- if has $section (list "confirm" "metrics" "listeners") }}
{{- range $name, $options := $keys }}
[{{ $section }}.{{ toJson $name }}]
{{- range $key, $value := $options }}
{{- if not (kindIs "invalid" $value) }}
{{ $key }} = {{ hasSuffix "_seconds" $key | ternary ($value | float64) $value | toJson }}
{{- end }}
{{- end }}
{{- end }}
{{- else if has $section (list "clients" "webhooks") }}
{{- range $title, $options := $keys }}
[{{ $section }}.{{ toJson $title }}]
{{- range $key, $value := $options }}
{{- if kindIs "map" $value }}
{{- $pairs := list }}
{{- range $name, $text := $value }}
{{- $pairs = append $pairs (printf "%s = %s" (toJson $name) (toJson $text)) }}
{{- end }}
{{ $key }} = { {{ join ", " $pairs }} }
{{- else if not (kindIs "invalid" $value) }}
{{ $key }} = {{ toJson $value }}
{{- end }}
{{- end }}
{{- end }}
{{- else }}
[{{ $section }}]
{{- range $key, $value := $keys }}
{{- if hasSuffix "seconds" $key }}
{{- $range := get $limits (printf "%s.%s" $section $key) }}
{{- if or (lt (float64 $value) (index $range 0)) (gt (float64 $value) (index $range 1)) }}
{{- fail (printf "config.%s.%s %v must be a number of seconds from %s to %s" $section $key $value
      (index $range 0 | toJson) (index $range 1 | toJson)) }}
{{- end }}
{{ $key }} = {{ float64 $value | toJson }}
{{- else if not (kindIs "invalid" $value) }}
{{ $key }} = {{ toJson $value }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* MiB that the volume must have: the log has its full size from the start, on top of its room for events 4 MiB and
     32 bytes for each idempotency key, and a file system needs some for itself. */}}
{{- define "events.neededMib" -}}
{{- $capacity := (get .Values.config "storage" | default dict).capacity_mib | default 64 -}}
{{- $keys := dig "idempotency_keys" 65536 (get .Values.config "events" | default dict) -}}
{{- add (mulf (addf $capacity 4 (divf $keys 32768)) 1.1 | ceil) 16 -}}
{{- end }}

{{/* The container's resources. Without a limit of memory of its own it gets what the settings can make the server take:
     src/net/connection_share.hpp says what a connection always may have, and what the program has. */}}
{{- define "events.resources" -}}
{{- $server := get .Values.config "server" | default dict -}}
{{- $capacity := (get .Values.config "storage" | default dict).capacity_mib | default 64 -}}
{{- $connections := $server.max_connections | default 4096 -}}
{{- $connectionMemory := divf (mulf $connections 120) 1024 | ceil -}}
{{- $sum := add $capacity ($server.max_memory_mib | default 256) $connectionMemory 64 -}}
{{- $resources := deepCopy (.Values.server.resources | default dict) -}}
{{- if not (dig "limits" "memory" "" $resources) -}}
{{- $resources = mustMerge $resources (dict "limits" (dict "memory" (printf "%dMi" $sum))) -}}
{{- end -}}
{{- toYaml $resources -}}
{{- end }}

{{/* MiB in a quantity such as 1Gi; the schema knows which units there are. */}}
{{- define "events.mib" -}}
{{- $unit := regexFind "[A-Za-z]+$" . -}}
{{- $bytes := get (dict "" 1 "k" 1000 "Ki" 1024 "M" 1000000 "Mi" 1048576 "G" 1000000000 "Gi" 1073741824
      "T" 1000000000000 "Ti" 1099511627776) $unit -}}
{{- divf (mulf (trimSuffix $unit . | float64) $bytes) 1048576 | floor | int64 -}}
{{- end }}

{{- define "events.checkSize" -}}
{{- $size := .Values.persistence.size | toString -}}
{{- $needed := include "events.neededMib" . | int64 -}}
{{- if lt (include "events.mib" $size | int64) $needed -}}
{{- fail (printf (print "persistence.size %s is too small: the event log takes all of config.storage.capacity_mib, "
      "4 MiB and 32 bytes for each of config.events.idempotency_keys at once, its file system some more, "
      "together %dMi") $size $needed) -}}
{{- end -}}
{{- end }}
