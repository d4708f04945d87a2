package authy

import (
	"path/filepath"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// caller is a program beside the tests that makes the calls of one published package.
type caller struct{ *harness.Caller }

// order is one call to make.
type order struct {
	Key   string         `json:"key"`
	Call  string         `json:"call"`
	Args  []any          `json:"args"`
	Named map[string]any `json:"named,omitempty"`
}

// python is the interpreter for which scripts/setup installs the package authy.
func python(t *testing.T) string {
	t.Helper()
	return harness.Python(t, "venv")
}

// startCaller starts a script that speaks to a server.
func startCaller(t *testing.T, base, interpreter, script string) *caller {
	t.Helper()
	env := []string{"NODE_PATH=" + filepath.Join(harness.Cache(t), "node", "node_modules"), "NODE_NO_WARNINGS=1"}
	return &caller{harness.StartCaller(t, env, interpreter, script, base)}
}

// do makes one call and reads its reply into a value.
func (c *caller) do(t *testing.T, o order, into any) {
	t.Helper()
	if o.Args == nil {
		o.Args = []any{}
	}
	c.Do(t, o.Call, o, into)
}
