package loginid

// Call is a line of the table, for tests from outside.
type Call struct {
	Method, Path, Scope string
	Token               string // who needs one
	Absent              string // the answer's status and code, of a call that is left out
}

// Table is the whole of the older generation.
func Table() []Call {
	var out []Call
	for _, r := range routes() {
		c := Call{Method: r.method, Path: r.path, Scope: r.scope, Token: map[demand]string{open: "–", private: "with a key", always: "always"}[r.demand]}
		if r.absent != nil {
			c.Absent = r.absent.code
		}
		out = append(out, c)
	}
	return out
}

// What comes over the network is parsed by these, for fuzzing.
var (
	ASCIIJSON = asciiJSON
	EncodeID  = encodeID
	PlainID   = plainClientID
)

// ParseServiceToken reads a service token and gives its scope.
func ParseServiceToken(header string) (string, error) {
	t, err := readServiceToken(header)
	if err != nil {
		return "", err
	}
	return t.claims.scope(), nil
}

// Below takes the mount off a path.
func Below(path string) ([]string, bool) { return below(path) }

// Decode reads a body into the requests of every kind, as the calls do, and judges what a call judges by itself.
func Decode(body []byte) {
	c := &call{body: body, route: &route{method: "POST"}}
	var enroll enrollRequest
	var prove proveRequest
	var tx txBeginRequest
	var txProve txProveRequest
	var code codeRequest
	var wait waitRequest
	var list listRequest
	var one credentialRequest
	var key keyRequest
	var register registerRequest
	for _, into := range []any{&enroll, &prove, &tx, &txProve, &code, &wait, &list, &one, &key, &register} {
		if c.decode(into) != nil {
			return
		}
	}
	_ = enroll.Payload.complete()
	_ = prove.Payload.complete()
	_ = txProve.complete()
	_ = key.complete()
	_, _ = wait.Code.read()
	_, _ = purpose(code.Purpose)
	_, _ = userID(list.UserID)
}
