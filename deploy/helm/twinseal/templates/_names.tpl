{{- define "twinseal.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "twinseal.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "twinseal.labels" -}}
{{ include "twinseal.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* Refuses values that would start something that cannot work, or that loses data. */}}
{{- define "twinseal.check" -}}
{{- if and (not .Values.database.existingSecret) (not .Values.persistence.enabled) -}}
{{- fail "name a database.existingSecret, or set persistence.enabled for the embedded database" -}}
{{- end -}}
{{- if and .Values.database.existingSecret .Values.persistence.enabled -}}
{{- fail "database.existingSecret and persistence.enabled exclude each other" -}}
{{- end -}}
{{- if and .Values.database.existingSecret (not .Values.masterKey.existingSecret) -}}
{{- fail "nodes over one database share a master key: name a masterKey.existingSecret" -}}
{{- end -}}
{{- if not .Values.publicURL -}}
{{- fail "set publicURL to the address under which the server is reached" -}}
{{- end -}}
{{- end -}}
