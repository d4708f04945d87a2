package harness

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Caller is a program beside the tests that makes the calls of a published package: it reads orders and prints
// replies, one JSON value a line. It may be used by several tests at a time.
type Caller struct {
	mu     sync.Mutex
	orders *json.Encoder
	lines  *bufio.Reader
}

// Cache is the directory into which scripts/setup installs what the tests drive.
func Cache(t testing.TB) string {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, ".cache")
}

// Python is the interpreter of one of the environments in Cache.
func Python(t testing.TB, environment string) string {
	t.Helper()
	return filepath.Join(Cache(t), environment, "bin", "python")
}

// StartCaller starts a program, which ends when the test does: its standard input ends then.
func StartCaller(t testing.TB, env []string, name string, args ...string) *Caller {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%v: run scripts/setup test", err)
	}
	command := exec.Command(name, args...) //nolint:noctx // it ends when its standard input does
	command.Env = append(Environment(), env...)
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
		_, _ = io.Copy(io.Discard, stdout) // nobody waits for it any more
		if err := command.Wait(); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	})
	return &Caller{orders: json.NewEncoder(stdin), lines: bufio.NewReader(stdout)}
}

// Do gives an order and reads the reply into a value. What is the order's name in errors.
func (c *Caller) Do(t testing.TB, what string, order, reply any) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.orders.Encode(order); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	line, err := c.lines.ReadBytes('\n')
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if err := json.Unmarshal(line, reply); err != nil {
		t.Fatalf("%s: %v\n%s", what, err, line)
	}
}
