package authsignal

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// published is a version of a vendor's package for servers.
type published struct {
	node   string // the name under which it is installed, "" for Python
	python string // where an older version is, relative to the environment
	bare   bool   // it adds the /v1 of its base by itself
	style  style
}

// style is how a version's methods take their arguments.
type style int

const (
	byObject   style = iota // one object; attributes in a member of it
	byPosition              // user, action, then a dictionary
	older                   // as the one before, with other names
	oldest                  // the Node package that proves tokens by itself
)

// packages are the versions that the stories drive.
func packages() map[string]published {
	return map[string]published{
		"node 2.21.0":  {node: "@authsignal/node", style: byObject},
		"node 0.0.48":  {node: "node-0.0.48", style: oldest},
		"python 4.1.0": {style: byPosition},
		"python 3.0.0": {python: "older/3.0.0", bare: true, style: older},
		"python 1.0.4": {python: "older/1.0.4", bare: true, style: older},
	}
}

func (p published) start(t *testing.T, base string) *sdk {
	t.Helper()
	if !p.bare {
		base += "/v1"
	}
	s := &sdk{style: p.style, secret: secretKey}
	if p.node != "" {
		env := []string{"NODE_PATH=" + modules(t), "NODE_NO_WARNINGS=1"}
		s.caller = harness.StartCaller(t, env, "node", "node/calls.js", p.node, base)
		return s
	}
	var env []string
	if p.python != "" {
		env = []string{"PYTHONPATH=" + filepath.Join(harness.Cache(t), "venv-authsignal", p.python)}
	}
	s.caller = harness.StartCaller(t, env, harness.Python(t, "venv-authsignal"), "python/calls.py", base)
	return s
}

// sdk is a package as one tenant's backend.
type sdk struct {
	caller *harness.Caller
	style  style
	secret string
}

// with is the same package with another key.
func (s *sdk) with(secret string) *sdk { return &sdk{s.caller, s.style, secret} }

// node reports whether the package is one for Node.
func (s *sdk) node() bool { return s.style == byObject || s.style == oldest }

// order is one call; calls.js and calls.py explain it.
type order struct {
	Secret   string `json:"secret,omitempty"`
	Call     string `json:"call,omitempty"`
	Args     []any  `json:"args,omitempty"`
	Expect   any    `json:"expect,omitempty"`
	Uncalled bool   `json:"uncalled,omitempty"`

	Hook    string         `json:"hook,omitempty"`
	Event   map[string]any `json:"event,omitempty"`
	Token   string         `json:"token,omitempty"`
	Options map[string]any `json:"options,omitempty"`
}

// refusal is what a package raised.
type refusal struct {
	Raised, Message, Code, Description string
	Status                             int
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s %s (%d): %s", r.Raised, r.Code, r.Status, r.Message)
}

// do gives an order and reads what it gives into a value, which may be nil.
func (s *sdk) do(t *testing.T, into any, o order) error {
	t.Helper()
	o.Secret = s.secret
	var reply struct {
		Result json.RawMessage
		Error  *refusal
	}
	s.caller.Do(t, o.Call+o.Hook, o, &reply)
	if reply.Error != nil {
		return reply.Error
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(camel(t, reply.Result), into); err != nil {
		t.Fatalf("%s gives %s: %v", o.Call, reply.Result, err)
	}
	return nil
}

// call makes a call that must succeed.
func (s *sdk) call(t *testing.T, into any, call string, args ...any) {
	t.Helper()
	if err := s.do(t, into, order{Call: call, Args: args}); err != nil {
		t.Fatalf("%s: %v", call, err)
	}
}

// nothingLeftOut fails for public methods that no story has called as they should end.
func (s *sdk) nothingLeftOut(t *testing.T, but ...string) {
	t.Helper()
	var left []string
	if err := s.do(t, &left, order{Uncalled: true}); err != nil {
		t.Fatal(err)
	}
	if strings.Join(left, " ") != strings.Join(but, " ") {
		t.Errorf("no story calls %v, and %v is expected", left, but)
	}
}

// camel gives the names of members back the form that they have on the wire, which the packages for Python change.
func camel(t *testing.T, raw json.RawMessage) []byte {
	t.Helper()
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	out, err := json.Marshal(humped(value))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func humped(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = humped(v[i])
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			out[hump(name)] = humped(member)
		}
		return out
	}
	return value
}

func hump(name string) string {
	words := strings.Split(name, "_")
	for i, word := range words[1:] {
		if word != "" {
			words[i+1] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, "")
}
