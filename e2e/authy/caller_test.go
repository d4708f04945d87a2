package authy

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

// caller is a program beside the tests that makes the calls of one published package.
type caller struct {
	mu     sync.Mutex
	orders *json.Encoder
	lines  *bufio.Reader
}

// order is one call to make.
type order struct {
	Key   string         `json:"key"`
	Call  string         `json:"call"`
	Args  []any          `json:"args"`
	Named map[string]any `json:"named,omitempty"`
}

// python is the interpreter of the folder in which scripts/setup installs the Python packages.
func python(t *testing.T) string {
	t.Helper()
	return filepath.Join(cache(t), "venv", "bin", "python")
}

func cache(t *testing.T) string {
	t.Helper()
	root, err := harness.Root()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, ".cache")
}

// startCaller starts a script, which ends when the test does: its standard input ends then.
func startCaller(t *testing.T, base, interpreter, script string) *caller {
	t.Helper()
	if _, err := exec.LookPath(interpreter); err != nil {
		t.Fatalf("%v: run scripts/setup test", err)
	}
	command := exec.Command(interpreter, script, base)
	command.Env = append(harness.Environment(), "NODE_PATH="+filepath.Join(cache(t), "node", "node_modules"), "NODE_NO_WARNINGS=1")
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		io.Copy(io.Discard, stdout)
		if err := command.Wait(); err != nil {
			t.Errorf("%s: %v", script, err)
		}
	})
	return &caller{orders: json.NewEncoder(stdin), lines: bufio.NewReader(stdout)}
}

// do makes one call and reads its reply into a value.
func (c *caller) do(t *testing.T, o order, into any) {
	t.Helper()
	if o.Args == nil {
		o.Args = []any{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.orders.Encode(o); err != nil {
		t.Fatalf("%s: %v", o.Call, err)
	}
	line, err := c.lines.ReadBytes('\n')
	if err != nil {
		t.Fatalf("%s: %v", o.Call, err)
	}
	if err := json.Unmarshal(line, into); err != nil {
		t.Fatalf("%s: %v\n%s", o.Call, err, line)
	}
}
