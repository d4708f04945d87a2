package launchkey

// Call is a line of the table, for tests from outside.
type Call struct {
	Method, Path string
	Open         bool // answered without a token
}

// Table is the whole of it.
func Table() []Call {
	var out []Call
	for _, r := range routes() {
		out = append(out, Call{r.method, r.path, r.open != nil})
	}
	return out
}
