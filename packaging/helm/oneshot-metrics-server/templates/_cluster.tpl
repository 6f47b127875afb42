{{/* What is other with several servers that share one log. */}}

{{/* "true": several servers that share one log; empty: one. */}}
{{- define "events.isCluster" -}}
{{- if (.Values.cluster | default dict).enabled }}true{{ end -}}
{{- end }}

{{/* What a cluster needs, and what is for one server alone. */}}
{{- define "events.checkCluster" -}}
{{- $servers := (get .Values.config "cluster" | default dict).servers -}}
{{- if and $servers (not (include "events.isCluster" .)) -}}
{{- fail "config.cluster.servers is set: set cluster.enabled too, or leave it out" -}}
{{- end -}}
{{- if include "events.isCluster" . -}}
{{- if not $servers -}}
{{- fail (print "cluster.enabled needs the addresses of NATS in config.cluster.servers, such as "
      "[nats://nats.nats.svc:4222]") -}}
{{- end -}}
{{- $why := "is for one server alone, and cluster.enabled is set: leave one of them out" -}}
{{- if eq (toString .Values.server.useExplicitTimestamps) "true" -}}
{{- fail (print "server.useExplicitTimestamps " $why) -}}
{{- end -}}
{{- if .Values.config.confirm -}}{{- fail (print "config.confirm " $why) -}}{{- end -}}
{{- if .Values.persistence.existingClaim -}}{{- fail (print "persistence.existingClaim " $why) -}}{{- end -}}
{{- else if .Values.cluster.secrets -}}
{{- fail "cluster.secrets is for a cluster: set cluster.enabled too, or leave it out" -}}
{{- end -}}
{{- end }}
