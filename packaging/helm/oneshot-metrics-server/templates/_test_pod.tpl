{{/* The pods that post test events. */}}

{{/* Of pods that have no volume to write to. */}}
{{- define "events.testPodSecurity" -}}
{{- omit (.Values.securityContext | default dict) "fsGroup" "fsGroupChangePolicy" "sysctls" | toYaml -}}
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
  {{- include "events.testPodSecurity" $root | nindent 2 }}
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
    {{- toYaml $root.Values.containerSecurityContext | nindent 4 }}
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
