package authy

// Call is a line of the table, for tests from outside.
type Call struct {
	Method, Path string
	Absent, Open bool // left out; answered without a key
	Signed       bool
}

// Table is the whole of it.
func Table() []Call {
	var out []Call
	for _, r := range routes() {
		out = append(out, Call{r.method, r.path, r.absent(), r.proof == proofNone, r.proof == proofSignature})
	}
	return out
}
