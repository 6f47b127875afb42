{{/* The server's pod, and what pods of the chart have in common. */}}

{{/* The context of the server's pod; a port below 1024 needs no right with it. */}}
{{- define "events.podSecurity" -}}
{{- $context := deepCopy (.Values.securityContext | default dict) -}}
{{- if lt (int .Values.server.port) 1024 -}}
{{- $port := dict "name" "net.ipv4.ip_unprivileged_port_start" "value" "0" -}}
{{- $_ := set $context "sysctls" (append ($context.sysctls | default list) $port) -}}
{{- end -}}
{{- toYaml $context -}}
{{- end }}

{{/* The secret with the web config; empty: there is none. */}}
{{- define "events.webSecret" -}}
{{- $web := .Values.web -}}
{{- if and $web.config $web.existingSecret -}}
{{- fail "web.config and web.existingSecret are two web configs: give one of them" -}}
{{- end -}}
{{- if and (or $web.certificateSecret $web.probePort) (not (or $web.config $web.existingSecret)) -}}
{{- fail "web.certificateSecret and web.probePort need a web config: give web.config or web.existingSecret" -}}
{{- end -}}
{{- $hasTls := or $web.existingSecret (hasKey ($web.config | default dict) "tls_server_config") -}}
{{- if and $web.config $web.tls (not $hasTls) -}}
{{- fail "web.config has no tls_server_config: give one, or set web.tls to false" -}}
{{- end -}}
{{- if $web.config }}{{ include "events.name" . }}-web{{ else }}{{ $web.existingSecret }}{{ end -}}
{{- end }}

{{/* http or https. */}}
{{- define "events.scheme" -}}
{{- if and (include "events.webSecret" .) .Values.web.tls }}https{{ else }}http{{ end -}}
{{- end }}

{{/* What each of the three probes asks; the argument has root and path. */}}
{{- define "events.probe" -}}
{{- $port := gt (int .root.Values.web.probePort) 0 | ternary "probe" "metrics" -}}
{{- $encrypted := and (eq (include "events.scheme" .root) "https") (not .root.Values.web.probePort) -}}
{path: {{ .path }}, port: {{ $port }}{{ if $encrypted }}, scheme: HTTPS{{ end }}}
{{- end }}

{{/* Variables of the container; the three that settings go before are not among them. */}}
{{- define "events.extraVars" -}}
{{- $instead := dict "PORT" "server.port" "LOG_LEVEL" "server.logLevel"
      "USE_EXPLICIT_TIMESTAMPS" "server.useExplicitTimestamps" -}}
{{- range .Values.extraVars -}}
{{- if hasKey $instead .name -}}
{{- fail (printf "extraVars may not have %s, of which the rest of the chart would not know: set %s" .name
      (get $instead .name)) -}}
{{- end -}}
{{- end -}}
{{- toYaml .Values.extraVars -}}
{{- end }}

{{/* The server's pod, metadata and spec: the same in a StatefulSet and in a Deployment. */}}
{{- define "events.podTemplate" -}}
metadata:
  labels:
    {{- $labels := deepCopy (.Values.podLabels | default dict) }}
    {{- mergeOverwrite $labels (include "events.podLabels" . | fromYaml) | toYaml | nindent 4 }}
  annotations:
    # Other settings restart the server. A reload (SIGHUP) would need a second container to send it, and leaves
    # out what needs a restart; what waits is in the log, so nothing is lost.
    checksum/config: {{ include "events.toml" . | sha256sum }}
    {{- with omit (.Values.podAnnotations | default dict) "checksum/config" }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  # A stop waits up to stop_seconds for what scrapers have received; killed before that, it might send some again.
  {{- $stop := (get .Values.config "server" | default dict).stop_seconds }}
  terminationGracePeriodSeconds: {{ add (kindIs "invalid" $stop | ternary 10 $stop | float64 | ceil) 20 }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with .Values.serviceAccount.name }}
  serviceAccountName: {{ . | quote }}
  {{- end }}
  {{- with .Values.hostAliases }}
  hostAliases:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "events.podSecurity" . | nindent 4 }}
  {{- with .Values.extraInitContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
  - name: web-server
    image: {{ include "events.image" . | quote }}
    imagePullPolicy: {{ .Values.server.pullPolicy }}
    command: [/usr/bin/oneshot-metrics-server]
    args:
    - --config
    - /etc/oneshot-metrics-server/config.toml
    {{- range .Values.extraArgs }}
    - {{ . | quote }}
    {{- end }}
    {{- with .Values.extraVars }}
    env:
      {{- include "events.extraVars" $ | nindent 6 }}
    {{- end }}
    {{- with .Values.extraEnvFrom }}
    envFrom:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    ports:
    - name: metrics
      containerPort: {{ .Values.server.port }}
      protocol: TCP
    {{- with .Values.scrape.port }}
    - name: scrape
      containerPort: {{ . }}
      protocol: TCP
    {{- end }}
    {{- with .Values.web.probePort }}
    - name: probe
      containerPort: {{ . }}
      protocol: TCP
    {{- end }}
    startupProbe:
      httpGet: {{ include "events.probe" (dict "root" . "path" "/healthz") }}
      {{- toYaml .Values.probes.startup | nindent 6 }}
    livenessProbe:
      httpGet: {{ include "events.probe" (dict "root" . "path" "/healthz") }}
      {{- toYaml .Values.probes.liveness | nindent 6 }}
    readinessProbe:
      httpGet: {{ include "events.probe" (dict "root" . "path" "/readyz") }}
      {{- toYaml .Values.probes.readiness | nindent 6 }}
    {{- with .Values.lifecycle }}
    lifecycle:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- toYaml .Values.containerSecurityContext | nindent 6 }}
    resources:
      {{- include "events.resources" . | nindent 6 }}
    volumeMounts:
    - name: config
      mountPath: /etc/oneshot-metrics-server
      readOnly: true
    {{- $web := include "events.webSecret" . }}
    {{- if $web }}
    - name: web
      mountPath: /etc/oneshot-web
      readOnly: true
    {{- end }}
    {{- if include "events.isCluster" . }}
    {{- if .Values.cluster.secrets }}
    - name: cluster
      mountPath: /etc/oneshot-cluster
      readOnly: true
    {{- end }}
    {{- else }}
    - name: event-log
      mountPath: /var/lib/oneshot-metrics-server
    {{- end }}
    {{- with .Values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  volumes:
  - name: config
    configMap:
      name: {{ include "events.name" . | quote }}
  {{- if $web }}
  # As a folder, so that a renewed certificate arrives in it. The group is fsGroup.
  - name: web
    projected:
      defaultMode: 0440
      sources:
      - secret:
          name: {{ $web | quote }}
      {{- with .Values.web.certificateSecret }}
      - secret:
          name: {{ . | quote }}
      {{- end }}
  {{- end }}
  {{- if include "events.isCluster" . }}
  {{- with .Values.cluster.secrets }}
  - name: cluster
    projected:
      defaultMode: 0440
      sources:
      {{- range . }}
      - secret:
          name: {{ . | quote }}
      {{- end }}
  {{- end }}
  {{- else if not .Values.persistence.enabled }}
  - name: event-log
    emptyDir:
      sizeLimit: {{ include "events.neededMib" . }}Mi
  {{- else if .Values.persistence.existingClaim }}
  - name: event-log
    persistentVolumeClaim:
      claimName: {{ .Values.persistence.existingClaim | quote }}
  {{- end }}
  {{- with .Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- range $place := list "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" }}
  {{- with get $.Values $place }}
  {{ $place }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- if and (include "events.isCluster" .) (not .Values.affinity) }}
  # Rather than must: on fewer nodes than replicas all of them run all the same.
  affinity:
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "events.selector" . | nindent 14 }}
  {{- end }}
{{- end }}
