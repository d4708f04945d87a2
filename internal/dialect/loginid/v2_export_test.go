package loginid

// V2Table is the whole of the newer generation: its calls as the page shows them, and what each needs.
func V2Table() (out []string) {
	for _, r := range v2Routes() {
		needs := "–"
		switch {
		case r.key && r.scope != "":
			needs = "key or `" + string(r.scope) + "`"
		case r.key:
			needs = "key"
		case r.scope != "":
			needs = "`" + string(r.scope) + "`"
		}
		out = append(out, r.method+" "+r.path+" "+needs)
	}
	return out
}
