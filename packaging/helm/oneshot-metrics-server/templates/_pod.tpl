{{/* What pods of the chart have in common, and the server's. */}}

{{/* The restricted profile of the Pod Security Standards, for a pod... The user is the image's. */}}
{{- define "events.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* ...and for a container. */}}
{{- define "events.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
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

{{/* A pod that posts one test event. Arguments: root, message. Its command has no shell: nothing is left to quote. */}}
{{- define "events.testPodSpec" -}}
{{- $root := .root -}}
activeDeadlineSeconds: 40
terminationGracePeriodSeconds: 5
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "events.podSecurity" $root | nindent 2 }}
containers:
- name: runner
  image: {{ printf "%s:%s" $root.Values.testEvent.image $root.Values.testEvent.tag | quote }}
  imagePullPolicy: IfNotPresent
  # Fails, and says why, where an event is refused; where no connection is, the server may be restarting:
  # once more.
  command: [curl, -sS, --fail-with-body, --max-time, "10"]
  args:
  {{- if $root.Values.testEvent.curlSecret }}
  - --config
  - /etc/test-event/curl.conf
  {{- end }}
  - --retry-connrefused
  - --retry
  - "10"
  - --retry-delay
  - "2"
  - -XPOST
  - {{ printf "%s://%s.%s.svc:%v/event?type=test&message=%s" (include "events.scheme" $root)
         (include "events.name" $root) (include "events.namespace" $root) $root.Values.service.port .message | quote }}
  securityContext:
    {{- include "events.containerSecurity" $root | nindent 4 }}
  resources:
    {{- toYaml $root.Values.testEvent.resources | nindent 4 }}
  {{- with $root.Values.testEvent.curlSecret }}
  volumeMounts:
  - name: curl
    mountPath: /etc/test-event
    readOnly: true
volumes:
- name: curl
  secret:
    secretName: {{ . | quote }}
    defaultMode: 0444
  {{- end }}
{{- end }}

{{/* The server's pod, metadata and spec: the same in a StatefulSet and in a Deployment. */}}
{{- define "events.podTemplate" -}}
metadata:
  labels:
    {{- include "events.podLabels" . | nindent 4 }}
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
  securityContext:
    {{- include "events.podSecurity" . | nindent 4 }}
    # The volume becomes the group's. Not each time anew: that would open the log, which only its user may read.
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    {{- if lt (int .Values.server.port) 1024 }}
    sysctls:
    - name: net.ipv4.ip_unprivileged_port_start
      value: "0"
    {{- end }}
  containers:
  - name: web-server
    image: {{ include "events.image" . | quote }}
    imagePullPolicy: {{ .Values.server.pullPolicy }}
    command: [/usr/bin/oneshot-metrics-server]
    args: [--config, /etc/oneshot-metrics-server/config.toml]
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
    # The first answer comes after some milliseconds; with a large log that is searched at the start, after seconds.
    startupProbe:
      httpGet: {{ include "events.probe" (dict "root" . "path" "/healthz") }}
      periodSeconds: 1
      timeoutSeconds: 5
      failureThreshold: 120
    livenessProbe:
      httpGet: {{ include "events.probe" (dict "root" . "path" "/healthz") }}
      periodSeconds: 10
      timeoutSeconds: 10
      failureThreshold: 5
    readinessProbe:
      httpGet: {{ include "events.probe" (dict "root" . "path" "/readyz") }}
      periodSeconds: 5
      timeoutSeconds: 5
      failureThreshold: 2
    securityContext:
      {{- include "events.containerSecurity" . | nindent 6 }}
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
    - name: event-log
      mountPath: /var/lib/oneshot-metrics-server
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
  {{- if not .Values.persistence.enabled }}
  - name: event-log
    emptyDir:
      sizeLimit: {{ include "events.neededMib" . }}Mi
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
