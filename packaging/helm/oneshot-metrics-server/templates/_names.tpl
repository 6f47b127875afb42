{{/* The names and labels of all objects. */}}

{{/* Every template comes here first, so this is where values that cannot be right are told apart. */}}
{{- define "events.name" -}}
{{- if or (kindIs "invalid" .Values.config) (kindIs "invalid" .Values.persistence) -}}
{{- fail (print "values of this chart are missing: --reuse-values has kept those of another chart in their place; "
      "use --reset-values and give your own again") -}}
{{- end -}}
{{- range $path := splitList " " (include "events.neededValues" .) -}}
  {{- $found := $.Values -}}
  {{- range splitList "." $path -}}{{- $found = get ($found | default dict) . -}}{{- end -}}
  {{- if or (kindIs "invalid" $found) (eq (toString $found) "") -}}
    {{- fail (printf "value %s is missing: with null or nothing in its place, not even the default is left" $path) -}}
  {{- end -}}
{{- end -}}
{{- if contains "imuni4fun/one-shot-metrics-server" .Values.server.image -}}
{{- fail (printf "server.image %q is the original's, which this chart cannot run: take one of oneshot-metrics-server"
      .Values.server.image) -}}
{{- end -}}
{{- $default := "(the original chart's default was oneshotmetricsserver)" -}}
{{- required (print "serviceName is required: the name of the service " $default) .Values.serviceName -}}
{{- end }}

{{/* Values without which something would break, or quietly change: null for netpol.generate would open the server. */}}
{{- define "events.neededValues" -}}
namespace.create
{{- " server.image server.pullPolicy server.port server.logLevel server.useExplicitTimestamps" -}}
{{- " persistence.enabled persistence.size persistence.accessMode service.type service.port scrape.port" -}}
{{- " netpol.generate netpol.ingress netpol.ingress.namespaceLabelKeys netpol.ingress.allowOwnNamespace" -}}
{{- " web.tls web.probePort cluster.enabled cluster.replicas" -}}
{{- " serviceMonitor.enabled serviceMonitor.interval serviceMonitor.scrapeTimeout" -}}
{{- " serviceMonitor.honorLabels serviceMonitor.trackTimestampsStaleness" -}}
{{- " prometheusRule.enabled grafanaDashboard.enabled serviceAccount.create" -}}
{{- " ingress.enabled ingress.paths ingress.pathType" -}}
{{- " testEvent.enabled testEvent.image testEvent.tag testEvent.schedule" -}}
{{- end }}

{{- define "events.namespace" -}}
{{- $default := "(the original chart's default was oneshotmetricsserver)" -}}
{{- required (print "serviceNamespace is required: where the service lives " $default) .Values.serviceNamespace -}}
{{- end }}

{{/* What finds the server's pod. The same as the original's, since a Deployment's selector cannot change; so no other
     pod has this label (the original's test pods had). */}}
{{- define "events.selector" -}}
app.kubernetes.io/name: {{ include "events.name" . | quote }}
{{- end }}

{{- define "events.commonLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/part-of: {{ .Chart.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "events.labels" -}}
{{ include "events.selector" . }}
{{ include "events.commonLabels" . }}
{{- end }}

{{/* Of pods: nothing that changes with the chart's version, which would restart them. */}}
{{- define "events.podLabels" -}}
{{ include "events.selector" . }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "events.testSelector" -}}
app.kubernetes.io/name: {{ include "events.name" . }}-test
{{- end }}

{{- define "events.testLabels" -}}
{{ include "events.testSelector" . }}
{{ include "events.commonLabels" . }}
{{- end }}

{{- define "events.testPodLabels" -}}
{{ include "events.testSelector" . }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "events.image" -}}
{{- $tag := .Chart.AppVersion -}}
{{- if include "events.isCluster" . }}{{ $tag = printf "%s-cluster" $tag }}{{ end -}}
{{- printf "%s:%s" .Values.server.image (.Values.server.tag | default $tag) -}}
{{- end }}
